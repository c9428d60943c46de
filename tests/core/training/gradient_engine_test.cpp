// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/training/gradient_engine.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"
#include "tests/support/recording_sink.h"

namespace gradient_engine_test {

using namespace rosler;

namespace {

struct Pass {
    BatchScore score;
    std::vector<float> gradient;
};

/// Forward and backward through all layers, in one piece and on one thread.
Pass plainPass(const Network &network, const ConstMatrixView &x, std::span<const std::uint16_t> labels,
               float scale, const GradientEngine::Request &request)
{
    std::vector<Matrix> outputs;
    std::vector<std::vector<float>> stashes;
    const auto inputOf = [&](std::size_t i) { return i == 0 ? x : view(std::as_const(outputs[i - 1])); };
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        Matrix y(x.rows(), layer.outputs());
        stashes.emplace_back(static_cast<std::size_t>(layer.stashSize(x.rows())));
        layer.forward(inputOf(i), network.parametersOf(i), view(y), stashes.back(), {});
        outputs.push_back(std::move(y));
    }
    Pass pass;
    pass.gradient.assign(static_cast<std::size_t>(network.parameterCount()), 0.0F);
    Matrix dy(x.rows(), network.classes());
    auto into = view(dy);
    pass.score = softmaxCrossEntropy(view(std::as_const(outputs.back())), labels, &into, scale);
    for (std::size_t i = network.layerCount(); i-- > 0;) {
        const Layer &layer = network.layer(i);
        Matrix dx(i == 0 ? 0 : x.rows(), layer.inputs());
        BackwardRequest wanted;
        wanted.factors = request.factors;
        if (i == 0)
            wanted.features = request.features;
        layer.backward(inputOf(i), view(std::as_const(outputs[i])), network.parametersOf(i), stashes[i],
                       view(dy), view(dx),
                       std::span(pass.gradient)
                           .subspan(static_cast<std::size_t>(network.offset(i)),
                                    static_cast<std::size_t>(layer.parameterCount())),
                       wanted);
        dy = std::move(dx);
    }
    return pass;
}

Network smallNetwork()
{
    Network network =
        networkOf({{.inputs = 40, .outputs = 30, .rank = 5, .read = 40, .kept = 24, .relu = true},
                   {.inputs = 30, .outputs = 9, .rank = 4, .read = 24, .kept = 9}});
    network.initialise(1);
    return network;
}

Network largeNetwork()
{
    Network network = networkOf({{.inputs = 600, .outputs = 450, .read = 600, .kept = 450, .relu = true},
                                 {.inputs = 450, .outputs = 9, .read = 450, .kept = 9}});
    network.initialise(1);
    return network;
}

std::vector<std::uint16_t> labelsFor(Index batch)
{
    std::vector<std::uint16_t> labels;
    for (Index i = 0; i < batch; ++i)
        labels.push_back(static_cast<std::uint16_t>(i * 5 % 9));
    return labels;
}

} // namespace

class GradientEngineTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largeNetworksTakeTheBatchWhole();
    void piecesAddUpToTheBatch_data();
    void piecesAddUpToTheBatch();
    void onlyWantedNumbersAreAnnounced();
    void aSmallerBatchAfterALargeOne();
};

void GradientEngineTest::largeNetworksTakeTheBatchWhole()
{
    const Network network = largeNetwork();
    GradientEngine engine(network, 40);
    QVERIFY(!engine.splitsBatch());
    for (const Index batch : {40, 1, 33}) {
        const Matrix x = naive::randomMatrix(batch, 600, 2);
        const auto labels = labelsFor(batch);
        RecordingSink sink(static_cast<std::size_t>(network.parameterCount()));
        const auto score = engine.run(network, view(x), labels, {}, sink);
        const Pass plain = plainPass(network, view(x), labels, 1.0F / static_cast<float>(batch), {});
        QVERIFY(sink.heardAllOnce());
        QVERIFY(sink.values() == plain.gradient);
        QVERIFY(score.lossSum == plain.score.lossSum);
        QCOMPARE(score.correct, plain.score.correct);
    }
}

void GradientEngineTest::piecesAddUpToTheBatch_data()
{
    QTest::addColumn<int>("batch");
    for (const int batch : {1, 31, 32, 33, 64, 100, 129, 160, 200, 350, 512, 600})
        QTest::addRow("%d", batch) << batch;
}

