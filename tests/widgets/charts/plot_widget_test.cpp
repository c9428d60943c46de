// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QElapsedTimer>
#include <QGraphicsItem>
#include <QMenu>
#include <QWheelEvent>
#include <QtTest>

#include "widgets/charts/plot_canvas.h"
#include "widgets/charts/plot_widget.h"

namespace plot_widget_test {

using namespace rosler;

namespace {

/// Counts how often the chart beneath the crosshair is painted.
class PaintProbe final : public QGraphicsItem
{
public:
    [[nodiscard]] QRectF boundingRect() const override { return {0, 0, 10'000, 10'000}; }
    void paint(QPainter * /*painter*/, const QStyleOptionGraphicsItem * /*option*/,
               QWidget * /*widget*/) override
    {
        ++paints;
    }
    int paints = 0;
};

/// An axis that follows the data.
FigureAxis freeAxis(const char *title)
{
    FigureAxis axis;
    axis.title = title;
    return axis;
}

} // namespace

class PlotWidgetTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void curvesAreWhereTheirPointsAre();
    void firstPaintIsComplete();
    void curvesAreSmooth();
    void missingValuesBreakTheLine();
    void singleValuesBetweenGapsAreDots();
    void draggingZoomsAndRResets();
    void draggingAlongOneAxisZoomsOnlyThat();
    void escapeCancelsTheRubberBand();
    void wheelKeepsThePointUnderTheCursor_data();
    void wheelKeepsThePointUnderTheCursor();
    void zoomingOutOfEverythingEndsTheZoom();
    void panningMovesTheView_data();
    void panningMovesTheView();
    void panningStopsBeyondTheData();
    void zoomOfTheMillionthPartStillWorks();
    void legendShowsAndHides();
    void figureOfTheVisibleRangeIsCut();
    void logarithmicAxesSkipWhatHasNoLogarithm();
    void logarithmicKeysAndSlotsAgree();
    void axesKeepTheirLimitsAndFollowVisibleCurves();
    void appendingBeyondAMillionKeepsTheEnds();
    void newPointsArePaintedAtMostThirtyTimesASecond();
    void mouseMovesPaintNoCurveAnew();
    void arrowsMoveTheCrosshairAndSpeak();
    void crosshairIsSharedWithoutEcho();
    void crosshairTellsWhereCurvesEnd();
    void contextMenuAsksForExports();
    void copiesByKey();
    void aPausedViewStandsWhilePointsArrive();
    void scatterPointsAreHitAndClicked();
    void bandsLieBehindTheirCurves();
    void windowShortcutsWaitForTheChart();
    void isAChartToScreenReaders();
    void everythingFocusableHasAName();
    void sizesFollowTheFont();
    void emptyTextStandsWhereCurvesWillBe();
    void followsThePaletteUntilItHasATheme();
    void seriesKeepTheirOrderAndCanGo();
    void strangeNumbersDoNoHarm();

private:
    /// 600 x 400, shown, axes fixed at 0..10 and 0..100, curve "a" with the points given.
    static std::unique_ptr<PlotWidget> shownPlot(const QList<QPointF> &points);
    static QPoint at(const PlotWidget &plot, double x, double y);
    static bool isInk(const QImage &image, const PlotWidget &plot, double x, double y);
    static void turnWheel(PlotWidget &plot, QPoint position, int notches,
                          Qt::KeyboardModifiers modifiers = {});
};

std::unique_ptr<PlotWidget> PlotWidgetTest::shownPlot(const QList<QPointF> &points)
{
    auto plot = std::make_unique<PlotWidget>();
    plot->resize(600, 400);
    plot->setTheme(chartTheme(ThemeKind::Light, {}));
    plot->setAxes({.title = "epoch", .logarithmic = false, .minimum = 0, .maximum = 10},
                  {.title = "accuracy (%)", .logarithmic = false, .minimum = 0, .maximum = 100});
    plot->setSeries("a", "Rosler", {.colour = {.red = 1, .green = 0, .blue = 0}});
    plot->replacePoints("a", points);
    plot->show();
    if (!QTest::qWaitForWindowExposed(plot.get()))
        return nullptr;
    plot->activateWindow();
    plot->setFocus();
    plot->grab(); // laid out and painted once
    return plot;
}

QPoint PlotWidgetTest::at(const PlotWidget &plot, double x, double y)
{
    const auto *canvas = plot.findChild<PlotCanvas *>();
    return canvas->mapTo(&plot, canvas->toWidget(x / 10, y / 100).toPoint());
}

/// Whether the red curve passes within a pixel of that place.
bool PlotWidgetTest::isInk(const QImage &image, const PlotWidget &plot, double x, double y)
{
    const QPoint place = at(plot, x, y);
    for (int dx = -1; dx <= 1; ++dx) {
        for (int dy = -1; dy <= 1; ++dy) {
            const QColor colour = image.pixelColor(place + QPoint(dx, dy));
            if (colour.red() > 180 && colour.green() < 90 && colour.blue() < 90)
                return true;
        }
    }
    return false;
}

void PlotWidgetTest::turnWheel(PlotWidget &plot, QPoint position, int notches,
                               Qt::KeyboardModifiers modifiers)
{
    QWheelEvent event(position, plot.mapToGlobal(position), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&plot, &event);
}

