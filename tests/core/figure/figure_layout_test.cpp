// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <QtTest>

#include "core/figure/figure_layout.h"
#include "tests/core/figure/example_figures.h"

namespace figure_layout_test {

using namespace rosler;

namespace {

/// The ink of a text, about: from digit height over its baseline down to the baseline.
PageRect boxOf(const PlacedText &text, const TextMetrics &metrics)
{
    const double length = metrics.width(text.text, text.size, text.italic, text.bold);
    const double high = metrics.digitHeight(text.size);
    const double before = text.anchor == TextAnchor::Start ? 0
        : text.anchor == TextAnchor::Middle                ? length / 2
                                                           : length;
    const PagePoint at = text.baseline;
    if (text.vertical)
        return {at.x - high, at.y + before - length, at.x, at.y + before};
    return {at.x - before, at.y - high, at.x - before + length, at.y};
}

bool overlap(const PageRect &a, const PageRect &b)
{
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

FigureLayout laidOut(const Figure &figure, const PublicationStyle &style = {})
{
    return layoutFigure(figure, style, TextMetrics(style.fontFamily));
}

} // namespace

class FigureLayoutTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textsAreApartAndOnThePage_data();
    void textsAreApartAndOnThePage();
    void legendHidesNoData_data();
    void legendHidesNoData();
    void legendGoesBelowWhenThereIsNoPlaceInside();
    void legendStandsWhereItWasAsked();
    void legendAboveSharesTheLineOfTheTitle();
    void legendAboveLeavesRoomForThePlot();
    void compactPagesKeepLabelsBeforeTheLegend();
    void compactPagesAreLegible_data();
    void compactPagesAreLegible();
    void barsStartAtTheAxisAndEndAtTheirValue();
    void logarithmicBarsAllShow();
    void modelledBarsSaySo();
    void fixedLimitsCutBars();
    void emptyFiguresHaveUnitAxes();
    void figuresOfSingleValuesHaveAxes();
    void wideNamesAreCut();
    void anyFigureIsPlacedInNumbers();
};

void FigureLayoutTest::textsAreApartAndOnThePage_data()
{
    QTest::addColumn<Figure>("figure");
    QTest::addColumn<PublicationStyle>("style");
    struct Size {
        const char *name;
        double width;
        double height;
        double font;
    };
    LineFigure zoomed = exampleCurves(3);
    zoomed.x.minimum = 11.25;
    zoomed.x.maximum = 11.75;
    zoomed.y.minimum = 98.00125;
    zoomed.y.maximum = 98.00175;
    zoomed.title = "Zoomed";
    LineFigure decades = exampleCurves(4);
    decades.x.logarithmic = decades.y.logarithmic = true;
    for (FigureSeries &series : decades.series)
        for (FigurePoint &point : series.points)
            point = {std::pow(10.0, point.x / 2), std::pow(10.0, -point.x / 3)};
    BarFigure modelled = exampleBars(3, false);
    modelled.modelled = true;
    BarFigure wordy = exampleBars(2, true);
    wordy.categories = {"training computation (GFLOP)", "training memory (MB)", "bytes"};
    for (const Size &size : {Size {"column", 85, 60, 8}, Size {"small", 50, 40, 7}, Size {"wide", 170, 60, 9},
                             Size {"high", 85, 120, 10}}) {
        const PublicationStyle style {size.width, size.height, size.font};
        const auto row = [&](const char *name, const Figure &figure) {
            QTest::addRow("%s, %s", name, size.name) << figure << style;
        };
        row("one curve", exampleCurves(1));
        row("four curves", exampleCurves(4));
        row("seven curves", exampleCurves(7));
        row("zoomed", zoomed);
        row("decades", decades);
        row("two bars", exampleBars(2, true));
        row("four bars", exampleBars(4, true));
        row("modelled", modelled);
        row("wordy", wordy);
        row("no curves", LineFigure {});
        row("no bars", BarFigure {});
    }
}

void FigureLayoutTest::textsAreApartAndOnThePage()
{
    QFETCH(Figure, figure);
    QFETCH(PublicationStyle, style);
    const TextMetrics metrics(style.fontFamily);
    const FigureLayout layout = layoutFigure(figure, style, metrics);
    const PageRect page {0, 0, layout.width, layout.height};
    for (std::size_t i = 0; i < layout.texts.size(); ++i) {
        const PageRect box = boxOf(layout.texts[i], metrics);
        const QByteArray what = QByteArray::fromStdString(layout.texts[i].text.text);
        QVERIFY2(page.holds({box.left, box.top}) && page.holds({box.right, box.bottom}), what.constData());
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY2(!overlap(box, boxOf(layout.texts[j], metrics)),
                     (what + " over " + QByteArray::fromStdString(layout.texts[j].text.text)).constData());
    }
    QVERIFY(layout.frame.rect.width() > 0.5 * layout.width);
    QVERIFY(layout.frame.rect.height() > 0.3 * layout.height);
    QVERIFY(layout.yTicks.size() >= 2);
}

void FigureLayoutTest::legendHidesNoData_data()
{
    QTest::addColumn<Figure>("figure");
    QTest::newRow("accuracy") << Figure {exampleCurves(4)};
    LineFigure falling = exampleCurves(3);
    for (FigureSeries &series : falling.series)
        for (FigurePoint &point : series.points)
            point.y = 2 * std::exp(-point.x / 3);
    QTest::newRow("loss") << Figure {falling};
    QTest::newRow("memory") << Figure {exampleBars(2, true)};
    QTest::newRow("memory of four") << Figure {exampleBars(4, true)};
}

void FigureLayoutTest::legendHidesNoData()
{
    QFETCH(Figure, figure);
    const FigureLayout layout = laidOut(figure);
    QVERIFY(layout.legend.has_value());
    const PageRect &box = layout.legend->box;
    for (const PlacedCurve &curve : layout.placedCurves) {
        for (const PagePath &piece : curve.pieces) {
            for (std::size_t i = 1; i < piece.size(); ++i) {
                PagePoint a = piece[i - 1];
                PagePoint b = piece[i];
                QVERIFY(!clipSegment(a, b, box));
            }
        }
    }
    for (const PlacedBar &bar : layout.bars)
        QVERIFY(!overlap(bar.rect, box));
}

void FigureLayoutTest::legendGoesBelowWhenThereIsNoPlaceInside()
{
    LineFigure figure = exampleCurves(5);
    for (std::size_t i = 0; i < figure.series.size(); ++i)
        for (FigurePoint &point : figure.series[i].points)
            point.y = std::sin(2 * point.x + static_cast<double>(i));
    const FigureLayout layout = laidOut(figure);
    QVERIFY(layout.legend.has_value());
    QVERIFY(!layout.legend->overPlot);
    QVERIFY(layout.legend->box.top > layout.frame.rect.bottom);
    QVERIFY(layout.legend->box.bottom <= layout.height);
}

void FigureLayoutTest::legendStandsWhereItWasAsked()
{
    PublicationStyle style;
    style.legend = LegendPlace::None;
    QVERIFY(!laidOut(exampleCurves(2), style).legend);
    style.legend = LegendPlace::Below;
    const FigureLayout below = laidOut(exampleCurves(2), style);
    QVERIFY(below.legend->box.top > below.frame.rect.bottom);
    style.legend = LegendPlace::Inside;
    const FigureLayout inside = laidOut(exampleCurves(2), style);
    QVERIFY(inside.frame.rect.holds({inside.legend->box.left, inside.legend->box.top}));
    QVERIFY(inside.frame.rect.holds({inside.legend->box.right, inside.legend->box.bottom}));
}

void FigureLayoutTest::legendAboveSharesTheLineOfTheTitle()
{
    BarFigure figure = exampleBars(2, true);
    figure.title = "Memory";
    PublicationStyle style;
    style.legend = LegendPlace::Above;
    style.boldTitle = true;
    const FigureLayout beside = laidOut(figure, style);
    const auto title = std::find_if(beside.texts.begin(), beside.texts.end(),
                                    [](const PlacedText &text) { return text.role == TextRole::Title; });
    QVERIFY(title != beside.texts.end() && title->bold);
    QCOMPARE(title->anchor, TextAnchor::Start);
    QVERIFY(beside.legend.has_value() && !beside.legend->overPlot);
    const TextMetrics metrics(style.fontFamily);
    for (const PlacedSample &sample : beside.legend->samples) {
        QVERIFY(sample.rect.left > boxOf(*title, metrics).right);
        QVERIFY(sample.rect.top < title->baseline.y && sample.rect.bottom > boxOf(*title, metrics).top);
        QVERIFY(sample.rect.bottom < beside.frame.rect.top);
    }
    style.widthMm = 40;
    const FigureLayout under = laidOut(figure, style);
    QVERIFY(under.legend.has_value());
    for (const PlacedSample &sample : under.legend->samples)
        QVERIFY(sample.rect.top > title->baseline.y && sample.rect.bottom < under.frame.rect.top);
}

void FigureLayoutTest::legendAboveLeavesRoomForThePlot()
{
    const BarFigure figure = exampleBars(4, true);
    PublicationStyle style {30, 120};
    style.legend = LegendPlace::Above;
    QVERIFY(laidOut(figure, style).legend.has_value());
    style.heightMm = 25;
    QVERIFY(!laidOut(figure, style).legend.has_value());
}

void FigureLayoutTest::compactPagesKeepLabelsBeforeTheLegend()
{
    const BarFigure figure = exampleBars(2, true);
    PublicationStyle style {30, 40};
    style.legend = LegendPlace::Above;
    style.compact = true;
    bool some = false;
    for (; style.heightMm >= 15; style.heightMm -= 0.5) {
        const FigureLayout layout = laidOut(figure, style);
        const bool labelled =
            std::any_of(layout.texts.begin(), layout.texts.end(),
                        [](const PlacedText &text) { return text.role == TextRole::BarLabel; });
        some = some || (labelled && !layout.legend);
        PublicationStyle without = style;
        without.legend = LegendPlace::None;
        const FigureLayout bare = laidOut(figure, without);
        const bool could = std::any_of(bare.texts.begin(), bare.texts.end(), [](const PlacedText &text) {
            return text.role == TextRole::BarLabel;
        });
        QCOMPARE(labelled, could);
    }
    QVERIFY(some);
}

void FigureLayoutTest::compactPagesAreLegible_data()
{
    QTest::addColumn<BarFigure>("figure");
    QTest::addColumn<double>("width");
    QTest::addColumn<double>("height");
    BarFigure titled = exampleBars(2, true);
    titled.title = "Memory of the weights";
    BarFigure linear = exampleBars(3, false);
    linear.modelled = true;
    BarFigure wordy = exampleBars(2, true);
    wordy.categories = {"training computation (GFLOP)", "training memory (MB)", "bytes"};
    for (const double width : {35.0, 50.0, 85.0, 300.0}) {
        for (const double height : {25.0, 40.0, 120.0}) {
            QTest::addRow("titled, %g x %g mm", width, height) << titled << width << height;
            QTest::addRow("linear, %g x %g mm", width, height) << linear << width << height;
            QTest::addRow("wordy, %g x %g mm", width, height) << wordy << width << height;
        }
    }
}

void FigureLayoutTest::compactPagesAreLegible()
{
    QFETCH(BarFigure, figure);
    QFETCH(double, width);
    QFETCH(double, height);
    PublicationStyle style {width, height};
    style.legend = LegendPlace::Above;
    style.boldTitle = true;
    style.compact = true;
    const TextMetrics metrics(style.fontFamily);
    const FigureLayout layout = laidOut(figure, style);
    const PageRect page {0, 0, layout.width, layout.height};
    int ticks = 0;
    for (std::size_t i = 0; i < layout.texts.size(); ++i) {
        const PageRect box = boxOf(layout.texts[i], metrics);
        const QByteArray what = QByteArray::fromStdString(layout.texts[i].text.text);
        QVERIFY2(page.holds({box.left, box.top}) && page.holds({box.right, box.bottom}), what.constData());
        ticks += layout.texts[i].role == TextRole::TickLabel ? 1 : 0;
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY2(!overlap(box, boxOf(layout.texts[j], metrics)),
                     (what + " over " + QByteArray::fromStdString(layout.texts[j].text.text)).constData());
    }
    QVERIFY(ticks >= 2);
    QVERIFY(layout.frame.rect.height() > 0.3 * layout.height);
    QVERIFY(layout.frame.rect.width() > 0.5 * layout.width);
}

void FigureLayoutTest::barsStartAtTheAxisAndEndAtTheirValue()
{
    BarFigure figure;
    figure.categories = {"a", "b"};
    figure.series = {{"first", seriesStyle(0), {2, -1}}, {"second", seriesStyle(1), {4}}};
    const FigureLayout layout = laidOut(figure);
    QCOMPARE(layout.bars.size(), std::size_t {3}); // the second series has no value at b
    const auto y = [&](double value) { return layout.frame.place({0, value}).y; };
    const auto spans = [&](std::size_t bar, double from, double to) {
        return std::abs(layout.bars[bar].rect.top - y(to)) < 1e-9
            && std::abs(layout.bars[bar].rect.bottom - y(from)) < 1e-9;
    };
    QVERIFY(spans(0, 0, 2));
    QVERIFY(spans(1, -1, 0));
    QVERIFY(spans(2, 0, 4));
    QVERIFY(layout.bars[0].rect.right < layout.bars[2].rect.left);
    QVERIFY(layout.bars[2].rect.right < layout.bars[1].rect.left);
}

void FigureLayoutTest::logarithmicBarsAllShow()
{
    BarFigure figure = exampleBars(4, true);
    figure.series[1].values[0] = std::numeric_limits<double>::quiet_NaN();
    figure.series[1].values[1] = 0;
    const FigureLayout layout = laidOut(figure);
    QCOMPARE(layout.bars.size(), std::size_t {10});
    for (const PlacedBar &bar : layout.bars) {
        QVERIFY(bar.rect.height() > 2);
        QCOMPARE(bar.rect.bottom, layout.frame.rect.bottom);
    }
}

void FigureLayoutTest::modelledBarsSaySo()
{
    BarFigure figure = exampleBars(2, true);
    figure.modelled = true;
    int labels = 0;
    bool titled = false;
    for (const PlacedText &text : laidOut(figure).texts) {
        if (text.role == TextRole::BarLabel) {
            ++labels;
            QVERIFY(text.italic);
            QCOMPARE(text.text.text.front(), '~');
        }
        titled = titled || text.text.text == "stored weights (kB), modelled";
    }
    QCOMPARE(labels, 6);
    QVERIFY(titled);
}

void FigureLayoutTest::fixedLimitsCutBars()
{
    BarFigure figure = exampleBars(2, false);
    figure.value.maximum = 1000;
    const FigureLayout layout = laidOut(figure);
    QCOMPARE(layout.frame.y.maximum, 1000.0);
    const PageRect &plot = layout.frame.rect;
    for (const PlacedBar &bar : layout.bars)
        QVERIFY(plot.holds({bar.rect.left, bar.rect.top}) && plot.holds({bar.rect.right, bar.rect.bottom}));
}

void FigureLayoutTest::emptyFiguresHaveUnitAxes()
{
    LineFigure noPoints;
    noPoints.series = {{"nothing yet", seriesStyle(0), {}}};
    for (const Figure &figure : {Figure {LineFigure {}}, Figure {noPoints}, Figure {BarFigure {}}}) {
        const FigureLayout layout = laidOut(figure);
        QCOMPARE(layout.frame.y.minimum, 0.0);
        QCOMPARE(layout.frame.y.maximum, 1.0);
        QVERIFY(layout.yTicks.size() >= 3);
    }
}

void FigureLayoutTest::figuresOfSingleValuesHaveAxes()
{
    LineFigure point;
    point.series = {{"one", seriesStyle(0), {{3, 98}}}};
    const FigureLayout layout = laidOut(point);
    QCOMPARE(layout.placedCurves[0].markers.size(), std::size_t {1});
    QVERIFY(layout.frame.rect.holds(layout.placedCurves[0].markers[0]));
    BarFigure zero;
    zero.categories = {"a"};
    zero.series = {{"one", seriesStyle(0), {0.0}}};
    QCOMPARE(laidOut(zero).frame.y.maximum, 1.0);
}

void FigureLayoutTest::wideNamesAreCut()
{
    LineFigure figure = exampleCurves(2);
    figure.series[0].name = std::string(300, 'w');
    figure.y.title = std::string(300, 'y');
    figure.title = std::string(300, 't');
    const TextMetrics metrics("DejaVu Sans");
    const FigureLayout layout = layoutFigure(figure, {}, metrics);
    const PageRect page {0, 0, layout.width, layout.height};
    for (const PlacedText &text : layout.texts) {
        const PageRect box = boxOf(text, metrics);
        QVERIFY(page.holds({box.left, box.top}) && page.holds({box.right, box.bottom}));
    }
}

void FigureLayoutTest::anyFigureIsPlacedInNumbers()
{
    std::mt19937_64 random(11);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    const auto value = [&]() -> double {
        switch (below(8)) {
        case 0:
            return std::numeric_limits<double>::quiet_NaN();
        case 1:
            return std::numeric_limits<double>::infinity();
        case 2:
            return 0;
        default:
            return (static_cast<double>(below(2001)) / 1000 - 1)
                * std::pow(10.0, static_cast<double>(below(616)) - 307);
        }
    };
    const auto axis = [&] {
        FigureAxis any {"any", below(2) == 0, {}, {}};
        if (below(3) == 0)
            any.minimum = value();
        if (below(3) == 0)
            any.maximum = value();
        return any;
    };
    for (int round = 0; round < 100; ++round) {
        const PublicationStyle style {10 + static_cast<double>(below(200)),
                                      10 + static_cast<double>(below(200)),
                                      1 + static_cast<double>(below(20))};
        LineFigure lines {"", axis(), axis(), {}};
        BarFigure bars {"", axis(), {}, {}, true, false};
        bars.categories.resize(below(6), "category");
        for (std::size_t s = below(9); s > 0; --s) {
            lines.series.push_back({"some", seriesStyle(s), {}});
            bars.series.push_back({"some", seriesStyle(s), {}});
            for (std::size_t i = below(30); i > 0; --i) {
                lines.series.back().points.push_back({value(), value()});
                bars.series.back().values.push_back(value());
            }
        }
        for (const Figure &figure : {Figure {lines}, Figure {bars}}) {
            const FigureLayout layout = laidOut(figure, style);
            const PageRect &plot = layout.frame.rect;
            QVERIFY(plot.width() > 0 && plot.height() > 0);
            for (const PlacedCurve &curve : layout.placedCurves)
                for (const PagePath &piece : curve.pieces)
                    for (const PagePoint &p : piece)
                        QVERIFY(plot.holds(p));
            for (const PlacedBar &bar : layout.bars)
                QVERIFY(bar.rect.top >= plot.top && bar.rect.bottom <= plot.bottom && bar.rect.height() >= 0);
            for (const PlacedTick &tick : layout.yTicks)
                QVERIFY(tick.position >= plot.top - 1e-6 && tick.position <= plot.bottom + 1e-6);
            for (const PlacedText &text : layout.texts)
                QVERIFY(std::isfinite(text.baseline.x) && std::isfinite(text.baseline.y));
        }
    }
}

QTEST_APPLESS_MAIN(FigureLayoutTest)

} // namespace figure_layout_test

#include "figure_layout_test.moc"
