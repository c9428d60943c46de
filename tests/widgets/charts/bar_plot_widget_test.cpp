// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <QAccessible>
#include <QContextMenuEvent>
#include <QFontInfo>
#include <QHash>
#include <QHelpEvent>
#include <QMenu>
#include <QToolTip>
#include <QtTest>

#include "core/figure/bar_layout.h"
#include "core/figure/figure_layout.h"
#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/painter_canvas.h"

namespace bar_plot_widget_test {

using namespace rosler;

namespace {

FigureLayout laidOut(const BarFigure &figure, const QSizeF &size, const QFont &font = {})
{
    const PublicationStyle style = screenStyle(size, font, QWidget().logicalDpiY());
    return layoutFigure(figure, style, TextMetrics(style.fontFamily));
}

std::vector<PlacedText> textsOf(const FigureLayout &layout, TextRole role)
{
    std::vector<PlacedText> texts;
    for (const PlacedText &text : layout.texts)
        if (text.role == role)
            texts.push_back(text);
    return texts;
}

/// The colour that most of the pixels in @p rect have.
QColor mainColour(const QImage &image, const QRectF &rect)
{
    QHash<QRgb, int> counts;
    const QRect pixels = rect.toRect().intersected(image.rect());
    for (int y = pixels.top(); y <= pixels.bottom(); ++y)
        for (int x = pixels.left(); x <= pixels.right(); ++x)
            ++counts[image.pixel(x, y)];
    QRgb most = 0;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        if (it.value() > counts.value(most))
            most = it.key();
    return QColor::fromRgb(most);
}

} // namespace

class BarPlotWidgetTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void barsAreAsHighAsTheirValues_data();
    void barsAreAsHighAsTheirValues();
    void barsDoNotOverlapAndStayInsideThePlot_data();
    void barsDoNotOverlapAndStayInsideThePlot();
    void labelsHaveThreeDigitsAndModelledOnesATilde();
    void labelsHaveRoomAboveTheHighestBar();
    void littleRoomGoesToTheBars();
    void aLowChartHasTwoLabelsOnItsAxis();
    void barsArePaintedInTheirColours();
    void copiesByKey();
    void arrowsGoFromBarToBar();
    void toolTipTellsTheBar();
    void isAChartToScreenReaders();
    void contextMenuAsksForExports();
    void sizesFollowTheFont();
    void strangeNumbersDoNoHarm();

private:
    static BarFigure memory(bool logarithmic);
};

BarFigure BarPlotWidgetTest::memory(bool logarithmic)
{
    BarFigure figure;
    figure.title = "Memory of the weights";
    figure.value.title = "memory (kB)";
    figure.value.logarithmic = logarithmic;
    figure.categories = {"float32", "float16", "int8"};
    figure.series = {{.name = "dense", .style = seriesStyle(0), .values = {7454.76, 3727.38, 1863.69}},
                     {.name = "Rosler", .style = seriesStyle(1), .values = {81.2, 40.6, 20.3}}};
    return figure;
}

void BarPlotWidgetTest::barsAreAsHighAsTheirValues_data()
{
    QTest::addColumn<bool>("logarithmic");
    QTest::newRow("linear") << false;
    QTest::newRow("logarithmic") << true;
}

void BarPlotWidgetTest::barsAreAsHighAsTheirValues()
{
    QFETCH(bool, logarithmic);
    const FigureLayout layout = laidOut(memory(logarithmic), {500, 300});
    const PageRect &plot = layout.frame.rect;
    QCOMPARE(layout.bars.size(), std::size_t {6});
    for (const PlacedBar &bar : layout.bars) {
        QVERIFY(std::abs(bar.rect.bottom - plot.bottom) < 1e-9);
        QVERIFY(std::abs(bar.rect.height() / plot.height() - layout.frame.y.fraction(bar.value)) < 1e-9);
        QVERIFY(bar.rect.height() > 0);
    }
    // Ratios show as they are: linearly as heights, by the logarithm as differences.
    const double dense = layout.bars[0].rect.height();
    const double half = layout.bars[1].rect.height();
    const double quarter = layout.bars[2].rect.height();
    if (logarithmic)
        QVERIFY(std::abs((dense - half) - (half - quarter)) < 1e-6);
    else
        QVERIFY(std::abs(dense / half - 2) < 1e-9);
}

