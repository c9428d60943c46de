// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/experiment/budget.h"
#include "tests/support/layers.h"
#include "tests/support/random_spec.h"

namespace budget_test {

using namespace rosler;

namespace {

constexpr Index examples = 1'000;
const ExampleShape shape = ExampleShape::vector(200);
constexpr Index classes = 10;

ExperimentSpec twoModels(BudgetKind budget)
{
    ExperimentSpec spec;
    spec.training.epochs = 12;
    spec.training.budget = budget;
    spec.training.validation = ValidationSpec::none();
    spec.models = {{"dense", layersOf({64}), 1e-3, {}, {}},
                   {"r", layersOf({64}, {8, 4}, {200, 64}), 2e-3, {}, {}},
                   {"wide", layersOf({2'000}), 1e-3, {}, {}}};
    return spec;
}

double flopsOf(const ExperimentSpec &spec, std::size_t model)
{
    return static_cast<double>(costOf(trialOf(spec, model), shape, classes, examples)->trainFlops);
}

} // namespace

class BudgetTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalEpochsChangeNothing();
    void theFirstModelsFlopsAreTheBudget();
    void theNearestNumberOfEpochsIsTaken();
    void whatIsBudgetedStaysSo();
    void settingsForgetWhatTheBudgetCameTo();
    void specsSayWhatTheBudgetCameTo();
    void whatDoesNotFitIsAnError();
};

void BudgetTest::equalEpochsChangeNothing()
{
    const auto spec = twoModels(BudgetKind::EqualEpochs);
    QVERIFY(withinBudget(spec, shape, classes, examples).value() == spec);
}

void BudgetTest::theFirstModelsFlopsAreTheBudget()
{
    const auto spec =
        withinBudget(twoModels(BudgetKind::EqualTrainingFlops), shape, classes, examples).value();
    QCOMPARE(trialOf(spec, 0).training.epochs, Index {12});
    QVERIFY(trialOf(spec, 1).training.epochs > 12);
    QCOMPARE(trialOf(spec, 2).training.epochs, Index {1}); // a fraction of one would be nearer
    const double budget = flopsOf(spec, 0);
    const double epoch = flopsOf(spec, 1) / static_cast<double>(trialOf(spec, 1).training.epochs);
    QVERIFY(std::abs(flopsOf(spec, 1) - budget) <= 0.51 * epoch);
    QVERIFY(!trialOf(spec, 1).model.epochs);
}

void BudgetTest::theNearestNumberOfEpochsIsTaken()
{
    for (std::uint32_t number = 0; number < 60; ++number) {
        RandomSpec random(number);
        ExperimentSpec spec;
        spec.training = random.spec.training;
        spec.training.budget = BudgetKind::EqualTrainingFlops;
        spec.models = {random.spec.model, random.spec.model};
        spec.models[1].layers = layersOf({3});
        const auto example = ExampleShape::vector(random.features);
        const auto flops = [&](std::size_t model, Index epochs) {
            TrialSpec trial = trialOf(spec, model);
            trial.training.epochs = epochs;
            return static_cast<double>(
                costOf(trial, example, random.classes, random.trainExamples)->trainFlops);
        };
        const auto budgeted = withinBudget(spec, example, random.classes, random.trainExamples);
        if (!budgeted) {
            QVERIFY(!costOf(trialOf(spec, 0), example, random.classes, random.trainExamples));
            continue; // the validation part leaves nothing
        }
        const double budget = flops(0, spec.training.epochs);
        const Index got = budgeted->models[1].epochs.value();
        const double off = std::abs(flops(1, got) - budget);
        QVERIFY(off <= std::abs(flops(1, got + 1) - budget));
        QVERIFY(got == 1 || off <= std::abs(flops(1, got - 1) - budget));
    }
}

void BudgetTest::whatIsBudgetedStaysSo()
{
    const auto once =
        withinBudget(twoModels(BudgetKind::EqualTrainingFlops), shape, classes, examples).value();
    QVERIFY(withinBudget(once, shape, classes, examples).value() == once);
    ExperimentSpec alone = once; // as a run keeps it, and goes on with it
    alone.models = {once.models[1]};
    QVERIFY(withinBudget(alone, shape, classes, examples).value() == alone);
    QVERIFY(trialOf(alone, 0) == trialOf(once, 1));
}

void BudgetTest::settingsForgetWhatTheBudgetCameTo()
{
    const auto once =
        withinBudget(twoModels(BudgetKind::EqualTrainingFlops), shape, classes, examples).value();
    ExperimentSpec spec = once;
    setEpochs(spec, 5);
    QCOMPARE(trialOf(spec, 1).training.epochs, Index {5});
    spec = once;
    setBudget(spec, BudgetKind::EqualEpochs);
    QVERIFY(spec == twoModels(BudgetKind::EqualEpochs));
}

void BudgetTest::specsSayWhatTheBudgetCameTo()
{
    const auto spec =
        withinBudget(twoModels(BudgetKind::EqualTrainingFlops), shape, classes, examples).value();
    const auto again = parseExperiment(toJson(spec), "s");
    QVERIFY2(again.has_value(), again ? "" : message(again.error()).c_str());
    QVERIFY(*again == spec);
    std::string text = toJson(spec);
    const std::string flops = "equal_training_flops";
    text.replace(text.find(flops), flops.size(), "equal_epochs");
    const auto contradiction = parseExperiment(text, "s");
    QVERIFY(!contradiction);
    QCOMPARE(contradiction.error().where, std::string("s:/models/0/epochs"));
    text.replace(text.find("equal_epochs"), 12, "equal_seconds");
    QCOMPARE(parseExperiment(text, "s").error().where, std::string("s:/training/budget"));
}

void BudgetTest::whatDoesNotFitIsAnError()
{
    const auto spec = twoModels(BudgetKind::EqualTrainingFlops);
    const auto narrow = withinBudget(spec, ExampleShape::vector(100), classes, examples);
    QVERIFY(!narrow);
    QCOMPARE(narrow.error().code, ErrorCode::OutOfRange);
    QVERIFY(!withinBudget(spec, shape, classes, 0));
}

QTEST_APPLESS_MAIN(BudgetTest)

} // namespace budget_test

#include "budget_test.moc"
