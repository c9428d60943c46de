// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstring>
#include <random>
#include <set>
#include <utility>

#include <QtTest>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_model.h"
#include "tests/device_link/support/sample_image.h"

namespace model_test {

using namespace rosler;

namespace {

/// Of twoLayers() in int8: gather, sketched, dense; then tensors: input, kept, R x, U R x, hidden, output.
const std::array<std::size_t, 3> operationAt {96, 112, 144};
const std::size_t tensorsAt = 160;
const std::size_t keptAt = 352;

SampleModel twoLayers(rsl_number number)
{
    SampleModel model;
    model.number = number;
    model.inputs = 30;
    model.kept = 20;
    model.layers = {{12, 5, true, true}, {7, 0, false, false}};
    return model;
}

rsl_fault faultOf(AlignedBytes image, std::size_t at, std::uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        image.data()[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
    sealImage(image);
    return rsl_model_check(image.data(), image.size()).fault;
}

} // namespace

class ModelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weightsHavePlacesOfTheirOwn_data();
    void weightsHavePlacesOfTheirOwn();
    void blocksLieAsTheKernelsReadThem();
    void pairsOfRowsAreJoined();
    void halvesWidenExactly();
    void goodImagesAreGood_data();
    void goodImagesAreGood();
    void everyTruncationIsRefused();
    void everyFlippedBitIsRefused();
    void everyFlippedBitUnderAGoodCrcIsSafe();
    void liesAreNamed_data();
    void liesAreNamed();
    void liesOfFeaturesAreNamed();
    void liesOfWindowsAreNamed();
    void anUnalignedImageIsRefused();
    void costsAreThoseOfTheShapes();
    void sumsTakeTheirPlaceOnlyWhenNobodyNeedsIt();
};

void ModelTest::weightsHavePlacesOfTheirOwn_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("layout");
    QTest::newRow("f32") << int {RSL_F32} << int {RSL_LAYOUT_F_4X1};
    QTest::newRow("f16") << int {RSL_F16} << int {RSL_LAYOUT_F_4X1};
    QTest::newRow("i8 4x4") << int {RSL_I8} << int {RSL_LAYOUT_I8_4X4};
    QTest::newRow("i8 4x16") << int {RSL_I8} << int {RSL_LAYOUT_I8_4X16};
    QTest::newRow("i8 2x2") << int {RSL_I8} << int {RSL_LAYOUT_I8_2X2};
}

void ModelTest::weightsHavePlacesOfTheirOwn()
{
    QFETCH(int, number);
    QFETCH(int, layout);
    const std::uint64_t size = number == RSL_F32 ? 4 : number == RSL_F16 ? 2 : 1;
    for (std::uint32_t rows = 1; rows <= 9; ++rows)
        for (std::uint32_t cols = 1; cols <= 35; ++cols) {
            const rsl_factor f {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(layout), rows,
                                cols};
            const std::uint64_t total = rsl_factor_bytes(&f);
            QCOMPARE(total % 4, std::uint64_t {0});
            std::set<std::uint64_t> taken;
            const auto take = [&](std::uint64_t at, std::uint64_t bytes) {
                QCOMPARE(at % bytes, std::uint64_t {0});
                QVERIFY(at + bytes <= total);
                for (std::uint64_t i = 0; i < bytes; ++i)
                    QVERIFY2(taken.insert(at + i).second,
                             qPrintable(QStringLiteral("%1x%2 at %3").arg(rows).arg(cols).arg(at)));
            };
            for (std::uint32_t r = 0; r < rows; ++r) {
                take(rsl_factor_bias(&f, r), 4);
                if (number == RSL_I8)
                    take(rsl_factor_multiplier(&f, r), 4);
                for (std::uint32_t c = 0; c < cols; ++c)
                    take(rsl_factor_weight(&f, r, c), size);
            }
        }
}

