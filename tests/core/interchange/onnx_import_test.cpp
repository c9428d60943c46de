// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include <QtTest>

#include "core/interchange/onnx_export.h"
#include "core/interchange/onnx_import.h"
#include "tests/core/interchange/sample_networks.h"

namespace onnx_import_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

std::string fileBytes(const std::string &name)
{
    std::ifstream in(std::string(ROSLER_SOURCE_DIR "/tests/data/onnx/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Matrix numbersOf(const std::string &name, Index rows)
{
    const std::string bytes = fileBytes(name);
    Matrix numbers(rows, static_cast<Index>(bytes.size() / sizeof(float)) / rows);
    std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char *>(numbers.data()));
    return numbers;
}

/// A small convolutional net as a graph, to be changed.
OnnxModel sample()
{
    return onnxModel(networkOf({"", {3, 10, 12}, imageLayers(false)}), {.name = "sample"});
}

OnnxNode &nodeOf(OnnxModel &model, std::string_view type)
{
    return *std::ranges::find(model.nodes, type, &OnnxNode::type);
}

OnnxTensor &constantOf(OnnxModel &model, const std::string &name)
{
    return *std::ranges::find(model.constants, name, &OnnxTensor::name);
}

void set(OnnxNode &node, const std::string &name, std::vector<std::int64_t> values)
{
    std::erase_if(node.attributes, [&](const OnnxAttribute &a) { return a.name == name; });
    OnnxAttribute &made = node.attributes.emplace_back();
    made.name = name;
    if (values.size() == 1)
        made.integer = values.front();
    else
        made.integers = std::move(values);
}

using Change = std::function<void(OnnxModel &)>;

} // namespace

} // namespace onnx_import_test

Q_DECLARE_METATYPE(onnx_import_test::Change)

namespace onnx_import_test {

class OnnxImportTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead_data();
    void whatIsWrittenIsRead();
    void layersComeBack();
    void filesOfPyTorchGiveItsLogits_data();
    void filesOfPyTorchGiveItsLogits();
    void whatIsNotKnownIsNamed_data();
    void whatIsNotKnownIsNamed();
    void damagedFilesAreErrors();
};

void OnnxImportTest::whatIsWrittenIsRead_data()
{
    QTest::addColumn<int>("sample");
    const auto samples = networkSamples();
    for (std::size_t i = 0; i < samples.size(); ++i)
        QTest::newRow(samples[i].name.c_str()) << static_cast<int>(i);
}

void OnnxImportTest::whatIsWrittenIsRead()
{
    QFETCH(int, sample);
    const NetworkSample chosen = networkSamples()[static_cast<std::size_t>(sample)];
    const Network network = networkOf(chosen);
    const auto model = parseOnnx(onnxBytes(onnxModel(network, {.name = "back"})), "back.onnx");
    QVERIFY(model);
    const auto imported = importOnnx(*model, "back.onnx");
    QVERIFY2(imported, imported ? "" : message(imported.error()).c_str());
    QCOMPARE(imported->name, std::string("back"));
    QCOMPARE(imported->network.features(), network.features());
    const Matrix x = exampleRows(chosen.shape, 5);
    const Matrix expected = network.predict(view(x));
    const float difference = (imported->network.predict(view(x)) - expected).cwiseAbs().maxCoeff();
    const float largest = std::max(1.0F, expected.cwiseAbs().maxCoeff());
    QVERIFY2(difference <= 1e-5F * largest, QByteArray::number(static_cast<double>(difference)));
}