void BarPlotWidgetTest::barsDoNotOverlapAndStayInsideThePlot_data()
{
    QTest::addColumn<int>("categories");
    QTest::addColumn<int>("series");
    QTest::newRow("one bar") << 1 << 1;
    QTest::newRow("three pairs") << 3 << 2;
    QTest::newRow("crowded") << 8 << 7;
}

void BarPlotWidgetTest::barsDoNotOverlapAndStayInsideThePlot()
{
    QFETCH(int, categories);
    QFETCH(int, series);
    BarFigure figure;
    for (int c = 0; c < categories; ++c)
        figure.categories.push_back("category " + std::to_string(c));
    for (int s = 0; s < series; ++s) {
        figure.series.push_back(
            {.name = "series " + std::to_string(s), .style = seriesStyle(0), .values = {}});
        for (int c = 0; c < categories; ++c)
            figure.series.back().values.push_back(100.0 * c + s + 1);
    }
    FigureLayout layout = laidOut(figure, {600, 350});
    QCOMPARE(layout.bars.size(), static_cast<std::size_t>(categories * series));
    std::sort(layout.bars.begin(), layout.bars.end(), [](const PlacedBar &a, const PlacedBar &b) {
        return std::tie(a.category, a.series) < std::tie(b.category, b.series);
    });
    const QRectF plot = rectOf(layout.frame.rect).adjusted(-0.01, -0.01, 0.01, 0.01);
    for (std::size_t i = 0; i < layout.bars.size(); ++i) {
        QVERIFY(plot.contains(rectOf(layout.bars[i].rect)));
        if (i > 0)
            QVERIFY(layout.bars[i - 1].rect.right < layout.bars[i].rect.left);
    }
}

void BarPlotWidgetTest::labelsHaveThreeDigitsAndModelledOnesATilde()
{
    BarFigure figure = memory(false);
    QCOMPARE(barLabel(figure, 81.2345).text, std::string("81.2"));
    const auto labelled = [&](bool italic) {
        const std::vector<PlacedText> labels = textsOf(laidOut(figure, {500, 300}), TextRole::BarLabel);
        return labels.size() == 6 && std::all_of(labels.begin(), labels.end(), [&](const PlacedText &label) {
                   return label.italic == italic && label.text.text.starts_with('~') == italic;
               });
    };
    QVERIFY(labelled(false));
    figure.modelled = true;
    QCOMPARE(barLabel(figure, 81.2345).text, std::string("~81.2"));
    QVERIFY(labelled(true));
}

void BarPlotWidgetTest::labelsHaveRoomAboveTheHighestBar()
{
    for (const bool logarithmic : {false, true}) {
        for (const double width : {200.0, 600.0}) {
            const FigureLayout layout = laidOut(memory(logarithmic), {width, 300});
            const PlacedText label = textsOf(layout, TextRole::BarLabel).front();
            const double room = layout.bars[0].rect.top - layout.frame.rect.top;
            const TextMetrics metrics(QFontInfo(QFont()).family().toStdString());
            const double wanted = label.vertical ? metrics.width(label.text, label.size, label.italic)
                                                 : metrics.digitHeight(label.size);
            QVERIFY2(room >= wanted, qPrintable(QString::number(room)));
        }
    }
}

void BarPlotWidgetTest::littleRoomGoesToTheBars()
{
    BarFigure figure = memory(true);
    const FigureLayout roomy = laidOut(figure, {300, 300});
    QVERIFY(roomy.legend.has_value());
    QCOMPARE(roomy.legend->samples.size(), figure.series.size());
    QVERIFY(!textsOf(roomy, TextRole::BarLabel).empty());
    QVERIFY(!textsOf(roomy, TextRole::AxisTitle).empty());
    for (int copy = 0; copy < 6; ++copy)
        figure.series.push_back(figure.series.front());
    const FigureLayout tight = laidOut(figure, {150, 90});
    QVERIFY(!tight.legend.has_value());
    QVERIFY(textsOf(tight, TextRole::BarLabel).empty());
    QVERIFY(textsOf(tight, TextRole::AxisTitle).empty());
    QVERIFY2(tight.frame.rect.height() > 20, qPrintable(QString::number(tight.frame.rect.height())));
}

