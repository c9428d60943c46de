// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/nn/dropout_layer.h"
#include "core/training/gradient_engine.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"
#include "tests/support/recording_sink.h"

namespace dropout_layer_test {

using namespace rosler;

namespace {

LayerSpec dropout(double rate)
{
    LayerSpec layer;
    layer.kind = dropoutKind().name;
    layer.fields.emplace("rate", rate);
    return layer;
}

/// 20 features, dropout, 12 hidden, dropout, 3 classes; @p sketched: the last layer reads 7 of the 12.
std::vector<LayerSpec> layers(bool sketched = false)
{
    std::vector<LayerSpec> all {dropout(0.25), fullyConnected(12), dropout(0.5), fullyConnected()};
    if (sketched)
        all.back().sketch = Sketch {2, 7};
    return all;
}

NetworkPlan planned(const std::vector<LayerSpec> &all)
{
    return planNetwork(all, ExampleShape::vector(20), 3).value();
}

DropoutLayer alone(double rate, Index width)
{
    PlannedLayer plan;
    plan.spec = dropout(rate);
    plan.number = 2;
    plan.in = plan.out = ExampleShape::vector(width);
    plan.read = plan.kept = width;
    return DropoutLayer(plan);
}

struct Pass {
    Matrix y;
    std::vector<float> stash;
};

Pass pass(const DropoutLayer &layer, const ConstMatrixView &x, const PassMode &mode)
{
    Pass result {Matrix(x.rows(), x.cols()),
                 std::vector<float>(static_cast<std::size_t>(layer.stashSize(x.rows())))};
    layer.forward(x, {}, view(result.y), result.stash, mode);
    return result;
}

} // namespace

class DropoutLayerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inferenceHandsOnWhatItIsGiven();
    void trainingLeavesOutItsShareAndKeepsTheMean();
    void piecesDrawWhatTheWholeBatchDoes();
    void everyStepDrawsAnew();
    void theGradientPassesWhereTheNumberDid();
    void aSketchBehindItNarrowsTheLayerBeforeIt();
    void costsNothingAndIsNotPacked();
    void predictionSkipsIt();
};

void DropoutLayerTest::inferenceHandsOnWhatItIsGiven()
{
    const Matrix x = naive::randomMatrix(5, 9, 1);
    QVERIFY(pass(alone(0.5, 9), view(x), {}).y == x);
    QVERIFY(pass(alone(0.0, 9), view(x), {true, 1, 2, 0}).y == x);
}

void DropoutLayerTest::trainingLeavesOutItsShareAndKeepsTheMean()
{
    constexpr Index rows = 100;
    constexpr Index cols = 400;
    for (const double rate : {0.1, 0.5, 0.9}) {
        const Matrix ones = Matrix::Ones(rows, cols);
        const Matrix y = pass(alone(rate, cols), view(ones), {true, 7, 3, 0}).y;
        const auto kept = static_cast<float>(1.0 / (1.0 - rate));
        double left = 0;
        for (Index i = 0; i < y.size(); ++i) {
            QVERIFY(y.data()[i] == 0.0F || y.data()[i] == kept);
            left += y.data()[i] == 0.0F ? 1.0 : 0.0;
        }
        // five standard deviations of a binomial share
        const double n = rows * cols;
        QVERIFY(std::abs(left / n - rate) < 5.0 * std::sqrt(rate * (1.0 - rate) / n));
    }
}

void DropoutLayerTest::piecesDrawWhatTheWholeBatchDoes()
{
    const DropoutLayer layer = alone(0.5, 33);
    const Matrix x = naive::randomMatrix(10, 33, 1);
    const Matrix whole = pass(layer, view(x), {true, 1, 5, 0}).y;
    for (Index first = 0; first < 10; first += 3) {
        const Index count = std::min<Index>(3, 10 - first);
        const Matrix part = pass(layer, rowsOf(view(x), first, count), {true, 1, 5, first}).y;
        QVERIFY(part == whole.middleRows(first, count));
    }
}

