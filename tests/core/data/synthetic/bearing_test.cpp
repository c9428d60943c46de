// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/data/synthetic/bearing.h"

namespace bearing_test {

using namespace rosler;

namespace {

/// How strongly the envelope of @p x around its mean beats at @p frequency.
double beat(const std::vector<float> &x, double frequency)
{
    double mean = 0;
    for (const float value : x)
        mean += std::abs(static_cast<double>(value)) / static_cast<double>(x.size());
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += (std::abs(static_cast<double>(x[i])) - mean)
            * std::polar(1.0, -2 * std::numbers::pi * frequency * static_cast<double>(i) / 12'000);
    return std::abs(sum) / static_cast<double>(x.size());
}

DatasetOptions resolved(const DatasetOptions &given = {})
{
    return resolveOptions(given, syntheticBearingOptions()).value();
}

} // namespace

class BearingTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void impactsComeAtTheirFrequency();
    void aRecordingIsAFunctionOfItsNumberAndSeed();
    void theSetIsTheSameForAnyNumberOfThreads();
    void isCancelled();
};

void BearingTest::impactsComeAtTheirFrequency()
{
    constexpr std::array ratios {0.0, 3.585, 5.415, 4.714};
    for (std::size_t c = 1; c < ratios.size(); ++c) {
        const Recording recording = syntheticBearing(static_cast<BearingCondition>(c), 0, 12'000, 1);
        std::array<double, 4> strongest {};
        for (double shaft = 29; shaft <= 30; shaft += 0.1)
            for (std::size_t other = 1; other < ratios.size(); ++other)
                strongest[other] =
                    std::max(strongest[other], beat(recording.channels[0], ratios[other] * shaft));
        QCOMPARE(std::ranges::max_element(strongest) - strongest.begin(), static_cast<std::ptrdiff_t>(c));
    }
}

void BearingTest::aRecordingIsAFunctionOfItsNumberAndSeed()
{
    const auto channel = [](std::uint32_t number, Index samples, std::uint64_t seed) {
        return syntheticBearing(BearingCondition::Ball, number, samples, seed).channels.at(0);
    };
    QVERIFY(channel(0, 500, 1) == channel(0, 500, 1));
    QVERIFY(channel(0, 500, 1) != channel(1, 500, 1));
    QVERIFY(channel(0, 500, 1) != channel(0, 500, 2));
}

void BearingTest::theSetIsTheSameForAnyNumberOfThreads()
{
    const DatasetOptions options = resolved({{"seconds", 1.0}, {"recordings", Index {2}}});
    const auto both = syntheticBearings(options).value();
    QCOMPARE(both->classes(), Index {4});
    QCOMPARE(both->features(), Index {512});
    QVERIFY(both->signal().has_value());
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    QCOMPARE(syntheticBearings(options).value()->digest(), both->digest());
}

void BearingTest::isCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(syntheticBearings(resolved(), {}, {{}, stop.get_token()}).error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(BearingTest)

} // namespace bearing_test

#include "bearing_test.moc"
