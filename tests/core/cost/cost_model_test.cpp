// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/nn/network.h"
#include "core/nn/orthonormal_macs.h"
#include "core/training/stage_schedule.h"
#include "tests/support/layers.h"
#include "tests/support/random_spec.h"

namespace cost_model_test {

using namespace rosler;

using Sizes = std::vector<Index>;

namespace {

TrialSpec denseSpec(const Sizes &widths)
{
    TrialSpec spec;
    spec.model.layers = layersOf(widths);
    return spec;
}

TrialSpec roslerSpec(const Sizes &widths, const Sizes &rank, const Sizes &sketchSize)
{
    TrialSpec spec = denseSpec(widths);
    spec.model.layers = layersOf(widths, rank, sketchSize);
    return spec;
}

/// 4 features of which 3 are read, 2 classes, rank 1, batches of 3.
TrialSpec tinySketch()
{
    TrialSpec spec = roslerSpec({}, {1}, {3});
    spec.training.batch = 3;
    return spec;
}

std::uint64_t asCount(Index n)
{
    return static_cast<std::uint64_t>(n);
}

} // namespace

class CostModelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsThePublishedNets_data();
    void countsThePublishedNets();
    void bytesByHand();
    void trainingMemoryByHand();
    void trainingMemoryKnowsSmallDatasets();
    void scratchIsTheWidestLayer();
    void countsAreThoseOfTheLayers();
    void trainFlopsAreTheSumOverAllSteps();
    void trainFlopsOfADenseNetByHand();
    void trainFlopsOfAGradientSketchByHand();
    void breakEvenIsTheLargestRankThatSaves();
    void outOfRangeNamesPlaceAndRange();
    void needsTrainingExamples();
};

void CostModelTest::countsThePublishedNets_data()
{
    // resources/docs/method.md, section 6, on 784 features and 10 classes. There a kept feature's index was
    // not counted as memory; here it is, at 16 bit: 141 times for what is 143 times there.
    QTest::addColumn<TrialSpec>("spec");
    QTest::addColumn<TrialSpec>("dense");
    QTest::addColumn<int>("weights");
    QTest::addColumn<int>("indices");
    QTest::addColumn<int>("timesLess"); // dense float32 bytes over float16 bytes, rounded
    const auto dense512 = denseSpec({512, 512});
    const auto dense1024 = denseSpec({1024, 1024});
    QTest::newRow("512 dense") << dense512 << dense512 << 669'706 << 0 << 2;
    QTest::newRow("512, r=16") << roslerSpec({512, 512}, {16, 16, 10}, {784, 512, 512}) << dense512 << 43'986
                               << 0 << 30;
    QTest::newRow("512, r=16,8,8") << roslerSpec({512, 512}, {16, 8, 8}, {784, 512, 512}) << dense512
                                   << 34'522 << 0 << 39;
    QTest::newRow("512, s=256") << roslerSpec({512, 512}, {16, 8, 8}, {256, 512, 512}) << dense512 << 26'074
                                << 256 << 51;
    QTest::newRow("1024 dense") << dense1024 << dense1024 << 1'863'690 << 0 << 2;
    QTest::newRow("1024, r=16,8,8") << roslerSpec({1024, 1024}, {16, 8, 8}, {784, 1024, 1024}) << dense1024
                                    << 56'026 << 0 << 67;
    QTest::newRow("1024, hidden layers sketched")
        << roslerSpec({1024, 1024}, {24, 8, 8}, {784, 384, 384}) << dense1024 << 38'810 << 0 << 96;
    QTest::newRow("1024, inputs sketched too")
        << roslerSpec({1024, 1024}, {20, 8, 8}, {392, 384, 384}) << dense1024 << 26'122 << 392 << 141;
    QTest::newRow("1024, s=192") << roslerSpec({1024, 1024}, {20, 8, 8}, {392, 192, 192}) << dense1024
                                 << 17'290 << 392 << 211;
    QTest::newRow("narrow dense") << denseSpec({42, 42}) << dense1024 << 35'206 << 0 << 106;
}

