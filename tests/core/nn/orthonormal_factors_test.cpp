// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <Eigen/LU>
#include <tbb/task_arena.h>

#include <QtTest>

#include "core/nn/network_plan.h"
#include "core/nn/orthonormal_factors.h"
#include "core/nn/orthonormal_macs.h"
#include "tests/support/gradient_check.h"
#include "tests/support/small_network.h"

namespace orthonormal_factors_test {

using namespace rosler;
using naive::Table;

namespace {

void layerRows()
{
    QTest::addColumn<PlannedLayer>("plan");
    QTest::newRow("sketched") << firstOf(fullyConnected(11, Sketch {4, {}}));
    QTest::newRow("some features") << firstOf(fullyConnected(11, Sketch {3, 17}));
    QTest::newRow("rank 1") << firstOf(fullyConnected(11, Sketch {1, {}}));
    QTest::newRow("full rank") << firstOf(fullyConnected(11, Sketch {11, {}}));
    QTest::newRow("as many features as its rank") << firstOf(fullyConnected(11, Sketch {6, 6}));
    QTest::newRow("convolution") << firstOf(convolution(7, 3, 1, Sketch {3, {}}));
}

/// The block of that name, of @p numbers that are laid out as the layer's parameters.
MatrixView blockOf(const Layer &layer, std::vector<float> &numbers, std::string_view name)
{
    const auto blocks = layer.blocks();
    const auto found = std::ranges::find(blocks, name, &ParameterBlock::name);
    return view(numbers.data() + found->offset, found->rows, found->cols);
}

FactorViews<MatrixView> factorsOf(const Layer &layer, std::vector<float> &numbers)
{
    return {blockOf(layer, numbers, "C"), blockOf(layer, numbers, "U"), blockOf(layer, numbers, "R")};
}

Table tableOf(const MatrixView &m)
{
    return naive::toTable(readOnly(m));
}

Table productOf(const FactorViews<MatrixView> &factors)
{
    return naive::product(naive::product(naive::transpose(tableOf(factors.c)), tableOf(factors.u)),
                          tableOf(factors.r));
}

double farthestFromOne(const Table &rows)
{
    const Table gram = naive::product(rows, naive::transpose(rows));
    return (gram - Table::Identity(rows.rows(), rows.rows())).cwiseAbs().maxCoeff();
}

/// Some numbers in the layout of the layer's parameters.
std::vector<float> numbersLike(const Layer &layer, std::uint64_t seed)
{
    std::vector<float> numbers(static_cast<std::size_t>(layer.parameterCount()));
    naive::fill(numbers, seed);
    return numbers;
}

} // namespace

class OrthonormalFactorsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theProductStaysAndTheFactorsAreOrthonormal_data() { layerRows(); }
    void theProductStaysAndTheFactorsAreOrthonormal();
    void whatIsOrthonormalStays_data() { layerRows(); }
    void whatIsOrthonormalStays();
    void gradientsTurnIntoThoseOfTheNewFactors_data() { layerRows(); }
    void gradientsTurnIntoThoseOfTheNewFactors();
    void squaresTurnAsVariances();
    void aFactorThatLacksRankIsNoHarm();
    void networksAndTheirOptimiserTurnTogether();
    void wholeLayersCostNothing();
};

void OrthonormalFactorsTest::theProductStaysAndTheFactorsAreOrthonormal()
{
    QFETCH(PlannedLayer, plan);
    LayerTrial trial(plan, 2);
    const auto factors = factorsOf(*trial.layer, trial.parameters);
    const Table before = productOf(factors);
    const Table bias = tableOf(blockOf(*trial.layer, trial.parameters, "b"));
    const FactorTriangles triangles = orthonormaliseFactors(factors);
    const auto rank = static_cast<double>(factors.u.rows());
    // each number of C, U, R is rounded once: |C U R| <= ||U||_F for orthonormal C and R
    const double size = tableOf(factors.u).norm();
    QVERIFY((productOf(factors) - before).cwiseAbs().maxCoeff() <= 4 * (rank + 2) * naive::floatEps * size);
    QVERIFY(farthestFromOne(tableOf(factors.c)) <= 4 * naive::floatEps);
    QVERIFY(farthestFromOne(tableOf(factors.r)) <= 4 * naive::floatEps);
    QCOMPARE((tableOf(blockOf(*trial.layer, trial.parameters, "b")) - bias).norm(), 0.0);
    for (const Eigen::MatrixXd *triangle : {&triangles.c, &triangles.r}) {
        QVERIFY(triangle->isUpperTriangular(0.0));
        QVERIFY(triangle->diagonal().minCoeff() > 0);
    }
}

