// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <QtTest>

#include "core/experiment/candidate_choice.h"
#include "core/nn/layer_catalog.h"

namespace candidate_choice_test {

using namespace rosler;

namespace {

constexpr double diverged = std::numeric_limits<double>::quiet_NaN();

ModelSpec sketched()
{
    ModelSpec model;
    model.name = "rosler";
    model.layers = {fullyConnected(64), fullyConnected(64), fullyConnected()};
    model.layers[0].sketch = Sketch {8, 100};
    model.layers[2].sketch = Sketch {4, 32};
    return model;
}

Candidate candidate(Index rank, double rate, std::uint64_t parameters, std::vector<double> accuracies)
{
    Candidate made {sketched(), {}, {}, std::move(accuracies)};
    made.model.layers[0].sketch->rank = rank;
    made.model.learningRate = rate;
    made.cost.parameters = parameters;
    return made;
}

} // namespace

class CandidateChoiceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCombinationIsTried();
    void wholeLayersStayWhole();
    void listsHaveAValueALayer();
    void theSmallestThatIsCloseEnoughIsTaken();
    void theBestRateSpeaksForASketch();
    void whereNoneIsCloseTheBestIsTaken();
    void divergedOnesAreNeverTaken();
};

void CandidateChoiceTest::everyCombinationIsTried()
{
    const auto all =
        candidatesOf(sketched(), {{{8, 8, 4}, {4, 4, 2}}, {{100, 64, 32}}, {0.001, 0.002, 0.004}});
    QVERIFY(all.has_value());
    QCOMPARE(all->size(), 6U);
    QCOMPARE((*all)[4].model.layers[0].sketch->rank, Index {4});
    QCOMPARE((*all)[4].model.learningRate, 0.002);
    QCOMPARE(candidatesOf(sketched(), {})->size(), 1U);
    QVERIFY(candidatesOf(sketched(), {})->front().model == sketched());
}

void CandidateChoiceTest::wholeLayersStayWhole()
{
    const auto all = candidatesOf(sketched(), {{{5, 6, 7}}, {{50, 60, 30}}, {}});
    QVERIFY(!all->front().model.layers[1].sketch);
    QVERIFY((all->front().model.layers[2].sketch == Sketch {7, 30}));
}

void CandidateChoiceTest::listsHaveAValueALayer()
{
    QVERIFY(!candidatesOf(sketched(), {{{5, 6}}, {}, {}}));
    ModelSpec dense = sketched();
    for (LayerSpec &layer : dense.layers)
        layer.sketch.reset();
    QVERIFY(!candidatesOf(dense, {}));
}

void CandidateChoiceTest::theSmallestThatIsCloseEnoughIsTaken()
{
    const std::vector<Candidate> candidates {candidate(16, 0.001, 4000, {0.985}),
                                             candidate(8, 0.001, 2000, {0.981, 0.979}),
                                             candidate(4, 0.001, 1000, {0.9769})};
    QCOMPARE(chooseCandidate(candidates, 0.983, 0.003), std::optional<std::size_t>(1));
    QCOMPARE(chooseCandidate(candidates, 0.983, 0.01), std::optional<std::size_t>(2));
    QCOMPARE(chooseCandidate(candidates, diverged, 0.003), std::optional<std::size_t>(0));
}

void CandidateChoiceTest::theBestRateSpeaksForASketch()
{
    const std::vector<Candidate> candidates {candidate(8, 0.001, 2000, {0.980}),
                                             candidate(8, 0.004, 2000, {0.984}),
                                             candidate(8, 0.002, 2000, {0.982})};
    QCOMPARE(chooseCandidate(candidates, 0.98, 0.01), std::optional<std::size_t>(1));
}

void CandidateChoiceTest::whereNoneIsCloseTheBestIsTaken()
{
    const std::vector<Candidate> candidates {candidate(4, 0.001, 1000, {0.90}),
                                             candidate(8, 0.001, 2000, {0.95})};
    QCOMPARE(chooseCandidate(candidates, 0.99, 0.003), std::optional<std::size_t>(1));
}

void CandidateChoiceTest::divergedOnesAreNeverTaken()
{
    QCOMPARE(chooseCandidate({candidate(4, 0.1, 1000, {0.99, diverged}), candidate(8, 0.001, 2000, {0.5})},
                             0.9, 0.1),
             std::optional<std::size_t>(1));
    QVERIFY(!chooseCandidate({candidate(4, 0.1, 1000, {diverged})}, 0.9, 0.1));
    QVERIFY(!chooseCandidate({}, 0.9, 0.1));
}

QTEST_APPLESS_MAIN(CandidateChoiceTest)

} // namespace candidate_choice_test

#include "candidate_choice_test.moc"
