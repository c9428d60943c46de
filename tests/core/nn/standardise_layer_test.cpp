// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/data/feature_moments.h"
#include "core/nn/standardise_layer.h"
#include "core/store/model_file.h"
#include "core/training/trainer.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"

namespace standardise_layer_test {

using namespace rosler;

namespace {

LayerSpec standardise()
{
    LayerSpec layer;
    layer.kind = standardiseKind().name;
    return layer;
}

StandardiseLayer alone(Index width)
{
    PlannedLayer plan;
    plan.spec = standardise();
    plan.in = plan.out = ExampleShape::vector(width);
    plan.read = plan.kept = width;
    return StandardiseLayer(plan);
}

/// 60 examples of 12 features: feature j has mean 100 j and deviation about j; 0 never varies. The class is
/// the sign of feature 7 about its mean.
std::shared_ptr<const Dataset> shiftedData()
{
    const auto part = [](std::uint64_t seed, Index count) {
        Matrix x = naive::randomMatrix(count, 12, seed);
        Examples examples;
        for (Index i = 0; i < count; ++i) {
            examples.labels.push_back(x(i, 7) > 0.0F ? 1 : 0);
            for (Index j = 0; j < 12; ++j)
                x(i, j) = static_cast<float>(j) * (100.0F + x(i, j));
        }
        examples.features = std::move(x);
        return examples;
    };
    DatasetParts parts;
    parts.name = "shifted";
    parts.shape = ExampleShape::vector(12);
    parts.classNames = {"below", "above"};
    parts.train = part(1, 60);
    parts.test = part(2, 40);
    return Dataset::make(std::move(parts)).value();
}

TrialSpec spec(bool sketched)
{
    TrialSpec trial;
    trial.model.name = "m";
    trial.model.layers = {standardise(), fullyConnected(8), fullyConnected()};
    if (sketched)
        trial.model.layers[1].sketch = Sketch {2, 5};
    trial.training.epochs = 2;
    trial.training.batch = 16;
    trial.training.weightDecay = 0.1;
    trial.training.validation = {0.0, 20};
    trial.seed = 3;
    return trial;
}

class Nobody final : public TrainerObserver
{
public:
    void sampled(const MetricSample & /*sample*/) override { }
};

void train(Trainer &trainer)
{
    Nobody nobody;
    PauseGate gate;
    while (trainer.advance(nobody, {}, gate) == Trainer::Advance::EpochEnded) { }
}

} // namespace

class StandardiseLayerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void momentsAreThoseOfAnExactSum();
    void subtractsAndDivides();
    void aFeatureThatNeverVariesGivesNothing();
    void theGradientIsDividedToo();
    void standsFirstAlone();
    void aSketchBehindItNarrowsIt();
    void isFittedToTheTrainingPartAlone_data();
    void isFittedToTheTrainingPartAlone();
    void keptFeaturesGoByTheRawVariance();
    void trainingLeavesItAsItWas();
    void travelsWithTheModel();
    void costsNoMultiplyAdds();
};

void StandardiseLayerTest::momentsAreThoseOfAnExactSum()
{
    Matrix x(4, 3);
    x << 1.0F, 0.1F, 7.0F, 2.0F, 0.1F, -7.0F, 3.0F, 0.1F, 7.0F, 6.0F, 0.1F, -7.0F;
    const FeatureTable table(x);
    const FeatureMoments all = momentsOf(table, {}, {});
    QCOMPARE(all.mean, (std::vector<double> {3.0, static_cast<double>(0.1F), 0.0}));
    QCOMPARE(all.deviation, (std::vector<double> {std::sqrt(3.5), 0.0, 7.0}));
    const std::vector<std::uint32_t> rows {3, 0};
    const std::vector<std::uint32_t> features {2, 0};
    const FeatureMoments some = momentsOf(table, rows, features);
    QCOMPARE(some.mean, (std::vector<double> {0.0, 3.5}));
    QCOMPARE(some.deviation, (std::vector<double> {7.0, 2.5}));
}

