// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <QtTest>

#include "device_link/protocol/rsl_quantise.h"

namespace quantise_test {

/// The rule of PROTOCOL.md, section "Arithmetic", against the same rule in double: there u + 1/2 is exact.
class QuantiseTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void halvesGoUpwards();
    void roundsOnce();
    void clampsWhatIsFarOff();
    void agreesWithTheRuleInDouble();
};

namespace {

int byTheRule(float x, float scale, int zero)
{
    const float t = x / scale;
    const float u = t + static_cast<float>(zero);
    if (std::isnan(u))
        return zero;
    const double q = std::floor(static_cast<double>(u) + 0.5);
    return static_cast<int>(std::min(127.0, std::max(-128.0, q)));
}

} // namespace

void QuantiseTest::halvesGoUpwards()
{
    for (int q = -128; q < 127; ++q) {
        const auto half = static_cast<float>(q) + 0.5F;
        QCOMPARE(int {rsl_input_to_int8(half, 1.0F, 0)}, q + 1);
        QCOMPARE(int {rsl_input_to_int8(std::nextafter(half, -1000.0F), 1.0F, 0)}, q);
        QCOMPARE(int {rsl_input_to_int8(2.0F * half, 2.0F, 0)}, q + 1);
    }
    QCOMPARE(int {rsl_input_to_int8(0.5F, 1.0F, -128)}, -127); // the half is looked for beside the zero point
    QCOMPARE(int {rsl_input_to_int8(-0.5F, 1.0F, 3)}, 3);
}

void QuantiseTest::roundsOnce()
{
    // The largest number below a half: with a half added in binary32 it would be 1.
    QCOMPARE(int {rsl_input_to_int8(std::nextafter(0.5F, 0.0F), 1.0F, 0)}, 0);
    QCOMPARE(int {rsl_input_to_int8(std::nextafter(-0.5F, -1.0F), 1.0F, 0)}, -1);
    QCOMPARE(int {rsl_input_to_int8(std::numeric_limits<float>::denorm_min(), 1.0F, 0)}, 0);
    QCOMPARE(int {rsl_input_to_int8(-std::numeric_limits<float>::denorm_min(), 1.0F, 0)}, 0);
}

void QuantiseTest::clampsWhatIsFarOff()
{
    const float infinite = std::numeric_limits<float>::infinity();
    const float most = std::numeric_limits<float>::max();
    QCOMPARE(int {rsl_input_to_int8(infinite, 0.1F, 7)}, 127);
    QCOMPARE(int {rsl_input_to_int8(-infinite, 0.1F, 7)}, -128);
    QCOMPARE(int {rsl_input_to_int8(most, 1e-30F, 7)}, 127);
    QCOMPARE(int {rsl_input_to_int8(-most, 1e-30F, 7)}, -128);
    QCOMPARE(int {rsl_input_to_int8(126.5F, 1.0F, 0)}, 127);
    QCOMPARE(int {rsl_input_to_int8(-128.5F, 1.0F, 0)}, -128);
    QCOMPARE(int {rsl_input_to_int8(std::numeric_limits<float>::quiet_NaN(), 0.1F, 7)}, 7);
    QCOMPARE(int {rsl_input_to_int8(std::numeric_limits<float>::quiet_NaN(), 0.1F, -128)}, -128);
}

void QuantiseTest::agreesWithTheRuleInDouble()
{
    std::mt19937 random(5);
    std::uniform_real_distribution<float> wide(-140.0F, 140.0F);
    for (int i = 0; i < 200'000; ++i) {
        const float scale = std::ldexp(1.0F + std::ldexp(static_cast<float>(random() & 0xFFFFU), -16),
                                       static_cast<int>(random() % 40U) - 20);
        const int zero = static_cast<int>(random() % 256U) - 128;
        float x = wide(random) * scale;
        if (i % 3 == 0) { // beside a tie
            x = (std::floor(wide(random)) + 0.5F) * scale;
            x = i % 2 == 0 ? x : std::nextafter(x, 0.0F);
        } else if (i % 7 == 0) { // any bits
            const auto bits = static_cast<std::uint32_t>(random());
            std::memcpy(&x, &bits, sizeof x);
        }
        QCOMPARE(int {rsl_input_to_int8(x, scale, zero)}, byTheRule(x, scale, zero));
    }
}

QTEST_GUILESS_MAIN(QuantiseTest)

} // namespace quantise_test

#include "quantise_test.moc"
