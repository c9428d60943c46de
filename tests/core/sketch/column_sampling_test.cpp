// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/sketch/column_sampling.h"
#include "core/sketch/randomised_svd.h"
#include "tests/support/naive.h"

namespace column_sampling_test {

using namespace rosler;
using Numbers = std::vector<std::uint32_t>;

namespace {

/// How unlike the draws are to @p expected (probabilities of sets that add up to 1): Pearson's chi square.
double chiSquare(int draws, const std::map<Numbers, double> &expected,
                 const std::function<Numbers(const RandomStream &)> &draw)
{
    std::map<Numbers, int> counts;
    for (int i = 0; i < draws; ++i)
        ++counts[draw({static_cast<std::uint64_t>(i), Draw::Sketch, 5})];
    double sum = 0;
    for (const auto &[set, probability] : expected) {
        const double mean = draws * probability;
        sum += (counts[set] - mean) * (counts[set] - mean) / mean;
    }
    return counts.size() == expected.size() ? sum : std::numeric_limits<double>::infinity();
}

bool ascending(const Numbers &numbers, Index below)
{
    for (std::size_t i = 1; i < numbers.size(); ++i)
        if (numbers[i] <= numbers[i - 1])
            return false;
    return numbers.empty() || static_cast<Index>(numbers.back()) < below;
}

/// 16 features of which 1, 4, 9 and 14 vary, in two dimensions; the others are constants whose mean is not
/// exact in double.
Matrix mostlyConstant(Index examples)
{
    Matrix sample(examples, 16);
    for (Index j = 0; j < 16; ++j)
        sample.col(j).setConstant(0.1F * static_cast<float>(j));
    const Matrix ab = naive::randomMatrix(examples, 2, 4);
    sample.col(1) = ab.col(0);
    sample.col(4) = 0.01F * ab.col(1);
    sample.col(9) = ab.col(0) + ab.col(1);
    sample.col(14) = ab.col(0) - ab.col(1);
    return sample;
}

} // namespace

class ColumnSamplingTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void uniformSetsAreEquallyLikely();
    void weightedSetsHaveTheirProbabilities();
    void scaleOfTheWeightsDoesNotMatter();
    void zeroWeightsComeLast();
    void samplesAreAscendingAndDifferent();
    void leverageScoresAreThoseOfTheSubspace();
    void leverageScoresAddUpToTheMatrixsOwnRank();
    void constantFeaturesAreLeftOut_data();
    void constantFeaturesAreLeftOut();
    void constantFeaturesFillUpWhenOthersDoNotSuffice_data() { samplingRows(); }
    void constantFeaturesFillUpWhenOthersDoNotSuffice();
    void featuresFollowTheirVariance();
    void featuresFollowTheirLeverage();
    void featuresOutsideTheSubspaceStillBeatConstants();
    void sameSeedSameFeatures_data() { samplingRows(); }
    void sameSeedSameFeatures();

private:
    static void samplingRows()
    {
        QTest::addColumn<FeatureSampling>("sampling");
        QTest::newRow("uniform") << FeatureSampling::Uniform;
        QTest::newRow("variance") << FeatureSampling::Variance;
        QTest::newRow("leverage") << FeatureSampling::Leverage;
    }
};

