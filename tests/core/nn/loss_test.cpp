// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/loss.h"
#include "tests/support/naive.h"

namespace loss_test {

using namespace rosler;

namespace {

constexpr double eps = naive::floatEps;

/// -log softmax(z)[label] in double.
double crossEntropy(const std::vector<double> &z, std::size_t label)
{
    double highest = z[0];
    for (const double v : z)
        highest = std::max(highest, v);
    double total = 0;
    for (const double v : z)
        total += std::exp(v - highest);
    return std::log(total) - (z[label] - highest);
}

std::vector<double> rowOf(const Matrix &m, Index i)
{
    std::vector<double> row;
    for (Index j = 0; j < m.cols(); ++j)
        row.push_back(static_cast<double>(m(i, j)));
    return row;
}

} // namespace

class LossTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byHand();
    void gradientAgreesWithDifferences();
    void gradientMayTakeTheLogitsPlace();
    void shiftChangesNothing();
    void largeLogitsDoNotOverflow();
    void notANumberIsNotHidden_data();
    void notANumberIsNotHidden();
    void emptyBatchScoresNothing();
};

void LossTest::byHand()
{
    // softmax(log 1, log 2, log 5) = 1/8, 2/8, 5/8
    Matrix logits(2, 3);
    logits << 0.0F, std::log(2.0F), std::log(5.0F), std::log(5.0F), 0.0F, std::log(2.0F);
    const std::array<std::uint16_t, 2> labels {1, 0};
    Matrix gradient(2, 3);
    auto into = view(gradient);
    const auto score = softmaxCrossEntropy(view(std::as_const(logits)), labels, &into, 2.0F);
    QVERIFY(std::abs(score.lossSum - (std::log(4.0) + std::log(8.0 / 5.0))) < 8.0 * eps);
    QCOMPARE(score.correct, Index {1});
    Matrix expected(2, 3);
    expected << 0.25F, 0.5F - 2.0F, 1.25F, 1.25F - 2.0F, 0.25F, 0.5F;
    QVERIFY((gradient - expected).cwiseAbs().maxCoeff() < 16.0F * std::numeric_limits<float>::epsilon());
}

void LossTest::gradientAgreesWithDifferences()
{
    constexpr Index batch = 20;
    constexpr Index classes = 7;
    const Matrix logits = 4.0F * naive::randomMatrix(batch, classes, 1);
    std::vector<std::uint16_t> labels;
    for (Index i = 0; i < batch; ++i)
        labels.push_back(static_cast<std::uint16_t>(i % classes));
    Matrix gradient(batch, classes);
    auto into = view(gradient);
    const float scale = 1.0F / batch;
    const auto score = softmaxCrossEntropy(view(logits), labels, &into, scale);
    double sum = 0;
    for (Index i = 0; i < batch; ++i) {
        const auto z = rowOf(logits, i);
        const std::size_t label = labels[static_cast<std::size_t>(i)];
        sum += crossEntropy(z, label);
        double rowSum = 0;
        for (Index j = 0; j < classes; ++j) {
            // Third derivatives of the loss are below 1: the difference is off by h^2 / 6 and by rounding.
            constexpr double h = 1e-5;
            auto above = z;
            auto below = z;
            above[static_cast<std::size_t>(j)] += h;
            below[static_cast<std::size_t>(j)] -= h;
            const double slope = (crossEntropy(above, label) - crossEntropy(below, label)) / (2.0 * h);
            // exp(z - highest) with |z - highest| <= 8 carries 8 eps
            QVERIFY(std::abs(static_cast<double>(gradient(i, j)) - slope / batch) < 16.0 * eps / batch);
            rowSum += static_cast<double>(gradient(i, j));
        }
        QVERIFY(std::abs(rowSum) < classes * 4.0 * eps / batch);
    }
    QVERIFY(std::abs(score.lossSum - sum) < 16.0 * eps * batch);
}

void LossTest::gradientMayTakeTheLogitsPlace()
{
    const Matrix logits = 4.0F * naive::randomMatrix(5, 6, 1);
    const std::array<std::uint16_t, 5> labels {0, 5, 3, 3, 1};
    Matrix apart(5, 6);
    auto into = view(apart);
    const auto score = softmaxCrossEntropy(view(logits), labels, &into, 0.2F);
    Matrix inPlace = logits;
    auto same = view(inPlace);
    const auto scoreInPlace = softmaxCrossEntropy(readOnly(same), labels, &same, 0.2F);
    QVERIFY(inPlace == apart);
    QVERIFY(scoreInPlace.lossSum == score.lossSum);
    QCOMPARE(scoreInPlace.correct, score.correct);
}

void LossTest::shiftChangesNothing()
{
    // Multiples of 2^-3 below 2^10 stay exact under a shift by 1000: the same bits must come out.
    const Matrix logits = (naive::randomMatrix(6, 5, 2).array() * 32.0F).round().matrix() * 0.125F;
    const Matrix shifted = (logits.array() + 1000.0F).matrix();
    const std::array<std::uint16_t, 6> labels {0, 1, 2, 3, 4, 0};
    Matrix a(6, 5);
    Matrix b(6, 5);
    auto intoA = view(a);
    auto intoB = view(b);
    const auto scoreA = softmaxCrossEntropy(view(logits), labels, &intoA);
    const auto scoreB = softmaxCrossEntropy(view(shifted), labels, &intoB);
    QVERIFY(scoreA.lossSum == scoreB.lossSum);
    QCOMPARE(scoreA.correct, scoreB.correct);
    QVERIFY(a == b);
}

void LossTest::largeLogitsDoNotOverflow()
{
    Matrix logits(2, 3);
    logits << 1e30F, -1e30F, 0.0F, 500.0F, 400.0F, 500.0F;
    const std::array<std::uint16_t, 2> labels {0, 1};
    Matrix gradient(2, 3);
    auto into = view(gradient);
    const auto score = softmaxCrossEntropy(view(std::as_const(logits)), labels, &into);
    QVERIFY(std::abs(score.lossSum - (100.0 + std::log(2.0))) < 100.0 * eps);
    Matrix expected(2, 3);
    expected << 0, 0, 0, 0.5F, -1, 0.5F;
    QVERIFY(gradient == expected);
}

void LossTest::notANumberIsNotHidden_data()
{
    QTest::addColumn<int>("place");
    QTest::addColumn<float>("value");
    for (int place = 0; place < 3; ++place) {
        QTest::addRow("NaN at %d", place) << place << std::numeric_limits<float>::quiet_NaN();
        QTest::addRow("infinity at %d", place) << place << std::numeric_limits<float>::infinity();
    }
}

void LossTest::notANumberIsNotHidden()
{
    QFETCH(int, place);
    QFETCH(float, value);
    Matrix logits(1, 3);
    logits << 1, 2, 3;
    logits(0, place) = value;
    const std::array<std::uint16_t, 1> labels {1};
    QVERIFY(!std::isfinite(softmaxCrossEntropy(view(std::as_const(logits)), labels).lossSum));
}

void LossTest::emptyBatchScoresNothing()
{
    const Matrix logits(0, 3);
    const auto score = softmaxCrossEntropy(view(logits), {});
    QCOMPARE(score.lossSum, 0.0);
    QCOMPARE(score.correct, Index {0});
}

QTEST_APPLESS_MAIN(LossTest)

} // namespace loss_test

#include "loss_test.moc"
