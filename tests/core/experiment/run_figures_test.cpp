// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <set>

#include <QtTest>

#include "core/experiment/run_figures.h"

namespace run_figures_test {

using namespace rosler;

namespace {

MetricSample sample(double epoch, double accuracy, double loss)
{
    MetricSample s;
    s.epoch = epoch;
    s.seconds = 2 * epoch;
    s.trainFlops = 3e9 * epoch;
    s.testAccuracy = accuracy;
    s.trainLoss = loss;
    return s;
}

constexpr double notEvaluated = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Two runs as a comparison would hold them.
std::vector<PlottedRun> twoRuns()
{
    PlottedRun dense {
        "dense", 0, {sample(0.5, notEvaluated, 1.5), sample(1, 0.9, 0.5), sample(2, 0.975, infinity)}, {}};
    dense.cost.parameters = 1000;
    dense.cost.biases = 100;
    dense.cost.outputChannels = 100;
    dense.cost.macs = 1'500'000;
    dense.cost.trainFlops = 25'000'000'000;
    dense.cost.trainMemoryBytes = 12'000'000;
    PlottedRun sketched {"r8", 5, {sample(1, 0.8, 0.7)}, {}};
    sketched.cost.parameters = 200;
    sketched.cost.keptIndices = 10;
    return {dense, sketched};
}

} // namespace

class RunFiguresTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void curvesHoldWhatWasEvaluated();
    void axesNameTheirUnits_data();
    void axesNameTheirUnits();
    void theAxisSaysOnWhichPart();
    void theAxisSaysWhatRunsWereGivenAlike();
    void unitsDoNotDependOnTheRuns();
    void runsKeepTheirStyle();
    void memoryIsGivenAtEachNumberType();
    void computationIsMarkedAsModelled();
    void allFiguresHaveTheirOwnNames();
    void figuresOfNoRunsCanBePrinted();
};

void RunFiguresTest::curvesHoldWhatWasEvaluated()
{
    const LineFigure accuracy = curveFigure(twoRuns(), CurveX::Epoch, CurveY::HeldOutAccuracy);
    QCOMPARE(accuracy.series.size(), std::size_t {2});
    QCOMPARE(accuracy.series[0].points.size(), std::size_t {2});
    QCOMPARE(accuracy.series[0].points[0].x, 1.0);
    QCOMPARE(accuracy.series[0].points[0].y, 90.0);
    QCOMPARE(accuracy.series[0].points[1].y, 97.5);
    const LineFigure loss = curveFigure(twoRuns(), CurveX::TrainFlops, CurveY::TrainLoss);
    QCOMPARE(loss.series[0].points.size(), std::size_t {3});
    QCOMPARE(loss.series[0].points[0].x, 1.5);      // GFLOP
    QCOMPARE(loss.series[0].points[2].y, infinity); // diverged: the curve ends there
    const LineFigure seconds = curveFigure(twoRuns(), CurveX::Seconds, CurveY::HeldOutLoss);
    QVERIFY(seconds.series[0].points.empty());
}

void RunFiguresTest::axesNameTheirUnits_data()
{
    QTest::addColumn<int>("x");
    QTest::addColumn<int>("y");
    QTest::addColumn<QString>("titles");
    QTest::newRow("epoch") << 0 << 0 << "epoch | test accuracy (%)";
    QTest::newRow("computation") << 1 << 1 << "training computation (GFLOP) | training accuracy (%)";
    QTest::newRow("time") << 2 << 2 << "training time (s) | training loss (nats)";
    QTest::newRow("test loss") << 0 << 3 << "epoch | test loss (nats)";
}

void RunFiguresTest::axesNameTheirUnits()
{
    QFETCH(int, x);
    QFETCH(int, y);
    const LineFigure figure = curveFigure(twoRuns(), static_cast<CurveX>(x), static_cast<CurveY>(y));
    QTEST(QString::fromStdString(figure.x.title + " | " + figure.y.title), "titles");
    QVERIFY(!figure.x.logarithmic && !figure.y.logarithmic);
}

void RunFiguresTest::theAxisSaysWhatRunsWereGivenAlike()
{
    std::vector<PlottedRun> runs = twoRuns();
    QCOMPARE(budgetOf(runs), std::string()); // of stores that do not say
    runs[0].epochs = 10;
    QCOMPARE(budgetOf(runs), std::string());
    runs[1].epochs = 10;
    runs[1].cost.trainFlops = 1;
    QCOMPARE(budgetOf(runs), std::string("equal epochs"));
    QCOMPARE(curveFigure(runs, CurveX::Epoch, CurveY::TrainLoss).x.title, std::string("epoch, equal epochs"));
    runs[1].epochs = 34;
    runs[1].cost.trainFlops = 25'300'000'000;
    QCOMPARE(budgetOf(runs), std::string("equal training FLOPs"));
    QVERIFY(trainingFigure(runs).value.title.ends_with(", equal training FLOPs"));
    runs[1].epochs = 20;
    runs[1].cost.trainFlops = 15'000'000'000;
    QCOMPARE(budgetOf(runs), std::string("unequal training"));
    runs.pop_back();
    QCOMPARE(budgetOf(runs), std::string()); // nothing is compared
}

