// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <QtTest>

#include "core/nn/loss.h"
#include "core/nn/network.h"
#include "core/training/gradient_engine.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"
#include "tests/support/recording_sink.h"

namespace residual_layer_test {

using namespace rosler;

namespace {

LayerSpec residual(double layers, Activation activation = Activation::Relu)
{
    return {"residual", {{"layers", layers}}, activation, {}};
}

LayerSpec conv(double filters, std::optional<Sketch> sketch = {}, Activation activation = Activation::Relu)
{
    return {"conv", {{"filters", filters}, {"kernel", 3}, {"padding", 1}}, activation, sketch};
}

/// Two additions of one output, one within the other, and one behind them.
std::vector<LayerSpec> nested(bool sketched)
{
    const auto sketch = [sketched](Index rank) {
        return sketched ? std::optional(Sketch {rank, {}}) : std::nullopt;
    };
    return {conv(4),
            conv(4, sketch(2)),
            residual(1),
            conv(4, sketch(3), Activation::None),
            residual(3),
            residual(1, Activation::None),
            {"dropout", {{"rate", 0.25}}, Activation::None, {}},
            fullyConnected(9, sketch(2)),
            fullyConnected(9, sketch(3)),
            residual(1),
            fullyConnected()};
}

constexpr ExampleShape image {2, 4, 3};

} // namespace

class ResidualLayerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void predictionsAreTheSums();
    void gradientsAreThoseOfDifferences_data();
    void gradientsAreThoseOfDifferences();
    void whatDoesNotFitIsSaid_data();
    void whatDoesNotFitIsSaid();
};

void ResidualLayerTest::predictionsAreTheSums()
{
    // y = max(0, x + f(x)) of two fully connected layers, against those alone.
    std::vector<LayerSpec> layers {fullyConnected(6), fullyConnected(6), residual(1), fullyConnected()};
    Network network(planNetwork(layers, ExampleShape::vector(5), 3).value());
    network.initialise(4);
    QCOMPARE(network.plan().layers[2].other, std::optional<std::uint32_t>(0));
    const Matrix x = naive::randomMatrix(7, 5, 2);
    const auto product = [&](std::size_t layer, const Matrix &in) {
        Matrix y(in.rows(), network.layer(layer).outputs());
        std::vector<float> stash(static_cast<std::size_t>(network.layer(layer).stashSize(in.rows())));
        network.layer(layer).forward(view(in), network.parametersOf(layer), view(y), stash, {});
        return y;
    };
    const Matrix first = product(0, x);
    const Matrix sum = (first + product(1, first)).cwiseMax(0.0F);
    QCOMPARE(network.predict(view(x)), product(3, sum));
}

void ResidualLayerTest::gradientsAreThoseOfDifferences_data()
{
    QTest::addColumn<bool>("sketched");
    QTest::addColumn<int>("batch");
    QTest::newRow("dense") << false << 3;
    QTest::newRow("sketched") << true << 3;
    QTest::newRow("in pieces") << false << 19;
}

void ResidualLayerTest::gradientsAreThoseOfDifferences()
{
    QFETCH(bool, sketched);
    QFETCH(int, batch);
    auto layers = nested(sketched);
    layers[6].fields["rate"] = 0.0; // predict() leaves nothing out
    Network network(planNetwork(layers, image, 4).value());
    network.initialise(5);
    for (float &parameter : network.parameters())
        parameter = 0.7F * parameter + 0.02F;
    const Matrix x = naive::randomMatrix(batch, image.size(), 9);
    std::vector<std::uint16_t> labels;
    for (Index i = 0; i < batch; ++i)
        labels.push_back(static_cast<std::uint16_t>(i * 7 % 4));
    GradientEngine engine(network, batch);
    RecordingSink sink(static_cast<std::size_t>(network.parameterCount()));
    (void)engine.run(network, view(x), labels, {{}, {}, 1, 0}, sink);
    QVERIFY(sink.heardAllOnce());
    const auto loss = [&] {
        const Matrix logits = network.predict(view(x));
        return softmaxCrossEntropy(view(logits), labels).lossSum / static_cast<double>(batch);
    };
    constexpr float h = 2e-3F;
    double largest = 0;
    int wrong = 0;
    for (std::size_t i = 0; i < sink.values().size(); ++i) {
        float &parameter = network.parameters()[i];
        const float before = parameter;
        parameter = before + h;
        const double above = loss();
        parameter = before - h;
        const double below = loss();
        parameter = before;
        const double expected = (above - below) / (2.0 * static_cast<double>(h));
        largest = std::max(largest, std::abs(expected));
        wrong += std::abs(static_cast<double>(sink.values()[i]) - expected) > 2e-3 ? 1 : 0;
    }
    QVERIFY(largest > 0.1);
    // Some step over a kink of a ReLU.
    QVERIFY2(wrong * 50 < static_cast<int>(sink.values().size()), qPrintable(QString::number(wrong)));
}

void ResidualLayerTest::whatDoesNotFitIsSaid_data()
{
    QTest::addColumn<std::vector<LayerSpec>>("layers");
    QTest::addColumn<QString>("message");
    QTest::addColumn<QString>("place");
    QTest::newRow("first") << std::vector {residual(1), fullyConnected()}
                           << "bypasses 1 layer has them and one more before it; there are 0"
                           << "/layers/0/layers";
    QTest::newRow("the data") << std::vector {conv(2), residual(1), fullyConnected()} << "there are 1"
                              << "/layers/1/layers";
    QTest::newRow("too far") << std::vector {conv(4), conv(4), residual(2), fullyConnected()} << "there are 2"
                             << "/layers/2/layers";
    QTest::newRow("other channels") << std::vector {conv(4), conv(5), residual(1), fullyConnected()}
                                    << "what layer 1 gives is 4 x 4 x 3, which cannot be added to 5 x 4 x 3"
                                    << "/layers/2";
    QTest::newRow("last") << std::vector {fullyConnected(4), fullyConnected(4), residual(1)}
                          << "the last layer gives"
                          << "/layers/2";
    QTest::newRow("no layers") << std::vector {conv(4), conv(4), residual(0), fullyConnected()}
                               << "layers is 0"
                               << "/layers/2/layers";
    QTest::newRow("narrowed before") << std::vector {fullyConnected(9), fullyConnected(9, Sketch {2, 5}),
                                                     residual(1), fullyConnected()}
                                     << "sketch size is 5, but layer 3 adds all of the 9 numbers"
                                     << "/layers/1/sketch_size";
    QTest::newRow("narrowed behind") << std::vector {fullyConnected(9), fullyConnected(9), residual(1),
                                                     fullyConnected({}, Sketch {2, 5})}
                                     << "reads all of the 9 numbers"
                                     << "/layers/3/sketch_size";
}

void ResidualLayerTest::whatDoesNotFitIsSaid()
{
    QFETCH(std::vector<LayerSpec>, layers);
    QFETCH(QString, message);
    QFETCH(QString, place);
    const auto plan = planNetwork(layers, image, 4);
    QVERIFY(!plan);
    QVERIFY2(QString::fromStdString(plan.error().what).contains(message), plan.error().what.c_str());
    QCOMPARE(QString::fromStdString(plan.error().where), place);
}

QTEST_APPLESS_MAIN(ResidualLayerTest)

} // namespace residual_layer_test

#include "residual_layer_test.moc"
