// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QAccessible>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QToolTip>
#include <QtTest>

#include "widgets/charts/bar_layout.h"
#include "widgets/charts/bar_plot_widget.h"

using namespace rosler;

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
    const BarLayout layout = layoutBars(memory(logarithmic), {500, 300}, QFont());
    QCOMPARE(layout.bars.size(), std::size_t {6});
    for (const PlacedBarItem &bar : layout.bars) {
        QVERIFY(std::abs(bar.rect.bottom() - layout.plotArea.bottom()) < 1e-9);
        const double fraction = bar.rect.height() / layout.plotArea.height();
        QVERIFY(std::abs(fraction - layout.scale.fraction(bar.value)) < 1e-9);
        QVERIFY(bar.rect.height() > 0);
    }
    // Ratios show as they are: linearly as heights, by the logarithm as differences.
    const double dense = layout.bars[0].rect.height();
    const double half = layout.bars[2].rect.height();
    const double quarter = layout.bars[4].rect.height();
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
    const BarLayout layout = layoutBars(figure, {600, 350}, QFont());
    QCOMPARE(layout.bars.size(), static_cast<std::size_t>(categories * series));
    for (std::size_t i = 0; i < layout.bars.size(); ++i) {
        const QRectF &rect = layout.bars[i].rect;
        QVERIFY(layout.plotArea.adjusted(-0.01, -0.01, 0.01, 0.01).contains(rect));
        QVERIFY(layout.categorySlot(layout.bars[i].category, figure.categories.size()).left() <= rect.left());
        if (i > 0)
            QVERIFY(layout.bars[i - 1].rect.right() < rect.left());
    }
}

void BarPlotWidgetTest::labelsHaveThreeDigitsAndModelledOnesATilde()
{
    BarFigure figure = memory(false);
    QCOMPARE(barLabel(figure, 81.2345).text, std::string("81.2"));
    QVERIFY(!layoutBars(figure, {500, 300}, QFont()).labelFont.italic());
    figure.modelled = true;
    QCOMPARE(barLabel(figure, 81.2345).text, std::string("~81.2"));
    QVERIFY(layoutBars(figure, {500, 300}, QFont()).labelFont.italic());
}

void BarPlotWidgetTest::labelsHaveRoomAboveTheHighestBar()
{
    for (const bool logarithmic : {false, true}) {
        for (const double width : {200.0, 600.0}) {
            const BarLayout layout = layoutBars(memory(logarithmic), {width, 300}, QFont());
            const double room = layout.bars[0].rect.top() - layout.plotArea.top();
            QVERIFY2(room >= 0.9 * QFontMetricsF(layout.labelFont).height(),
                     qPrintable(QString::number(room)));
        }
    }
}

void BarPlotWidgetTest::littleRoomGoesToTheBars()
{
    BarFigure figure = memory(true);
    const BarLayout roomy = layoutBars(figure, {300, 300}, QFont());
    QCOMPARE(roomy.keys.size(), figure.series.size());
    QVERIFY(roomy.labelsShown);
    for (int copy = 0; copy < 6; ++copy)
        figure.series.push_back(figure.series.front());
    const BarLayout tight = layoutBars(figure, {180, 90}, QFont());
    QVERIFY(tight.keys.empty());
    QVERIFY(!tight.labelsShown);
    QVERIFY2(tight.plotArea.height() > 20, qPrintable(QString::number(tight.plotArea.height())));
}

void BarPlotWidgetTest::aLowChartHasTwoLabelsOnItsAxis()
{
    BarFigure figure = memory(true);
    for (const double largest : {4.9, 21.0, 49.0, 310.0, 2400.0, 7454.76, 12'000.0, 310'000.0}) {
        for (const bool logarithmic : {false, true}) {
            figure.value.logarithmic = logarithmic;
            figure.series[0].values = {largest, largest / 2, largest / 4};
            figure.series[1].values = {largest / 10, largest / 20, largest / 40};
            QVERIFY2(layoutBars(figure, {260, 120}, QFont()).ticks.labels.size() >= 2,
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
    const BarLayout layout = layoutBars(bars.figure(), bars.size(), bars.font());
    for (const PlacedBarItem &bar : layout.bars)
        QCOMPARE(image.pixelColor(bar.rect.center().toPoint()),
                 theme.seriesColour(bars.figure().series[bar.series].style));
    for (const PlacedBarKey &key : layout.keys)
        QCOMPARE(image.pixelColor(key.swatch.center().toPoint()),
                 theme.seriesColour(bars.figure().series[key.series].style));
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
    const QPoint place = layoutBars(figure, bars.size(), bars.font()).bars[3].rect.center().toPoint();
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
    const BarLayout small = layoutBars(memory(false), {600, 400}, font);
    font.setPointSizeF(font.pointSizeF() * 2);
    const BarLayout large = layoutBars(memory(false), {600, 400}, font);
    QVERIFY(large.plotArea.left() > 1.6 * small.plotArea.left());
    QVERIFY(large.plotArea.height() < small.plotArea.height() - 20);
    QVERIFY(large.labelFont.pointSizeF() > 1.5 * small.labelFont.pointSizeF());
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
            for (const PlacedBarItem &bar : layoutBars(figure, bars.size(), bars.font()).bars) {
                QVERIFY(std::isfinite(bar.rect.top()) && std::isfinite(bar.rect.height()));
                QVERIFY(bar.category < figure.categories.size());
            }
        }
    }
    bars.resize(1, 1);
    bars.grab();
}

QTEST_MAIN(BarPlotWidgetTest)
#include "bar_plot_widget_test.moc"