void OrthonormalFactorsTest::whatIsOrthonormalStays()
{
    QFETCH(PlannedLayer, plan);
    LayerTrial trial(plan, 2);
    const auto factors = factorsOf(*trial.layer, trial.parameters);
    (void)orthonormaliseFactors(factors);
    const std::vector<float> once = trial.parameters;
    (void)orthonormaliseFactors(factors);
    const double size = tableOf(factors.u).norm() + 1;
    const auto rank = static_cast<double>(factors.u.rows());
    for (std::size_t i = 0; i < once.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(once[i] - trial.parameters[i]))
                <= 4 * (rank + 2) * naive::floatEps * size);
}

void OrthonormalFactorsTest::gradientsTurnIntoThoseOfTheNewFactors()
{
    QFETCH(PlannedLayer, plan);
    LayerTrial trial(plan, 3);
    std::vector<float> turned = trial.backward({}, false);
    const auto triangles = orthonormaliseFactors(factorsOf(*trial.layer, trial.parameters));
    turnGradients(triangles, factorsOf(*trial.layer, turned));
    std::vector<float> expected = trial.backward({}, false);
    // U's gradient goes through the triangles' inverses: rounding grows by their condition
    const double condition =
        triangles.c.norm() * triangles.c.inverse().norm() * triangles.r.norm() * triangles.r.inverse().norm();
    for (const char *name : {"C", "U", "R", "b"}) {
        const Table got = tableOf(blockOf(*trial.layer, turned, name));
        const Table wanted = tableOf(blockOf(*trial.layer, expected, name));
        const double allowed =
            4 * static_cast<double>(trial.sums()) * naive::floatEps * condition * (wanted.norm() + 1);
        QVERIFY2((got - wanted).cwiseAbs().maxCoeff() <= allowed, name);
        QVERIFY(wanted.norm() > 0);
    }
}

void OrthonormalFactorsTest::squaresTurnAsVariances()
{
    const auto layer = makeLayer(firstOf(fullyConnected(11, Sketch {3, {}})));
    FactorTriangles triangles;
    triangles.c = Eigen::MatrixXd(3, 3);
    triangles.c << 2, -1, 0.5, 0, 1, 3, 0, 0, 0.25;
    triangles.r = Eigen::MatrixXd(3, 3);
    triangles.r << 1, 4, -2, 0, 0.5, 1, 0, 0, 2;
    std::vector<float> squares = numbersLike(*layer, 4);
    for (float &number : squares)
        number *= number;
    std::vector<float> turned = squares;
    turnSquares(triangles, factorsOf(*layer, turned));
    const auto given = factorsOf(*layer, squares);
    const auto got = factorsOf(*layer, turned);
    // The variance of sum_k a_k g_k is sum_k a_k^2 v_k; of sum_kl a_k g_kl b_l it is sum_kl a_k^2 v_kl b_l^2.
    const auto square = [](const Table &t) { return Table(t.cwiseProduct(t)); };
    const Table left = square(triangles.c.inverse().transpose());
    const Table right = square(triangles.r.inverse());
    const auto near = [](const Table &a, const Table &b) {
        return (a - b).cwiseAbs().maxCoeff() <= 4 * naive::floatEps * b.cwiseAbs().maxCoeff();
    };
    QVERIFY(near(tableOf(got.c), naive::product(square(triangles.c), tableOf(given.c))));
    QVERIFY(near(tableOf(got.r), naive::product(square(triangles.r), tableOf(given.r))));
    QVERIFY(near(tableOf(got.u), naive::product(naive::product(left, tableOf(given.u)), right)));
    QVERIFY(std::ranges::all_of(turned, [](float number) { return number >= 0.0F; }));
}