void PlotWidgetTest::curvesAreWhereTheirPointsAre()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    const QImage image = plot->grab().toImage();
    for (int i = 1; i < 10; ++i) {
        QVERIFY2(isInk(image, *plot, i, 10 * i), qPrintable(QString::number(i)));
        QVERIFY(!isInk(image, *plot, i, 10 * i + 6));
        QVERIFY(!isInk(image, *plot, i, 10 * i - 6));
    }
    // A new curve takes the old one's place.
    plot->replacePoints("a", {{0, 80}, {10, 80}});
    QTRY_VERIFY(isInk(plot->grab().toImage(), *plot, 3, 80));
    QVERIFY(!isInk(plot->grab().toImage(), *plot, 3, 30));
}

void PlotWidgetTest::firstPaintIsComplete()
{
    PlotWidget plot;
    plot.resize(500, 300);
    plot.setTitle("Test accuracy");
    plot.setAxes(freeAxis("epoch"), freeAxis("accuracy (%)"));
    plot.appendPoints("never named", {{0, 1}, {4, 3}, {7, 12'000}}); // is called by its id
    const QImage first = plot.grab().toImage();
    QCoreApplication::processEvents();
    plot.findChild<PlotCanvas *>()->invalidate();
    QCOMPARE(plot.grab().toImage(), first);
    QCOMPARE(plot.figure(false).series.at(0).name, std::string("never named"));
}

void PlotWidgetTest::curvesAreSmooth()
{
    const auto plot = shownPlot({{0, 37}, {10, 63}});
    const QImage image = plot->grab().toImage();
    int blended = 0;
    for (int i = 1; i < 100; ++i) {
        for (int dy = -3; dy <= 3; ++dy) {
            const QColor colour = image.pixelColor(at(*plot, i / 10.0, 37 + 0.26 * i) + QPoint(0, dy));
            blended += colour.red() > 200 && colour.green() > 60 && colour.green() < 200 ? 1 : 0;
        }
    }
    QVERIFY2(blended > 50, qPrintable(QString::number(blended)));
}

void PlotWidgetTest::missingValuesBreakTheLine()
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto plot = shownPlot({{0, 50}, {4, 50}, {5, nan}, {6, 50}, {10, 50}});
    const QImage image = plot->grab().toImage();
    QVERIFY(isInk(image, *plot, 2, 50));
    QVERIFY(isInk(image, *plot, 8, 50));
    QVERIFY(!isInk(image, *plot, 5, 50));
    QVERIFY(!isInk(image, *plot, 4.3, 50));
    // Mended again: the second piece of the line is not left behind.
    plot->replacePoints("a", {{0, 20}, {10, 20}});
    QTRY_VERIFY(isInk(plot->grab().toImage(), *plot, 5, 20));
    QVERIFY(!isInk(plot->grab().toImage(), *plot, 8, 50));
}

void PlotWidgetTest::singleValuesBetweenGapsAreDots()
{
    constexpr double inf = std::numeric_limits<double>::infinity();
    const auto plot = shownPlot({{1, inf}, {5, 50}, {6, -inf}});
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 50));
}

void PlotWidgetTest::draggingZoomsAndRResets()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    QVERIFY(!plot->isZoomed());
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, at(*plot, 2, 80));
    QTest::mouseMove(plot.get(), at(*plot, 5, 30));
    QTest::mouseMove(plot.get(), at(*plot, 6, 20));
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, at(*plot, 6, 20));
    QVERIFY(plot->isZoomed());
    const LineFigure figure = plot->figure(true);
    QVERIFY(std::abs(*figure.x.minimum - 2) < 0.05 && std::abs(*figure.x.maximum - 6) < 0.05);
    QVERIFY(std::abs(*figure.y.minimum - 20) < 0.5 && std::abs(*figure.y.maximum - 80) < 0.5);
    // Now x = 4 lies in the middle.
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 33.3));

    QTest::keyClick(plot.get(), Qt::Key_R);
    QVERIFY(!plot->isZoomed());
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 50));
    // A click is no drag.
    QTest::mouseClick(plot.get(), Qt::LeftButton, {}, at(*plot, 2, 80));
    QVERIFY(!plot->isZoomed());
}

void PlotWidgetTest::draggingAlongOneAxisZoomsOnlyThat()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    const QPoint start = at(*plot, 2, 80);
    const QPoint end(at(*plot, 6, 80).x(), start.y() + 3);
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, start);
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, end);
    const LineFigure figure = plot->figure(true);
    QVERIFY(std::abs(*figure.x.minimum - 2) < 0.05 && std::abs(*figure.x.maximum - 6) < 0.05);
    QCOMPARE(*figure.y.minimum, 0.0);
    QCOMPARE(*figure.y.maximum, 100.0);
}

void PlotWidgetTest::escapeCancelsTheRubberBand()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, at(*plot, 2, 80));
    QTest::mouseMove(plot.get(), at(*plot, 6, 20));
    QTest::keyClick(plot.get(), Qt::Key_Escape);
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, at(*plot, 6, 20));
    QVERIFY(!plot->isZoomed());
}

void PlotWidgetTest::wheelKeepsThePointUnderTheCursor_data()
{
    QTest::addColumn<bool>("logarithmic");
    QTest::addColumn<int>("notches");
    QTest::newRow("in") << false << 3;
    QTest::newRow("in, logarithmic") << true << 2;
    QTest::newRow("in and partly out") << false << -1;
}