void RunFiguresTest::theAxisSaysOnWhichPart()
{
    std::vector<PlottedRun> runs = twoRuns();
    for (MetricSample &s : runs[0].metrics)
        s.validationAccuracy = 0.5;
    runs[0].metrics.back().testAccuracy = 0.9; // at the end, and not in the curve
    const LineFigure both = curveFigure(runs, CurveX::Epoch, CurveY::HeldOutAccuracy);
    QCOMPARE(both.y.title, std::string("held-out accuracy (%)"));
    QCOMPARE(both.series[0].points.back().y, 50.0);
    QCOMPARE(curveFigure({runs[0]}, CurveX::Epoch, CurveY::HeldOutLoss).y.title,
             std::string("validation loss (nats)"));
}

void RunFiguresTest::unitsDoNotDependOnTheRuns()
{
    std::vector<PlottedRun> large = twoRuns();
    large[1].metrics[0].trainFlops = 5e15;
    const LineFigure all = curveFigure(large, CurveX::TrainFlops, CurveY::HeldOutAccuracy);
    const LineFigure one = curveFigure({large[0]}, CurveX::TrainFlops, CurveY::HeldOutAccuracy);
    QCOMPARE(all.x.title, one.x.title);
    QCOMPARE(all.x.title, curveFigure({}, CurveX::TrainFlops, CurveY::HeldOutAccuracy).x.title);
    QCOMPARE(all.series[0].points[1].x, one.series[0].points[1].x);
    QCOMPARE(all.series[1].points[0].x, 5e6);
}

void RunFiguresTest::runsKeepTheirStyle()
{
    const LineFigure curves = curveFigure(twoRuns(), CurveX::Epoch, CurveY::HeldOutAccuracy);
    const BarFigure bars = memoryFigure(twoRuns());
    QCOMPARE(curves.series[1].name, std::string("r8"));
    QCOMPARE(curves.series[1].style.marker, seriesStyle(5).marker);
    QCOMPARE(bars.series[1].style.dash, seriesStyle(5).dash);
    QCOMPARE(bars.series[1].style.colour.red, seriesStyle(5).colour.red);
}

void RunFiguresTest::memoryIsGivenAtEachNumberType()
{
    const BarFigure figure = memoryFigure(twoRuns());
    QCOMPARE(figure.categories, (std::vector<std::string> {"float32", "float16", "int8"}));
    QCOMPARE(figure.value.title, std::string("stored weights (kB)"));
    QVERIFY(figure.value.logarithmic);
    QCOMPARE(figure.series[0].values[0], 4.0); // 1000 x 4 bytes
    QCOMPARE(figure.series[0].values[1], 2.0);
    const std::vector<PlottedRun> runs = twoRuns();
    for (std::size_t run = 0; run < 2; ++run)
        QCOMPARE(figure.series[run].values[2],
                 static_cast<double>(runs[run].cost.weightBytes(NumberType::Int8)) / 1000);
}

void RunFiguresTest::computationIsMarkedAsModelled()
{
    const BarFigure inference = inferenceFigure(twoRuns());
    QVERIFY(inference.modelled);
    QCOMPARE(inference.series[0].values, (std::vector<double> {3.0})); // 2 x 1.5 million
    QCOMPARE(valueAxisTitle(inference), std::string("computation (MFLOP), modelled"));
    for (const std::uint64_t times : {2, 21}) {
        std::vector<PlottedRun> runs = twoRuns();
        runs[1].cost.macs = runs[0].cost.macs / times;
        QCOMPARE(inferenceFigure(runs).value.logarithmic, times > 20); // else its bar would be a line
    }
    const BarFigure training = trainingFigure(twoRuns());
    QVERIFY(training.modelled && training.value.logarithmic);
    QCOMPARE(training.series[0].values, (std::vector<double> {25.0, 12.0}));
}

void RunFiguresTest::allFiguresHaveTheirOwnNames()
{
    std::set<std::string> stems;
    for (const NamedFigure &named : allFigures(twoRuns())) {
        QVERIFY(stems.insert(named.stem).second);
        QVERIFY(figurePdf(named.figure, {}).has_value());
    }
    QVERIFY(stems.contains("accuracy-epoch") && stems.contains("memory"));
    QCOMPARE(allFigures(twoRuns()).front().stem, std::string("accuracy-epoch"));
}

void RunFiguresTest::figuresOfNoRunsCanBePrinted()
{
    for (const NamedFigure &named : allFigures({}))
        QVERIFY(!figureSvg(named.figure, {}).empty());
}

QTEST_APPLESS_MAIN(RunFiguresTest)

} // namespace run_figures_test

#include "run_figures_test.moc"