void ModelTest::blocksLieAsTheKernelsReadThem()
{
    // By hand from PROTOCOL.md: 6 x 7 in 4x4 blocks is a group of four rows, 8 columns wide, and one of two.
    const rsl_factor f {RSL_I8, RSL_LAYOUT_I8_4X4, 6, 7};
    QCOMPARE(rsl_factor_bytes(&f), std::uint64_t {(16 + 32 + 16) + (8 + 16 + 8)});
    QCOMPARE(rsl_factor_bias(&f, 5), std::uint64_t {64 + 4});
    QCOMPARE(rsl_factor_weight(&f, 0, 1), std::uint64_t {16 + 2}); // columns 0, 2, 1, 3
    QCOMPARE(rsl_factor_weight(&f, 2, 3), std::uint64_t {16 + 8 + 3});
    QCOMPARE(rsl_factor_weight(&f, 1, 6), std::uint64_t {16 + 16 + 4 + 1});
    QCOMPARE(rsl_factor_multiplier(&f, 3), std::uint64_t {16 + 32 + 12});
    QCOMPARE(rsl_factor_weight(&f, 5, 4), std::uint64_t {64 + 8 + 8 + 4});
    // 10 columns end in a half block: rows in pairs.
    const rsl_factor thin {RSL_I8, RSL_LAYOUT_I8_4X4, 4, 10};
    QCOMPARE(rsl_factor_bytes(&thin), std::uint64_t {16 + 40 + 16});
    QCOMPARE(rsl_factor_weight(&thin, 0, 9), std::uint64_t {16 + 32 + 2});
    QCOMPARE(rsl_factor_weight(&thin, 3, 8), std::uint64_t {16 + 32 + 4 + 1});
    const rsl_factor helium {RSL_I8, RSL_LAYOUT_I8_4X16, 5, 17};
    QCOMPARE(rsl_factor_bytes(&helium), std::uint64_t {2 * (16 + 128 + 16)});
    QCOMPARE(rsl_factor_weight(&helium, 1, 16), std::uint64_t {16 + 64 + 16});
    // 6 x 3 in 2x2 blocks: two columns of rows 0, 1, then of rows 2, 3; columns filled up to 4.
    const rsl_factor pairs {RSL_I8, RSL_LAYOUT_I8_2X2, 6, 3};
    QCOMPARE(rsl_factor_bytes(&pairs), std::uint64_t {(16 + 16 + 16) + (8 + 8 + 8)});
    QCOMPARE(rsl_factor_weight(&pairs, 1, 0), std::uint64_t {16 + 1});
    QCOMPARE(rsl_factor_weight(&pairs, 0, 1), std::uint64_t {16 + 2});
    QCOMPARE(rsl_factor_weight(&pairs, 3, 2), std::uint64_t {16 + 8 + 4 + 1});
    QCOMPARE(rsl_factor_weight(&pairs, 4, 2), std::uint64_t {48 + 8 + 4});
    QCOMPARE(rsl_factor_multiplier(&pairs, 5), std::uint64_t {48 + 8 + 8 + 4});
    const rsl_factor half {RSL_F16, RSL_LAYOUT_F_4X1, 5, 3};
    QCOMPARE(rsl_factor_bytes(&half), std::uint64_t {(16 + 24) + (4 + 8)});
    QCOMPARE(rsl_factor_weight(&half, 4, 2), std::uint64_t {40 + 4 + 4});
}

void ModelTest::pairsOfRowsAreJoined()
{
    // One half word is 256 b + (a + 128); the first row's bias has the second's in it.
    const rsl_factor f {RSL_I8, RSL_LAYOUT_I8_2X2, 2, 1};
    std::array<std::uint8_t, 20> bytes {};
    QCOMPARE(rsl_factor_bytes(&f), std::uint64_t {bytes.size()});
    const std::int32_t first = 5;
    const std::int32_t second = -3;
    std::memcpy(bytes.data() + rsl_factor_bias(&f, 0), &first, 4);
    std::memcpy(bytes.data() + rsl_factor_bias(&f, 1), &second, 4);
    bytes[rsl_factor_weight(&f, 0, 0)] = static_cast<std::uint8_t>(-7);
    bytes[rsl_factor_weight(&f, 1, 0)] = static_cast<std::uint8_t>(-100);
    rsl_factor_join(&f, bytes.data());
    std::array<std::int32_t, 2> bias {};
    std::array<std::int16_t, 2> halves {};
    std::memcpy(bias.data(), bytes.data(), 8);
    std::memcpy(halves.data(), bytes.data() + 8, 4);
    QCOMPARE(bias[0], 5 - 256 * 3);
    QCOMPARE(bias[1], -3);
    QCOMPARE(int {halves[0]}, 256 * -100 + (-7 + 128));
    QCOMPARE(int {halves[1]}, 128); // no column
    const std::array<std::uint8_t, 20> before = bytes;
    const rsl_factor other {RSL_I8, RSL_LAYOUT_I8_4X4, 2, 1};
    rsl_factor_join(&other, bytes.data());
    QVERIFY(bytes == before);
}

void ModelTest::halvesWidenExactly()
{
    // By the definition of binary16, in double.
    for (unsigned bits = 0; bits < 65536; ++bits) {
        const unsigned exponent = (bits >> 10) & 31U;
        const unsigned fraction = bits & 1023U;
        const float got = rsl_half_to_float(static_cast<std::uint16_t>(bits));
        if (exponent == 31) {
            QVERIFY(fraction != 0 ? std::isnan(got) : std::isinf(got));
        } else {
            const double magnitude = exponent == 0
                ? std::ldexp(fraction, -24)
                : std::ldexp(1024.0 + fraction, static_cast<int>(exponent) - 25);
            QCOMPARE(static_cast<double>(got), (bits & 0x8000U) != 0 ? -magnitude : magnitude);
        }
        QCOMPARE(std::signbit(got), (bits & 0x8000U) != 0);
    }
}

void ModelTest::goodImagesAreGood_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("f32") << int {RSL_F32};
    QTest::newRow("f16") << int {RSL_F16};
    QTest::newRow("i8") << int {RSL_I8};
}

