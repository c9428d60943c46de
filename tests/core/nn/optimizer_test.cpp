// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include <QtTest>

#include "core/nn/optimizer.h"
#include "tests/support/naive.h"

namespace optimizer_test {

using namespace rosler;

namespace {

constexpr double eps = naive::floatEps;

/// Adam as in the paper's algorithm 1, in double.
struct PaperAdam {
    double m = 0;
    double v = 0;
    int t = 0;

    double step(double p, double g, double rate, double decay)
    {
        ++t;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const double mHat = m / (1.0 - std::pow(0.9, t));
        const double vHat = v / (1.0 - std::pow(0.999, t));
        return p - rate * decay * p - rate * mHat / (std::sqrt(vHat) + 1e-8);
    }
};

void kindRows()
{
    QTest::addColumn<OptimizerKind>("kind");
    QTest::newRow("Adam") << OptimizerKind::Adam;
    QTest::newRow("Sgd") << OptimizerKind::Sgd;
}

} // namespace

class OptimizerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void adamFollowsThePaper_data();
    void adamFollowsThePaper();
    void firstStepOfAdamIsTheRate();
    void sgdByHand();
    void weightDecayShrinksWithoutAGradient_data() { kindRows(); }
    void weightDecayShrinksWithoutAGradient();
    void smallWeightDecaysActInFull_data();
    void smallWeightDecaysActInFull();
    void aSplitSpanGivesTheSameBits_data() { kindRows(); }
    void aSplitSpanGivesTheSameBits();
};

void OptimizerTest::adamFollowsThePaper_data()
{
    QTest::addColumn<double>("decay");
    QTest::newRow("plain") << 0.0;
    QTest::newRow("with decoupled weight decay") << 0.1;
}

void OptimizerTest::adamFollowsThePaper()
{
    QFETCH(double, decay);
    const auto adam = makeOptimizer(OptimizerKind::Adam);
    QCOMPARE(adam->stateFloats(), Index {2});
    constexpr std::size_t n = 37;
    constexpr std::size_t stride = 40;
    std::vector<float> p(n);
    naive::fill(p, 1);
    std::vector<float> state(2 * stride, 0.0F);
    std::vector<PaperAdam> paper(n);
    std::vector<double> expected(p.begin(), p.end());
    std::vector<float> g(n);
    double rates = 0;
    for (int t = 1; t <= 200; ++t) {
        naive::fill(g, 100 + static_cast<std::uint64_t>(t));
        UpdateSettings settings;
        settings.learningRate = 0.01 / t;
        settings.weightDecay = decay;
        settings.update = t;
        adam->update(p, g, state.data(), static_cast<Index>(stride), settings);
        rates += settings.learningRate;
        for (std::size_t i = 0; i < n; ++i) {
            expected[i] = paper[i].step(expected[i], static_cast<double>(g[i]), settings.learningRate, decay);
            // Every step rounds p once or twice, and takes a stride of at most about the rate that carries
            // the rounding of m, v, of the constants and of four operations.
            const double allowed = 2.0 * t * eps * std::abs(expected[i]) + 32.0 * eps * rates;
            QVERIFY2(std::abs(static_cast<double>(p[i]) - expected[i]) < allowed,
                     qPrintable(QStringLiteral("step %1").arg(t)));
        }
    }
}

void OptimizerTest::firstStepOfAdamIsTheRate()
{
    // m / (1 - beta1) = g and v / (1 - beta2) = g^2: whatever the gradient's size, p moves by the rate.
    const auto adam = makeOptimizer(OptimizerKind::Adam);
    const std::array<float, 4> g {1.0F, -1.0F, 100.0F, -0.01F};
    std::array<float, 4> p {};
    std::array<float, 8> state {};
    UpdateSettings settings;
    settings.learningRate = 0.5;
    adam->update(p, g, state.data(), 4, settings);
    for (std::size_t i = 0; i < 4; ++i) {
        const double expected = g.at(i) > 0.0F ? -0.5 : 0.5;
        const double epsilonShare = 1e-8 / std::abs(static_cast<double>(g.at(i)));
        QVERIFY(std::abs(static_cast<double>(p.at(i)) - expected) < 0.5 * (8.0 * eps + epsilonShare));
    }
}

void OptimizerTest::sgdByHand()
{
    // m = 1/2 m + g, p -= 1/4 m
    const auto sgd = makeOptimizer(OptimizerKind::Sgd);
    QCOMPARE(sgd->stateFloats(), Index {1});
    std::array<float, 2> p {1.0F, -2.0F};
    std::array<float, 2> state {};
    UpdateSettings settings;
    settings.learningRate = 0.25;
    settings.momentum = 0.5;
    const std::array<float, 2> g {4.0F, -8.0F};
    sgd->update(p, g, state.data(), 2, settings);
    QVERIFY((state == std::array<float, 2> {4.0F, -8.0F}));
    QVERIFY((p == std::array<float, 2> {0.0F, 0.0F}));
    sgd->update(p, g, state.data(), 2, settings);
    QVERIFY((state == std::array<float, 2> {6.0F, -12.0F}));
    QVERIFY((p == std::array<float, 2> {-1.5F, 3.0F}));
}

