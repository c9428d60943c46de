// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtTest>

#include "core/interchange/onnx_export.h"
#include "tests/core/interchange/onnx_oracle.h"
#include "tests/core/interchange/sample_networks.h"

namespace onnx_export_test {

using namespace rosler;
using namespace rosler::testing;

/// What is written is a model in ONNX's eyes, and computes what the network does.
class OnnxExportTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anotherProgramComputesTheSame_data();
    void anotherProgramComputesTheSame();
    void operatorsAreThoseThatOneWouldExpect();
    void propertiesTellTheOrigin();
};

void OnnxExportTest::anotherProgramComputesTheSame_data()
{
    QTest::addColumn<int>("sample");
    const auto samples = networkSamples();
    for (std::size_t i = 0; i < samples.size(); ++i)
        QTest::newRow(samples[i].name.c_str()) << static_cast<int>(i);
}

void OnnxExportTest::anotherProgramComputesTheSame()
{
    if (!hasOnnxOracle())
        QSKIP("python3-onnx is not installed: what is exported is not evaluated");
    QFETCH(int, sample);
    const NetworkSample chosen = networkSamples()[static_cast<std::size_t>(sample)];
    const Network network = networkOf(chosen);
    const Matrix x = exampleRows(chosen.shape, 7);
    const Matrix expected = network.predict(view(x));
    const OracleAnswer answer =
        askOnnxOracle(onnxBytes(onnxModel(network, {.name = chosen.name})), columnsAsPlanes(x, chosen.shape));
    QVERIFY2(answer.error.empty(), answer.error.c_str());
    QCOMPARE(answer.outputs.cols(), expected.cols());
    const float largest = std::max(1.0F, expected.cwiseAbs().maxCoeff());
    QVERIFY(expected.cwiseAbs().maxCoeff() > 0.01F);
    const float difference = (answer.outputs - expected).cwiseAbs().maxCoeff();
    QVERIFY2(difference <= 1e-5F * largest, QByteArray::number(static_cast<double>(difference)));
}

void OnnxExportTest::operatorsAreThoseThatOneWouldExpect()
{
    const auto types = [](const std::vector<LayerSpec> &layers, const ExampleShape &shape) {
        const OnnxModel model = onnxModel(networkOf({"", shape, layers}), {});
        std::string all;
        for (const OnnxNode &node : model.nodes)
            all += (all.empty() ? "" : " ") + node.type;
        return all;
    };
    QCOMPARE(types(imageLayers(false), {3, 10, 12}),
             std::string("Conv BatchNormalization Relu Conv Add Relu MaxPool AveragePool Conv Relu Conv Relu "
                         "GlobalAveragePool Flatten Gemm "
                         "Relu Gemm"));
    QCOMPARE(types(imageLayers(true), {3, 10, 12}),
             std::string("Conv Conv Conv BatchNormalization Relu Conv Add Relu MaxPool AveragePool Conv Relu "
                         "Conv Conv Conv Relu "
                         "GlobalAveragePool Flatten Gemm Gemm Gemm Relu Gemm"));
    QCOMPARE(types(layersOf({16}, {4, 3}, {11, 9}), ExampleShape::vector(20)),
             std::string("Gather Gemm Gemm Gemm Relu Gemm Gemm Gemm"));
    const OnnxModel image = onnxModel(networkOf({"", {3, 10, 12}, imageLayers(false)}), {});
    QCOMPARE(image.inputs.front().dims, (std::vector<std::int64_t> {-1, 3, 10, 12}));
    QCOMPARE(image.outputs.front().dims, (std::vector<std::int64_t> {-1, 4}));
    QCOMPARE(image.outputs.front().name, std::string("logits"));
}

void OnnxExportTest::propertiesTellTheOrigin()
{
    if (!hasOnnxOracle())
        QSKIP("python3-onnx is not installed");
    const Network network = networkOf(networkSamples().front());
    const OnnxModel model = onnxModel(network,
                                      {.name = "m",
                                       .version = "1.2",
                                       .classNames = {"a \"b\"", "ü"},
                                       .properties = {{"rosler.run", "r1"}}});
    QCOMPARE(model.producerVersion, std::string("1.2"));
    const OracleAnswer answer = askOnnxOracle(onnxBytes(model), exampleRows(network.plan().example, 1));
    QVERIFY2(answer.error.empty(), answer.error.c_str());
    QCOMPARE(answer.properties.at("rosler.digest"), network.digest());
    QCOMPARE(answer.properties.at("rosler.classes"), std::string("[\"a \\\"b\\\"\",\"ü\"]"));
    QCOMPARE(answer.properties.at("rosler.run"), std::string("r1"));
}

QTEST_GUILESS_MAIN(OnnxExportTest)

} // namespace onnx_export_test

#include "onnx_export_test.moc"
