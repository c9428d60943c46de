// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <vector>

#include <QtTest>

#include "core/nn/distillation.h"
#include "tests/support/naive.h"

namespace distillation_test {

using namespace rosler;

namespace {

using Numbers = std::vector<double>;

void rows()
{
    QTest::addColumn<double>("temperature");
    QTest::addColumn<double>("share");
    for (const double temperature : {0.5, 1.0, 4.0, 20.0})
        for (const double share : {0.125, 0.5, 1.0})
            QTest::addRow("T = %g, a = %g", temperature, share) << temperature << share;
}

Numbers drawn(std::size_t count, std::uint64_t seed)
{
    const Matrix m = naive::randomMatrix(1, static_cast<Index>(count), seed);
    Numbers numbers;
    for (Index i = 0; i < m.size(); ++i)
        numbers.push_back(3 * static_cast<double>(m.data()[i]));
    return numbers;
}

double loss(const Numbers &logits, const Numbers &teacher, Index label, const Distillation &distillation)
{
    Numbers gradient(logits.size());
    return distilledLoss(logits, teacher, label, distillation, gradient);
}

} // namespace

class DistillationTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byHand();
    void gradientAgreesWithDifferences_data() { rows(); }
    void gradientAgreesWithDifferences();
    void aTeacherOfOnesOwnMindChangesNothing();
    void floatsAreTheFormula();
    void largeLogitsDoNotOverflow();
};

void DistillationTest::byHand()
{
    // softmax(log 1, log 3) = 1/4, 3/4; at T = 2 of (log 1, log 9) = 1/4, 3/4; the teacher's at T = 2 1/2,
    // 1/2.
    const Distillation distillation {2.0, 0.25};
    const Numbers logits {0, std::log(9.0)};
    Numbers gradient(2);
    const double got = distilledLoss(logits, Numbers {5, 5}, 0, distillation, gradient);
    const double divergence = 0.5 * std::log(0.5 / 0.25) + 0.5 * std::log(0.5 / 0.75);
    QVERIFY(std::abs(got - (0.75 * std::log(10.0) + 0.25 * 4 * divergence)) < 1e-14);
    QVERIFY(std::abs(gradient[0] - (0.75 * (0.1 - 1) + 0.25 * 2 * (0.25 - 0.5))) < 1e-14);
    QVERIFY(std::abs(gradient[1] - (0.75 * 0.9 + 0.25 * 2 * (0.75 - 0.5))) < 1e-14);
}

void DistillationTest::gradientAgreesWithDifferences()
{
    QFETCH(double, temperature);
    QFETCH(double, share);
    const Distillation distillation {temperature, share};
    const Numbers teacher = drawn(7, 2);
    Numbers logits = drawn(7, 1);
    Numbers gradient(7);
    (void)distilledLoss(logits, teacher, 3, distillation, gradient);
    constexpr double h = 1e-4;
    // The third derivative is at most 1 + T^2 / T^3; rounding of a loss of some nats.
    const double bend = h * h * (1 + 1 / temperature);
    const double size = std::abs(loss(logits, teacher, 3, distillation)) + 10 * temperature * temperature;
    const double allowed = bend + 20 * size * std::numeric_limits<double>::epsilon() / h;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double before = logits[i];
        logits[i] = before + h;
        const double above = loss(logits, teacher, 3, distillation);
        logits[i] = before - h;
        const double below = loss(logits, teacher, 3, distillation);
        logits[i] = before;
        QVERIFY(std::abs((above - below) / (2 * h) - gradient[i]) <= allowed);
    }
}

void DistillationTest::aTeacherOfOnesOwnMindChangesNothing()
{
    const Numbers logits = drawn(5, 4);
    Numbers gradient(5);
    QVERIFY(std::abs(distilledLoss(logits, logits, 2, {3.0, 1.0}, gradient)) < 1e-14);
    for (const double slope : gradient)
        QVERIFY(std::abs(slope) < 1e-15);
}

void DistillationTest::floatsAreTheFormula()
{
    const Matrix logits = naive::randomMatrix(6, 9, 5);
    const Matrix teacher = naive::randomMatrix(6, 9, 6);
    const std::vector<std::uint16_t> labels {0, 8, 3, 3, 1, 7};
    const Distillation distillation {2.0, 0.75};
    Matrix gradient(6, 9);
    MatrixView to = view(gradient);
    const BatchScore score =
        distilledCrossEntropy(view(logits), labels, view(teacher), distillation, to, 0.5F);
    const BatchScore plain = softmaxCrossEntropy(view(logits), labels);
    QCOMPARE(score.lossSum, plain.lossSum);
    QCOMPARE(score.correct, plain.correct);
    Matrix inPlace = logits;
    MatrixView place = view(inPlace);
    (void)distilledCrossEntropy(readOnly(place), labels, view(teacher), distillation, place, 0.5F);
    QVERIFY(inPlace == gradient);
    for (Index i = 0; i < 6; ++i) {
        Numbers z;
        Numbers t;
        for (Index j = 0; j < 9; ++j) {
            z.push_back(static_cast<double>(logits(i, j)));
            t.push_back(static_cast<double>(teacher(i, j)));
        }
        Numbers slope(9);
        (void)distilledLoss(z, t, labels[static_cast<std::size_t>(i)], distillation, slope);
        for (Index j = 0; j < 9; ++j)
            QVERIFY(std::abs(static_cast<double>(gradient(i, j)) - 0.5 * slope[static_cast<std::size_t>(j)])
                    <= naive::floatEps * std::abs(slope[static_cast<std::size_t>(j)]));
    }
}

void DistillationTest::largeLogitsDoNotOverflow()
{
    Numbers gradient(3);
    const double got = distilledLoss(Numbers {1e4, -1e4, 0}, Numbers {-1e4, 1e4, 0}, 1, {1.0, 0.5}, gradient);
    QVERIFY(std::isfinite(got) && got > 1e4);
    for (const double slope : gradient)
        QVERIFY(std::isfinite(slope));
}

QTEST_APPLESS_MAIN(DistillationTest)

} // namespace distillation_test

#include "distillation_test.moc"