void PlotWidgetTest::wheelKeepsThePointUnderTheCursor()
{
    QFETCH(bool, logarithmic);
    QFETCH(int, notches);
    const auto plot = shownPlot({{1, 1}, {10, 100}});
    if (logarithmic) {
        plot->setAxes({.title = "epoch", .logarithmic = true, .minimum = 1, .maximum = 10},
                      {.title = "accuracy (%)", .logarithmic = true, .minimum = 1, .maximum = 100});
        plot->grab();
    }
    const QPoint cursor = at(*plot, 3, 70);
    if (notches < 0)
        turnWheel(*plot, cursor, 4);
    const auto place = [&](const FigureAxis &axis, double fraction) {
        return axis.logarithmic ? *axis.minimum * std::pow(*axis.maximum / *axis.minimum, fraction)
                                : *axis.minimum + fraction * (*axis.maximum - *axis.minimum);
    };
    const auto *canvas = plot->findChild<PlotCanvas *>();
    const QPointF fractions = canvas->toFractions(canvas->mapFrom(plot.get(), cursor));
    const LineFigure before = plot->figure(true);
    turnWheel(*plot, cursor, notches);
    const LineFigure after = plot->figure(true);
    QVERIFY(std::abs(place(after.x, fractions.x()) / place(before.x, fractions.x()) - 1) < 1e-9);
    QVERIFY(std::abs(place(after.y, fractions.y()) / place(before.y, fractions.y()) - 1) < 1e-9);
    QVERIFY((*after.x.maximum - *after.x.minimum < *before.x.maximum - *before.x.minimum) == (notches > 0));

    // With Ctrl only x, with Shift only y.
    turnWheel(*plot, cursor, 1, Qt::ControlModifier);
    const LineFigure onlyX = plot->figure(true);
    QVERIFY(*onlyX.x.minimum != *after.x.minimum);
    QCOMPARE(*onlyX.y.minimum, *after.y.minimum);
    turnWheel(*plot, cursor, 1, Qt::ShiftModifier);
    const LineFigure onlyY = plot->figure(true);
    QCOMPARE(*onlyY.x.minimum, *onlyX.x.minimum);
    QVERIFY(*onlyY.y.minimum != *onlyX.y.minimum);
}

void PlotWidgetTest::zoomingOutOfEverythingEndsTheZoom()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    turnWheel(*plot, at(*plot, 5, 50), 2);
    QVERIFY(plot->isZoomed());
    turnWheel(*plot, at(*plot, 5, 50), -3);
    QVERIFY(!plot->isZoomed());
    turnWheel(*plot, at(*plot, 5, 50), -3);
    QVERIFY(!plot->isZoomed());
}

void PlotWidgetTest::panningMovesTheView_data()
{
    QTest::addColumn<int>("button");
    QTest::addColumn<int>("modifiers");
    QTest::newRow("middle button") << int(Qt::MiddleButton) << int(Qt::NoModifier);
    QTest::newRow("shift") << int(Qt::LeftButton) << int(Qt::ShiftModifier);
    QTest::newRow("keys") << int(Qt::NoButton) << int(Qt::NoModifier);
}

void PlotWidgetTest::panningMovesTheView()
{
    QFETCH(int, button);
    QFETCH(int, modifiers);
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    turnWheel(*plot, at(*plot, 5, 50), 3);
    const LineFigure before = plot->figure(true);
    const double width = *before.x.maximum - *before.x.minimum;
    const double height = *before.y.maximum - *before.y.minimum;
    if (button == Qt::NoButton) {
        QTest::keyClick(plot.get(), Qt::Key_Right, Qt::ControlModifier);
        QTest::keyClick(plot.get(), Qt::Key_Up, Qt::ControlModifier);
    } else {
        const QPoint start = at(*plot, 6, 40);
        const QPoint end = at(*plot, 5, 50);
        QTest::mousePress(plot.get(), Qt::MouseButton(button), Qt::KeyboardModifiers(modifiers), start);
        QMouseEvent move(QEvent::MouseMove, end, plot->mapToGlobal(end), Qt::NoButton,
                         Qt::MouseButton(button), Qt::KeyboardModifiers(modifiers));
        QCoreApplication::sendEvent(plot.get(), &move);
        QTest::mouseRelease(plot.get(), Qt::MouseButton(button), Qt::KeyboardModifiers(modifiers), end);
    }
    const LineFigure after = plot->figure(true);
    const double dx = (*after.x.minimum - *before.x.minimum) / width;
    const double dy = (*after.y.minimum - *before.y.minimum) / height;
    QVERIFY2(std::abs(dx - 0.1) < 0.005, qPrintable(QString::number(dx)));
    QVERIFY2(std::abs(dy - (button == Qt::NoButton ? 0.1 : -0.1)) < 0.005, qPrintable(QString::number(dy)));
    QVERIFY(std::abs((*after.x.maximum - *after.x.minimum) / width - 1) < 1e-9);
}

void PlotWidgetTest::panningStopsBeyondTheData()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    turnWheel(*plot, at(*plot, 5, 50), 4);
    for (int i = 0; i < 200; ++i)
        QTest::keyClick(plot.get(), Qt::Key_Right, Qt::ControlModifier);
    const LineFigure figure = plot->figure(true);
    QVERIFY(*figure.x.minimum < 10.0);
    QVERIFY(*figure.x.maximum > 10.0);
}

void PlotWidgetTest::zoomOfTheMillionthPartStillWorks()
{
    const auto plot = shownPlot({{0, 0}, {10, 100}});
    for (int i = 0; i < 300; ++i)
        turnWheel(*plot, at(*plot, 3, 30), 1);
    plot->grab();
    const LineFigure figure = plot->figure(true);
    QVERIFY(*figure.x.minimum < *figure.x.maximum);
    QVERIFY(*figure.x.maximum - *figure.x.minimum < 1e-6);
    QTest::keyClick(plot.get(), Qt::Key_R);
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 50));
}