void BarPlotWidgetTest::aLowChartHasTwoLabelsOnItsAxis()
{
    BarFigure figure = memory(true);
    for (const double largest : {4.9, 21.0, 49.0, 310.0, 2400.0, 7454.76, 12'000.0, 310'000.0}) {
        for (const bool logarithmic : {false, true}) {
            figure.value.logarithmic = logarithmic;
            figure.series[0].values = {largest, largest / 2, largest / 4};
            figure.series[1].values = {largest / 10, largest / 20, largest / 40};
            QVERIFY2(textsOf(laidOut(figure, {260, 120}), TextRole::TickLabel).size() >= 2,
                     qPrintable(QString::number(largest)));
        }
    }
}

void BarPlotWidgetTest::copiesByKey()
{
    BarPlotWidget bars;
    const QSignalSpy copies(&bars, &BarPlotWidget::copyRequested);
    QTest::keyClick(&bars, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(copies.count(), 1);
}

void BarPlotWidgetTest::barsArePaintedInTheirColours()
{
    BarPlotWidget bars;
    bars.resize(500, 300);
    const ChartTheme theme = chartTheme(ThemeKind::Dark, {});
    bars.setTheme(theme);
    bars.setFigure(memory(true));
    const QImage image = bars.grab().toImage();
    for (const PlacedBar &bar : bars.placed().bars)
        QCOMPARE(mainColour(image, rectOf(bar.rect)),
                 theme.seriesColour(bars.figure().series[bar.series].style));
    for (const PlacedSample &sample : bars.placed().legend->samples)
        QCOMPARE(mainColour(image, rectOf(sample.rect)), theme.seriesColour(sample.style));
    QCOMPARE(image.pixelColor(1, 298), theme.background);
}

void BarPlotWidgetTest::arrowsGoFromBarToBar()
{
    BarPlotWidget bars;
    bars.resize(500, 300);
    bars.setFigure(memory(true));
    bars.show();
    QVERIFY(QTest::qWaitForWindowActive(&bars));
    bars.setFocus();
    QCOMPARE(bars.readout(), QString());
    QTest::keyClick(&bars, Qt::Key_Right);
    QVERIFY2(bars.readout().startsWith(QStringLiteral("dense, float32: 7454.76")),
             qPrintable(bars.readout()));
    QTest::keyClick(&bars, Qt::Key_Right);
    QVERIFY(bars.readout().startsWith(QStringLiteral("Rosler, float32: 81.2")));
    for (int i = 0; i < 9; ++i)
        QTest::keyClick(&bars, Qt::Key_Right);
    QVERIFY(bars.readout().startsWith(QStringLiteral("Rosler, int8: 20.3")));
    QTest::keyClick(&bars, Qt::Key_Left);
    QVERIFY(bars.readout().startsWith(QStringLiteral("dense, int8")));
    QTest::keyClick(&bars, Qt::Key_Escape);
    QCOMPARE(bars.readout(), QString());
    QTest::keyClick(&bars, Qt::Key_Left);
    bars.setFigure({});
    QCOMPARE(bars.readout(), QString());
    QTest::keyClick(&bars, Qt::Key_Left);
}

void BarPlotWidgetTest::toolTipTellsTheBar()
{
    BarPlotWidget bars;
    bars.resize(500, 300);
    BarFigure figure = memory(true);
    figure.modelled = true;
    bars.setFigure(figure);
    bars.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bars));
    const QPoint place = rectOf(bars.placed().bars[4].rect).center().toPoint();
    QHelpEvent help(QEvent::ToolTip, place, bars.mapToGlobal(place));
    QCoreApplication::sendEvent(&bars, &help);
    QTRY_VERIFY2(QToolTip::text().contains(QStringLiteral("Rosler, float16: ~40.6")),
                 qPrintable(QToolTip::text()));
    QVERIFY(QToolTip::text().contains(QStringLiteral("modelled")));
}

