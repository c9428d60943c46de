// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <random>

#include <QtTest>

#include "core/figure/curve_path.h"

namespace curve_path_test {

using namespace rosler;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// 10 points of page for one of data, upwards.
const PlotFrame frame {{0, 0, 100, 100}, {0, 10, false}, {0, 10, false}};

std::vector<FigurePoint> wave(int points)
{
    std::vector<FigurePoint> out;
    for (int i = 0; i < points; ++i)
        out.push_back({10.0 * i / (points - 1), 5 + 4 * std::sin(0.3 * i)});
    return out;
}

} // namespace

class CurvePathTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bandsAreClippedAtThePlot();
    void bandsStandOnTheFootOfALogarithmicAxis();
    void pointsLieWhereTheAxesSay();
    void curveIsBrokenWhereItIsNotFinite();
    void lonelyPointsAreKept();
    void curveIsCutWhereItLeaves();
    void logarithmicAxesSkipWhatIsNotPositive();
    void longSeriesKeepTheirExtremes();
    void nothingLeavesThePlot();
    void markersAreSparseAndApart();
};

void CurvePathTest::pointsLieWhereTheAxesSay()
{
    const CurvePath curve = curvePath({{0, 0}, {5, 2.5}, {10, 10}}, frame);
    QCOMPARE(curve.pieces.size(), std::size_t {1});
    QCOMPARE(curve.pieces[0], (PagePath {{0, 100}, {50, 75}, {100, 0}}));
    QCOMPARE(curve.points, curve.pieces[0]);
}

void CurvePathTest::curveIsBrokenWhereItIsNotFinite()
{
    const CurvePath curve = curvePath(
        {{0, 1}, {1, 1}, {2, notANumber}, {3, 1}, {4, 1}, {5, infinity}, {6, 1}, {7, 1}, {notANumber, 1}},
        frame);
    QCOMPARE(curve.pieces.size(), std::size_t {3});
    for (const PagePath &piece : curve.pieces)
        QCOMPARE(piece.size(), std::size_t {2});
    QVERIFY(curve.isolated.empty());
}

void CurvePathTest::lonelyPointsAreKept()
{
    const CurvePath curve =
        curvePath({{0, 1}, {1, notANumber}, {2, 1}, {3, 1}, {4, notANumber}, {5, 50}}, frame);
    QCOMPARE(curve.pieces.size(), std::size_t {1});
    QCOMPARE(curve.isolated, (std::vector<PagePoint> {{0, 90}})); // (5, 50) is outside
    QCOMPARE(curve.points.size(), std::size_t {3});
    QVERIFY(curvePath({}, frame).pieces.empty());
}

void CurvePathTest::curveIsCutWhereItLeaves()
{
    // Up through the top at x = 1.5, back at 2.5, and out to the right.
    const CurvePath curve = curvePath({{1, 5}, {2, 15}, {3, 5}, {13, 5}}, frame);
    QCOMPARE(curve.pieces.size(), std::size_t {2});
    QCOMPARE(curve.pieces[0], (PagePath {{10, 50}, {15, 0}}));
    QCOMPARE(curve.pieces[1], (PagePath {{25, 0}, {30, 50}, {100, 50}}));
    QCOMPARE(curve.points.size(), std::size_t {2});
}

void CurvePathTest::logarithmicAxesSkipWhatIsNotPositive()
{
    const PlotFrame logarithmic {{0, 0, 100, 100}, {1, 100, true}, {0.01, 1, true}};
    const CurvePath curve =
        curvePath({{0, 0.1}, {1, 0.1}, {10, 0.1}, {20, 0}, {30, -1}, {50, 1}, {100, 1}}, logarithmic);
    QCOMPARE(curve.pieces.size(), std::size_t {2});
    QCOMPARE(curve.pieces[0], (PagePath {{0, 50}, {50, 50}}));
}

