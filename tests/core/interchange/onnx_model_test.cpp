// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>

#include <QtTest>

#include "core/interchange/onnx_export.h"
#include "core/interchange/onnx_model.h"
#include "core/interchange/wire_format.h"
#include "tests/support/hostile.h"
#include "tests/support/small_network.h"

namespace onnx_model_test {

using namespace rosler;
using rosler::testing::bitFlips;
using rosler::testing::truncations;

namespace {

std::string smallFile()
{
    Network network = networkOf({{.inputs = 3, .outputs = 2, .read = 3, .kept = 2}});
    network.initialise(1);
    return onnxBytes(onnxModel(network, {.name = "small", .version = "1"}));
}

/// A tensor message with these fields after its name, in a model's graph.
std::string withConstant(const std::string &fields)
{
    WireWriter tensor;
    tensor.bytes(8, "w");
    WireWriter graph;
    graph.bytes(5, tensor.text() + fields);
    WireWriter model;
    model.integer(1, 7);
    model.bytes(7, graph.text());
    return model.text();
}

std::string fields(std::initializer_list<std::pair<std::uint32_t, std::int64_t>> integers)
{
    WireWriter writer;
    for (const auto &[number, value] : integers)
        writer.integer(number, value);
    return writer.text();
}

std::string field(std::uint32_t number, std::string_view bytes)
{
    WireWriter writer;
    writer.bytes(number, bytes);
    return writer.text();
}

} // namespace

class OnnxModelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsRead();
    void numbersAreReadAsTheyMayBeKept_data();
    void numbersAreReadAsTheyMayBeKept();
    void badConstantsAreErrors_data();
    void badConstantsAreErrors();
    void damagedFilesTakeNoMemory();
};

void OnnxModelTest::whatIsWrittenIsRead()
{
    const std::string bytes = smallFile();
    const auto model = parseOnnx(bytes, "small.onnx");
    QVERIFY(model);
    QCOMPARE(model->opset, std::int64_t {13});
    QCOMPARE(model->producer, std::string("rosler-workbench"));
    QCOMPARE(model->nodes.size(), std::size_t {1});
    QCOMPARE(model->nodes.front().type, std::string("Gemm"));
    QCOMPARE(*model->nodes.front().attribute("transB")->integer, std::int64_t {1});
    QCOMPARE(model->inputs.front().dims, (std::vector<std::int64_t> {-1, 3}));
    QCOMPARE(onnxBytes(*model), bytes);
}