void ModelTest::goodImagesAreGood()
{
    QFETCH(int, number);
    const AlignedBytes image = sampleImage(twoLayers(static_cast<rsl_number>(number)));
    rsl_model model;
    const rsl_check check = rsl_model_open(image.data(), image.size(), &model);
    QCOMPARE(int {check.fault}, int {RSL_FAULT_NONE});
    QCOMPARE(int {model.header->operations}, 3);
    QCOMPARE(int {productOf(model).kind}, int {RSL_SKETCHED});
    QCOMPARE(rsl_tensor_numbers(model.output), 7U);
    QCOMPARE(int {rsl_model_number(&model)}, number);
    const rsl_needs needs = rsl_model_needs(&model);
    QCOMPARE(needs.kinds, RSL_KIND_BIT(RSL_GATHER) | RSL_KIND_BIT(RSL_SKETCHED) | RSL_KIND_BIT(RSL_DENSE));
    QCOMPARE(needs.numbers, 1U << number);
    QCOMPARE(needs.layouts, RSL_LAYOUT_BIT(number == RSL_I8 ? RSL_LAYOUT_I8_4X4 : RSL_LAYOUT_F_4X1));
    QCOMPARE(rsl_model_macs(&model), std::uint64_t {5 * 20 + 25 + 12 * 5 + 12 * 7});
    // Input, kept, two intermediates, hidden, outputs: each with room for a multiple of 16 numbers.
    QCOMPARE(rsl_model_ram_bytes(&model),
             number == RSL_I8 ? 32U + 64 + 32 + 32 + 32 + 32 : 4U * (32 + 32 + 16 + 16 + 16 + 16));
    std::array<rsl_span, RSL_MAX_TENSORS> spans {};
    rsl_model_spans(&model, spans.data());
    const std::array<std::pair<int, int>, 6> wanted {{{-1, 3}, {0, 1}, {1, 1}, {1, 1}, {1, 2}, {2, 3}}};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        QCOMPARE(int {spans[i].born}, wanted[i].first);
        QCOMPARE(int {spans[i].last}, wanted[i].second);
    }
}

void ModelTest::everyTruncationIsRefused()
{
    const AlignedBytes image = sampleImage(twoLayers(RSL_I8));
    for (std::size_t n = 0; n < image.size(); ++n) {
        AlignedBytes cut(std::string(reinterpret_cast<const char *>(image.data()), n));
        QCOMPARE(int {rsl_model_check(cut.data(), n).fault}, int {RSL_FAULT_TRUNCATED});
    }
}

void ModelTest::everyFlippedBitIsRefused()
{
    AlignedBytes image = sampleImage(twoLayers(RSL_I8));
    for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
        image.data()[bit / 8] = static_cast<std::uint8_t>(image.data()[bit / 8] ^ (1U << (bit % 8)));
        QVERIFY(rsl_model_check(image.data(), image.size()).fault != RSL_FAULT_NONE);
        image.data()[bit / 8] = static_cast<std::uint8_t>(image.data()[bit / 8] ^ (1U << (bit % 8)));
    }
}

void ModelTest::everyFlippedBitUnderAGoodCrcIsSafe()
{
    // Header, table and indices: whatever is accepted keeps its promises (the firmware's fuzz test runs it).
    for (const rsl_number number : {RSL_F32, RSL_F16, RSL_I8}) {
        const AlignedBytes good = sampleImage(twoLayers(number));
        for (std::size_t bit = 0; bit < (keptAt + 48) * 8; ++bit) {
            AlignedBytes image = good;
            image.data()[bit / 8] = static_cast<std::uint8_t>(image.data()[bit / 8] ^ (1U << (bit % 8)));
            sealImage(image);
            rsl_model model;
            const rsl_check check = rsl_model_open(image.data(), image.size(), &model);
            QVERIFY(check.offset <= image.size());
            if (check.fault == RSL_FAULT_NONE)
                QVERIFY(rsl_model_ram_bytes(&model) < 100000);
        }
    }
}