void OnnxImportTest::layersComeBack()
{
    const auto imported = importOnnx(sample(), "x.onnx");
    QVERIFY(imported);
    std::vector<LayerSpec> expected = imageLayers(false);
    std::erase_if(expected, [](const LayerSpec &layer) { return layer.kind == "dropout"; });
    expected.back().fields["units"] = 4;
    std::vector<LayerSpec> layers;
    for (const PlannedLayer &layer : imported->network.plan().layers)
        layers.push_back(layer.spec);
    QCOMPARE(layers.size(), expected.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
        QVERIFY2(layers[i] == expected[i], std::to_string(i).c_str());
}

void OnnxImportTest::filesOfPyTorchGiveItsLogits_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("shape");
    QTest::addColumn<int>("layers");
    QTest::newRow("images") << "images"
                            << "3 x 11 x 7" << 6;
    QTest::newRow("images, batch normalisation by itself") << "images-unfolded"
                                                           << "3 x 11 x 7" << 7;
    QTest::newRow("signals") << "signals"
                             << "2 x 1 x 24" << 5;
    QTest::newRow("numbers") << "numbers"
                             << "1 x 1 x 9" << 4;
}

void OnnxImportTest::filesOfPyTorchGiveItsLogits()
{
    QFETCH(QString, name);
    QFETCH(QString, shape);
    QFETCH(int, layers);
    const std::string file = name.toStdString() + ".onnx";
    const auto model = parseOnnx(fileBytes(file), file);
    QVERIFY2(model, model ? "" : message(model.error()).c_str());
    QCOMPARE(model->producer, std::string("pytorch"));
    const auto imported = importOnnx(*model, file);
    QVERIFY2(imported, imported ? "" : message(imported.error()).c_str());
    const ExampleShape &example = imported->network.plan().example;
    QCOMPARE(QStringLiteral("%1 x %2 x %3").arg(example.channels).arg(example.height).arg(example.width),
             shape);
    QCOMPARE(static_cast<int>(imported->network.layerCount()), layers);
    const Matrix x = columnsAsPixels(numbersOf(name.toStdString() + ".in.f32", 4), example);
    const Matrix expected = numbersOf(name.toStdString() + ".out.f32", 4);
    const Matrix logits = imported->network.predict(view(x));
    QCOMPARE(logits.cols(), expected.cols());
    const float difference = (logits - expected).cwiseAbs().maxCoeff();
    QVERIFY2(difference <= 1e-5F, QByteArray::number(static_cast<double>(difference)));
}

