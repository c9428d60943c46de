// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <QtTest>

#include "device_link/host/latency_histogram.h"
#include "device_link/host/power_figure.h"

namespace power_figure_test {

using namespace rosler;

/// What stands behind figures of boards: traces, latencies, confusions.
class PowerFigureTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fewSamplesAreDrawnAsTheyAre()
    {
        PowerTrace trace;
        trace.sampleSeconds = 0.5;
        trace.watts = {0.001F, 0.003F, std::numeric_limits<float>::quiet_NaN(), 0.002F};
        const std::vector<FigurePoint> points = powerPoints(trace);
        QCOMPARE(points.size(), std::size_t {4});
        QCOMPARE(points[1].x, 0.5);
        QVERIFY(std::abs(points[1].y - 3.0) < 1e-6); // mW
        QVERIFY(std::isnan(points[2].y));            // lost: the line breaks
        const NamedTrace named {"rosler i8", std::make_shared<const PowerTrace>(trace), {}, points};
        const LineFigure figure = powerFigure({&named, 1});
        QCOMPARE(figure.series.size(), std::size_t {1});
        QCOMPARE(figure.series[0].name, std::string("rosler i8"));
    }

    void ofManyNoPeakIsLost()
    {
        PowerTrace trace;
        trace.sampleSeconds = 1e-5;
        trace.watts.assign(1'000'000, 0.01F);
        trace.watts[654'321] = 0.5F;
        trace.watts[123'456] = 0.0F;
        const std::vector<FigurePoint> points = powerPoints(trace, 1000);
        QVERIFY(points.size() <= 1100);
        double low = 1e9;
        double high = 0;
        double before = -1;
        for (const FigurePoint &point : points) {
            low = std::min(low, point.y);
            high = std::max(high, point.y);
            QVERIFY(point.x >= before);
            before = point.x;
        }
        QVERIFY(std::abs(high - 500) < 1e-3);
        QCOMPARE(low, 0.0);
    }

    void withoutATraceThereIsNoSeries()
    {
        QVERIFY(powerFigure({}).series.empty());
        QVERIFY(powerPoints(PowerTrace()).empty());
    }

    void confusionIsATable()
    {
        MeasuredModel model;
        model.measurement.board = "twin";
        model.measurement.model = "rosler, small";
        model.measurement.type = "i8";
        model.confusion.classNames = {"no", "yes"};
        model.confusion.board = {{9, 1}, {0, 7}};
        model.confusion.twin = {{8, 2}, {0, 7}};
        QCOMPARE(confusionCsv({&model, 1}),
                 std::string("board,model,type,true_class,answer,board_count,twin_count\n"
                             "twin,\"rosler, small\",i8,no,no,9,8\n"
                             "twin,\"rosler, small\",i8,no,yes,1,2\n"
                             "twin,\"rosler, small\",i8,yes,no,0,0\n"
                             "twin,\"rosler, small\",i8,yes,yes,7,7\n"));
    }

    void latenciesShareTheirBins()
    {
        std::vector<MeasuredModel> models(2);
        for (std::size_t i = 0; i < 2; ++i) {
            const Quantity like = Quantity::measured(0, Unit::Seconds);
            models[i].measurement.model = i == 0 ? "dense" : "rosler";
            models[i].measurement.type = "i8";
            models[i].latencies =
                i == 0 ? std::vector {0.0100, 0.0101, 0.0102} : std::vector {0.0110, 0.0110};
            models[i].measurement.latency = spreadOf(models[i].latencies, like);
        }
        const LineFigure figure = latencyHistogram(models);
        QVERIFY(!figure.x.logarithmic);
        QCOMPARE(figure.x.title, std::string("latency (ms)"));
        QCOMPARE(figure.series.size(), std::size_t {2});
        for (std::size_t i = 0; i < 2; ++i) {
            double runs = 0; // each bin is drawn by its two upper corners
            for (const FigurePoint &point : figure.series[i].points)
                runs += point.y / 2;
            QCOMPARE(runs, static_cast<double>(models[i].latencies.size()));
            QCOMPARE(figure.series[i].points.front().x, figure.series[0].points.front().x);
        }
        QCOMPARE(latencyText(models[1]), std::string("rosler i8: median 11.0 ms, p95 11.0 ms, n 2"));
        models[0].measurement.latency.reset(); // the twin
        QCOMPARE(latencyHistogram({models.data(), 1}).series.size(), std::size_t {0});
        QVERIFY(latencyText(models[0]).empty());
    }
};

QTEST_GUILESS_MAIN(PowerFigureTest)

} // namespace power_figure_test

#include "power_figure_test.moc"