void ColumnSamplingTest::uniformSetsAreEquallyLikely()
{
    std::map<Numbers, double> expected;
    for (std::uint32_t i = 0; i < 4; ++i)
        for (std::uint32_t j = i + 1; j < 4; ++j)
            expected[{i, j}] = 1.0 / 6.0;
    const double chi2 =
        chiSquare(6'000, expected, [](const RandomStream &random) { return sampleUniformly(4, 2, random); });
    QVERIFY2(chi2 < 20.5, qPrintable(QString::number(chi2))); // 99.9 % with 5 degrees of freedom
}

void ColumnSamplingTest::weightedSetsHaveTheirProbabilities()
{
    const std::vector<double> weights {1, 2, 3, 4};
    std::map<Numbers, double> singles;
    std::map<Numbers, double> pairs;
    for (std::uint32_t i = 0; i < 4; ++i) {
        const double pi = weights[i] / 10.0;
        singles[{i}] = pi;
        for (std::uint32_t j = i + 1; j < 4; ++j) {
            const double pj = weights[j] / 10.0;
            pairs[{i, j}] = pi * pj / (1.0 - pi) + pj * pi / (1.0 - pj); // either first
        }
    }
    const auto drawing = [&](Index count) {
        return
            [&weights, count](const RandomStream &random) { return sampleByWeight(weights, count, random); };
    };
    const double one = chiSquare(20'000, singles, drawing(1));
    QVERIFY2(one < 16.3, qPrintable(QString::number(one))); // 99.9 % with 3 degrees of freedom
    const double two = chiSquare(20'000, pairs, drawing(2));
    QVERIFY2(two < 20.5, qPrintable(QString::number(two)));
}

void ColumnSamplingTest::scaleOfTheWeightsDoesNotMatter()
{
    std::vector<double> weights;
    for (int i = 0; i < 50; ++i)
        weights.push_back(1.0 + i % 7);
    auto scaled = weights;
    for (double &w : scaled)
        w *= 0x1p-300;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const RandomStream random(seed, Draw::Sketch, 0);
        QCOMPARE(sampleByWeight(scaled, 9, random), sampleByWeight(weights, 9, random));
    }
}

void ColumnSamplingTest::zeroWeightsComeLast()
{
    const std::vector<double> weights {0, 1e-300, 0, 5, std::numeric_limits<double>::quiet_NaN(), 2};
    const Numbers weighty {1, 3, 5};
    std::set<Numbers> fourths;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const RandomStream random(seed, Draw::Sketch, 0);
        QCOMPARE(sampleByWeight(weights, 3, random), weighty);
        const auto four = sampleByWeight(weights, 4, random);
        QVERIFY(std::includes(four.begin(), four.end(), weighty.begin(), weighty.end()));
        fourths.insert(four);
        QCOMPARE(sampleByWeight(weights, 6, random), (Numbers {0, 1, 2, 3, 4, 5}));
    }
    QCOMPARE(fourths.size(), std::size_t {3}); // each of the weightless ones now and then
    QCOMPARE(sampleByWeight(std::vector<double> {}, 0, {1, Draw::Sketch, 0}), Numbers {});
}

void ColumnSamplingTest::samplesAreAscendingAndDifferent()
{
    std::vector<double> weights;
    for (int i = 0; i < 200; ++i)
        weights.push_back(std::exp2(i % 40 - 20));
    for (const Index count : {0, 1, 2, 100, 199, 200}) {
        const RandomStream random(static_cast<std::uint64_t>(count), Draw::Sketch, 0);
        for (const auto &drawn :
             {sampleUniformly(200, count, random), sampleByWeight(weights, count, random)}) {
            QCOMPARE(static_cast<Index>(drawn.size()), count);
            QVERIFY(ascending(drawn, 200));
        }
    }
}

void ColumnSamplingTest::leverageScoresAreThoseOfTheSubspace()
{
    // A = L diag(5, 4, 3, 2, 1) V^T has V as its right singular vectors: the scores are V's rows squared.
    const auto left = orthonormalColumns(60, 5, {1, Draw::Split, 0});
    const auto v = orthonormalColumns(40, 5, {2, Draw::Split, 0});
    Eigen::VectorXd values(5);
    values << 5, 4, 3, 2, 1;
    const Eigen::MatrixXd a = left * values.asDiagonal() * v.transpose();
    const auto scores = columnLeverage(a, 5, {3, Draw::Sketch, 0});
    double sum = 0;
    for (Index j = 0; j < 40; ++j) {
        QVERIFY(std::abs(scores[static_cast<std::size_t>(j)] - v.row(j).squaredNorm()) < 1e-10);
        sum += scores[static_cast<std::size_t>(j)];
    }
    QVERIFY(std::abs(sum - 5.0) < 1e-10);
}

void ColumnSamplingTest::leverageScoresAddUpToTheMatrixsOwnRank()
{
    // Beyond the matrix's rank singular vectors are arbitrary: they must not lend weight to any column.
    const Eigen::MatrixXd a = orthonormalColumns(30, 3, {1, Draw::Split, 0})
        * orthonormalColumns(20, 3, {2, Draw::Split, 0}).transpose();
    const auto three = columnLeverage(a, 3, {3, Draw::Sketch, 0});
    const auto ten = columnLeverage(a, 10, {3, Draw::Sketch, 0});
    for (std::size_t j = 0; j < 20; ++j)
        QVERIFY(std::abs(three[j] - ten[j]) < 1e-10);
    for (const double none : columnLeverage(Eigen::MatrixXd::Zero(6, 4), 2, {3, Draw::Sketch, 0}))
        QCOMPARE(none, 0.0);
}

void ColumnSamplingTest::constantFeaturesAreLeftOut_data()
{
    QTest::addColumn<FeatureSampling>("sampling");
    QTest::addColumn<int>("examples");
    QTest::newRow("variance") << FeatureSampling::Variance << 100;
    QTest::newRow("variance, as many examples as features") << FeatureSampling::Variance << 16;
    QTest::newRow("leverage") << FeatureSampling::Leverage << 100;
    QTest::newRow("leverage, few examples") << FeatureSampling::Leverage << 7;
}

void ColumnSamplingTest::constantFeaturesAreLeftOut()
{
    QFETCH(FeatureSampling, sampling);
    QFETCH(int, examples);
    const Matrix sample = mostlyConstant(examples);
    for (std::uint64_t seed = 0; seed < 30; ++seed)
        for (const Index rank : {1, 2, 8})
            QCOMPARE(chooseFeatures(view(sample), 4, sampling, rank, seed), (Numbers {1, 4, 9, 14}));
}

void ColumnSamplingTest::constantFeaturesFillUpWhenOthersDoNotSuffice()
{
    QFETCH(FeatureSampling, sampling);
    const Matrix sample = mostlyConstant(50);
    const auto ten = chooseFeatures(view(sample), 10, sampling, 4, 1);
    QCOMPARE(ten.size(), std::size_t {10});
    QVERIFY(ascending(ten, 16));
    const Matrix one = sample.topRows(1); // a single example: nothing varies
    QCOMPARE(chooseFeatures(view(one), 10, sampling, 4, 1).size(), std::size_t {10});
}

void ColumnSamplingTest::featuresFollowTheirVariance()
{
    // Two features, one with three times the other's variance, whatever their means: 3 of 4 times chosen.
    Matrix sample(4, 2);
    sample << 1, 10, -1, 10 + std::sqrt(3.0F), 1, 10, -1, 10 + std::sqrt(3.0F);
    sample.col(1) *= 2.0F; // variance 3 against 1
    int second = 0;
    constexpr int n = 2'000;
    for (std::uint64_t seed = 0; seed < n; ++seed)
        second +=
            chooseFeatures(view(std::as_const(sample)), 1, FeatureSampling::Variance, 1, seed).front() == 1U;
    QVERIFY(std::abs(second - 0.75 * n) < 4.0 * std::sqrt(n * 0.75 * 0.25)); // four standard errors
}

void ColumnSamplingTest::featuresFollowTheirLeverage()
{
    // Rows +- (3, 4, 0) and +- (0, 0, 1): the best line is along (3, 4, 0), scores 9/25, 16/25, 0.
    Matrix sample(4, 3);
    sample << 3, 4, 0, -3, -4, 0, 0, 0, 1, 0, 0, -1;
    std::vector<int> counts(3);
    constexpr int n = 2'000;
    for (std::uint64_t seed = 0; seed < n; ++seed)
        ++counts[chooseFeatures(view(std::as_const(sample)), 1, FeatureSampling::Leverage, 1, seed).front()];
    QCOMPARE(counts[2], 0);
    QVERIFY(std::abs(counts[0] - 0.36 * n) < 4.0 * std::sqrt(n * 0.36 * 0.64));
}

void ColumnSamplingTest::featuresOutsideTheSubspaceStillBeatConstants()
{
    Matrix sample(4, 5);
    sample << 3, 0.3F, 4, 0, 7, -3, 0.3F, -4, 0, 7, 0, 0.3F, 0, 1, 7, 0, 0.3F, 0, -1, 7;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        QCOMPARE(chooseFeatures(view(std::as_const(sample)), 3, FeatureSampling::Leverage, 1, seed),
                 (Numbers {0, 2, 3}));
}

void ColumnSamplingTest::sameSeedSameFeatures()
{
    QFETCH(FeatureSampling, sampling);
    const Matrix sample = naive::randomMatrix(40, 30, 2);
    const auto first = chooseFeatures(view(sample), 12, sampling, 5, 1);
    QCOMPARE(chooseFeatures(view(sample), 12, sampling, 5, 1), first);
    QVERIFY(chooseFeatures(view(sample), 12, sampling, 5, 2) != first);
}

QTEST_APPLESS_MAIN(ColumnSamplingTest)

} // namespace column_sampling_test

#include "column_sampling_test.moc"
