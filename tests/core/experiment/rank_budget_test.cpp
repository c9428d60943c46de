// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <QtTest>

#include "core/base/random.h"
#include "core/cost/cost_model.h"
#include "core/experiment/rank_budget.h"
#include "core/nn/start_weights.h"
#include "tests/support/layers.h"

namespace rank_budget_test {

using namespace rosler;

namespace {

Index numbersOf(const std::vector<RankedLayer> &layers, const std::vector<Index> &ranks)
{
    Index numbers = 0;
    for (std::size_t i = 0; i < layers.size(); ++i)
        numbers += ranks[i] * layers[i].numbersARank + ranks[i] * ranks[i];
    return numbers;
}

double lostBy(const std::vector<RankedLayer> &layers, const std::vector<Index> &ranks)
{
    double lost = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto &squares = layers[i].squares;
        lost += std::accumulate(squares.begin() + ranks[i], squares.end(), 0.0)
            / std::accumulate(squares.begin(), squares.end(), 0.0);
    }
    return lost;
}

/// The least that any ranks within the budget lose, by trying them all.
double leastLost(const std::vector<RankedLayer> &layers, Index budget)
{
    std::vector<Index> ranks(layers.size(), 1);
    double least = 1e9;
    for (;;) {
        if (numbersOf(layers, ranks) <= budget)
            least = std::min(least, lostBy(layers, ranks));
        std::size_t i = 0;
        while (i < ranks.size() && ++ranks[i] > layers[i].mostRank)
            ranks[i++] = 1;
        if (i == ranks.size())
            return least;
    }
}

std::vector<RankedLayer> drawnLayers(std::uint32_t number)
{
    const RandomStream random(3, Draw::Shuffle, number);
    std::uint64_t next = 0;
    std::vector<RankedLayer> layers(3);
    for (RankedLayer &layer : layers) {
        const auto count = 3 + random.below(next++, 6);
        for (std::uint32_t i = 0; i < count; ++i)
            layer.squares.push_back(static_cast<double>(random.uniform(next++)));
        std::ranges::sort(layer.squares, std::greater<> {});
        layer.numbersARank = 5 + random.below(next++, 40);
        layer.mostRank = count;
    }
    return layers;
}

} // namespace

class RankBudgetTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byHand();
    void nearTheLeastThatCanBeLost();
    void moreRoomNeverLosesMore();
    void aBudgetThatIsTooSmallIsRefused();
    void modelsKeepWithinTheirBudget();
    void whatHasNoSketchIsRefused();
    void theTwinIsTheOneThatIsThere();
};

void RankBudgetTest::byHand()
{
    // A step costs 10 + 3, 10 + 5, ... numbers. The first layer saves 0.3, then 0.1; the second 0.2, then 0.
    const std::vector<RankedLayer> layers {{{6, 3, 1}, 10, 3}, {{8, 2, 0}, 10, 3}};
    QCOMPARE(allotRanks(layers, 22).value(), (std::vector<Index> {1, 1}));
    QCOMPARE(allotRanks(layers, 34).value(), (std::vector<Index> {1, 1}));
    QCOMPARE(allotRanks(layers, 35).value(), (std::vector<Index> {2, 1}));
    QCOMPARE(allotRanks(layers, 48).value(), (std::vector<Index> {2, 2}));
    QCOMPARE(allotRanks(layers, 63).value(), (std::vector<Index> {3, 2}));
    QCOMPARE(allotRanks(layers, 1000).value(), (std::vector<Index> {3, 2})); // what saves nothing is left
}

void RankBudgetTest::nearTheLeastThatCanBeLost()
{
    int best = 0;
    for (std::uint32_t number = 0; number < 60; ++number) {
        const auto layers = drawnLayers(number);
        const Index budget = numbersOf(layers, {1, 1, 1}) + 30 * static_cast<Index>(number % 12);
        const auto ranks = allotRanks(layers, budget).value();
        QVERIFY(numbersOf(layers, ranks) <= budget);
        const double least = leastLost(layers, budget);
        const double lost = lostBy(layers, ranks);
        // at most one step above the least, and no step saves more than a layer's second value
        double step = 0;
        for (const RankedLayer &layer : layers)
            step = std::max(
                step, layer.squares[1] / std::accumulate(layer.squares.begin(), layer.squares.end(), 0.0));
        QVERIFY(lost >= least - 1e-12 && lost <= least + step);
        best += lost <= least + 1e-12 ? 1 : 0;
    }
    QVERIFY2(best >= 30, std::to_string(best).c_str());
}