void StandardiseLayerTest::subtractsAndDivides()
{
    const StandardiseLayer layer = alone(9);
    const Matrix x = naive::randomMatrix(5, 9, 1);
    std::vector<float> parameters(18);
    layer.initialise(parameters, 1, 0, SketchKind::Gaussian);
    Matrix y(5, 9);
    layer.forward(view(x), parameters, view(y), {}, {});
    QVERIFY(y == x); // until it is fitted
    std::vector<double> mean(9);
    std::vector<double> deviation(9);
    for (std::size_t j = 0; j < 9; ++j) {
        mean[j] = 0.25 * static_cast<double>(j) - 1.0;
        deviation[j] = 0.5 + static_cast<double>(j);
    }
    layer.fit(parameters, mean, deviation);
    layer.forward(view(x), parameters, view(y), {}, {true, 1, 2, 0});
    for (Index i = 0; i < 5; ++i)
        for (Index j = 0; j < 9; ++j) {
            const auto at = static_cast<std::size_t>(j);
            QCOMPARE(y(i, j), (x(i, j) - static_cast<float>(mean[at])) / static_cast<float>(deviation[at]));
        }
}

void StandardiseLayerTest::aFeatureThatNeverVariesGivesNothing()
{
    const StandardiseLayer layer = alone(1);
    std::vector<float> parameters(2);
    layer.fit(parameters, std::vector {5.0}, std::vector {0.0});
    Matrix x(2, 1);
    x << 5.0F, 8.0F; // in the test part it may vary
    Matrix y = Matrix::Ones(2, 1);
    layer.forward(view(std::as_const(x)), parameters, view(y), {}, {});
    QVERIFY((y.array() == 0.0F).all());
}

void StandardiseLayerTest::theGradientIsDividedToo()
{
    const StandardiseLayer layer = alone(3);
    std::vector<float> parameters(6);
    layer.fit(parameters, std::vector {1.0, 2.0, 3.0}, std::vector {2.0, 0.0, 4.0});
    Matrix dy(1, 3);
    dy << 3.0F, 5.0F, 8.0F;
    Matrix dx(1, 3);
    const Matrix x = Matrix::Zero(1, 3);
    layer.backward(view(x), view(x), parameters, {}, view(dy), view(dx), {}, {});
    QCOMPARE(dx(0, 0), 1.5F);
    QCOMPARE(dx(0, 1), 0.0F);
    QCOMPARE(dx(0, 2), 2.0F);
}

void StandardiseLayerTest::standsFirstAlone()
{
    const std::vector<LayerSpec> second {fullyConnected(4), standardise(), fullyConnected()};
    const auto plan = planNetwork(second, ExampleShape::vector(6), 3);
    QVERIFY(!plan);
    QCOMPARE(plan.error().where, std::string("/layers/1"));
    QVERIFY(plan.error().what.find("the first") != std::string::npos);
    const std::vector<LayerSpec> only {standardise()};
    QVERIFY(!planNetwork(only, ExampleShape::vector(3), 3)); // the last has weights
}

void StandardiseLayerTest::aSketchBehindItNarrowsIt()
{
    const auto plan = planNetwork(spec(true).model.layers, ExampleShape::vector(12), 2).value();
    QCOMPARE(plan.read(), Index {5});
    QCOMPARE(plan.layers[0].kept, Index {5});
    QVERIFY(plan.keepsFeatures());
    const Network network(plan);
    QCOMPARE(network.layer(0).parameterCount(), Index {10});
    QCOMPARE(network.firstWeighted(), std::size_t {1});
}

void StandardiseLayerTest::isFittedToTheTrainingPartAlone_data()
{
    QTest::addColumn<bool>("sketched");
    QTest::newRow("whole") << false;
    QTest::newRow("kept features") << true;
}