void OrthonormalFactorsTest::aFactorThatLacksRankIsNoHarm()
{
    LayerTrial trial(firstOf(fullyConnected(11, Sketch {3, {}})), 2);
    const auto factors = factorsOf(*trial.layer, trial.parameters);
    MatrixView c = factors.c;
    c.row(1) = c.row(0); // as if two columns of C had grown equal
    const Table before = productOf(factors);
    const FactorTriangles triangles = orthonormaliseFactors(factors);
    QVERIFY((productOf(factors) - before).cwiseAbs().maxCoeff()
            <= 20 * naive::floatEps * tableOf(factors.u).norm());
    QVERIFY(farthestFromOne(tableOf(factors.c)) <= 4 * naive::floatEps);
    std::vector<float> gradients = numbersLike(*trial.layer, 8);
    const std::vector<float> untouched = gradients;
    const auto turned = factorsOf(*trial.layer, gradients);
    turnGradients(triangles, turned);
    for (const float number : gradients)
        QVERIFY(std::isfinite(number));
    std::vector<float> copy = untouched;
    QCOMPARE((tableOf(turned.u) - tableOf(factorsOf(*trial.layer, copy).u)).norm(), 0.0);
}

void OrthonormalFactorsTest::networksAndTheirOptimiserTurnTogether()
{
    for (const OptimizerKind kind : {OptimizerKind::Adam, OptimizerKind::Sgd}) {
        const auto optimizer = makeOptimizer(kind);
        std::set<std::string> digests;
        for (const int threads : {1, 2}) {
            Network network = smallImageNetwork(true);
            std::vector<float> noise(network.parameters().size());
            naive::fill(noise, 9);
            for (std::size_t i = 0; i < noise.size(); ++i)
                network.parameters()[i] += 0.1F * std::abs(noise[i]);
            const Network before = network;
            std::vector<float> state(network.parameters().size()
                                     * static_cast<std::size_t>(optimizer->stateFloats()));
            naive::fill(state, 10);
            for (float &number : state)
                number = std::abs(number);
            const std::vector<float> given = state;
            tbb::task_arena arena(threads);
            arena.execute([&] { orthonormaliseSketches(network, *optimizer, state); });
            digests.insert(network.digest());

            const Matrix x = naive::randomMatrix(5, network.features(), 12);
            const Table a = naive::toTable(before.predict(view(x)));
            const Table b = naive::toTable(network.predict(view(x)));
            QVERIFY((a - b).cwiseAbs().maxCoeff() <= 1000 * naive::floatEps * (1 + a.cwiseAbs().maxCoeff()));
            for (std::size_t i = 0; i < network.layerCount(); ++i)
                for (const ParameterBlock &block : network.layer(i).blocks()) {
                    const auto first = static_cast<std::size_t>(network.offset(i) + block.offset);
                    const bool factor = block.name == "C" || block.name == "U" || block.name == "R";
                    const bool stays =
                        std::equal(state.begin() + static_cast<std::ptrdiff_t>(first),
                                   state.begin() + static_cast<std::ptrdiff_t>(first) + block.size(),
                                   given.begin() + static_cast<std::ptrdiff_t>(first));
                    QCOMPARE(stays, !factor);
                }
        }
        QCOMPARE(digests.size(), std::size_t {1});
    }
}

void OrthonormalFactorsTest::wholeLayersCostNothing()
{
    QCOMPARE(orthonormaliseMacs(*makeLayer(firstOf(fullyConnected(11)))), std::uint64_t {0});
    // 2 (m + s) r^2 + 2 r^3 with m = 11, s = 17, r = 3
    QCOMPARE(orthonormaliseMacs(*makeLayer(firstOf(fullyConnected(11, Sketch {3, 17})))),
             std::uint64_t {2 * 28 * 9 + 2 * 27});
}

QTEST_APPLESS_MAIN(OrthonormalFactorsTest)

} // namespace orthonormal_factors_test

#include "orthonormal_factors_test.moc"
