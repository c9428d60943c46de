// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <QtTest>

#include "core/base/random.h"

namespace random_test {

using namespace rosler;

class RandomTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePublishedVectors_data();
    void agreesWithThePublishedVectors();
    void streamsOfOtherPurposeOrIndexDiffer();
    void uniformLiesInItsRangeAndHasItsMean();
    void belowIsUnbiased();
    void gaussianHasMeanZeroAndVarianceOne();
    void permutationHoldsEachNumberOnce();
};

using Words4 = std::array<std::uint32_t, 4>;
using Words2 = std::array<std::uint32_t, 2>;

void RandomTest::agreesWithThePublishedVectors_data()
{
    // Random123's kat_vectors, lines "philox4x32 10 ...".
    QTest::addColumn<Words4>("counter");
    QTest::addColumn<Words2>("key");
    QTest::addColumn<Words4>("expected");
    QTest::newRow("zeros") << Words4 {0, 0, 0, 0} << Words2 {0, 0}
                           << Words4 {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    QTest::newRow("ones") << Words4 {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}
                          << Words2 {0xffffffff, 0xffffffff}
                          << Words4 {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    QTest::newRow("digits of pi") << Words4 {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}
                                  << Words2 {0xa4093822, 0x299f31d0}
                                  << Words4 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
}

void RandomTest::agreesWithThePublishedVectors()
{
    QFETCH(Words4, counter);
    QFETCH(Words2, key);
    QFETCH(Words4, expected);
    QCOMPARE(philox4x32(counter, key), expected);
}

void RandomTest::streamsOfOtherPurposeOrIndexDiffer()
{
    const RandomStream a(7, Draw::Initialise, 0);
    QVERIFY(a.block(3) != RandomStream(7, Draw::Sketch, 0).block(3));
    QVERIFY(a.block(3) != RandomStream(7, Draw::Initialise, 1).block(3));
    QVERIFY(a.block(3) != RandomStream(8, Draw::Initialise, 0).block(3));
    QVERIFY(a.block(3) != RandomStream(7 + (1ULL << 32), Draw::Initialise, 0).block(3));
    QCOMPARE(a.block(3), RandomStream(7, Draw::Initialise, 0).block(3));
}

void RandomTest::uniformLiesInItsRangeAndHasItsMean()
{
    const RandomStream stream(1, Draw::Initialise, 0);
    constexpr int n = 100'000;
    double sum = 0;
    for (int i = 0; i < n; ++i) {
        const float u = stream.uniform(static_cast<std::uint64_t>(i));
        QVERIFY(u >= 0.0F && u < 1.0F);
        sum += static_cast<double>(u);
    }
    QVERIFY(std::abs(sum / n - 0.5) < 4.0 / std::sqrt(12.0 * n)); // four standard errors
}

void RandomTest::belowIsUnbiased()
{
    const RandomStream stream(2, Draw::Split, 0);
    constexpr std::uint32_t bound = 7;
    constexpr int n = 70'000;
    std::array<int, bound> counts {};
    for (int i = 0; i < n; ++i)
        ++counts.at(stream.below(static_cast<std::uint64_t>(i), bound));
    double chi2 = 0;
    for (const int c : counts)
        chi2 += (c - n / 7.0) * (c - n / 7.0) / (n / 7.0);
    QVERIFY2(chi2 < 22.5, qPrintable(QString::number(chi2))); // 99.9 % of chi^2 with 6 degrees
    QCOMPARE(stream.below(5, 1), 0U);
}

void RandomTest::gaussianHasMeanZeroAndVarianceOne()
{
    const RandomStream stream(3, Draw::Initialise, 4);
    constexpr int n = 100'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; ++i) {
        const double g = stream.gaussian(static_cast<std::uint64_t>(i));
        sum += g;
        squares += g * g;
    }
    QVERIFY(std::abs(sum / n) < 4.0 / std::sqrt(n));
    QVERIFY(std::abs(squares / n - 1.0) < 4.0 * std::sqrt(2.0 / n));
}

void RandomTest::permutationHoldsEachNumberOnce()
{
    auto order = RandomStream(9, Draw::Shuffle, 0).permutation(1000);
    QVERIFY(order != RandomStream(9, Draw::Shuffle, 1).permutation(1000));
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < 1000; ++i)
        QCOMPARE(order[i], i);
}

QTEST_APPLESS_MAIN(RandomTest)

} // namespace random_test

#include "random_test.moc"