void PlotWidgetTest::legendShowsAndHides()
{
    const auto plot = shownPlot({{0, 50}, {10, 50}});
    plot->setSeries("b", "dense", seriesStyle(1));
    plot->replacePoints("b", {{0, 20}, {10, 30}});
    const QSignalSpy spy(plot.get(), &PlotWidget::seriesVisibilityChanged);
    const QList<QCheckBox *> items = plot->findChildren<QCheckBox *>();
    QCOMPARE(items.size(), 2);
    QTest::mouseClick(items[0], Qt::LeftButton);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy[0][0].toString(), QStringLiteral("a"));
    QCOMPARE(spy[0][1].toBool(), false);
    QVERIFY(!plot->isSeriesVisible("a"));
    QVERIFY(plot->isSeriesVisible("b"));
    QCOMPARE(plot->figure(false).series.size(), std::size_t {1});
    QCOMPARE(plot->figure(false).series[0].name, std::string("dense"));
    QVERIFY(!isInk(plot->grab().toImage(), *plot, 5, 50));

    // By keyboard, back again.
    items[0]->setFocus();
    QTest::keyClick(items[0], Qt::Key_Space);
    QCOMPARE(spy.count(), 2);
    QVERIFY(plot->isSeriesVisible("a"));
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 50));

    // By program: the legend agrees, and nothing is said twice.
    plot->setSeriesVisible("b", false);
    plot->setSeriesVisible("b", false);
    QCOMPARE(spy.count(), 3);
    QVERIFY(!items[1]->isChecked());
    plot->setSeriesVisible("nobody", false);
    QCOMPARE(spy.count(), 3);
}

void PlotWidgetTest::figureOfTheVisibleRangeIsCut()
{
    QList<QPointF> points;
    for (int i = 0; i <= 10; ++i)
        points.append({static_cast<double>(i), 10.0 * i});
    const auto plot = shownPlot(points);
    plot->setTitle("Test accuracy");
    QCOMPARE(plot->figure(true).series[0].points.size(), std::size_t {11}); // not zoomed: all
    QTest::mousePress(plot.get(), Qt::LeftButton, {}, at(*plot, 2.5, 90));
    QTest::mouseRelease(plot.get(), Qt::LeftButton, {}, at(*plot, 6.5, 10));
    const LineFigure cut = plot->figure(true);
    QCOMPARE(cut.series[0].points.size(), std::size_t {4}); // 3, 4, 5, 6
    QCOMPARE(cut.series[0].points.front().x, 3.0);
    QCOMPARE(cut.series[0].points.back().x, 6.0);
    QCOMPARE(cut.title, std::string("Test accuracy"));
    QCOMPARE(cut.x.title, std::string("epoch"));
    const LineFigure whole = plot->figure(false);
    QCOMPARE(whole.series[0].points.size(), std::size_t {11});
    QCOMPARE(*whole.x.maximum, 10.0); // as setAxes() said
}

void PlotWidgetTest::logarithmicAxesSkipWhatHasNoLogarithm()
{
    const auto plot = shownPlot({{-1, 10}, {0, 10}, {1, 0}, {2, 100}, {4, -5}, {5, 1}, {9, 1}});
    plot->setAxes(freeAxis("epoch"), freeAxis("loss"));
    plot->setLogX(true);
    plot->setLogY(true);
    const QImage image = plot->grab().toImage();
    // Axes go from 2 to 10 and from 1 to 100: only (2, 100) and (5, 1)..(9, 1) have places.
    turnWheel(*plot, {at(*plot, 5, 50)}, 1, Qt::ShiftModifier);
    const LineFigure figure = plot->figure(true);
    QVERIFY(*figure.x.minimum > 0);
    QVERIFY(*figure.y.minimum > 0);
    QTest::keyClick(plot.get(), Qt::Key_R);
    const double nine = 10 * std::log(9.0 / 2) / std::log(10.0 / 2);
    const double seven = 10 * std::log(7.0 / 2) / std::log(10.0 / 2);
    QVERIFY(isInk(plot->grab().toImage(), *plot, seven, 0));
    QVERIFY(isInk(image, *plot, nine - 0.1, 0));
    QVERIFY(isInk(image, *plot, 0, 100));   // stands alone
    QVERIFY(!isInk(image, *plot, 2.5, 55)); // no line from (2, 100) past (4, -5) to (5, 1)
}

void PlotWidgetTest::logarithmicKeysAndSlotsAgree()
{
    const auto plot = shownPlot({{1, 1}, {10, 100}});
    const QSignalSpy spy(plot.get(), &PlotWidget::logAxesChanged);
    QTest::keyClick(plot.get(), Qt::Key_L);
    QVERIFY(plot->isLogX() && !plot->isLogY()); // as the window's own shortcuts have it
    QCOMPARE(spy.constLast(), (QVariantList {true, false}));
    QTest::keyClick(plot.get(), Qt::Key_L, Qt::ShiftModifier);
    QVERIFY(plot->isLogY());
    QCOMPARE(spy.constLast(), (QVariantList {true, true}));
    QVERIFY(plot->figure(false).x.logarithmic);
    plot->setLogX(true);
    QCOMPARE(spy.count(), 2);
    plot->setLogX(false);
    plot->setLogY(false);
    QCOMPARE(spy.count(), 4);
}