void CurvePathTest::longSeriesKeepTheirExtremes()
{
    std::vector<FigurePoint> points = wave(1'000'000);
    points[123'456].y = 9.9;
    points[654'321].y = 0.1;
    const CurvePath curve = curvePath(points, frame);
    QCOMPARE(curve.pieces.size(), std::size_t {1});
    const PagePath &path = curve.pieces[0];
    QVERIFY(path.size() <= 401 * 4); // a plot of 100 points has 400 quarter points
    QVERIFY(path.size() > 1000);
    QCOMPARE(path.front(), frame.place(points.front()));
    QCOMPARE(path.back(), frame.place(points.back()));
    QVERIFY(std::find(path.begin(), path.end(), frame.place(points[123'456])) != path.end());
    QVERIFY(std::find(path.begin(), path.end(), frame.place(points[654'321])) != path.end());
    QVERIFY(std::is_sorted(path.begin(), path.end(), [](auto &a, auto &b) { return a.x < b.x; }));
}

void CurvePathTest::nothingLeavesThePlot()
{
    std::mt19937_64 random(5);
    const PageRect rect {31.25, 7.5, 237.3, 143.4};
    for (int round = 0; round < 300; ++round) {
        const bool logX = random() % 2 == 0;
        const bool logY = random() % 2 == 0;
        const PlotFrame zoomed {rect, {0.3, 0.7, logX}, {0.2, 0.9, logY}};
        std::vector<FigurePoint> points;
        for (int i = 0; i < 50; ++i) {
            const double reach = std::pow(10.0, static_cast<double>(random() % 600) - 290);
            points.push_back({static_cast<double>(random() % 1000) / 1000,
                              reach * (static_cast<double>(random() % 2001) / 1000 - 1)});
        }
        const CurvePath curve = curvePath(points, zoomed);
        for (const PagePath &piece : curve.pieces) {
            QVERIFY(piece.size() >= 2);
            for (const PagePoint &p : piece)
                QVERIFY(rect.holds(p));
        }
        for (const PagePoint &p : markerPoints(curve, 0.5))
            QVERIFY(rect.holds(p));
    }
}

void CurvePathTest::markersAreSparseAndApart()
{
    const CurvePath few = curvePath(wave(12), frame);
    QCOMPARE(markerPoints(few, 0.5), few.points);
    QVERIFY(markerPoints(curvePath({}, frame), 0.5).empty());

    const CurvePath many = curvePath(wave(500), frame);
    const auto first = markerPoints(many, 0.25);
    const auto second = markerPoints(many, 0.75);
    QVERIFY(first.size() >= 8 && first.size() <= 12);
    for (std::size_t i = 0; i < first.size(); ++i) {
        QVERIFY(std::find(many.points.begin(), many.points.end(), first[i]) != many.points.end());
        QVERIFY(std::abs(first[i].x - second[i].x) > 4); // half of a tenth of 100
    }
}

void CurvePathTest::bandsAreClippedAtThePlot()
{
    const PlotFrame frame {{0, 0, 100, 50}, {0, 10, false}, {0, 5, false}};
    const auto near = [](PagePoint a, PagePoint b) { return std::hypot(a.x - b.x, a.y - b.y) < 1e-9; };
    const PagePath inside = bandOutline({{2, 1, 2}, {4, 1, 3}}, frame);
    const PagePath wanted {{20, 30}, {40, 20}, {40, 40}, {20, 40}};
    QCOMPARE(inside.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        QVERIFY(near(inside[i], wanted[i]));
    // A band larger than the plot fills it, and no more.
    double area = 0;
    const PagePath all = bandOutline({{-10, -9, 9}, {5, -9, 9}, {20, -9, 9}}, frame);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const PagePoint &a = all[i];
        const PagePoint &b = all[(i + 1) % all.size()];
        QVERIFY(frame.rect.grown(1e-9).holds(a));
        area += (a.x * b.y - b.x * a.y) / 2;
    }
    QVERIFY(std::abs(std::abs(area) - 5000) < 1e-6);
    QVERIFY(bandOutline({{20, 1, 2}, {30, 1, 2}}, frame).empty());
    QVERIFY(bandOutline({{2, 1, 2}}, frame).empty());
    const double nan = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(bandOutline({{2, 1, 2}, {3, nan, 2}, {4, 1, 3}}, frame).size(), std::size_t {4});
}

void CurvePathTest::bandsStandOnTheFootOfALogarithmicAxis()
{
    const PlotFrame frame {{0, 0, 100, 50}, {0, 10, false}, {1, 100, true}};
    const PagePath outline = bandOutline({{2, -1, 10}, {4, 0, 10}}, frame);
    QCOMPARE(outline.size(), std::size_t {4});
    QVERIFY(std::abs(outline[0].y - 25) < 1e-9);
    QCOMPARE(outline[2].y, 50.0);
    QCOMPARE(outline[3].y, 50.0);
}

QTEST_APPLESS_MAIN(CurvePathTest)

} // namespace curve_path_test

#include "curve_path_test.moc"
