// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>

#include <QtTest>

#include "core/figure/page_geometry.h"

namespace page_geometry_test {

using namespace rosler;

class PageGeometryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void segmentIsCutAtTheSides_data();
    void segmentIsCutAtTheSides();
    void cutsLieInTheRectangleAndOnTheSegment();
};

void PageGeometryTest::segmentIsCutAtTheSides_data()
{
    QTest::addColumn<QList<double>>("segment");
    QTest::addColumn<QList<double>>("expected"); // empty: nothing is inside
    // The rectangle is 0..10 x 0..10.
    QTest::newRow("inside") << QList<double> {1, 2, 3, 4} << QList<double> {1, 2, 3, 4};
    QTest::newRow("through") << QList<double> {-5, 5, 15, 5} << QList<double> {0, 5, 10, 5};
    QTest::newRow("corner to corner") << QList<double> {-1, -1, 11, 11} << QList<double> {0, 0, 10, 10};
    QTest::newRow("leaving") << QList<double> {5, 5, 5, 20} << QList<double> {5, 5, 5, 10};
    QTest::newRow("beside") << QList<double> {-1, 0, -1, 10} << QList<double> {};
    QTest::newRow("past a corner") << QList<double> {-2, 9, 1, 12} << QList<double> {};
    QTest::newRow("along a side") << QList<double> {-5, 0, 5, 0} << QList<double> {0, 0, 5, 0};
    QTest::newRow("point inside") << QList<double> {5, 5, 5, 5} << QList<double> {5, 5, 5, 5};
    QTest::newRow("point outside") << QList<double> {15, 5, 15, 5} << QList<double> {};
}

void PageGeometryTest::segmentIsCutAtTheSides()
{
    QFETCH(QList<double>, segment);
    QFETCH(QList<double>, expected);
    PagePoint a {segment[0], segment[1]};
    PagePoint b {segment[2], segment[3]};
    QCOMPARE(clipSegment(a, b, {0, 0, 10, 10}), !expected.isEmpty());
    QCOMPARE((QList<double> {a.x, a.y, b.x, b.y}), expected.isEmpty() ? segment : expected);
}

void PageGeometryTest::cutsLieInTheRectangleAndOnTheSegment()
{
    std::mt19937_64 random(3);
    const PageRect rect {31.7, 12.3, 219.1, 150.9};
    int cuts = 0;
    for (int i = 0; i < 20000; ++i) {
        const double reach = std::pow(10.0, static_cast<double>(random() % 13));
        const auto coordinate = [&] {
            return 100 + reach * (static_cast<double>(random() % 20001) / 1e4 - 1);
        };
        const PagePoint from {coordinate(), coordinate()};
        const PagePoint to {coordinate(), coordinate()};
        PagePoint a = from;
        PagePoint b = to;
        if (!clipSegment(a, b, rect))
            continue;
        ++cuts;
        QVERIFY(rect.holds(a) && rect.holds(b));
        const double length = std::hypot(to.x - from.x, to.y - from.y);
        for (const PagePoint &p : {a, b}) {
            const double off = std::abs((p.x - from.x) * (to.y - from.y) - (p.y - from.y) * (to.x - from.x));
            QVERIFY(off <= 8 * 2.3e-16 * (reach + 300) * length);
        }
    }
    QVERIFY(cuts > 1000);
}

QTEST_APPLESS_MAIN(PageGeometryTest)

} // namespace page_geometry_test

#include "page_geometry_test.moc"
