// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <QtTest>

#include "core/base/random.h"
#include "widgets/charts/decimate.h"

namespace decimate_test {

using namespace rosler;

class DecimateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void extremesAgreeWithALookAtEverySample_data();
    void extremesAgreeWithALookAtEverySample();
    void drawableNeighboursAgreeWithALookAtEverySample();
    void appendingInPiecesEqualsAppendingAtOnce();
    void shortCurvesComeBackAsTheyAre();
    void everyBucketKeepsItsExtremes_data();
    void everyBucketKeepsItsExtremes();
    void oneSpikeInAMillionIsKept();
    void endsAndNeighboursAreExact();
    void pointsStayWhereTheyAreWhileThePanMoves();
    void brokenSamplesBreakTheLine();
    void samplesThatAreNotAscendingAreSorted();
    void gapsWithoutAPlaceStayGaps();
    void nonPositiveSamplesAreGapsOnALogarithmicAxis();
    void manySamplesAtOnePlace();
    void markersAreSparseAndStable();
    void clippingEndsAtTheBorder();
    void clippingKeepsPointsThatStandAlone();

private:
    static SampleSeries noise(std::size_t n, double gapShare, std::uint64_t seed);
};

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

bool samePoint(const FigurePoint &a, const FigurePoint &b)
{
    return a.x == b.x && (a.y == b.y || (std::isnan(a.y) && std::isnan(b.y)));
}

bool sameLine(const std::vector<FigurePoint> &a, const std::vector<FigurePoint> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), samePoint);
}

std::optional<SampleSeries::Extremes> naiveExtremes(const SampleSeries &series, std::size_t first,
                                                    std::size_t last)
{
    std::optional<SampleSeries::Extremes> found;
    for (std::size_t i = first; i < last; ++i) {
        if (!series.isDrawable(i))
            continue;
        if (!found)
            found = {.low = i, .high = i};
        if (series.y(i) < series.y(found->low))
            found->low = i;
        if (series.y(i) > series.y(found->high))
            found->high = i;
    }
    return found;
}

std::size_t pointCount(const std::vector<FigurePoint> &line)
{
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](const FigurePoint &p) { return !std::isnan(p.y); }));
}

} // namespace

/// Values on few levels, so that equal ones occur; irregular steps in x.
SampleSeries DecimateTest::noise(std::size_t n, double gapShare, std::uint64_t seed)
{
    const RandomStream random(seed, Draw::Shuffle, 0);
    std::vector<FigurePoint> samples(n);
    double x = -3;
    for (std::size_t i = 0; i < n; ++i) {
        x += static_cast<double>(random.below(3 * i, 4)); // also 0: several at one place
        const bool missing = static_cast<double>(random.uniform(3 * i + 1)) < gapShare;
        samples[i] = {.x = x, .y = missing ? gap : static_cast<double>(random.below(3 * i + 2, 40)) - 20.0};
    }
    SampleSeries series;
    series.append(samples);
    return series;
}