void OnnxImportTest::whatIsNotKnownIsNamed_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");
    const auto row = [](const char *name, ErrorCode code, const char *where, const Change &change) {
        QTest::newRow(name) << change << static_cast<int>(code) << QString::fromUtf8(where);
    };
    const char *conv = "x.onnx: node layer1 (Conv)";
    row("an operator", ErrorCode::Unsupported, "x.onnx: node layer2.relu (Sigmoid)",
        [](OnnxModel &m) { nodeOf(m, "Relu").type = "Sigmoid"; });
    row("an operator of somebody", ErrorCode::Unsupported, conv,
        [](OnnxModel &m) { nodeOf(m, "Conv").domain = "com.microsoft"; });
    row("an old opset", ErrorCode::Unsupported, "x.onnx", [](OnnxModel &m) { m.opset = 6; });
    row("two channels a group", ErrorCode::Unsupported, "x.onnx: node layer7 (Conv)", [](OnnxModel &m) {
        const auto node = std::ranges::find(m.nodes, std::string("layer7"), &OnnxNode::name);
        set(*node, "group", {2});
    });
    row("groups", ErrorCode::Unsupported, conv, [](OnnxModel &m) { set(nodeOf(m, "Conv"), "group", {3}); });
    row("dilation", ErrorCode::Unsupported, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "dilations", {2, 1});
    });
    row("padding on one side", ErrorCode::Unsupported, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "pads", {1, 1, 0, 1});
    });
    row("strides that differ", ErrorCode::Unsupported, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "strides", {1, 2});
    });
    row("a stride of 0", ErrorCode::OutOfRange, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "strides", {0, 0});
    });
    row("a huge stride", ErrorCode::OutOfRange, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "strides", {std::int64_t {1} << 62, 1});
    });
    row("negative padding", ErrorCode::OutOfRange, conv, [](OnnxModel &m) {
        set(nodeOf(m, "Conv"), "pads", {-1, -1, -1, -1});
    });
    row("windows larger than the image", ErrorCode::OutOfRange, "x.onnx: node layer5 (MaxPool)",
        [](OnnxModel &m) {
            set(nodeOf(m, "MaxPool"), "kernel_shape", {11, 2});
        });
    row("padded pooling", ErrorCode::Unsupported, "x.onnx: node layer5 (MaxPool)", [](OnnxModel &m) {
        set(nodeOf(m, "MaxPool"), "pads", {1, 1, 1, 1});
    });
    row("three sides", ErrorCode::Malformed, "x.onnx: node layer5 (MaxPool)", [](OnnxModel &m) {
        set(nodeOf(m, "MaxPool"), "kernel_shape", {2, 2, 2});
    });
    row("other channels", ErrorCode::Malformed, conv, [](OnnxModel &m) {
        m.inputs.front().dims = {-1, 2, 10, 12};
    });
    row("an open extent", ErrorCode::OutOfRange, "x.onnx: input input", [](OnnxModel &m) {
        m.inputs.front().dims = {-1, 3, -1, 12};
    });
    row("a huge input", ErrorCode::OutOfRange, "x.onnx: input input", [](OnnxModel &m) {
        m.inputs.front().dims = {-1, 3, std::int64_t {1} << 40, std::int64_t {1} << 40};
    });
    row("no extents", ErrorCode::Unsupported, "x.onnx: input input",
        [](OnnxModel &m) { m.inputs.front().dims.clear(); });
    row("two inputs", ErrorCode::Unsupported, "x.onnx", [](OnnxModel &m) {
        m.inputs.push_back({"more", {-1, 3}});
    });
    row("no input", ErrorCode::Unsupported, "x.onnx", [](OnnxModel &m) { m.inputs.clear(); });
    row("a circle", ErrorCode::Malformed, conv,
        [](OnnxModel &m) { nodeOf(m, "Conv").inputs.front() = m.nodes.back().outputs.front(); });
    row("a constant that is not there", ErrorCode::Malformed, conv,
        [](OnnxModel &m) { nodeOf(m, "Conv").inputs[1] = "nothing"; });
    row("a branch", ErrorCode::Unsupported, "x.onnx: node layer5 (MaxPool)", [](OnnxModel &m) {
        nodeOf(m, "MaxPool").inputs.front() = nodeOf(m, "BatchNormalization").outputs.front();
    });
    row("a name twice", ErrorCode::Malformed, "x.onnx: node layer5 (MaxPool)",
        [](OnnxModel &m) { nodeOf(m, "MaxPool").outputs.front() = nodeOf(m, "Conv").outputs.front(); });
    row("a sum of two", ErrorCode::Unsupported, "x.onnx: node layer2.relu (Add)", [](OnnxModel &m) {
        OnnxNode &node = nodeOf(m, "Relu");
        node.type = "Add";
        node.inputs.push_back(node.inputs.front());
    });
    row("a sum with what an activation was not yet applied to", ErrorCode::Unsupported,
        "x.onnx: node layer4 (Add)",
        [](OnnxModel &m) { nodeOf(m, "Add").inputs[1] = nodeOf(m, "BatchNormalization").outputs.front(); });
    row("a sum with the input", ErrorCode::Unsupported, "x.onnx: node layer4 (Add)",
        [](OnnxModel &m) { nodeOf(m, "Add").inputs[1] = "input"; });
    row("a sum with nothing", ErrorCode::Malformed, "x.onnx: node layer4 (Add)",
        [](OnnxModel &m) { nodeOf(m, "Add").inputs[1] = "nothing"; });
    row("a sum of other shapes", ErrorCode::Unsupported, "x.onnx: node layer11.relu (Add)", [](OnnxModel &m) {
        const auto node = std::ranges::find(m.nodes, std::string("layer11.relu"), &OnnxNode::name);
        node->type = "Add";
        node->inputs.push_back(nodeOf(m, "GlobalAveragePool").outputs.front());
    });
    row("a node that gives nothing", ErrorCode::Malformed, "x.onnx: node layer5 (MaxPool)",
        [](OnnxModel &m) { nodeOf(m, "MaxPool").outputs.clear(); });
    row("fewer weights", ErrorCode::Malformed, "x.onnx: node layer11 (Gemm)",
        [](OnnxModel &m) { nodeOf(m, "Gemm").inputs[1] = "layer12.W"; });
    row("weights of other extents", ErrorCode::Malformed, conv, [](OnnxModel &m) {
        constantOf(m, "layer1.W").dims = {4, 27};
    });
    row("a variance below 0", ErrorCode::Malformed, "x.onnx: node layer2 (BatchNormalization)",
        [](OnnxModel &m) { constantOf(m, "layer2.variance").floats.front() = -1; });
    row("a weight that is not finite", ErrorCode::Malformed, "x.onnx", [](OnnxModel &m) {
        constantOf(m, "layer1.W").floats.front() = std::numeric_limits<float>::infinity();
    });
    row("images at the end", ErrorCode::Unsupported, "x.onnx", [](OnnxModel &m) {
        m.nodes.resize(4);
        m.outputs.front().name = m.nodes.back().outputs.front();
    });
    row("another output", ErrorCode::Malformed, "x.onnx",
        [](OnnxModel &m) { m.outputs.front().name = "other"; });
    row("nothing at all", ErrorCode::Malformed, "x.onnx", [](OnnxModel &m) { m.nodes.clear(); });
    row("no Flatten", ErrorCode::Unsupported, "x.onnx: node layer11 (Gemm)", [](OnnxModel &m) {
        nodeOf(m, "Gemm").inputs.front() = nodeOf(m, "GlobalAveragePool").outputs.front();
        std::erase_if(m.nodes, [](const OnnxNode &node) { return node.type == "Flatten"; });
    });
    row("something behind a softmax", ErrorCode::Unsupported, "x.onnx: node layer3 (Conv)",
        [](OnnxModel &m) { nodeOf(m, "Relu").type = "Softmax"; });
}