void ModelTest::liesAreNamed_data()
{
    QTest::addColumn<int>("at");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<quint32>("value");
    QTest::addColumn<int>("fault");
    const auto row = [](const char *name, std::size_t at, int bytes, std::uint32_t value, rsl_fault fault) {
        QTest::newRow(name) << static_cast<int>(at) << bytes << value << int {fault};
    };
    const auto op = [](std::size_t number, std::size_t field) { return operationAt[number] + field; };
    const auto tensor = [](std::size_t number, std::size_t field) { return tensorsAt + 32 * number + field; };
    row("another magic", 0, 4, 1, RSL_FAULT_MAGIC);
    row("an earlier format", 4, 2, 1, RSL_FAULT_FORMAT);
    row("a later format", 4, 2, 3, RSL_FAULT_FORMAT);
    row("a later abi", 6, 2, 2, RSL_FAULT_KERNEL_ABI);
    row("odd length", 8, 4, 1001, RSL_FAULT_LENGTH);
    row("no length", 8, 4, 0, RSL_FAULT_LENGTH);
    row("longer than it is", 8, 4, 0x10000000, RSL_FAULT_TRUNCATED);
    row("no operations", 16, 2, 0, RSL_FAULT_COUNT);
    row("too many operations", 16, 2, 65, RSL_FAULT_COUNT);
    row("an operation too many", 16, 2, 4, RSL_FAULT_OFFSET);
    row("an operation less", 16, 2, 2, RSL_FAULT_ORDER);
    row("one tensor", 18, 2, 1, RSL_FAULT_COUNT);
    row("too many tensors", 18, 2, 129, RSL_FAULT_COUNT);
    row("operations unaligned", 20, 4, 97, RSL_FAULT_OFFSET);
    row("operations in the header", 20, 4, 0, RSL_FAULT_OFFSET);
    row("operations beyond", 20, 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("tensors beyond", 24, 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("tensors in the header", 24, 4, 16, RSL_FAULT_OFFSET);
    row("an odd arena", 28, 4, 1001, RSL_FAULT_ARENA);
    row("an arena too small", 28, 4, 192, RSL_FAULT_ARENA);
    row("no arena", 28, 4, 0, RSL_FAULT_ARENA);
    row("an arena with room that nothing uses", 28, 4, 240, RSL_FAULT_ARENA);
    row("no such input", 32, 2, 6, RSL_FAULT_SHAPE);
    row("a wide input", 32, 2, 4, RSL_FAULT_TYPE);
    row("no such output", 34, 2, 0xFFFF, RSL_FAULT_SHAPE);
    row("output is input", 34, 2, 0, RSL_FAULT_SHAPE);
    row("hidden output", 34, 2, 4, RSL_FAULT_TYPE);
    row("known input beyond", 36, 4, 0x7FFFFFF0, RSL_FAULT_OFFSET);
    row("known output beyond", 40, 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("reserved", 44, 4, 1, RSL_FAULT_RESERVED);
    row("reserved word", 60, 4, 1, RSL_FAULT_RESERVED);
    row("name with a bell", 65, 1, 7, RSL_FAULT_NAME);
    row("name goes on", 94, 1, 'x', RSL_FAULT_NAME);
    row("unknown kind", op(1, 0), 2, 900, RSL_FAULT_KIND);
    row("kind 0", op(0, 0), 2, 0, RSL_FAULT_KIND);
    row("a record too short", op(1, 2), 2, 16, RSL_FAULT_OFFSET);
    row("a record of no size", op(0, 2), 2, 0, RSL_FAULT_OFFSET);
    row("reads no tensor", op(0, 4), 2, 6, RSL_FAULT_SHAPE);
    row("writes no tensor", op(2, 6), 2, 0xFFFF, RSL_FAULT_SHAPE);
    row("writes the input", op(1, 6), 2, 0, RSL_FAULT_TYPE);
    row("unknown flag", op(1, 8), 1, 8, RSL_FAULT_FLAGS);
    row("dense with U", op(2, 8), 1, RSL_HAS_U, RSL_FAULT_FLAGS);
    row("ReLU at the end", op(2, 8), 1, RSL_RELU, RSL_FAULT_FLAGS);
    row("gather with flags", op(0, 8), 1, RSL_RELU, RSL_FAULT_FLAGS);
    row("unknown number", op(1, 9), 1, 3, RSL_FAULT_NUMBER);
    row("floats from integers", op(2, 9), 1, RSL_F32, RSL_FAULT_TYPE);
    row("weights of a gather", op(0, 9), 1, RSL_I8, RSL_FAULT_NUMBER);
    row("float layout of int8", op(2, 10), 1, RSL_LAYOUT_F_4X1, RSL_FAULT_LAYOUT);
    row("unknown layout", op(2, 10), 1, 31, RSL_FAULT_LAYOUT);
    row("layout for bytes", op(2, 10), 1, RSL_LAYOUT_I8_4X16, RSL_FAULT_TYPE);
    row("layout of a gather", op(0, 10), 1, RSL_LAYOUT_I8_4X4, RSL_FAULT_LAYOUT);
    row("operation reserved", op(0, 11), 1, 1, RSL_FAULT_RESERVED);
    row("C unaligned", op(1, 12), 4, 100, RSL_FAULT_OFFSET);
    row("no weights", op(2, 12), 4, 0, RSL_FAULT_OFFSET);
    row("indices beyond", op(0, 12), 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("R beyond", op(1, 16), 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("no U", op(1, 20), 4, 0, RSL_FAULT_OFFSET);
    row("no intermediate", op(1, 24), 2, 0xFFFF, RSL_FAULT_SHAPE);
    row("another intermediate", op(1, 24), 2, 5, RSL_FAULT_SHAPE);
    row("one intermediate twice", op(1, 26), 2, 2, RSL_FAULT_ORDER);
    row("no intermediate of U", op(1, 26), 2, 0xFFFF, RSL_FAULT_SHAPE);
    row("float layout of R", op(1, 28), 1, RSL_LAYOUT_F_4X1, RSL_FAULT_LAYOUT);
    row("sketched reserved", op(1, 30), 2, 1, RSL_FAULT_RESERVED);
    row("unknown type", tensor(3, 0), 1, 9, RSL_FAULT_TYPE);
    row("a narrow intermediate", tensor(2, 0), 1, RSL_TENSOR_I8, RSL_FAULT_TYPE);
    row("tensor reserved", tensor(1, 1), 1, 1, RSL_FAULT_RESERVED);
    row("no height", tensor(0, 2), 2, 0, RSL_FAULT_WIDTH);
    row("no channels", tensor(4, 6), 2, 0, RSL_FAULT_WIDTH);
    row("absurd numbers", tensor(4, 2), 4, 0xFFFFFFFF, RSL_FAULT_WIDTH);
    row("an image from a product", tensor(4, 4), 2, 2, RSL_FAULT_SHAPE);
    row("fewer inputs than indices", tensor(0, 6), 2, 16, RSL_FAULT_INDEX);
    row("another rank", tensor(3, 6), 2, 4, RSL_FAULT_SHAPE);
    row("a tensor unaligned", tensor(1, 8), 4, 40, RSL_FAULT_ARENA);
    row("a tensor beyond", tensor(5, 8), 4, 208, RSL_FAULT_ARENA);
    row("a tensor far beyond", tensor(5, 8), 4, 0xFFFFFFF0, RSL_FAULT_ARENA);
    row("over the input", tensor(5, 8), 4, 0, RSL_FAULT_ARENA);
    row("over what is read", tensor(4, 8), 4, 32, RSL_FAULT_ARENA);
    row("over an intermediate", tensor(3, 8), 4, 96, RSL_FAULT_ARENA);
    row("no scale", tensor(0, 12), 4, 0, RSL_FAULT_SCALE);
    row("scale not a number", tensor(4, 12), 4, 0x7FC00000, RSL_FAULT_SCALE);
    row("negative scale", tensor(5, 12), 4, 0xBF800000, RSL_FAULT_SCALE);
    row("a gather that scales", tensor(1, 12), 4, 0x3F800000, RSL_FAULT_SHAPE);
    row("zero point", tensor(0, 16), 4, 128, RSL_FAULT_ZERO_POINT);
    row("ReLU that does not saturate", tensor(4, 16), 4, 0, RSL_FAULT_ZERO_POINT);
    row("zero point of the last", tensor(5, 16), 4, 1, RSL_FAULT_ZERO_POINT);
    row("tensor reserved word", tensor(2, 28), 4, 1, RSL_FAULT_RESERVED);
    row("first index too large", keptAt, 2, 30, RSL_FAULT_INDEX);
    row("indices out of order", keptAt + 2, 2, 0, RSL_FAULT_INDEX);
}

void ModelTest::liesAreNamed()
{
    QFETCH(int, at);
    QFETCH(int, bytes);
    QFETCH(quint32, value);
    QFETCH(int, fault);
    const AlignedBytes image = sampleImage(twoLayers(RSL_I8));
    const rsl_fault got = faultOf(image, static_cast<std::size_t>(at), value, bytes);
    QVERIFY2(got == fault, rsl_fault_text(got));
    QVERIFY(QByteArray(rsl_fault_text(got)) != "unknown fault");
}

void ModelTest::liesOfFeaturesAreNamed()
{
    SampleModel sample;
    sample.extraction = SampleExtraction {21, 2, 8, 4, 3, 2};
    sample.inputs = sample.extraction->features();
    const AlignedBytes image = sampleImage(sample);
    rsl_model model;
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
    QCOMPARE(rsl_model_macs(&model), std::uint64_t {16 * 10});
    QVERIFY((rsl_model_needs(&model).kinds & RSL_KIND_BIT(RSL_EXTRACT)) != 0);
    QCOMPARE(QByteArray(rsl_kind_name(RSL_EXTRACT)), QByteArray("features"));
    const rsl_operation &op = operationOf(model, 0);
    const auto record = static_cast<std::size_t>(reinterpret_cast<const std::uint8_t *>(&op) - image.data());
    const auto is = [&](std::size_t at, std::uint32_t value, int bytes, rsl_fault wanted) {
        const rsl_fault got = faultOf(image, at, value, bytes);
        if (got != wanted)
            qWarning("%zu: %s", at, rsl_fault_text(got));
        return got == wanted;
    };
    const auto says = [&](std::size_t field, std::uint32_t value, rsl_fault wanted) {
        return is(record + field, value, 2, wanted);
    };
    for (const std::uint32_t frame : {0, 2, 7, 32, 0x8000, 0xFFFF})
        QVERIFY(says(offsetof(rsl_extract, frame), frame, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, frame), 16, RSL_FAULT_SHAPE)); // fewer frames
    QVERIFY(says(offsetof(rsl_extract, hop), 0, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, hop), 3, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, bands), 4, RSL_FAULT_SHAPE)); // the scratch is not for them
    QVERIFY(says(offsetof(rsl_extract, bands), 0, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, coefficients), 3, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, coefficients), 0xFFFF, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, scratch), 0, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, scratch), 0xFFFF, RSL_FAULT_SHAPE));
    QVERIFY(says(offsetof(rsl_extract, reserved) + 4, 1, RSL_FAULT_RESERVED));
    QVERIFY(is(record + 8, RSL_RELU, 1, RSL_FAULT_FLAGS));
    QVERIFY(is(record + 9, RSL_I8, 1, RSL_FAULT_NUMBER));
    QVERIFY(is(record + 10, RSL_LAYOUT_TAPS, 1, RSL_FAULT_LAYOUT));
    QVERIFY(is(record + 12, 0xFFFFFFF0, 4, RSL_FAULT_OFFSET));
    QVERIFY(is(record + 12, model.header->total_bytes - 16, 4, RSL_FAULT_OFFSET)); // the tables begin there
    QVERIFY(is(record + 2, sizeof(rsl_operation), 2, RSL_FAULT_OFFSET));
    const std::size_t bands = op.weights + rsl_extract_bands(8);
    QVERIFY(is(bands, 5, 2, RSL_FAULT_INDEX) || is(bands, 6, 2, RSL_FAULT_INDEX));
    QVERIFY(is(bands + 4, 0xFFFF, 2, RSL_FAULT_INDEX));
    QVERIFY(is(bands + 2, 6, 2, RSL_FAULT_INDEX));
    QVERIFY(is(bands + 6, 0xFFFF, 2, RSL_FAULT_INDEX));
    const std::size_t tensors = model.header->tensor_table;
    QVERIFY(is(tensors + op.input * sizeof(rsl_tensor), RSL_TENSOR_I8, 1, RSL_FAULT_TYPE));
    QVERIFY(is(tensors + op.output * sizeof(rsl_tensor), RSL_TENSOR_I8_WIDE, 1, RSL_FAULT_TYPE));
    // The scratch in the place of the samples.
    const std::size_t scratch = tensors + 1 * sizeof(rsl_tensor);
    QVERIFY(is(scratch + offsetof(rsl_tensor, arena), 0, 4, RSL_FAULT_ARENA));
}

