// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <QtTest>

#include "core/data/test_part.h"

namespace test_part_test {

using namespace rosler;

class TestPartTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyClassGivesItsShare();
    void leavesSomethingOfEachClassOnBothSides();
    void dependsOnTheSeed();
    void namesArePrintable();
};

void TestPartTest::everyClassGivesItsShare()
{
    std::vector<std::uint16_t> labels(100, 0);
    labels.insert(labels.end(), 51, 2); // class 1 has none
    const std::vector<bool> test = drawTestPart(labels, 3, 0.2, 7);
    QCOMPARE(std::count(test.begin(), test.begin() + 100, true), 20);
    QCOMPARE(std::count(test.begin() + 100, test.end(), true), 10);
}

void TestPartTest::leavesSomethingOfEachClassOnBothSides()
{
    const std::vector<std::uint16_t> labels {0, 1, 1, 2, 2};
    for (const double share : {0.001, 0.9}) {
        const std::vector<bool> test = drawTestPart(labels, 3, share, 1);
        QVERIFY(!test[0]);
        QVERIFY(test[1] != test[2]);
        QVERIFY(test[3] != test[4]);
    }
}

void TestPartTest::dependsOnTheSeed()
{
    const std::vector<std::uint16_t> labels(200, 0);
    QVERIFY(drawTestPart(labels, 1, 0.5, 1) == drawTestPart(labels, 1, 0.5, 1));
    QVERIFY(drawTestPart(labels, 1, 0.5, 1) != drawTestPart(labels, 1, 0.5, 2));
}

void TestPartTest::namesArePrintable()
{
    QCOMPARE(className("cat\x1b[2J\n"), "cat?[2J?");
    QCOMPARE(className(std::string(99, 'a') + "\xC3\xA9"), std::string(99, 'a'));
    QCOMPARE(className(std::string(98, 'a') + "\xC3\xA9z"), std::string(98, 'a') + "\xC3\xA9");
}

QTEST_APPLESS_MAIN(TestPartTest)

} // namespace test_part_test

#include "test_part_test.moc"