void DecimateTest::extremesAgreeWithALookAtEverySample_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<double>("gapShare");
    for (const int n : {1, 2, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 70'000})
        for (const double gaps : {0.0, 0.1, 0.97, 1.0})
            QTest::addRow("%d samples, %g gaps", n, gaps) << n << gaps;
}

void DecimateTest::extremesAgreeWithALookAtEverySample()
{
    QFETCH(int, samples);
    QFETCH(double, gapShare);
    SampleSeries series = noise(static_cast<std::size_t>(samples), gapShare, 11);
    const RandomStream random(12, Draw::Shuffle, 1);
    for (const bool positiveOnly : {false, true}) {
        series.setPositiveOnly(positiveOnly);
        for (std::uint64_t trial = 0; trial < 60; ++trial) {
            const auto bound = static_cast<std::uint32_t>(series.size() + 1);
            const std::size_t a = trial == 0 ? 0 : random.below(2 * trial, bound);
            const std::size_t b = trial == 0 ? series.size() : random.below(2 * trial + 1, bound);
            const auto got = series.extremes(std::min(a, b), std::max(a, b));
            const auto wanted = naiveExtremes(series, std::min(a, b), std::max(a, b));
            QCOMPARE(got.has_value(), wanted.has_value());
            if (got) {
                QCOMPARE(got->low, wanted->low);
                QCOMPARE(got->high, wanted->high);
            }
        }
    }
}

void DecimateTest::drawableNeighboursAgreeWithALookAtEverySample()
{
    for (const double gapShare : {0.0, 0.9, 0.998, 1.0}) {
        const SampleSeries series = noise(1500, gapShare, 21);
        std::optional<std::size_t> before;
        std::vector<std::optional<std::size_t>> from(series.size() + 1);
        for (std::size_t i = series.size(); i-- > 0;)
            from[i] = series.isDrawable(i) ? std::optional(i) : from[i + 1];
        for (std::size_t i = 0; i <= series.size(); ++i) {
            QCOMPARE(series.drawableBefore(i), before);
            QCOMPARE(series.drawableFrom(i), from[i]);
            if (i < series.size() && series.isDrawable(i))
                before = i;
        }
        const auto near = series.nearest(700.2);
        QCOMPARE(near.has_value(), from[0].has_value());
        for (std::size_t i = 0; near && i < series.size(); ++i)
            if (series.isDrawable(i))
                QVERIFY(std::abs(series.x(*near) - 700.2) <= std::abs(series.x(i) - 700.2));
    }
}

void DecimateTest::appendingInPiecesEqualsAppendingAtOnce()
{
    const SampleSeries whole = noise(10'000, 0.05, 31);
    SampleSeries pieces;
    for (std::size_t i = 0; i < whole.size();) {
        std::vector<FigurePoint> batch;
        for (std::size_t k = 0; k < 1 + i % 37 && i < whole.size(); ++k, ++i)
            batch.push_back({.x = whole.x(i), .y = whole.y(i)});
        pieces.append(batch);
    }
    QCOMPARE(pieces.size(), whole.size());
    QVERIFY(sameLine(decimate(pieces, 0, 9000, 100, false), decimate(whole, 0, 9000, 100, false)));
}

void DecimateTest::shortCurvesComeBackAsTheyAre()
{
    SampleSeries series;
    const std::vector<FigurePoint> samples {{0, 3}, {1, gap}, {1, 4}, {2, 1}, {7, 0}};
    series.append(samples);
    QVERIFY(sameLine(decimate(series, -1, 8, 10, false), {{0, 3}, {0, gap}, {1, 4}, {2, 1}, {7, 0}}));
    QVERIFY(decimate(SampleSeries(), 0, 1, 10, false).empty());
    // Nothing between 3 and 6, but the line goes through.
    QVERIFY(sameLine(decimate(series, 3, 6, 10, false), {{2, 1}, {7, 0}}));
}

void DecimateTest::everyBucketKeepsItsExtremes_data()
{
    QTest::addColumn<bool>("logarithmic");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("whole") << false << -10.0 << 200'000.0;
    QTest::newRow("part") << false << 11'111.5 << 77'777.7;
    QTest::newRow("logarithmic") << true << 1.0 << 150'000.0;
}

void DecimateTest::everyBucketKeepsItsExtremes()
{
    QFETCH(bool, logarithmic);
    QFETCH(double, low);
    QFETCH(double, high);
    constexpr std::size_t buckets = 200;
    const SampleSeries series = noise(100'000, 0.0, 41);
    const std::vector<FigurePoint> line = decimate(series, low, high, buckets, logarithmic);
    QVERIFY(pointCount(line) <= 2 * (buckets + 3));
    QVERIFY(std::is_sorted(line.begin(), line.end(), [](auto &a, auto &b) { return a.x < b.x; }));

    // Oracle: cut into columns as narrow as the widest bucket may be; what every sample shows there must be
    // within reach of what the drawn points show in that column and its neighbours.
    const auto place = [&](double x) { return logarithmic ? std::log10(x) : x; };
    const double width = (place(high) - place(low)) / static_cast<double>(buckets) * std::exp2(1.0 / 8.0);
    const auto column = [&](double x) {
        return static_cast<int>(std::floor((place(x) - place(low)) / width));
    };
    std::map<int, std::pair<double, double>> drawn;
    for (const FigurePoint &p : line) {
        if (p.x < low || p.x > high)
            continue;
        for (const int c : {column(p.x) - 1, column(p.x), column(p.x) + 1}) {
            const auto [at, isNew] = drawn.try_emplace(c, p.y, p.y);
            at->second.first = std::min(at->second.first, p.y);
            at->second.second = std::max(at->second.second, p.y);
        }
    }
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (series.x(i) < low || series.x(i) > high)
            continue;
        const auto &seen = drawn.at(column(series.x(i)));
        QVERIFY(seen.first <= series.y(i) && series.y(i) <= seen.second);
    }
    // All drawn points are samples.
    for (const FigurePoint &p : line) {
        bool isSample = false;
        for (std::size_t i = series.firstNotBelow(p.x); i < series.firstAbove(p.x); ++i)
            isSample = isSample || series.y(i) == p.y;
        QVERIFY(isSample);
    }
}

void DecimateTest::oneSpikeInAMillionIsKept()
{
    constexpr std::size_t n = 1'000'000;
    std::vector<FigurePoint> samples(n);
    for (std::size_t i = 0; i < n; ++i)
        samples[i] = {.x = static_cast<double>(i), .y = 0};
    samples[654'321].y = 7;
    samples[77].y = -7;
    SampleSeries series;
    series.append(samples);
    const auto line = decimate(series, 0, n, 500, false);
    const auto [low, high] =
        std::minmax_element(line.begin(), line.end(), [](const auto &a, const auto &b) { return a.y < b.y; });
    QVERIFY(samePoint(*high, {654'321, 7}));
    QVERIFY(samePoint(*low, {77, -7}));
    QVERIFY(line.size() <= 1006);
}

void DecimateTest::endsAndNeighboursAreExact()
{
    SampleSeries series = noise(50'000, 0.0, 51);
    std::vector<FigurePoint> more(1'000'000);
    const double start = series.x(series.size() - 1);
    for (std::size_t i = 0; i < more.size(); ++i)
        more[i] = {.x = start + 1 + static_cast<double>(i), .y = std::sin(static_cast<double>(i) / 1000.0)};
    series.append(more);
    const auto whole = decimate(series, -1e9, 1e9, 500, false);
    QVERIFY(samePoint(whole.front(), {series.x(0), series.y(0)}));
    QVERIFY(samePoint(whole.back(), more.back()));

    const double low = more[1000].x - 0.5;
    const double high = more[900'000].x + 0.5;
    const auto part = decimate(series, low, high, 500, false);
    QVERIFY(samePoint(part[0], more[999]));
    QVERIFY(samePoint(part[1], more[1000]));
    QVERIFY(samePoint(part[part.size() - 2], more[900'000]));
    QVERIFY(samePoint(part[part.size() - 1], more[900'001]));

    // Later samples change nothing of the earlier part.
    series.append(std::vector<FigurePoint> {{.x = more.back().x + 1, .y = 1000}});
    QVERIFY(sameLine(decimate(series, low, high, 500, false), part));
}

void DecimateTest::pointsStayWhereTheyAreWhileThePanMoves()
{
    const SampleSeries series = noise(200'000, 0.0, 61);
    const auto a = decimate(series, 50'000, 150'000, 200, false);
    const auto b = decimate(series, 50'333.3, 150'333.3, 200, false);
    // Apart from the cut buckets at the borders all points are the same.
    std::set<std::pair<double, double>> inA;
    for (const FigurePoint &p : a)
        inA.emplace(p.x, p.y);
    for (std::size_t i = 4; i < b.size(); ++i)
        if (b[i].x < 149'000)
            QVERIFY(inA.contains({b[i].x, b[i].y}));
}

void DecimateTest::brokenSamplesBreakTheLine()
{
    // Two gaps wider than a bucket, in 100,000 samples; and broken samples here and there.
    std::vector<FigurePoint> samples(100'000);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const bool missing = (i >= 20'000 && i < 30'000) || (i >= 70'000 && i < 75'000) || i % 997 == 5;
        samples[i] = {.x = static_cast<double>(i), .y = missing ? (i % 2 == 0 ? gap : HUGE_VAL) : 1.0};
    }
    SampleSeries series;
    series.append(samples);
    const auto line = decimate(series, 0, 100'000, 100, false);
    const auto isBrokenBetween = [&](double low, double high) {
        return std::any_of(line.begin(), line.end(),
                           [&](const FigurePoint &p) { return std::isnan(p.y) && p.x >= low && p.x < high; });
    };
    QVERIFY(isBrokenBetween(19'000, 20'000));
    QVERIFY(isBrokenBetween(69'000, 70'000));
    for (const FigurePoint &p : line)
        QVERIFY(std::isnan(p.y) || p.y == 1.0);
    // Not every one of the hundred single broken samples tears the curve.
    QVERIFY(line.size() - pointCount(line) < 10);
}

void DecimateTest::samplesThatAreNotAscendingAreSorted()
{
    SampleSeries series;
    series.append(std::vector<FigurePoint> {{3, 30}, {1, 10}, {2, 20}});
    series.append(std::vector<FigurePoint> {{0, 0}, {2, 21}});
    QVERIFY(sameLine(decimate(series, 0, 9, 10, false), {{0, 0}, {1, 10}, {2, 20}, {2, 21}, {3, 30}}));
}

void DecimateTest::gapsWithoutAPlaceStayGaps()
{
    SampleSeries series;
    series.append(std::vector<FigurePoint> {{gap, 1}, {1, 10}, {HUGE_VAL, 3}, {2, 20}});
    QVERIFY(sameLine(decimate(series, 0, 9, 10, false), {{1, 10}, {1, gap}, {2, 20}}));
}

void DecimateTest::nonPositiveSamplesAreGapsOnALogarithmicAxis()
{
    SampleSeries series;
    series.append(std::vector<FigurePoint> {{-1, 5}, {0, 5}, {1, 0}, {2, 4}, {3, -2}, {4, 1}});
    series.setPositiveOnly(true);
    QVERIFY(sameLine(decimate(series, 0.5, 9, 10, true), {{2, 4}, {2, gap}, {4, 1}}));
    QCOMPARE(series.extremes(0, 6)->low, std::size_t {5});
    QCOMPARE(series.extremes(0, 6)->high, std::size_t {0});
    series.setPositiveOnly(false);
    QCOMPARE(series.extremes(0, 6)->low, std::size_t {4});
}

void DecimateTest::manySamplesAtOnePlace()
{
    std::vector<FigurePoint> samples;
    for (int i = 0; i < 5000; ++i)
        samples.push_back({.x = 1, .y = static_cast<double>(i % 100)});
    SampleSeries series;
    series.append(samples);
    const auto line = decimate(series, 0, 2, 10, false);
    QVERIFY(line.size() <= 26);
    QVERIFY(std::any_of(line.begin(), line.end(), [](auto &p) { return p.y == 99; }));
}

void DecimateTest::markersAreSparseAndStable()
{
    const SampleSeries few = noise(10, 0.0, 71);
    QCOMPARE(markerSamples(few, -100, 100, 13, 0.5, false).size(), std::size_t {10});

    const SampleSeries many = noise(100'000, 0.02, 72);
    const auto a = markerSamples(many, 10'000, 110'000, 13, 0.3, false);
    QVERIFY2(a.size() >= 11 && a.size() <= 14, qPrintable(QString::number(a.size())));
    for (const std::size_t i : a)
        QVERIFY(many.isDrawable(i) && many.x(i) >= 10'000 && many.x(i) <= 110'000);
    const auto b = markerSamples(many, 10'500, 110'500, 13, 0.3, false);
    for (const std::size_t i : b)
        QVERIFY(many.x(i) < 11'000 || many.x(i) > 109'000 || std::find(a.begin(), a.end(), i) != a.end());
    QVERIFY(!markerSamples(many, 1, 110'500, 13, 0.3, true).empty());
}

void DecimateTest::clippingEndsAtTheBorder()
{
    const PageRect unit {.left = 0, .top = 0, .right = 1, .bottom = 1};
    QVERIFY(
        sameLine(clippedLine(std::vector<FigurePoint> {{-1, 0.5}, {3, 0.5}}, unit), {{0, 0.5}, {1, 0.5}}));
    // Up and out, and in again.
    const auto line = clippedLine(std::vector<FigurePoint> {{0, 0}, {0.25, 2}, {0.5, 2}, {1, 0}}, unit);
    QVERIFY(sameLine(line, {{0, 0}, {0.125, 1}, {0.125, gap}, {0.75, 1}, {1, 0}}));
    // Corner to corner outside: nothing.
    QCOMPARE(pointCount(clippedLine(std::vector<FigurePoint> {{-1, 0.5}, {0.5, 3}}, unit)), std::size_t {0});
    // What is inside stays, as one line.
    const std::vector<FigurePoint> inside {{0, 0}, {0.5, 1}, {1, 0.5}, {1, gap}, {1, 1}, {1, 0}};
    QVERIFY(sameLine(clippedLine(inside, unit), inside));
}

void DecimateTest::clippingKeepsPointsThatStandAlone()
{
    const PageRect unit {.left = 0, .top = 0, .right = 1, .bottom = 1};
    const std::vector<FigurePoint> line {{0.1, 0.1}, {0.1, gap}, {0.2, 5}, {0.2, gap}, {0.3, 0.3}};
    QVERIFY(sameLine(clippedLine(line, unit), {{0.1, 0.1}, {0.1, gap}, {0.3, 0.3}}));
}

QTEST_APPLESS_MAIN(DecimateTest)

} // namespace decimate_test

#include "decimate_test.moc"