void PlotWidgetTest::axesKeepTheirLimitsAndFollowVisibleCurves()
{
    const auto plot = shownPlot({{0, 50}, {10, 50}});
    plot->setAxes(freeAxis("epoch"),
                  {.title = "accuracy (%)", .logarithmic = false, .minimum = 0, .maximum = 100});
    plot->setSeries("b", "long", seriesStyle(1));
    plot->replacePoints("b", {{0, 1}, {1000, 200}});
    QVERIFY(plot->summary().contains(QStringLiteral("from 0 to 1000")));
    QVERIFY(plot->summary().contains(QStringLiteral("from 0 to 100."))); // the limits, not the data
    plot->setSeriesVisible("b", false);
    QVERIFY(plot->summary().contains(QStringLiteral("from 0 to 10.")));
    QVERIFY(isInk(plot->grab().toImage(), *plot, 5, 50));
}

void PlotWidgetTest::appendingBeyondAMillionKeepsTheEnds()
{
    const auto plot = shownPlot({{0, 7}});
    plot->setAxes(freeAxis("step"), freeAxis("loss"));
    constexpr int batch = 50'000;
    for (int b = 0; b < 21; ++b) {
        QList<QPointF> points;
        for (int i = 1; i <= batch; ++i)
            points.append({static_cast<double>(b * batch + i), 20.0 + i % 10});
        plot->appendPoints("a", points);
    }
    plot->appendPoints("a", {{1'050'001, 42.5}});
    plot->grab();
    QTest::keyClick(plot.get(), Qt::Key_End);
    QVERIFY2(plot->readout().contains(QStringLiteral("1050001")), qPrintable(plot->readout()));
    QVERIFY2(plot->readout().contains(QStringLiteral("42.5")), qPrintable(plot->readout()));
    QTest::keyClick(plot.get(), Qt::Key_Left);
    QVERIFY2(plot->readout().contains(QStringLiteral("1050000")), qPrintable(plot->readout()));
    QTest::keyClick(plot.get(), Qt::Key_Home);
    QVERIFY2(plot->readout().contains(QStringLiteral("Rosler 7")), qPrintable(plot->readout()));
    const LineFigure figure = plot->figure(false);
    QCOMPARE(figure.series[0].points.size(), std::size_t {1'050'002});
    QCOMPARE(figure.series[0].points.back().y, 42.5);
    // Painted from about a thousand of them.
    const auto *line =
        qobject_cast<QLineSeries *>(plot->findChild<PlotCanvas *>()->chart()->series().constFirst());
    QVERIFY(line->points().size() <= 1010);
    QVERIFY(!line->points().isEmpty());
}

void PlotWidgetTest::newPointsArePaintedAtMostThirtyTimesASecond()
{
    const auto plot = shownPlot({{0, 0}});
    auto *probe = new PaintProbe;
    plot->findChild<PlotCanvas *>()->scene()->addItem(probe);
    plot->grab();
    probe->paints = 0;
    QElapsedTimer clock;
    clock.start();
    for (int i = 1; i < 400; ++i) {
        plot->appendPoints("a", {{i / 40.0, i / 4.0}});
        QCoreApplication::processEvents();
        QThread::msleep(1);
    }
    const auto allowed = static_cast<int>(clock.elapsed() / 33 + 2);
    QVERIFY2(probe->paints <= allowed, qPrintable(QString::number(probe->paints)));
    // The last points come, too, and then it rests.
    QTRY_VERIFY(isInk(plot->grab().toImage(), *plot, 9.9, 99));
    const int after = probe->paints;
    QTest::qWait(120);
    QVERIFY(probe->paints <= after + 1);
}

void PlotWidgetTest::mouseMovesPaintNoCurveAnew()
{
    QList<QPointF> points;
    for (int i = 0; i <= 100; ++i)
        points.append({i / 10.0, static_cast<double>(i)});
    const auto plot = shownPlot(points);
    auto *probe = new PaintProbe;
    plot->findChild<PlotCanvas *>()->scene()->addItem(probe);
    plot->findChild<PlotCanvas *>()->invalidate();
    plot->grab();
    QTRY_VERIFY(probe->paints > 0);
    const QSignalSpy spy(plot.get(), &PlotWidget::crosshairMoved);
    const QImage still = plot->grab().toImage();
    probe->paints = 0;
    for (int i = 1; i < 9; ++i) {
        QTest::mouseMove(plot.get(), at(*plot, i, 50));
        QCoreApplication::processEvents();
    }
    QCOMPARE(spy.count(), 8);
    QVERIFY(plot->grab().toImage() != still); // the crosshair is there
    QCOMPARE(probe->paints, 0);
}