void GradientEngineTest::piecesAddUpToTheBatch()
{
    QFETCH(int, batch);
    const Network network = smallNetwork();
    GradientEngine engine(network, 600);
    QVERIFY(engine.splitsBatch());
    const Matrix x = naive::randomMatrix(batch, 40, 2);
    const auto labels = labelsFor(batch);
    RecordingSink sink(static_cast<std::size_t>(network.parameterCount()));
    const auto score = engine.run(network, view(x), labels, {}, sink);
    QVERIFY(sink.heardAllOnce());

    // Example by example, added in double; sums that an example goes through have at most 40 + 24 + 5 + 5
    // + 24 + 4 + 4 + 9 terms either way.
    const float scale = 1.0F / static_cast<float>(batch);
    std::vector<double> sum(sink.values().size(), 0.0);
    std::vector<double> size(sum.size(), 0.0);
    double largest = 0;
    double lossSum = 0;
    Index correct = 0;
    for (Index i = 0; i < batch; ++i) {
        const Pass one = plainPass(network, rowsOf(view(x), i, 1),
                                   std::span(labels).subspan(static_cast<std::size_t>(i), 1), scale, {});
        lossSum += one.score.lossSum;
        correct += one.score.correct;
        for (std::size_t k = 0; k < sum.size(); ++k) {
            sum[k] += static_cast<double>(one.gradient[k]);
            size[k] += std::abs(static_cast<double>(one.gradient[k]));
            largest = std::max(largest, size[k]);
        }
    }
    const double sums = 4.0 * (115 + batch) * naive::floatEps;
    for (std::size_t k = 0; k < sum.size(); ++k)
        QVERIFY(std::abs(static_cast<double>(sink.values()[k]) - sum[k]) <= sums * (size[k] + largest));
    QVERIFY(std::abs(score.lossSum - lossSum) <= sums * lossSum);
    QCOMPARE(score.correct, correct);
}

void GradientEngineTest::onlyWantedNumbersAreAnnounced()
{
    const Network network = smallNetwork();
    GradientEngine engine(network, 70);
    const Matrix x = naive::randomMatrix(70, 40, 2);
    const auto labels = labelsFor(70);
    RecordingSink all(static_cast<std::size_t>(network.parameterCount()));
    (void)engine.run(network, view(x), labels, {}, all);
    for (unsigned bits = 0; bits < 8; ++bits) {
        const FactorSet factors {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0};
        RecordingSink sink(all.values().size());
        (void)engine.run(network, view(x), labels, {factors, {}}, sink);
        for (std::size_t layer = 0; layer < network.layerCount(); ++layer) {
            for (const auto &block : network.layer(layer).blocks()) {
                const auto first = static_cast<std::size_t>(network.offset(layer) + block.offset);
                for (std::size_t i = first; i < first + static_cast<std::size_t>(block.size()); ++i) {
                    QCOMPARE(sink.times()[i], factors.has(block.factor) ? 1 : 0);
                    if (factors.has(block.factor))
                        QVERIFY(sink.values()[i] == all.values()[i]);
                }
            }
        }
    }
}

void GradientEngineTest::aSmallerBatchAfterALargeOne()
{
    // Pieces that a smaller batch does not fill must not leak into its gradient.
    const Network network = smallNetwork();
    const Matrix x = naive::randomMatrix(100, 40, 2);
    const auto labels = labelsFor(100);
    GradientEngine used(network, 100);
    RecordingSink ignored(static_cast<std::size_t>(network.parameterCount()));
    (void)used.run(network, view(x), labels, {}, ignored);
    GradientEngine fresh(network, 100);
    RecordingSink a(ignored.values().size());
    RecordingSink b(ignored.values().size());
    (void)used.run(network, rowsOf(view(x), 3, 40), std::span(labels).subspan(3, 40), {}, a);
    (void)fresh.run(network, rowsOf(view(x), 3, 40), std::span(labels).subspan(3, 40), {}, b);
    QVERIFY(a.values() == b.values());
}

QTEST_APPLESS_MAIN(GradientEngineTest)

} // namespace gradient_engine_test

#include "gradient_engine_test.moc"
