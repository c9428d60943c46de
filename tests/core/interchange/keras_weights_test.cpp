// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtTest>

#include "core/h5/h5_file.h"
#include "core/interchange/keras_weights.h"
#include "tests/core/interchange/sample_networks.h"

namespace keras_weights_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

/// A file as Keras makes it: a layer without weights between two, one of which has no bias.
std::string kerasFile()
{
    auto file = h5::File::create("k.h5");
    {
        auto outer = *file->root();
        auto root = *outer.createGroup("model_weights");
        (void)root.setTexts("layer_names", {"dense_1", "dense_2"});
        const std::vector<float> kernel {1, 2, 3, 4, 5, 6}; // 3 inputs, 2 outputs
        const std::vector<float> second {1, -1};
        const std::vector<float> bias {0.5F};
        auto one = *root.createGroup("dense_1");
        (void)one.setTexts("weight_names", {"dense_1/kernel:0"});
        auto inner = *one.createGroup("dense_1");
        (void)inner.write("kernel:0", std::span(kernel), std::vector<Index> {3, 2});
        auto two = *root.createGroup("dense_2");
        (void)two.setTexts("weight_names", {"dense_2/kernel:0", "dense_2/bias:0"});
        auto innerTwo = *two.createGroup("dense_2");
        (void)innerTwo.write("kernel:0", std::span(second), std::vector<Index> {2, 1});
        (void)innerTwo.write("bias:0", std::span(bias), std::vector<Index> {1});
    }
    return *file->bytes();
}

} // namespace

class KerasWeightsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesOfKerasAreRead();
    void whatIsWrittenIsRead_data();
    void whatIsWrittenIsRead();
    void namesAndExtentsAreThoseOfKeras();
    void otherLayersAreErrors();
    void damagedFilesAreErrors();
};

void KerasWeightsTest::filesOfKerasAreRead()
{
    Network network(*planNetwork(layersOf({2}), ExampleShape::vector(3), 1));
    network.initialise(1);
    const auto read = readKerasWeights(kerasFile(), "k.h5", network);
    QVERIFY2(read, read ? "" : message(read.error()).c_str());
    const Matrix x {{1, 10, 100}};
    // (1 + 30 + 500, 2 + 40 + 600), then their difference and the bias
    QCOMPARE(network.predict(view(x))(0, 0), 531.0F - 642.0F + 0.5F);
}

void KerasWeightsTest::whatIsWrittenIsRead_data()
{
    QTest::addColumn<int>("sample");
    const auto samples = networkSamples();
    for (std::size_t i = 0; i < samples.size(); ++i)
        QTest::newRow(samples[i].name.c_str()) << static_cast<int>(i);
}

/// A sketched network comes back as one of more layers, which computes the same.
void KerasWeightsTest::whatIsWrittenIsRead()
{
    QFETCH(int, sample);
    const NetworkSample chosen = networkSamples()[static_cast<std::size_t>(sample)];
    const Network network = networkOf(chosen);
    const auto bytes = kerasBytes(network);
    QVERIFY2(bytes, bytes ? "" : message(bytes.error()).c_str());
    QCOMPARE(*kerasBytes(network), *bytes);

    std::vector<LayerSpec> whole;
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        LayerSpec spec = layer.plan().spec;
        const bool convolves = layer.inference().does == InferenceStep::Does::Convolves;
        if (spec.sketch) {
            const auto rank = static_cast<double>(spec.sketch->rank);
            LayerSpec factor = spec;
            factor.sketch.reset();
            factor.activation = Activation::None;
            factor.fields[convolves ? "filters" : "units"] = rank;
            whole.push_back(factor); // R
            if (convolves) {
                factor.fields["kernel"] = 1;
                factor.fields["stride"] = 1;
                factor.fields["padding"] = 0;
                spec.fields = factor.fields;
                spec.fields["filters"] = static_cast<double>(layer.plan().out.channels);
            }
            whole.push_back(factor); // U
            spec.sketch.reset();
        }
        if (!convolves && layer.inference().does != InferenceStep::Does::ConvolvesChannels
            && !layer.products().empty())
            spec.fields["units"] = static_cast<double>(layer.outputs());
        whole.push_back(spec);
    }
    const auto plan = planNetwork(whole, chosen.shape, 4);
    QVERIFY2(plan, plan ? "" : message(plan.error()).c_str());
    Network back(*plan);
    back.initialise(9);
    const auto read = readKerasWeights(*bytes, "k.h5", back);
    QVERIFY2(read, read ? "" : message(read.error()).c_str());
    const Matrix x = exampleRows(chosen.shape, 5);
    const Matrix expected = network.predict(view(x));
    const float difference = (back.predict(view(x)) - expected).cwiseAbs().maxCoeff();
    QVERIFY2(difference <= 1e-5F * std::max(1.0F, expected.cwiseAbs().maxCoeff()),
             QByteArray::number(static_cast<double>(difference)));
}