void StandardiseLayerTest::isFittedToTheTrainingPartAlone()
{
    QFETCH(bool, sketched);
    const auto data = shiftedData();
    const TrialSpec trial = spec(sketched);
    const auto split = splitTraining(data->train(), 2, trial.training.validation).value();
    QCOMPARE(split.training.size(), std::size_t {40});
    const Trainer trainer = Trainer::create(trial, data).value();
    const Network &network = trainer.network();
    const auto parameters = network.parametersOf(0);
    const Index width = network.read();
    for (Index k = 0; k < width; ++k) {
        const Index j =
            sketched ? static_cast<Index>(network.keptFeatures()[static_cast<std::size_t>(k)]) : k;
        long double sum = 0;
        for (const std::uint32_t i : split.training)
            sum += static_cast<long double>(data->train().features(i, j));
        const long double mean = sum / 40;
        long double squares = 0;
        for (const std::uint32_t i : split.training)
            squares += std::pow(static_cast<long double>(data->train().features(i, j)) - mean, 2);
        QCOMPARE(parameters[static_cast<std::size_t>(k)], static_cast<float>(mean));
        QCOMPARE(parameters[static_cast<std::size_t>(width + k)],
                 static_cast<float>(std::sqrt(squares / 40)));
    }
}

void StandardiseLayerTest::keptFeaturesGoByTheRawVariance()
{
    // Variances go as j^2, and feature 0 has none: with 11 of 12 it is always the one that is left out.
    TrialSpec trial = spec(true);
    trial.model.layers[1].sketch = Sketch {2, 11};
    for (trial.seed = 0; trial.seed < 5; ++trial.seed) {
        const Trainer trainer = Trainer::create(trial, shiftedData()).value();
        QCOMPARE(trainer.network().keptFeatures().front(), 1U);
    }
    trial.model.layers[1].sketch = Sketch {2, 3};
    double sum = 0;
    for (trial.seed = 0; trial.seed < 40; ++trial.seed) {
        const Trainer trainer = Trainer::create(trial, shiftedData()).value();
        for (const std::uint32_t j : trainer.network().keptFeatures())
            sum += j;
    }
    QVERIFY(sum / 120 > 7.0); // 5.5 if all were alike
}

void StandardiseLayerTest::trainingLeavesItAsItWas()
{
    for (const int threads : {1, 2}) {
        const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
        for (const bool sketched : {false, true}) {
            Trainer trainer = Trainer::create(spec(sketched), shiftedData()).value();
            const auto before = trainer.network().parametersOf(0);
            const std::vector<float> fitted(before.begin(), before.end());
            const auto weights = trainer.network().parametersOf(1);
            const std::vector<float> drawn(weights.begin(), weights.end());
            train(trainer);
            QVERIFY(std::ranges::equal(fitted, trainer.network().parametersOf(0)));
            QVERIFY(!std::ranges::equal(drawn, trainer.network().parametersOf(1)));
        }
    }
}

void StandardiseLayerTest::travelsWithTheModel()
{
    const Trainer trainer = Trainer::create(spec(true), shiftedData()).value();
    const auto read = parseModel(modelBytes(trainer.network()).value(), "model.h5");
    QVERIFY(read);
    QCOMPARE(read->digest(), trainer.network().digest());
    Matrix room;
    const auto data = shiftedData();
    const auto x = data->test().features.rows(0, 40, room);
    QVERIFY(read->predict(x) == trainer.network().predict(x));
}

void StandardiseLayerTest::costsNoMultiplyAdds()
{
    for (const bool sketched : {false, true}) {
        const TrialSpec with = spec(sketched);
        TrialSpec without = with;
        without.model.layers.erase(without.model.layers.begin());
        const auto a = costOf(with, ExampleShape::vector(12), 2, 60).value();
        const auto b = costOf(without, ExampleShape::vector(12), 2, 60).value();
        QCOMPARE(a.macs, b.macs);
        QCOMPARE(a.trainFlops, b.trainFlops); // the layer behind it hands no gradient on
        QCOMPARE(a.parameters, b.parameters + (sketched ? 10U : 24U));
        Trainer trainer = Trainer::create(with, shiftedData()).value();
        train(trainer);
        QCOMPARE(trainer.trainFlops(), static_cast<double>(a.trainFlops));
    }
}

QTEST_APPLESS_MAIN(StandardiseLayerTest)

} // namespace standardise_layer_test

#include "standardise_layer_test.moc"