void ModelTest::liesOfWindowsAreNamed()
{
    SampleModel sample;
    sample.layout = RSL_LAYOUT_I8_2X2;
    sample.rows = 7;
    sample.columns = 6;
    sample.inputs = 7 * 6 * 3;
    sample.standardised = true;
    sample.windows = {{RSL_CONV_SKETCHED, {3, 3, 1, 1, 1, 1}, 6, 2, true, false},
                      {RSL_MAX_POOL, {2, 2, 2, 2, 0, 0}, 0, 0, false, false},
                      {RSL_CONV, {2, 2, 1, 1, 0, 0}, 5, 0, false, false},
                      {RSL_DEPTHWISE, {2, 2, 1, 1, 0, 0}, 0, 0, false, false},
                      {RSL_AVERAGE_POOL, {1, 1, 1, 1, 0, 0}, 0, 0, false, false}};
    sample.layers.clear();
    const AlignedBytes image = sampleImage(sample);
    rsl_model model;
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
    QCOMPARE(rsl_model_macs(&model), std::uint64_t {42 * 2 * (27 + 6) + 2 * 2 * 5 * (4 * 6) + 1 * 5 * 4});
    const auto is = [&](unsigned operation, std::size_t field, std::uint32_t value, int bytes,
                        rsl_fault wanted) {
        const auto at = static_cast<std::size_t>(
            reinterpret_cast<const std::uint8_t *>(&operationOf(model, operation)) - image.data());
        const rsl_fault got = faultOf(image, at + field, value, bytes);
        if (got != wanted)
            qWarning("operation %u, %zu: %s", operation, field, rsl_fault_text(got));
        return got == wanted;
    };
    const std::size_t sketched = offsetof(rsl_conv_sketched, sliding);
    const std::size_t window = sketched + offsetof(rsl_sliding, window);
    QVERIFY(is(1, window, 0, 2, RSL_FAULT_SHAPE));          // no height
    QVERIFY(is(1, window, 10, 2, RSL_FAULT_SHAPE));         // higher than what there is
    QVERIFY(is(1, window + 2, 0xFFFF, 2, RSL_FAULT_SHAPE)); // wider
    QVERIFY(is(1, window + 4, 0, 1, RSL_FAULT_SHAPE));      // no stride
    QVERIFY(is(1, window + 5, 2, 1, RSL_FAULT_SHAPE));
    QVERIFY(is(1, window + 6, 255, 1, RSL_FAULT_SHAPE));
    QVERIFY(is(1, window + 7, 0, 1, RSL_FAULT_SHAPE));
    QVERIFY(is(1, sketched + offsetof(rsl_sliding, strip), 0xFFFF, 2, RSL_FAULT_SHAPE));
    QVERIFY(is(1, sketched + offsetof(rsl_sliding, strip), 1, 2, RSL_FAULT_SHAPE));
    QVERIFY(is(1, sketched + offsetof(rsl_sliding, pixel), RSL_NO_TENSOR, 2, RSL_FAULT_SHAPE));
    QVERIFY(is(1, sketched + offsetof(rsl_sliding, reserved), 1, 4, RSL_FAULT_RESERVED));
    QVERIFY(is(1, offsetof(rsl_sketched, r_factor), 0xFFFFFFF0, 4, RSL_FAULT_OFFSET));
    QVERIFY(is(1, offsetof(rsl_sketched, r_layout), RSL_LAYOUT_I8_4X16, 1, RSL_FAULT_SHAPE)); // of the strip
    QVERIFY(is(1, 2, sizeof(rsl_sketched), 2, RSL_FAULT_OFFSET));
    QVERIFY(is(1, 8, RSL_RELU | RSL_HAS_U, 1, RSL_FAULT_SHAPE));
    QVERIFY(is(2, 8, RSL_RELU, 1, RSL_FAULT_FLAGS));
    QVERIFY(is(2, offsetof(rsl_pool, window) + 6, 1, 1, RSL_FAULT_SHAPE)); // padding
    QVERIFY(is(2, offsetof(rsl_pool, multiplier), 1, 4, RSL_FAULT_MULTIPLIER));
    QVERIFY(is(2, offsetof(rsl_pool, bias), 1, 4, RSL_FAULT_MULTIPLIER));
    QVERIFY(is(3, 12, 0xFFFFFFF0, 4, RSL_FAULT_OFFSET));
    QVERIFY(is(3, 9, RSL_F32, 1, RSL_FAULT_TYPE));
    QVERIFY(is(4, 10, RSL_LAYOUT_I8_2X2, 1, RSL_FAULT_LAYOUT));
    QVERIFY(is(4, 12, 0xFFFFFFF0, 4, RSL_FAULT_OFFSET));
    QVERIFY(is(4, offsetof(rsl_depthwise, reserved), 1, 4, RSL_FAULT_RESERVED));
    QVERIFY(is(4, offsetof(rsl_depthwise, window), 3, 2, RSL_FAULT_SHAPE));
    QVERIFY(is(5, offsetof(rsl_pool, multiplier), 0xFFFFFFFF, 4, RSL_FAULT_MULTIPLIER));
    QVERIFY(is(5, 12, 16, 4, RSL_FAULT_SHAPE)); // weights
    QVERIFY(is(0, 12, 0xFFFFFFF0, 4, RSL_FAULT_OFFSET));
    QVERIFY(is(0, 9, RSL_I8, 1, RSL_FAULT_NUMBER));
    // A strip of another width or height, a pixel of other numbers.
    const auto &conv = reinterpret_cast<const rsl_conv_sketched &>(operationOf(model, 1));
    const auto tensorIs = [&](std::uint16_t tensor, std::size_t field, std::uint32_t value,
                              rsl_fault wanted) {
        const std::size_t at = model.header->tensor_table + sizeof(rsl_tensor) * std::size_t {tensor};
        return faultOf(image, at + field, value, field == 0 ? 1 : 2) == wanted;
    };
    QVERIFY(tensorIs(conv.sliding.strip, offsetof(rsl_tensor, width), 8, RSL_FAULT_SHAPE));
    QVERIFY(tensorIs(conv.sliding.strip, offsetof(rsl_tensor, channels), 9, RSL_FAULT_SHAPE));
    QVERIFY(tensorIs(conv.sliding.strip, 0, RSL_TENSOR_I8, RSL_FAULT_TYPE));
    QVERIFY(tensorIs(conv.sliding.pixel, offsetof(rsl_tensor, channels), 5, RSL_FAULT_SHAPE));
    QVERIFY(tensorIs(conv.sliding.pixel, 0, RSL_TENSOR_I8, RSL_FAULT_TYPE));
    QVERIFY(tensorIs(conv.layer.head.output, 0, RSL_TENSOR_I8_WIDE, RSL_FAULT_TYPE));
    // Poolings may write over their input, which nobody else reads; convolutions may not.
    const auto moved = [&](unsigned operation) {
        const rsl_operation &op = operationOf(model, operation);
        return faultOf(image,
                       model.header->tensor_table + sizeof(rsl_tensor) * std::size_t {op.output}
                           + offsetof(rsl_tensor, arena),
                       model.tensors[op.input].arena, 4);
    };
    QCOMPARE(int {moved(2)}, int {RSL_FAULT_NONE});
    QCOMPARE(int {moved(3)}, int {RSL_FAULT_ARENA});
}

