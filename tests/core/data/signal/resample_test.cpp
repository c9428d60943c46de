// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/data/signal/resample.h"

namespace resample_test {

using namespace rosler;

namespace {

std::vector<float> sine(double frequency, double rate, Index count)
{
    std::vector<float> samples;
    for (Index i = 0; i < count; ++i)
        samples.push_back(
            static_cast<float>(std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) / rate)));
    return samples;
}

/// The largest difference from a sine of this frequency, away from both ends.
double worst(const std::vector<float> &samples, double frequency, double rate, double amplitude)
{
    const std::vector<float> expected = sine(frequency, rate, static_cast<Index>(samples.size()));
    double difference = 0;
    for (std::size_t i = samples.size() / 4; i < samples.size() * 3 / 4; ++i)
        difference = std::max(
            difference,
            std::abs(static_cast<double>(samples[i]) - amplitude * static_cast<double>(expected[i])));
    return difference;
}

} // namespace

class ResampleTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatBothRatesHold_data();
    void keepsWhatBothRatesHold();
    void stopsWhatTheLowerRateCannotHold();
    void countsSamples();
    void aConstantStaysExactly();
    void anImpulseReachesNoFurtherThanIsSaid();
    void isTheSameForAnyNumberOfThreads();
    void refusesImpossibleRates();
    void isCancelled();
};

void ResampleTest::keepsWhatBothRatesHold_data()
{
    QTest::addColumn<double>("from");
    QTest::addColumn<double>("to");
    QTest::newRow("a quarter") << 48'000.0 << 12'000.0;
    QTest::newRow("audio") << 44'100.0 << 16'000.0;
    QTest::newRow("up") << 8'000.0 << 16'000.0;
    QTest::newRow("fractions of a Hz") << 100.5 << 100.0;
}

void ResampleTest::keepsWhatBothRatesHold()
{
    QFETCH(double, from);
    QFETCH(double, to);
    const Resampler resampler = Resampler::make(from, to).value();
    for (const double share : {0.01, 0.3, 0.7, 0.9}) { // of half the lower rate
        const double frequency = share * std::min(from, to) / 2;
        const std::vector<float> resampled = resampler.run(sine(frequency, from, 8000), {}).value();
        QVERIFY2(worst(resampled, frequency, to, 1.0) < 1e-3, std::to_string(share).c_str());
    }
}

void ResampleTest::stopsWhatTheLowerRateCannotHold()
{
    const Resampler resampler = Resampler::make(48'000, 12'000).value();
    for (const double frequency : {6'000.0, 6'500.0, 11'000.0, 12'000.0, 20'000.0})
        QVERIFY(worst(resampler.run(sine(frequency, 48'000, 8000), {}).value(), 0, 12'000, 0) < 1.2e-4);
}

void ResampleTest::countsSamples()
{
    QCOMPARE(Resampler::make(48'000, 12'000)->outputs(243'938), Index {60'984});
    QCOMPARE(Resampler::make(44'100, 16'000)->outputs(44'100), Index {16'000});
    QCOMPARE(Resampler::make(8'000, 16'000)->outputs(3), Index {6});
    QCOMPARE(Resampler::make(8'000, 16'000)->run({}, {})->size(), std::size_t {0});
}

void ResampleTest::aConstantStaysExactly()
{
    const std::vector<float> ones(4000, 3.0F);
    const auto resampled = Resampler::make(44'100, 16'000)->run(ones, {}).value();
    for (std::size_t i = 300; i + 300 < resampled.size(); ++i)
        QCOMPARE(resampled[i], 3.0F);
}

void ResampleTest::anImpulseReachesNoFurtherThanIsSaid()
{
    const Resampler resampler = Resampler::make(48'000, 12'000).value();
    std::vector<float> samples(4000);
    samples[2000] = 1.0F;
    const auto resampled = resampler.run(samples, {}).value();
    for (Index i = 0; i < static_cast<Index>(resampled.size()); ++i)
        if (std::abs(i - 500) > resampler.reach())
            QCOMPARE(resampled[static_cast<std::size_t>(i)], 0.0F);
    QVERIFY(resampled[500] > 0.2F);
}

void ResampleTest::isTheSameForAnyNumberOfThreads()
{
    const Resampler resampler = Resampler::make(44'100, 16'000).value();
    const auto samples = sine(440, 44'100, 60'000);
    const auto both = resampler.run(samples, {}).value();
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    QVERIFY(resampler.run(samples, {}).value() == both);
}

void ResampleTest::refusesImpossibleRates()
{
    for (const auto &[from, to] : std::vector<std::pair<double, double>> {{0, 1},
                                                                          {1, 0},
                                                                          {-1, 1},
                                                                          {1, 1e300},
                                                                          {std::nan(""), 1},
                                                                          {44'100.001, 16'000.003},
                                                                          {1e-9, 1e-9}}) {
        const auto made = Resampler::make(from, to);
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::OutOfRange);
    }
}

void ResampleTest::isCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    const std::vector<float> samples(10'000);
    QCOMPARE(Resampler::make(2, 1)->run(samples, stop.get_token()).error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(ResampleTest)

} // namespace resample_test

#include "resample_test.moc"