void BarPlotWidgetTest::isAChartToScreenReaders()
{
    BarPlotWidget bars;
    bars.setEmptyText("Train both to see what they need.");
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(&bars);
    QCOMPARE(interface->role(), QAccessible::Chart);
    QCOMPARE(interface->text(QAccessible::Description), QStringLiteral("Train both to see what they need."));
    bars.setFigure(memory(true));
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Memory of the weights"));
    const QString words = interface->text(QAccessible::Description);
    QVERIFY2(words.contains(QStringLiteral("int8, Rosler: 20.3")), qPrintable(words));
}

void BarPlotWidgetTest::contextMenuAsksForExports()
{
    BarPlotWidget bars;
    bars.resize(300, 200);
    bars.show();
    const QSignalSpy exports(&bars, &BarPlotWidget::exportRequested);
    const QSignalSpy copies(&bars, &BarPlotWidget::copyRequested);
    const QSignalSpy data(&bars, &BarPlotWidget::visibleDataRequested);
    QContextMenuEvent event(QContextMenuEvent::Keyboard, {}, {});
    QCoreApplication::sendEvent(&bars, &event);
    auto *menu = bars.findChild<QMenu *>();
    QVERIFY(menu != nullptr);
    for (QAction *action : menu->actions())
        action->trigger();
    QCOMPARE(exports.count() + copies.count() + data.count(), 3);
    menu->close();
}

void BarPlotWidgetTest::sizesFollowTheFont()
{
    QFont font;
    const FigureLayout small = laidOut(memory(false), {600, 400}, font);
    font.setPointSizeF(font.pointSizeF() * 2);
    const FigureLayout large = laidOut(memory(false), {600, 400}, font);
    QVERIFY(large.frame.rect.left > 1.6 * small.frame.rect.left);
    QVERIFY(large.frame.rect.height() < small.frame.rect.height() - 20);
    QVERIFY(textsOf(large, TextRole::BarLabel)[0].size > 1.5 * textsOf(small, TextRole::BarLabel)[0].size);

    BarPlotWidget bars;
    bars.resize(600, 400);
    bars.setFigure(memory(false));
    const double left = bars.placed().frame.rect.left;
    bars.setFont(font);
    QVERIFY(bars.placed().frame.rect.left > 1.6 * left);
    bars.resize(900, 500);
    QVERIFY(std::abs(bars.placed().width - 900) < 1e-9 && std::abs(bars.placed().height - 500) < 1e-9);
}

void BarPlotWidgetTest::strangeNumbersDoNoHarm()
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double inf = std::numeric_limits<double>::infinity();
    constexpr double max = std::numeric_limits<double>::max();
    const std::vector<std::vector<double>> rows {{},      {nan, inf},  {0, 0},      {-1, -2},
                                                 {-3, 5}, {max, -max}, {1e-300, 1}, {5, 5, 5, 5, 5}};
    BarPlotWidget bars;
    bars.resize(300, 200);
    for (const bool logarithmic : {false, true}) {
        for (const std::vector<double> &values : rows) {
            BarFigure figure = memory(logarithmic);
            figure.series[0].values = values;
            bars.setFigure(figure);
            bars.grab();
            QVERIFY(!bars.summary().isEmpty());
            for (const PlacedBar &bar : bars.placed().bars) {
                QVERIFY(std::isfinite(bar.rect.top) && std::isfinite(bar.rect.height()));
                QVERIFY(bar.category < figure.categories.size());
            }
        }
    }
    bars.resize(1, 1);
    bars.grab();
}

QTEST_MAIN(BarPlotWidgetTest)

} // namespace bar_plot_widget_test

#include "bar_plot_widget_test.moc"