void DropoutLayerTest::everyStepDrawsAnew()
{
    const DropoutLayer layer = alone(0.5, 64);
    const Matrix ones = Matrix::Ones(2, 64);
    std::set<std::vector<float>> seen;
    for (const std::uint64_t seed : {1, 2}) {
        for (std::int64_t step = 0; step < 20; ++step) {
            const Matrix y = pass(layer, view(ones), {true, seed, step, 0}).y;
            for (Index i = 0; i < y.rows(); ++i)
                QVERIFY(seen.insert({y.row(i).begin(), y.row(i).end()}).second);
        }
    }
}

void DropoutLayerTest::theGradientPassesWhereTheNumberDid()
{
    const DropoutLayer layer = alone(0.25, 21);
    const Matrix x = naive::randomMatrix(6, 21, 1);
    Pass forward = pass(layer, view(x), {true, 4, 9, 0});
    Matrix dy = naive::randomMatrix(6, 21, 2);
    Matrix dx(6, 21);
    const Matrix incoming = dy;
    layer.backward(view(x), view(std::as_const(forward.y)), {}, forward.stash, view(dy), view(dx), {}, {});
    for (Index i = 0; i < x.size(); ++i) { // y is linear in x: the slope is y / x
        const double slope = static_cast<double>(forward.y.data()[i]) / static_cast<double>(x.data()[i]);
        const double expected = slope * static_cast<double>(incoming.data()[i]);
        QVERIFY(std::abs(static_cast<double>(dx.data()[i]) - expected)
                <= 4.0 * naive::floatEps * std::abs(expected));
    }
}

void DropoutLayerTest::aSketchBehindItNarrowsTheLayerBeforeIt()
{
    const NetworkPlan plan = planned(layers(true));
    QCOMPARE(plan.layers[1].kept, Index {7});
    QCOMPARE(plan.layers[2].read, Index {7});
    QCOMPARE(plan.layers[2].kept, Index {7});
    QVERIFY(!plan.keepsFeatures());
    auto first = layers();
    first[1].sketch = Sketch {2, 5}; // behind the dropout of the data: the dropout too sees 5 features
    QVERIFY(planned(first).keepsFeatures());
    QCOMPARE(planned(first).read(), Index {5});
}

void DropoutLayerTest::costsNothingAndIsNotPacked()
{
    TrialSpec with;
    with.model.layers = layers();
    TrialSpec without;
    without.model.layers = {with.model.layers[1], with.model.layers[3]};
    const auto a = costOf(with, ExampleShape::vector(20), 3, 100);
    const auto b = costOf(without, ExampleShape::vector(20), 3, 100);
    QVERIFY(a && b);
    QCOMPARE(a->parameters, b->parameters);
    QCOMPARE(a->macs, b->macs);
    QCOMPARE(a->trainFlops, b->trainFlops);
    QVERIFY(a->trainMemoryBytes > b->trainMemoryBytes); // its outputs are kept for the backward pass
    for (const auto &layer : {0, 2})
        QVERIFY(makeLayer(planned(layers()).layers[static_cast<std::size_t>(layer)])->products().empty());
}

void DropoutLayerTest::predictionSkipsIt()
{
    Network with(planned(layers()));
    with.initialise(3);
    Network without(planned({layers()[1], layers()[3]}));
    std::copy(with.parameters().begin(), with.parameters().end(), without.parameters().begin());
    const Matrix x = naive::randomMatrix(4, 20, 1);
    QVERIFY(with.predict(view(x)) == without.predict(view(x)));
    QCOMPARE(with.firstWeighted(), std::size_t {1});

    // and in training it is there: a gradient differs from that of the network without
    const std::vector<std::uint16_t> labels {0, 1, 2, 0};
    RecordingSink a(with.parameters().size());
    RecordingSink b(without.parameters().size());
    (void)GradientEngine(with, 4).run(with, view(x), labels, {{}, {}, 1, 0}, a);
    (void)GradientEngine(without, 4).run(without, view(x), labels, {{}, {}, 1, 0}, b);
    QVERIFY(a.values() != b.values());
}

QTEST_APPLESS_MAIN(DropoutLayerTest)

} // namespace dropout_layer_test

#include "dropout_layer_test.moc"