void PlotWidgetTest::arrowsMoveTheCrosshairAndSpeak()
{
    const auto plot = shownPlot({{1, 10}, {2, 20}, {4, 40}});
    plot->setSeries("b", "dense", seriesStyle(1));
    plot->replacePoints("b", {{1, 11}, {3, 33.25}, {4, 44}});
    const QSignalSpy spy(plot.get(), &PlotWidget::crosshairMoved);
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(plot.get());
    QCOMPARE(plot->readout(), QString());
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(plot.get(), Qt::Key_Right);
    QCOMPARE(spy.count(), 3);
    QCOMPARE(spy[0][0].toDouble(), 1.0);
    QCOMPARE(spy[1][0].toDouble(), 2.0);
    QCOMPARE(spy[2][0].toDouble(), 3.0); // only "dense" has it
    QVERIFY2(plot->readout().startsWith(QStringLiteral("epoch: 3")), qPrintable(plot->readout()));
    QVERIFY2(plot->readout().contains(QStringLiteral("dense 33.2")), qPrintable(plot->readout()));
    QCOMPARE(interface->text(QAccessible::Value), plot->readout()); // what is spoken
    QTest::keyClick(plot.get(), Qt::Key_Left);
    QCOMPARE(spy.constLast()[0].toDouble(), 2.0);
    QTest::keyClick(plot.get(), Qt::Key_End);
    QCOMPARE(spy.constLast()[0].toDouble(), 4.0);
    QTest::keyClick(plot.get(), Qt::Key_Right); // the end is the end
    QCOMPARE(spy.constLast()[0].toDouble(), 4.0);
    QTest::keyClick(plot.get(), Qt::Key_Escape);
    QVERIFY(std::isnan(spy.constLast()[0].toDouble()));
    QCOMPARE(plot->readout(), QString());
}