void CostModelTest::countsThePublishedNets()
{
    QFETCH(TrialSpec, spec);
    QFETCH(TrialSpec, dense);
    QFETCH(int, weights);
    QFETCH(int, indices);
    QFETCH(int, timesLess);
    const auto cost = costOf(spec, ExampleShape::vector(784), 10, 60'000);
    const auto reference = costOf(dense, ExampleShape::vector(784), 10, 60'000);
    QVERIFY(cost && reference);
    QCOMPARE(cost->parameters, asCount(weights));
    QCOMPARE(cost->keptIndices, asCount(indices));
    QCOMPARE(cost->weightBytes(NumberType::Float32), asCount(4 * weights + 2 * indices));
    QCOMPARE(cost->weightBytes(NumberType::Float16), asCount(2 * weights + 2 * indices));
    const double ratio = static_cast<double>(reference->weightBytes(NumberType::Float32))
        / static_cast<double>(cost->weightBytes(NumberType::Float16));
    QCOMPARE(static_cast<int>(std::lround(ratio)), timesLess);
}

void CostModelTest::bytesByHand()
{
    // C 2, U 1, R 3, b 2 numbers and 3 indices; scales for 2 + 1 + 1 rows of C, U, R
    const auto cost = costOf(tinySketch(), ExampleShape::vector(4), 2, 10);
    QVERIFY(cost.has_value());
    QCOMPARE(cost->parameters, asCount(8));
    QCOMPARE(cost->biases, asCount(2));
    QCOMPARE(cost->keptIndices, asCount(3));
    QCOMPARE(cost->outputChannels, asCount(4));
    QCOMPARE(cost->macs, asCount(6));
    QCOMPARE(cost->weightBytes(NumberType::Float32), asCount(4 * 8 + 2 * 3));
    QCOMPARE(cost->weightBytes(NumberType::Float16), asCount(2 * 8 + 2 * 3));
    QCOMPARE(cost->weightBytes(NumberType::Int8), asCount(6 + 4 * 2 + 4 * 4 + 2 * 3));
    // W 2 x 4, b 2: 8 weights, 2 biases, 2 scales
    const auto dense = costOf(denseSpec({}), ExampleShape::vector(4), 2, 10);
    QVERIFY(dense.has_value());
    QCOMPARE(dense->weightBytes(NumberType::Int8), asCount(8 + 4 * 2 + 4 * 2));
}

void CostModelTest::trainingMemoryByHand()
{
    // Dense 4 -> 2: 10 parameters with gradient and state; 3 outputs and their gradients, in rows of 16
    // floats; a batch of 3 examples with 4 features and a label of 2 bytes; the order of 10 examples.
    TrialSpec dense = denseSpec({});
    dense.training.batch = 3;
    QCOMPARE(costOf(dense, ExampleShape::vector(4), 2, 10)->trainMemoryBytes,
             asCount(4 * (10 + 10 + 2 * 10) + 4 * 2 * 3 * 16 + 3 * (4 * 4 + 2) + 4 * 10));
    dense.training.optimizer = OptimizerKind::Sgd;
    QCOMPARE(costOf(dense, ExampleShape::vector(4), 2, 10)->trainMemoryBytes,
             asCount(4 * (10 + 10 + 10) + 4 * 2 * 3 * 16 + 3 * (4 * 4 + 2) + 4 * 10));
    // Sketched: 8 parameters; T1, T2 and their gradients of 3 x 1; 3 features are read, and known twice.
    const TrialSpec sketched = tinySketch();
    QCOMPARE(
        costOf(sketched, ExampleShape::vector(4), 2, 10)->trainMemoryBytes,
        asCount(4 * (8 + 8 + 2 * 8) + 4 * 2 * 3 * 16 + 4 * 4 * 3 + 3 * (4 * 3 + 2) + 4 * 10 + 2 * 4 * 3));
}

void CostModelTest::trainingMemoryKnowsSmallDatasets()
{
    // A batch cannot hold more examples than there are.
    TrialSpec large = tinySketch();
    large.training.batch = 128;
    TrialSpec exact = tinySketch();
    exact.training.batch = 5;
    QCOMPARE(costOf(large, ExampleShape::vector(4), 2, 5)->trainMemoryBytes,
             costOf(exact, ExampleShape::vector(4), 2, 5)->trainMemoryBytes);
}

void CostModelTest::scratchIsTheWidestLayer()
{
    QCOMPARE(costOf(tinySketch(), ExampleShape::vector(4), 2, 10)->inferenceScratchBytes,
             asCount(4 * (3 + 2 + 2 * 1)));
    QCOMPARE(costOf(denseSpec({100, 7}), ExampleShape::vector(4), 2, 10)->inferenceScratchBytes,
             asCount(4 * (100 + 7)));
}

void CostModelTest::countsAreThoseOfTheLayers()
{
    for (std::uint32_t number = 0; number < 300; ++number) {
        const RandomSpec random(number);
        const auto cost =
            costOf(random.spec, ExampleShape::vector(random.features), random.classes, random.trainExamples);
        const auto plan = planOf(random.spec, ExampleShape::vector(random.features), random.classes);
        QVERIFY(cost && plan);
        const Network network(*plan);
        std::uint64_t macs = 0;
        std::uint64_t biases = 0;
        std::uint64_t channels = 0;
        for (std::size_t i = 0; i < network.layerCount(); ++i) {
            macs += network.layer(i).forwardMacs();
            for (const auto &block : network.layer(i).blocks()) {
                if (block.name == "b")
                    biases += asCount(block.size());
                else
                    channels += asCount(block.transposed ? block.cols : block.rows);
            }
        }
        QCOMPARE(cost->parameters, asCount(network.parameterCount()));
        QCOMPARE(cost->macs, macs);
        QCOMPARE(cost->biases, biases);
        QCOMPARE(cost->outputChannels, channels);
        QCOMPARE(cost->keptIndices, asCount(network.read() < network.features() ? network.read() : 0));
    }
}

void CostModelTest::trainFlopsAreTheSumOverAllSteps()
{
    for (std::uint32_t number = 0; number < 500; ++number) {
        const RandomSpec random(number);
        const auto &spec = random.spec;
        const Network network(*planOf(spec, ExampleShape::vector(random.features), random.classes));
        const StageSchedule stages(spec, random.trainExamples);
        std::vector<std::uint32_t> some;
        if (spec.model.isSketched() && spec.model.sketch.gradientSketch < 1.0)
            some.resize(
                static_cast<std::size_t>(sketchedFeatures(network.read(), spec.model.sketch.gradientSketch)));
        std::uint64_t flops = 0;
        for (std::int64_t step = 0; step < stages.totalSteps(); ++step) {
            for (std::size_t i = 0; stages.orthonormalisesAfter(step + 1) && i < network.layerCount(); ++i)
                flops += 2 * orthonormaliseMacs(network.layer(i));
            for (std::size_t i = 0; i < network.layerCount(); ++i) {
                const Layer &layer = network.layer(i);
                const Index features =
                    i == 0 && !some.empty() ? static_cast<Index>(some.size()) : layer.inputs();
                const bool draws = i == 0 && !some.empty() && stages.factors(step).r;
                flops += 2 * asCount(stages.batchSize(step))
                    * (layer.forwardMacs() + layer.backwardMacs(stages.factors(step), features, i > 0)
                       + asCount(draws ? layer.inputs() : 0));
            }
        }
        const auto cost =
            costOf(spec, ExampleShape::vector(random.features), random.classes, random.trainExamples);
        QVERIFY(cost.has_value());
        QVERIFY2(cost->trainFlops == flops, qPrintable(QString::number(number)));
    }
}

void CostModelTest::trainFlopsOfADenseNetByHand()
{
    // 4 -> 3 -> 2 on 10 examples, 2 epochs: 3 products of the second layer, but 2 of the first, each epoch.
    TrialSpec spec = denseSpec({3});
    spec.training.epochs = 2;
    spec.training.batch = 4;
    QCOMPARE(costOf(spec, ExampleShape::vector(4), 2, 10)->trainFlops,
             asCount(2 * 2 * 10 * (2 * 4 * 3 + 3 * 3 * 2)));
}

void CostModelTest::trainFlopsOfAGradientSketchByHand()
{
    // Forward 3 + 1 + 2; dC 2, dT2 2, dU 1, dT1 1, dR of one feature of three; three norms to draw it by.
    TrialSpec spec = tinySketch();
    spec.training.epochs = 1;
    spec.model.sketch.successiveFrom = 1;
    spec.model.sketch.gradientSketch = 1.0 / 3.0;
    QCOMPARE(costOf(spec, ExampleShape::vector(4), 2, 10)->trainFlops,
             asCount(2 * 10 * (6 + 2 + 2 + 1 + 1 + 1 + 3)));
}

void CostModelTest::breakEvenIsTheLargestRankThatSaves()
{
    const auto saves = [](Index r, Index m, Index s, Index denseM, Index denseN) {
        return r * (m + s) + r * r < denseM * denseN;
    };
    const auto check = [&](Index m, Index s, Index denseM, Index denseN) {
        const Index r = breakEvenRank(m, s, denseM, denseN);
        return r >= 0 && (r == 0 || saves(r, m, s, denseM, denseN)) && !saves(r + 1, m, s, denseM, denseN);
    };
    for (Index denseM = 1; denseM <= 12; ++denseM)
        for (Index denseN = 1; denseN <= 12; ++denseN)
            for (Index m = 1; m <= denseM; ++m)
                for (Index s = 1; s <= denseN; ++s)
                    QVERIFY(check(m, s, denseM, denseN));
    for (const Index width : {784, 1024, 4096, 65'536})
        QVERIFY(check(width, width, width, width) && check(width / 3, width / 7, width, width));
    QCOMPARE(breakEvenRank(1, 1, 1, 1), Index {0});
    QCOMPARE(breakEvenRank(1024, 784, 1024, 784), Index {368}); // 368 (1808) + 368^2 = 800,768 < 802,816
}

void CostModelTest::outOfRangeNamesPlaceAndRange()
{
    const auto error = costOf(roslerSpec({100}, {4, 11}, {20, 30}), ExampleShape::vector(20), 10, 50);
    QVERIFY(!error);
    QCOMPARE(error.error().code, ErrorCode::OutOfRange);
    QCOMPARE(error.error().where, std::string("/models/0/layers/1/rank"));
    QCOMPARE(error.error().what, std::string("rank is 11, allowed are 1 to 10"));
}

void CostModelTest::needsTrainingExamples()
{
    const auto error = costOf(denseSpec({8}), ExampleShape::vector(20), 10, 0);
    QVERIFY(!error);
    QCOMPARE(error.error().code, ErrorCode::OutOfRange);
}

QTEST_APPLESS_MAIN(CostModelTest)

} // namespace cost_model_test

#include "cost_model_test.moc"