void OptimizerTest::weightDecayShrinksWithoutAGradient()
{
    QFETCH(OptimizerKind, kind);
    const auto optimizer = makeOptimizer(kind);
    std::array<float, 2> p {8.0F, -4.0F};
    const std::array<float, 2> g {};
    std::array<float, 4> state {};
    UpdateSettings settings;
    settings.learningRate = 0.5;
    settings.weightDecay = 0.25;
    optimizer->update(p, g, state.data(), 2, settings);
    QVERIFY((p == std::array<float, 2> {7.0F, -3.5F})); // times 1 - 1/2 1/4
}

void OptimizerTest::smallWeightDecaysActInFull_data()
{
    QTest::addColumn<OptimizerKind>("kind");
    QTest::addColumn<double>("decay");
    for (const double decay : {0.02, 1e-4, 3e-5, 1e-5}) {
        QTest::addRow("Adam, %g", decay) << OptimizerKind::Adam << decay;
        QTest::addRow("Sgd, %g", decay) << OptimizerKind::Sgd << decay;
    }
}

void OptimizerTest::smallWeightDecaysActInFull()
{
    // Less than the spacing of floats at a parameter is not seen in one of them, but in the mean of many that
    // a gradient moves besides. From [1/2, 1) up to about the rate lower: all but the roundings is rate *
    // decay * p.
    QFETCH(OptimizerKind, kind);
    QFETCH(double, decay);
    const auto optimizer = makeOptimizer(kind);
    constexpr std::size_t n = 1'000'000;
    std::vector<float> start(n);
    naive::fill(start, 1);
    for (float &p : start)
        p = 0.75F + p / 4.0F;
    std::vector<float> g(n);
    naive::fill(g, 2);
    UpdateSettings settings;
    settings.learningRate = 1e-3;
    const auto updated = [&](double with) {
        std::vector<float> p = start;
        std::vector<float> state(n * static_cast<std::size_t>(optimizer->stateFloats()));
        naive::fill(state, 3); // of a training that goes on: steps of all sizes
        for (float &number : state)
            number = std::abs(number);
        settings.weightDecay = with;
        settings.update = 1000;
        optimizer->update(p, g, state.data(), static_cast<Index>(n), settings);
        return p;
    };
    const auto without = updated(0);
    const auto with = updated(decay);
    double lost = 0;
    double expected = 0;
    for (std::size_t i = 0; i < n; ++i) {
        lost += static_cast<double>(without[i]) - static_cast<double>(with[i]);
        expected += settings.learningRate * decay * static_cast<double>(start[i]);
    }
    // Two independent roundings to multiples of at most eps, each with deviation eps / sqrt(12), n times:
    // five deviations of the sum; and rate * decay itself is rounded.
    const double allowed = 5.0 * eps * std::sqrt(static_cast<double>(n) / 6.0) + 2.0 * eps * expected;
    QVERIFY2(std::abs(lost - expected) <= allowed,
             qPrintable(QStringLiteral("%1 times").arg(lost / expected)));
}

void OptimizerTest::aSplitSpanGivesTheSameBits()
{
    // Parts of a gradient are applied as they come: where they are cut must not matter, whether a number
    // falls in a vector register or in the rest of one.
    QFETCH(OptimizerKind, kind);
    const auto optimizer = makeOptimizer(kind);
    constexpr std::size_t n = 101;
    const auto states = static_cast<std::size_t>(optimizer->stateFloats());
    const auto run = [&](std::size_t cut) {
        std::vector<float> p(n);
        naive::fill(p, 1);
        std::vector<float> state(states * n, 0.0F);
        std::vector<float> g(n);
        for (int t = 1; t <= 3; ++t) {
            naive::fill(g, 50 + static_cast<std::uint64_t>(t));
            UpdateSettings settings;
            settings.learningRate = 0.013;
            settings.weightDecay = 0.07;
            settings.update = t;
            const auto stride = static_cast<Index>(n);
            optimizer->update(std::span(p).first(cut), std::span(g).first(cut), state.data(), stride,
                              settings);
            optimizer->update(std::span(p).subspan(cut), std::span(g).subspan(cut), state.data() + cut,
                              stride, settings);
        }
        p.insert(p.end(), state.begin(), state.end());
        return p;
    };
    const auto whole = run(n);
    for (std::size_t cut = 0; cut < n; ++cut) {
        const auto split = run(cut);
        QVERIFY2(std::memcmp(split.data(), whole.data(), whole.size() * sizeof(float)) == 0,
                 qPrintable(QString::number(cut)));
    }
}

QTEST_APPLESS_MAIN(OptimizerTest)

} // namespace optimizer_test

#include "optimizer_test.moc"