void RankBudgetTest::moreRoomNeverLosesMore()
{
    const auto layers = drawnLayers(1);
    double before = 1e9;
    for (Index budget = numbersOf(layers, {1, 1, 1}); budget < 1000; budget += 200) {
        const double lost = lostBy(layers, allotRanks(layers, budget).value());
        QVERIFY(lost <= before);
        before = lost;
    }
}

void RankBudgetTest::aBudgetThatIsTooSmallIsRefused()
{
    const auto error = allotRanks(std::vector<RankedLayer> {{{1}, 10, 1}}, 10).error();
    QCOMPARE(error.code, ErrorCode::OutOfRange);
    QVERIFY(error.what.find("11") != std::string::npos);
}

void RankBudgetTest::modelsKeepWithinTheirBudget()
{
    ModelSpec model;
    model.name = "m";
    model.layers = layersOf({30, 24}, {1, 1, 1}, {40, 30, 24});
    model.layers.back().sketch.reset(); // stays whole
    const auto example = ExampleShape::vector(40);
    auto whole = model.layers;
    for (LayerSpec &layer : whole)
        layer.sketch.reset();
    Network pilot(planNetwork(whole, example, 5).value());
    pilot.initialise(4);
    Index before = 0;
    for (const Index budget : {400, 800, 1200, 1600, 100'000}) {
        const auto allotment = allotRanks(model, pilot, example, 5, budget);
        QVERIFY2(allotment, allotment ? "" : message(allotment.error()).c_str());
        TrialSpec trial;
        trial.model = allotment->model;
        const auto cost = costOf(trial, example, 5, 100);
        QVERIFY2(cost, cost ? "" : message(cost.error()).c_str());
        QCOMPARE(static_cast<Index>(cost->parameters), allotment->parameters);
        QVERIFY(allotment->parameters <= budget && allotment->parameters >= before);
        before = allotment->parameters;
        QVERIFY(!allotment->model.layers.back().sketch);
        for (std::size_t i = 0; i < 2; ++i) {
            const auto squares = squaredSingularValues(pilot, i);
            const auto rank = static_cast<std::ptrdiff_t>(allotment->model.layers[i].sketch->rank);
            const double lost = std::accumulate(squares.begin() + rank, squares.end(), 0.0)
                / std::accumulate(squares.begin(), squares.end(), 0.0);
            QVERIFY(std::abs(lost - allotment->lost[i]) < 1e-12);
            QVERIFY(allotment->model.layers[i].sketch->size == model.layers[i].sketch->size);
        }
    }
    // However much room: no sketch stores more than the matrix.
    QVERIFY(before < pilot.parameterCount());
    const auto error = allotRanks(model, pilot, example, 5, 300).error();
    QCOMPARE(error.where, std::string("m"));
    QVERIFY2(error.what.find("300") != std::string::npos, error.what.c_str());
}

void RankBudgetTest::whatHasNoSketchIsRefused()
{
    ModelSpec model;
    model.name = "dense";
    model.layers = layersOf({4});
    const auto example = ExampleShape::vector(6);
    const Network pilot(planNetwork(model.layers, example, 2).value());
    QVERIFY(allotRanks(model, pilot, example, 2, 1000).error().what.find("sketched") != std::string::npos);
    model.layers = layersOf({4, 4}, {1, 1, 1}, {6, 4, 4});
    QVERIFY(allotRanks(model, pilot, example, 2, 1000).error().what.find("layers") != std::string::npos);
}

void RankBudgetTest::theTwinIsTheOneThatIsThere()
{
    ExperimentSpec spec;
    ModelSpec sketched;
    sketched.name = "rosler";
    sketched.layers = layersOf({8}, {2, 2}, {16, 8});
    sketched.learningRate = 2e-3;
    sketched.teacher = TeacherSpec {"a", {}, {}};
    spec.models = {sketched};
    const ModelSpec made = denseTwin(spec, 0);
    QVERIFY(made.layers == layersOf({8}));
    QCOMPARE(made.learningRate, 1e-3);
    QVERIFY(!made.teacher);
    ModelSpec dense;
    dense.name = "whole";
    dense.layers = layersOf({8});
    dense.learningRate = 0.5;
    spec.models.push_back(dense);
    QCOMPARE(denseTwin(spec, 0).name, std::string("whole"));
    QCOMPARE(denseTwin(spec, 0).learningRate, 0.5);
}

QTEST_APPLESS_MAIN(RankBudgetTest)

} // namespace rank_budget_test

#include "rank_budget_test.moc"
