// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/store/metrics_file.h"

namespace metrics_file_test {

using namespace rosler;

namespace {

MetricSample sampleAt(std::int64_t step)
{
    MetricSample sample;
    sample.step = step;
    sample.epoch = static_cast<double>(step) / 3.0;
    sample.seconds = 0.1 * static_cast<double>(step);
    sample.trainFlops = 1e18 / 7.0;
    sample.trainLoss = 2.302585092994046;
    if (step % 2 == 0)
        sample.testAccuracy = 1.0 / 3.0;
    return sample;
}

bool sameBits(double a, double b)
{
    return (std::isnan(a) && std::isnan(b))
        || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool equal(const MetricSample &a, const MetricSample &b)
{
    return a.step == b.step && sameBits(a.epoch, b.epoch) && sameBits(a.seconds, b.seconds)
        && sameBits(a.trainFlops, b.trainFlops) && sameBits(a.trainLoss, b.trainLoss)
        && sameBits(a.trainAccuracy, b.trainAccuracy) && sameBits(a.testLoss, b.testLoss)
        && sameBits(a.testAccuracy, b.testAccuracy);
}

} // namespace

class MetricsFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersComeBackBitForBit();
    void whatWasNotEvaluatedIsEmpty();
    void aTornLastLineIsDroppedAtEveryLength();
    void zerosLeftByAPowerCutAreDropped();
    void aBadLineInTheMiddleIsNamed();
    void columnsAreFoundByName();
    void appendingGoesOnWhereTheFileEnds();
    void anOlderFileKeepsItsColumns();
};

void MetricsFileTest::numbersComeBackBitForBit()
{
    std::string text = metricsHeading();
    for (std::int64_t step = 1; step <= 100; ++step)
        text += metricsLine(sampleAt(step));
    const auto metrics = parseMetrics(text, "metrics.csv").value();
    QCOMPARE(metrics.samples.size(), 100U);
    QCOMPARE(metrics.ends.back(), text.size());
    for (std::int64_t step = 1; step <= 100; ++step)
        QVERIFY(equal(metrics.samples[static_cast<std::size_t>(step - 1)], sampleAt(step)));
}

void MetricsFileTest::whatWasNotEvaluatedIsEmpty()
{
    QCOMPARE(metricsHeading(),
             std::string("step,epoch,seconds,train_flops,train_loss,train_accuracy,validation_loss,"
                         "validation_accuracy,test_loss,test_accuracy\n"));
    MetricSample sample;
    sample.step = 5;
    sample.epoch = 0.5;
    sample.trainLoss = 0.25;
    QCOMPARE(metricsLine(sample), std::string("5,0.5,0,0,0.25,,,,,\n"));
}

void MetricsFileTest::aTornLastLineIsDroppedAtEveryLength()
{
    const std::string whole = metricsHeading() + metricsLine(sampleAt(1)) + metricsLine(sampleAt(2));
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto metrics = parseMetrics(whole.substr(0, length), "metrics.csv");
        QVERIFY(metrics.has_value());
        std::size_t lines = 0;
        for (std::size_t i = 0; i < length; ++i)
            lines += whole[i] == '\n' ? 1 : 0;
        QCOMPARE(metrics->samples.size(), lines == 0 ? 0 : lines - 1);
    }
}

void MetricsFileTest::zerosLeftByAPowerCutAreDropped()
{
    const std::string text = metricsHeading() + metricsLine(sampleAt(1)) + std::string(500, '\0');
    QCOMPARE(parseMetrics(text, "metrics.csv").value().samples.size(), 1U);
}

void MetricsFileTest::aBadLineInTheMiddleIsNamed()
{
    const std::string good = metricsLine(sampleAt(1));
    for (const std::string &bad : {std::string("1,2,3\n"), std::string("x,0,0,0,,,,,,\n"), std::string("\n"),
                                   std::string("1,0.5 ,0,0,,,,,,\n"), std::string("1,,,,,,,,,,,\n")}) {
        const auto metrics = parseMetrics(metricsHeading() + good + bad + good, "metrics.csv");
        QVERIFY(!metrics.has_value());
        QCOMPARE(metrics.error().code, ErrorCode::Malformed);
        QCOMPARE(metrics.error().where, std::string("metrics.csv:3"));
    }
    QVERIFY(!parseMetrics("a,b\n1,2\n", "metrics.csv").has_value());
}

void MetricsFileTest::columnsAreFoundByName()
{
    const auto metrics =
        parseMetrics("test_accuracy,grad_norm,step,epoch\n0.5,17,3,1.5\n", "metrics.csv").value();
    QCOMPARE(metrics.samples.size(), 1U);
    QCOMPARE(metrics.samples[0].step, std::int64_t {3});
    QCOMPARE(metrics.samples[0].testAccuracy, 0.5);
    QCOMPARE(metrics.samples[0].epoch, 1.5);
    QVERIFY(std::isnan(metrics.samples[0].trainLoss));
}

void MetricsFileTest::appendingGoesOnWhereTheFileEnds()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "metrics.csv";
    for (std::int64_t step = 1; step <= 2; ++step) {
        auto appender = MetricsAppender::open(path).value();
        QVERIFY(appender.append(sampleAt(step)).has_value());
        QVERIFY(appender.sync().has_value());
    }
    QCOMPARE(readWholeFile(path, 4096).value(),
             metricsHeading() + metricsLine(sampleAt(1)) + metricsLine(sampleAt(2)));
}

void MetricsFileTest::anOlderFileKeepsItsColumns()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "metrics.csv";
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("step,epoch,seconds,train_flops,train_loss,train_accuracy,test_loss,test_accuracy\n"
               "1,0.5,1,2,,,0.25,0.5\n");
    file.close();
    MetricSample sample = sampleAt(2);
    sample.testAccuracy = 0.75;
    auto appender = MetricsAppender::open(path).value();
    QVERIFY(appender.append(sample).has_value());
    const auto metrics = parseMetrics(readWholeFile(path, 4096).value(), "metrics.csv");
    QVERIFY2(metrics.has_value(), metrics ? "" : message(metrics.error()).c_str());
    QCOMPARE(metrics->samples.size(), std::size_t {2});
    QCOMPARE(metrics->samples[1].testAccuracy, 0.75);
    QVERIFY(std::isnan(metrics->samples[1].validationAccuracy));

    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no metrics at all\n");
    file.close();
    QVERIFY(!MetricsAppender::open(path));
}

QTEST_GUILESS_MAIN(MetricsFileTest)

} // namespace metrics_file_test

#include "metrics_file_test.moc"