void OnnxImportTest::whatIsNotKnownIsNamed()
{
    QFETCH(Change, change);
    QFETCH(int, code);
    QFETCH(QString, where);
    OnnxModel model = sample();
    change(model);
    const auto imported = importOnnx(model, "x.onnx");
    QVERIFY(!imported);
    QCOMPARE(QString::fromStdString(imported.error().where), where);
    QVERIFY2(static_cast<int>(imported.error().code) == code, message(imported.error()).c_str());
}

void OnnxImportTest::damagedFilesAreErrors()
{
#ifdef __SANITIZE_ADDRESS__
    constexpr int rounds = 200;
#else
    constexpr int rounds = 5'000;
#endif
    std::mt19937 random(2);
    int refused = 0;
    int all = 0;
    for (const char *name : {"images-unfolded.onnx", "signals.onnx", "numbers.onnx"}) {
        const std::string bytes = fileBytes(name);
        QVERIFY(!bytes.empty());
        for (int round = 0; round < rounds; ++round, ++all) {
            std::string damaged = bytes;
            for (int change = 0; change < 3; ++change)
                damaged[random() % damaged.size()] = static_cast<char>(random());
            if (round % 4 == 0)
                damaged.resize(random() % damaged.size());
            const auto model = parseOnnx(damaged, name);
            const auto imported = model.and_then([&](const OnnxModel &m) { return importOnnx(m, name); });
            refused += imported ? 0 : 1;
            if (!imported)
                QVERIFY(imported.error().where.starts_with(name));
        }
    }
    QVERIFY2(refused > all / 4 && refused < all, QByteArray::number(refused));
}

QTEST_APPLESS_MAIN(OnnxImportTest)

} // namespace onnx_import_test

#include "onnx_import_test.moc"
