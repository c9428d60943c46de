// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <QtTest>

#include "core/base/random.h"
#include "core/compress/float16.h"
#include "tests/support/layers.h"

namespace float16_test {

using namespace rosler;

namespace {

constexpr int halves = 65'536;

/// What 16 bits mean by IEEE 754-2019, 3.4: sign 1, exponent 5 with bias 15, fraction 10; in double, exactly.
double meaning(std::uint16_t bits)
{
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    if (exponent == 0)
        return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024 + fraction, exponent - 25);
}

/// The nearest half to a finite value: by comparing with both neighbours, ties to the even one; from halfway
/// between 65,504 and 65,536 on infinity.
std::uint16_t nearest(double value)
{
    const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const double size = std::abs(value);
    if (size >= 65'520.0)
        return sign | 0x7C00;
    std::uint16_t low = 0; // positive halves are ordered as their bits
    std::uint16_t high = 0x7C00;
    while (high - low > 1) {
        const auto middle = static_cast<std::uint16_t>((low + high) / 2);
        (meaning(middle) <= size ? low : high) = middle;
    }
    if (high == 0x7C00)
        return sign | low; // nearer to 65,504 than to 65,536
    const double below = size - meaning(low);
    const double above = meaning(high) - size;
    const bool up = above < below || (above == below && (high & 1) == 0);
    return sign | (up ? high : low);
}

} // namespace

class Float16Test final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyHalfMeansWhatTheStandardSays();
    void everyHalfComesBack();
    void tiesGoToTheEvenHalf();
    void valuesBesideTiesGoToTheirSide();
    void beyondTheLargestIsInfinity();
    void specialValues_data();
    void specialValues();
    void anyFloatGoesToTheNearest();
    void networkIsRoundedOnce();
};

void Float16Test::everyHalfMeansWhatTheStandardSays()
{
    for (int i = 0; i < halves; ++i) {
        const auto bits = static_cast<std::uint16_t>(i);
        const double expected = meaning(bits);
        const auto value = static_cast<double>(fromFloat16(bits));
        if (std::isnan(expected))
            QVERIFY(std::isnan(value));
        else
            QVERIFY(value == expected && std::signbit(value) == std::signbit(expected));
    }
}

void Float16Test::everyHalfComesBack()
{
    for (int i = 0; i < halves; ++i) {
        const auto bits = static_cast<std::uint16_t>(i);
        const std::uint16_t back = toFloat16(fromFloat16(bits));
        if (std::isnan(meaning(bits)))
            QVERIFY(std::isnan(meaning(back)));
        else
            QCOMPARE(back, bits);
    }
}

void Float16Test::tiesGoToTheEvenHalf()
{
    // Midpoints of neighbours are exact in float, subnormal ones too.
    for (int i = 0; i + 1 < 0x7C00; ++i) {
        const auto low = static_cast<std::uint16_t>(i);
        const auto high = static_cast<std::uint16_t>(i + 1);
        const double middle = (meaning(low) + meaning(high)) / 2.0;
        const auto value = static_cast<float>(middle);
        QVERIFY(static_cast<double>(value) == middle);
        const std::uint16_t even = (low & 1) == 0 ? low : high;
        QCOMPARE(toFloat16(value), even);
        QCOMPARE(toFloat16(-value), static_cast<std::uint16_t>(even | 0x8000));
    }
}

void Float16Test::valuesBesideTiesGoToTheirSide()
{
    for (int i = 0; i + 1 < 0x7C00; ++i) {
        const auto low = static_cast<std::uint16_t>(i);
        const auto high = static_cast<std::uint16_t>(i + 1);
        const auto middle = static_cast<float>((meaning(low) + meaning(high)) / 2.0);
        QCOMPARE(toFloat16(std::nextafter(middle, 0.0F)), low);
        QCOMPARE(toFloat16(std::nextafter(middle, std::numeric_limits<float>::infinity())), high);
    }
}

void Float16Test::beyondTheLargestIsInfinity()
{
    QCOMPARE(toFloat16(65'504.0F), std::uint16_t {0x7BFF});
    QCOMPARE(toFloat16(std::nextafter(65'520.0F, 0.0F)), std::uint16_t {0x7BFF});
    QCOMPARE(toFloat16(65'520.0F), std::uint16_t {0x7C00}); // a tie: 65,536 would be even
    QCOMPARE(toFloat16(-65'520.0F), std::uint16_t {0xFC00});
    QCOMPARE(toFloat16(std::numeric_limits<float>::max()), std::uint16_t {0x7C00});
}

void Float16Test::specialValues_data()
{
    QTest::addColumn<float>("value");
    QTest::addColumn<int>("bits");
    QTest::newRow("zero") << 0.0F << 0x0000;
    QTest::newRow("minus zero") << -0.0F << 0x8000;
    QTest::newRow("one") << 1.0F << 0x3C00;
    QTest::newRow("a third") << 1.0F / 3.0F << 0x3555;
    QTest::newRow("infinity") << std::numeric_limits<float>::infinity() << 0x7C00;
    QTest::newRow("minus infinity") << -std::numeric_limits<float>::infinity() << 0xFC00;
    QTest::newRow("smallest normal") << 0x1p-14F << 0x0400;
    QTest::newRow("smallest subnormal") << 0x1p-24F << 0x0001;
    QTest::newRow("half of it, a tie with zero") << 0x1p-25F << 0x0000;
    QTest::newRow("a little more than half of it") << 0x1.000002p-25F << 0x0001;
    QTest::newRow("smallest float") << std::numeric_limits<float>::denorm_min() << 0x0000;
    QTest::newRow("rounds up to the smallest normal") << 0x1.FFEp-15F << 0x0400;
}

void Float16Test::specialValues()
{
    QFETCH(float, value);
    QFETCH(int, bits);
    QCOMPARE(int {toFloat16(value)}, bits);
}

void Float16Test::anyFloatGoesToTheNearest()
{
    const RandomStream random(1, Draw::Split, 0);
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        for (const std::uint32_t word : random.block(i)) {
            const auto value = std::bit_cast<float>(word);
            if (std::isnan(value))
                QVERIFY(std::isnan(meaning(toFloat16(value))));
            else
                QCOMPARE(toFloat16(value), nearest(static_cast<double>(value)));
            // most of the above are far outside: the same fraction within the range of halves
            const float inside =
                std::ldexp(static_cast<float>(word) * 0x1p-32F + 1.0F, static_cast<int>(word % 45) - 28);
            QCOMPARE(toFloat16(inside), nearest(static_cast<double>(inside)));
        }
    }
}

void Float16Test::networkIsRoundedOnce()
{
    Network network = networkOf({{.inputs = 6, .outputs = 4, .rank = 2, .read = 3, .kept = 4}});
    network.initialise(1);
    network.setKeptFeatures({0, 2, 5});
    const std::string before = network.digest();
    const Network rounded = withFloat16Weights(network);
    QCOMPARE(network.digest(), before);
    QCOMPARE(rounded.keptFeatures(), network.keptFeatures());
    bool changed = false;
    for (std::size_t i = 0; i < network.parameters().size(); ++i) {
        const float value = network.parameters()[i];
        QVERIFY(static_cast<double>(rounded.parameters()[i]) == meaning(nearest(static_cast<double>(value))));
        changed = changed || rounded.parameters()[i] != value;
    }
    QVERIFY(changed);
    QCOMPARE(withFloat16Weights(rounded).digest(), rounded.digest());
}

QTEST_APPLESS_MAIN(Float16Test)

} // namespace float16_test

#include "float16_test.moc"