void ModelTest::anUnalignedImageIsRefused()
{
    const AlignedBytes image = sampleImage(twoLayers(RSL_I8));
    AlignedBytes shifted(image.size() + 4);
    std::memcpy(shifted.data() + 4, image.data(), image.size());
    QCOMPARE(int {rsl_model_check(shifted.data() + 4, image.size()).fault}, int {RSL_FAULT_ALIGNMENT});
}

void ModelTest::costsAreThoseOfTheShapes()
{
    SampleModel model;
    model.inputs = 784;
    model.kept = 448;
    model.layers = {{384, 32, true, true}, {384, 10, true, true}, {10, 8, false, true}};
    const AlignedBytes image = sampleImage(model);
    rsl_model opened;
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &opened).fault}, int {RSL_FAULT_NONE});
    QCOMPARE(rsl_model_macs(&opened), std::uint64_t {27648 + 7780 + 3216});
    // Bytes beyond the weights: indices, biases and multipliers of each row, tables, the known vector.
    QVERIFY2(image.size() < 38644 + 1300 + 8 * (3 * 50 + 784 + 10) + 2000,
             qPrintable(QString::number(image.size())));
}

void ModelTest::sumsTakeTheirPlaceOnlyWhenNobodyNeedsIt()
{
    // flatten, copy, dense, add, dense, add, dense: a plan with more than a chain.
    SampleModel sample;
    sample.inputs = 24;
    sample.rows = 4;
    sample.layers = {{24, 0, true, false, true}, {24, 0, false, false, true}, {5, 0, false, false}};
    const AlignedBytes image = sampleImage(sample);
    rsl_model model;
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
    QCOMPARE(int {model.header->operations}, 7);
    const auto tensorAt = [&](std::uint16_t number) {
        return model.header->tensor_table + 32 * std::size_t {number};
    };
    const auto operationNumber = [&](unsigned number) {
        return static_cast<std::size_t>(reinterpret_cast<const std::uint8_t *>(&operationOf(model, number))
                                        - image.data());
    };
    const auto &sum = reinterpret_cast<const rsl_add &>(operationOf(model, 3));
    QCOMPARE(int {sum.head.kind}, int {RSL_ADD});
    const auto moved = [&](std::uint16_t tensor, std::uint16_t to) {
        return faultOf(image, tensorAt(tensor) + offsetof(rsl_tensor, arena), model.tensors[to].arena, 4);
    };
    // Over the layer's outputs, or over its inputs, which nobody reads later: in place.
    QCOMPARE(int {moved(sum.head.output, sum.head.input)}, int {RSL_FAULT_NONE});
    QCOMPARE(int {moved(sum.head.output, sum.other)}, int {RSL_FAULT_NONE});
    // Half over them is not.
    QCOMPARE(int {faultOf(image, tensorAt(sum.head.output) + offsetof(rsl_tensor, arena),
                          model.tensors[sum.head.input].arena + 16, 4)},
             int {RSL_FAULT_ARENA});
    // Over what a later sum adds, over the input, a product over what it reads: not.
    const auto &later = reinterpret_cast<const rsl_add &>(operationOf(model, 5));
    QCOMPARE(int {moved(later.head.input, later.other)}, int {RSL_FAULT_ARENA});
    QCOMPARE(int {moved(operationOf(model, 0).output, model.header->input)}, int {RSL_FAULT_ARENA});
    QCOMPARE(int {moved(operationOf(model, 2).output, operationOf(model, 2).input)}, int {RSL_FAULT_ARENA});
    // Cycles, and tensors that are written twice or never.
    const std::size_t laterAt = operationNumber(5);
    QCOMPARE(int {faultOf(image, laterAt + 4, later.head.output, 2)}, int {RSL_FAULT_ORDER});
    QCOMPARE(int {faultOf(image, operationNumber(3) + 4, later.head.output, 2)}, int {RSL_FAULT_ORDER});
    QCOMPARE(int {faultOf(image, laterAt + 6, sum.head.output, 2)}, int {RSL_FAULT_ORDER});
    // What the records of sums may not say.
    const std::size_t at = operationNumber(3);
    QCOMPARE(int {faultOf(image, at + 16, 99, 2)}, int {RSL_FAULT_SHAPE});
    QCOMPARE(int {faultOf(image, at + 16, 0, 2)}, int {RSL_FAULT_TYPE});
    QCOMPARE(int {faultOf(image, at + 16, sum.head.output, 2)}, int {RSL_FAULT_ORDER});
    QCOMPARE(int {faultOf(image, at + 18, 1, 2)}, int {RSL_FAULT_RESERVED});
    QCOMPARE(int {faultOf(image, at + 20, 1U << 21, 4)}, int {RSL_FAULT_MULTIPLIER});
    QCOMPARE(int {faultOf(image, at + 24, 0xFFFFFFFF, 4)}, int {RSL_FAULT_MULTIPLIER});
    QCOMPARE(int {faultOf(image, at + 28, (1U << 30) + 1, 4)}, int {RSL_FAULT_MULTIPLIER});
    QCOMPARE(int {faultOf(image, at + 12, 96, 4)}, int {RSL_FAULT_SHAPE}); // weights
    QCOMPARE(int {faultOf(image, operationNumber(0) + 12, 96, 4)}, int {RSL_FAULT_SHAPE});
    QCOMPARE(int {faultOf(image, operationNumber(1) + 12, 96, 4)}, int {RSL_FAULT_SHAPE});
}

QTEST_APPLESS_MAIN(ModelTest)

} // namespace model_test

#include "model_test.moc"