void PlotWidgetTest::crosshairIsSharedWithoutEcho()
{
    const auto plot = shownPlot({{1, 10}, {4, 40}});
    const QSignalSpy spy(plot.get(), &PlotWidget::crosshairMoved);
    const QImage without = plot->grab().toImage();
    plot->setCrosshair(4.0);
    QVERIFY(plot->grab().toImage() != without);
    QVERIFY(plot->readout().contains(QStringLiteral("Rosler 40")));
    plot->setCrosshair(std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(plot->grab().toImage(), without);
    QCOMPARE(plot->readout(), QString());
    QCOMPARE(spy.count(), 0);
}

void PlotWidgetTest::crosshairTellsWhereCurvesEnd()
{
    const auto plot = shownPlot({{1, 10}, {4, 40}});
    plot->setCrosshair(8.0);
    QVERIFY2(plot->readout().contains(QStringLiteral("no value")), qPrintable(plot->readout()));
}

void PlotWidgetTest::copiesByKey()
{
    PlotWidget plot;
    const QSignalSpy copies(&plot, &PlotWidget::copyRequested);
    QTest::keyClick(&plot, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(copies.count(), 1);
}

void PlotWidgetTest::aPausedViewStandsWhilePointsArrive()
{
    PlotWidget plot;
    plot.resize(500, 300);
    plot.setAxes(freeAxis("x"), freeAxis("y"));
    plot.replacePoints(QStringLiteral("a"), {{0, 0}, {1, 1}, {2, 4}});
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    const QSignalSpy told(&plot, &PlotWidget::pausedChanged);
    QTest::keyClick(&plot, Qt::Key_Space);
    QVERIFY(plot.isPaused());
    plot.grab();
    auto *canvas = plot.findChild<PlotCanvas *>();
    const QImage before = canvas->grab().toImage();
    const QString words = plot.summary();
    plot.appendPoints(QStringLiteral("a"), {{3, 900}, {4, 16}});
    plot.replacePoints(QStringLiteral("b"), {{0, 7}, {1, 8}});
    plot.appendPoints(QStringLiteral("b"), {{2, 9}});
    QTest::qWait(80); // longer than a frame
    QCOMPARE(plot.figure(false).series.front().points.size(), std::size_t {3});
    QCOMPARE(plot.summary().section(QLatin1Char('\n'), 0, 2), words.section(QLatin1Char('\n'), 0, 2));
    plot.removeSeries(QStringLiteral("b"));
    QCOMPARE(canvas->grab().toImage(), before);
    plot.replacePoints(QStringLiteral("b"), {{0, 7}, {1, 8}});
    QTest::keyClick(&plot, Qt::Key_Space);
    QVERIFY(!plot.isPaused());
    QCOMPARE(told.count(), 2);
    const LineFigure figure = plot.figure(false);
    QCOMPARE(figure.series[0].points.size(), std::size_t {5}); // none is lost
    QCOMPARE(figure.series[1].points.size(), std::size_t {2});
    plot.setPaused(true);
    plot.setAxes(freeAxis("another"), freeAxis("y"));
    QVERIFY(!plot.isPaused());
}

void PlotWidgetTest::scatterPointsAreHitAndClicked()
{
    PlotWidget plot;
    plot.resize(500, 300);
    plot.setAxes(freeAxis("memory (kB)"), freeAxis("accuracy (%)"));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const QList<QPointF> points {{50, 90}, {nan, 1}, {10, 80}, {30, 95}};
    plot.setScatter(QStringLiteral("s"), QStringLiteral("models"), seriesStyle(0), points);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    plot.grab();
    const auto *canvas = plot.findChild<PlotCanvas *>();
    const LineFigure figure = plot.figure(false);
    QCOMPARE(figure.series.front().points.size(), std::size_t {3});
    // Where each point is painted it is hit, under its own number.
    QSignalSpy clicked(&plot, &PlotWidget::pointClicked);
    const QImage image = plot.grab().toImage();
    const QColor colour = chartTheme(ThemeKind::System, plot.palette()).seriesColour(seriesStyle(0));
    QSet<int> hits;
    for (int x = 0; x < plot.width(); x += 2) {
        for (int y = canvas->y(); y < plot.height(); y += 2) {
            const auto hit = plot.hitTest(QPointF(x, y));
            if (!hit)
                continue;
            hits.insert(static_cast<int>(hit->index));
            QCOMPARE(hit->at.x, points[static_cast<qsizetype>(hit->index)].x());
            QCOMPARE(hit->at.y, points[static_cast<qsizetype>(hit->index)].y());
            if (image.pixelColor(x, y) == colour && clicked.isEmpty())
                QTest::mouseClick(&plot, Qt::LeftButton, {}, QPoint(x, y));
        }
    }
    QCOMPARE(hits, (QSet<int> {0, 2, 3}));
    QCOMPARE(clicked.count(), 1);
    QVERIFY(hits.contains(clicked[0][1].toInt()));
    plot.setSeriesVisible(QStringLiteral("s"), false);
    for (int x = 0; x < plot.width(); x += 5)
        for (int y = 0; y < plot.height(); y += 5)
            QVERIFY(!plot.hitTest(QPointF(x, y)));
}

void PlotWidgetTest::bandsLieBehindTheirCurves()
{
    PlotWidget plot;
    plot.resize(500, 300);
    plot.setAxes(freeAxis("x"), freeAxis("y"));
    plot.setSeries(QStringLiteral("a"), QStringLiteral("a"), seriesStyle(0));
    plot.replacePoints(QStringLiteral("a"), {{0, 5}, {10, 5}});
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QList<FigureBandPoint> band;
    for (int i = 0; i <= 3000; ++i) // more than a screen is wide
        band << FigureBandPoint {i / 300.0, 3.0, 8.0};
    band << FigureBandPoint {5, std::numeric_limits<double>::quiet_NaN(), 1e9};
    plot.setBand(QStringLiteral("a"), band);
    const QImage image = plot.grab().toImage();
    const auto *canvas = plot.findChild<PlotCanvas *>();
    const QPoint middle = (canvas->plotArea().center() + QPointF(canvas->pos())).toPoint();
    const ChartTheme theme = chartTheme(ThemeKind::System, plot.palette());
    int shaded = 0;
    for (int y = 0; y < plot.height(); ++y) {
        const QColor colour = image.pixelColor(middle.x() + 3, y);
        const QColor full = theme.seriesColour(seriesStyle(0));
        shaded += colour != theme.plotArea && colour != full && colour != theme.grid
                && std::abs(colour.hslHue() - full.hslHue()) < 12
            ? 1
            : 0;
    }
    QVERIFY2(shaded > 0.5 * canvas->plotArea().height(), qPrintable(QString::number(shaded)));
    plot.setLogY(true);
    plot.setBand(QStringLiteral("a"), {{0, -1, 8}, {5, 0, 9}, {10, 1, 10}}); // feet that have no logarithm
    plot.grab();
    QCOMPARE(plot.figure(false).series[0].band.size(), std::size_t {3}); // and exported
    plot.setBand(QStringLiteral("a"), {});
    plot.grab();
}

void PlotWidgetTest::contextMenuAsksForExports()
{
    const auto plot = shownPlot({{1, 10}, {4, 40}});
    const QSignalSpy exports(plot.get(), &PlotWidget::exportRequested);
    const QSignalSpy copies(plot.get(), &PlotWidget::copyRequested);
    const QSignalSpy data(plot.get(), &PlotWidget::visibleDataRequested);
    QContextMenuEvent event(QContextMenuEvent::Mouse, {100, 100}, plot->mapToGlobal(QPoint(100, 100)));
    QCoreApplication::sendEvent(plot.get(), &event);
    auto *menu = plot->findChild<QMenu *>();
    QVERIFY(menu != nullptr);
    for (QAction *action : menu->actions())
        if (action->isEnabled())
            action->trigger();
    QCOMPARE(exports.count(), 1);
    QCOMPARE(copies.count(), 1);
    QCOMPARE(data.count(), 1);
    QVERIFY(plot->isLogX() && plot->isLogY());
    menu->close();
}

void PlotWidgetTest::windowShortcutsWaitForTheChart()
{
    QWidget window;
    auto *plot = new PlotWidget(&window);
    plot->setGeometry(0, 0, 400, 300);
    plot->setSeries("a", "a", seriesStyle(0));
    plot->replacePoints("a", {{0, 1}, {1, 2}});
    QAction action;
    action.setShortcut(Qt::Key_R);
    window.addAction(&action);
    const QSignalSpy spy(&action, &QAction::triggered);
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    plot->setFocus();
    plot->grab();
    turnWheel(*plot, {200, 150}, 2);
    QVERIFY(plot->isZoomed());
    QTest::keyClick(plot, Qt::Key_R);
    QVERIFY(!plot->isZoomed());
    QCOMPARE(spy.count(), 0);
}

void PlotWidgetTest::isAChartToScreenReaders()
{
    const auto plot = shownPlot({{1, 10}, {4, 40.5}});
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(plot.get());
    QVERIFY(interface != nullptr);
    QCOMPARE(interface->role(), QAccessible::Chart);
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("accuracy (%) against epoch"));
    plot->setTitle("Test accuracy");
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Test accuracy"));
    plot->setAccessibleName("Accuracy of all runs");
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Accuracy of all runs"));
    const QString description = interface->text(QAccessible::Description);
    QVERIFY2(description.contains(QStringLiteral("epoch, from 0 to 10")), qPrintable(description));
    QVERIFY2(description.contains(QStringLiteral("Rosler: from 10.00 to 40.50, last 40.50 at 4")),
             qPrintable(description));
    plot->setCrosshair(1);
    QVERIFY(interface->text(QAccessible::Description).startsWith(QStringLiteral("epoch: 1; Rosler 10")));
    QCOMPARE(interface->valueInterface()->currentValue().toString(), plot->readout());
}

void PlotWidgetTest::everythingFocusableHasAName()
{
    const auto plot = shownPlot({{1, 10}, {4, 40}});
    for (QWidget *child : plot->findChildren<QWidget *>()) {
        if (child->focusPolicy() == Qt::NoFocus)
            continue;
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(child);
        QVERIFY2(!interface->text(QAccessible::Name).isEmpty(), child->metaObject()->className());
    }
    QAccessibleInterface *item = QAccessible::queryAccessibleInterface(plot->findChild<QCheckBox *>());
    QCOMPARE(item->role(), QAccessible::CheckBox);
    QVERIFY(item->state().checked);
}

void PlotWidgetTest::sizesFollowTheFont()
{
    const auto plot = shownPlot({{1, 10}, {4, 40}});
    const QRectF before = plot->findChild<PlotCanvas *>()->plotArea();
    const QSize item = plot->findChild<QCheckBox *>()->sizeHint();
    const QSize hint = plot->sizeHint();
    QFont large = plot->font();
    large.setPointSizeF(large.pointSizeF() * 2);
    plot->setFont(large);
    plot->grab();
    const QRectF after = plot->findChild<PlotCanvas *>()->plotArea();
    QVERIFY(after.left() > 1.5 * before.left());
    QVERIFY(after.height() < before.height() - 30);
    QVERIFY(plot->findChild<QCheckBox *>()->sizeHint().height() > 1.6 * item.height());
    QVERIFY(plot->sizeHint().width() > 1.6 * hint.width());
}

void PlotWidgetTest::emptyTextStandsWhereCurvesWillBe()
{
    PlotWidget plot;
    plot.resize(400, 300);
    const QImage blank = plot.grab().toImage();
    plot.setEmptyText("Train both to see their accuracy.");
    const QImage told = plot.grab().toImage();
    QVERIFY(told != blank);
    QCOMPARE(plot.summary(), QStringLiteral("Train both to see their accuracy."));
    plot.setSeries("a", "", seriesStyle(0));
    plot.removeSeries("a");
    QCOMPARE(plot.grab().toImage(), told);
    plot.setSeries("a", "a", seriesStyle(0));
    QVERIFY(!plot.summary().contains("Train both"));
}

void PlotWidgetTest::followsThePaletteUntilItHasATheme()
{
    PlotWidget plot;
    plot.resize(300, 200);
    plot.setPalette(themePalette(ThemeKind::Dark, {}));
    QCOMPARE(plot.grab().toImage().pixelColor(150, 1), chartTheme(ThemeKind::Dark, {}).background);
    plot.setTheme(chartTheme(ThemeKind::HighContrast, {}));
    QCOMPARE(plot.grab().toImage().pixelColor(150, 1), QColor(Qt::black));
    plot.setPalette(themePalette(ThemeKind::Light, {}));
    QCOMPARE(plot.grab().toImage().pixelColor(150, 1), QColor(Qt::black));
    // The canvas, too.
    QCOMPARE(plot.grab().toImage().pixelColor(plot.findChild<PlotCanvas *>()->geometry().topLeft()),
             QColor(Qt::black));
}

void PlotWidgetTest::seriesKeepTheirOrderAndCanGo()
{
    PlotWidget plot;
    for (const char *id : {"c", "a", "b"})
        plot.setSeries(id, id, seriesStyle(0));
    QCOMPARE(plot.seriesIds(), (QStringList {"c", "a", "b"}));
    plot.setSeries("a", "renamed", seriesStyle(3));
    QCOMPARE(plot.seriesIds(), (QStringList {"c", "a", "b"}));
    QCOMPARE(plot.figure(false).series[1].name, std::string("renamed"));
    plot.removeSeries("c");
    plot.removeSeries("nobody");
    QCOMPARE(plot.seriesIds(), (QStringList {"a", "b"}));
    plot.clear();
    QVERIFY(plot.seriesIds().isEmpty());
    QVERIFY(!plot.isSeriesVisible("a"));
    plot.grab();
}

void PlotWidgetTest::strangeNumbersDoNoHarm()
{
    constexpr double max = std::numeric_limits<double>::max();
    constexpr double tiny = std::numeric_limits<double>::denorm_min();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const QList<QList<QPointF>> curves {{},
                                        {{nan, nan}},
                                        {{0, 0}},
                                        {{-max, -max}, {max, max}},
                                        {{0, tiny}, {tiny, 0}},
                                        {{1e15, 1}, {1e15 + 0.125, 2}},
                                        {{3, 1}, {2, 2}, {nan, 3}, {1, nan}}};
    PlotWidget plot;
    plot.resize(500, 300);
    plot.setSeries("a", "a", seriesStyle(0));
    for (const QList<QPointF> &points : curves) {
        plot.replacePoints("a", points);
        for (int log = 0; log < 4; ++log) {
            plot.setLogX((log & 1) != 0);
            plot.setLogY((log & 2) != 0);
            plot.grab();
            turnWheel(plot, {250, 150}, 5);
            plot.setCrosshair(1);
            plot.grab();
            turnWheel(plot, {250, 150}, -9);
            plot.resetZoom();
            plot.resize(plot.size() == QSize(500, 300) ? QSize(20, 10) : QSize(500, 300));
            plot.grab();
            QVERIFY(!plot.summary().isEmpty());
        }
    }
}

QTEST_MAIN(PlotWidgetTest)

} // namespace plot_widget_test

#include "plot_widget_test.moc"