void OnnxModelTest::numbersAreReadAsTheyMayBeKept_data()
{
    QTest::addColumn<QByteArray>("constant");
    QTest::addColumn<bool>("integers");
    const auto row = [](const char *name, const std::string &constant, bool integers) {
        QTest::newRow(name) << QByteArray::fromStdString(constant) << integers;
    };
    const std::string two = fields({{1, 2}});
    const std::string packedTwo = field(1, "\x02");
    const std::string floats("\0\0\x80\x3f\0\0\0\xc0", 8); // 1, -2
    WireWriter single;
    single.real(4, 1.0F);
    single.real(4, -2.0F);
    const std::string doubles("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 16);
    row("float, raw", two + fields({{2, 1}}) + field(9, floats), false);
    row("float, packed", packedTwo + fields({{2, 1}}) + field(4, floats), false);
    row("float, one by one", two + fields({{2, 1}}) + single.text(), false);
    row("double, raw", two + fields({{2, 11}}) + field(9, doubles), false);
    row("double, packed", two + fields({{2, 11}}) + field(10, doubles), false);
    row("int64, raw",
        two + fields({{2, 7}}) + field(9, std::string("\1\0\0\0\0\0\0\0\xfe", 9) + std::string(7, '\xff')),
        true);
    row("int32, raw", two + fields({{2, 6}}) + field(9, std::string("\1\0\0\0\xfe\xff\xff\xff", 8)), true);
    row("int64, one by one", two + fields({{2, 7}, {7, 1}, {7, -2}}), true);
    row("int32, packed",
        two + fields({{2, 6}}) + field(5, std::string("\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1")), true);
}

void OnnxModelTest::numbersAreReadAsTheyMayBeKept()
{
    QFETCH(QByteArray, constant);
    QFETCH(bool, integers);
    const auto model = parseOnnx(withConstant(constant.toStdString()), "x.onnx");
    QVERIFY2(model, model ? "" : message(model.error()).c_str());
    const OnnxTensor &read = model->constants.front();
    QCOMPARE(read.integers, integers);
    QCOMPARE(read.ints, integers ? (std::vector<std::int64_t> {1, -2}) : std::vector<std::int64_t>());
    QCOMPARE(read.floats, integers ? std::vector<float>() : (std::vector<float> {1, -2}));
}

void OnnxModelTest::badConstantsAreErrors_data()
{
    QTest::addColumn<QByteArray>("constant");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const std::string &constant, ErrorCode code) {
        QTest::newRow(name) << QByteArray::fromStdString(constant) << static_cast<int>(code);
    };
    const std::string float32 = fields({{2, 1}});
    const std::string four = field(9, std::string(16, '\0'));
    constexpr std::int64_t huge = std::int64_t {1} << 62;
    row("fewer numbers than its extents", fields({{1, 5}}) + float32 + four, ErrorCode::Malformed);
    row("more numbers", fields({{1, 3}}) + float32 + four, ErrorCode::Malformed);
    row("extents beyond 64 bits", fields({{1, huge}, {1, huge}, {1, 16}}) + float32 + four,
        ErrorCode::Malformed);
    row("a negative extent", fields({{1, -4}}) + float32 + four, ErrorCode::Malformed);
    row("extents of nothing", fields({{1, 0}, {1, huge}}) + float32 + four, ErrorCode::Malformed);
    row("nine extents",
        fields({{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 4}}) + float32 + four,
        ErrorCode::Malformed);
    row("half a number", fields({{1, 1}}) + float32 + field(9, "abc"), ErrorCode::Malformed);
    row("text", fields({{1, 1}, {2, 8}}) + field(6, "a"), ErrorCode::Unsupported);
    row("elsewhere", fields({{1, 4}, {14, 1}}) + float32 + field(13, ""), ErrorCode::Unsupported);
    row("a number for a name", fields({{8, 4}}), ErrorCode::Malformed);
}

void OnnxModelTest::badConstantsAreErrors()
{
    QFETCH(QByteArray, constant);
    QFETCH(int, code);
    const auto model = parseOnnx(withConstant(constant.toStdString()), "x.onnx");
    QVERIFY(!model);
    QCOMPARE(static_cast<int>(model.error().code), code);
    QVERIFY2(model.error().where.starts_with("x.onnx:"), model.error().where.c_str());
}

void OnnxModelTest::damagedFilesTakeNoMemory()
{
    const std::string bytes = smallFile();
    for (const std::string &damaged : truncations(bytes))
        (void)parseOnnx(damaged, "x.onnx"); // some are whole: fields may be missing
    for (const std::string &damaged : bitFlips(bytes))
        (void)parseOnnx(damaged, "x.onnx");
    std::mt19937 random(1);
#ifdef __SANITIZE_ADDRESS__
    constexpr int rounds = 500;
#else
    constexpr int rounds = 20'000;
#endif
    int refused = 0;
    for (int round = 0; round < rounds; ++round) {
        std::string damaged = bytes;
        for (int change = 0; change < 4; ++change)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        refused += parseOnnx(damaged, "x.onnx") ? 0 : 1;
    }
    QVERIFY(refused > rounds / 4);
    const std::string noise = [&random] {
        std::string text(100'000, '\0');
        for (char &c : text)
            c = static_cast<char>(random());
        return text;
    }();
    QVERIFY(!parseOnnx(noise, "x.onnx"));
    QVERIFY(!parseOnnx("", "x.onnx"));
}

QTEST_APPLESS_MAIN(OnnxModelTest)

} // namespace onnx_model_test

#include "onnx_model_test.moc"
