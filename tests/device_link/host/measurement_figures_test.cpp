// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <QtTest>

#include "device_link/host/measurement_figures.h"

namespace measurement_figures_test {

using namespace rosler;

namespace {

Measurement measurement(const char *model, const char *type, double instructions)
{
    Measurement m;
    m.board = "mps2-an386";
    m.emulated = true;
    m.model = model;
    m.type = type;
    const Quantity counted = Quantity::counted(instructions, Unit::Instructions);
    const Quantity seconds = Quantity::modelled(instructions / 1e8, Unit::Seconds, "1 cycle at 100 MHz");
    m.instructions = Spread {counted, counted, 3};
    m.latency = Spread {seconds, seconds, 3};
    m.imageBytes = 4000;
    m.ramBytes = 900;
    return m;
}

} // namespace

class MeasurementFiguresTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelsAreSeriesAndTypesCategories()
    {
        const std::vector<Measurement> all {measurement("dense", "f32", 5e6), measurement("dense", "i8", 2e6),
                                            measurement("rosler", "i8", 5e4)};
        const BarFigure figure = computeFigure(all);
        QCOMPARE(figure.categories, (std::vector<std::string> {"f32", "i8"}));
        QCOMPARE(figure.series.size(), std::size_t(2));
        QCOMPARE(figure.series[0].values, (std::vector<double> {5000, 2000}));
        QVERIFY(std::isnan(figure.series[1].values[0])); // not measured: no bar, not a zero
        QCOMPARE(figure.series[1].values[1], 50.0);
        QVERIFY(!figure.modelled); // counted
    }

    void oneModelledValueMarksTheFigure()
    {
        const std::vector<Measurement> all {measurement("dense", "i8", 2e6)};
        const BarFigure figure = latencyFigure(all);
        QVERIFY(figure.modelled);
        QCOMPARE(figure.series[0].values[0], 20.0); // ms
        QVERIFY(QString::fromStdString(valueAxisTitle(figure)).contains(QLatin1String("modelled")));
    }

    void whatNobodyMeasuredHasNoFigure()
    {
        const std::vector<Measurement> all {measurement("dense", "i8", 2e6)};
        QVERIFY(energyFigure(all).series.empty());
        std::vector<std::string> stems;
        for (const NamedFigure &figure : measurementFigures(all))
            stems.push_back(figure.stem);
        QCOMPARE(stems, (std::vector<std::string> {"board-compute", "board-latency", "board-memory"}));
        QVERIFY(measurementFigures({}).empty());
    }

    void memoryShowsFlashAndRam()
    {
        const std::vector<Measurement> all {measurement("rosler", "i8", 1)};
        const BarFigure figure = deviceMemoryFigure(all);
        QCOMPARE(figure.categories, (std::vector<std::string> {"i8", "i8 RAM"}));
        QCOMPARE(figure.series[0].values, (std::vector<double> {4.0, 0.9}));
    }
};

QTEST_APPLESS_MAIN(MeasurementFiguresTest)

} // namespace measurement_figures_test

#include "measurement_figures_test.moc"