void KerasWeightsTest::namesAndExtentsAreThoseOfKeras()
{
    const Network network = networkOf({"", {3, 10, 12}, imageLayers(false)});
    const std::string bytes = *kerasBytes(network);
    const auto file = h5::File::open(bytes, "k.h5");
    const auto root = *file->root();
    QCOMPARE(
        *root.texts("layer_names"),
        (std::vector<std::string> {"layer1", "layer2", "layer3", "layer7", "layer8", "layer11", "layer12"}));
    const auto conv = *root.openGroup("layer1");
    QCOMPARE(*conv.texts("weight_names"), (std::vector<std::string> {"layer1/kernel:0", "layer1/bias:0"}));
    const auto inner = *conv.openGroup("layer1");
    std::vector<float> kernel(3 * 3 * 3 * 4);
    QVERIFY(inner.read("kernel:0", std::span(kernel), std::vector<Index> {3, 3, 3, 4}));
    // Height 1, width 2, channel 0 of filter 3: of ours the 5th pixel of the window.
    QCOMPARE(kernel[static_cast<std::size_t>(((1 * 3 + 2) * 3 + 0) * 4 + 3)],
             network.parametersOf(0)[static_cast<std::size_t>(3 * 27 + (1 * 3 + 2) * 3)]);
    QCOMPARE(*(*root.openGroup("layer2")).texts("weight_names"),
             (std::vector<std::string> {"layer2/gamma:0", "layer2/beta:0", "layer2/moving_mean:0",
                                        "layer2/moving_variance:0"}));
}

void KerasWeightsTest::otherLayersAreErrors()
{
    const std::string bytes = kerasFile();
    const auto errorFor = [&](const std::vector<LayerSpec> &layers, Index features, Index classes) {
        Network network(*planNetwork(layers, ExampleShape::vector(features), classes));
        network.initialise(1);
        const auto read = readKerasWeights(bytes, "k.h5", network);
        return read ? Error {} : read.error();
    };
    QCOMPARE(errorFor(layersOf({2}), 4, 1).where,
             std::string("k.h5:/model_weights/dense_1/dense_1/kernel:0"));
    QCOMPARE(errorFor(layersOf({2, 2}), 3, 1).code, ErrorCode::Malformed);   // more layers than there are
    QCOMPARE(errorFor({fullyConnected()}, 3, 2).code, ErrorCode::Malformed); // fewer
    QCOMPARE(errorFor(layersOf({2}, {1, 1}, {3, 2}), 3, 1).code, ErrorCode::Unsupported);
    Network network(*planNetwork(layersOf({2}), ExampleShape::vector(3), 1));
    QCOMPARE(readKerasWeights("no HDF5 at all", "k.h5", network).error().code, ErrorCode::Malformed);
    QCOMPARE(readKerasWeights("", "k.h5", network).error().code, ErrorCode::Malformed);
}

/// Cut files. (HDF5 1.10 is known to crash on other damage; core/store/README.md.)
void KerasWeightsTest::damagedFilesAreErrors()
{
    const std::string bytes = kerasFile();
    Network network(*planNetwork(layersOf({2}), ExampleShape::vector(3), 1));
    for (std::size_t length = 0; length < bytes.size(); length += 61)
        QVERIFY(!readKerasWeights(bytes.substr(0, length), "k.h5", network));
}

QTEST_APPLESS_MAIN(KerasWeightsTest)

} // namespace keras_weights_test

#include "keras_weights_test.moc"
