// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <random>
#include <set>

#include <QtTest>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_model.h"
#include "tests/device_link/support/sample_image.h"

namespace model_test {

using namespace rosler;

namespace {

const std::size_t tableAt = 96; // of a sample image

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
    void anUnalignedImageIsRefused();
    void costsAreThoseOfTheShapes();
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
    QCOMPARE(model.layers[0].rank, 5U);
    QCOMPARE(model.layers[1].outputs, 7U);
    QCOMPARE(rsl_model_macs(&model), std::uint64_t {5 * 20 + 25 + 12 * 5 + 12 * 7});
    const std::uint32_t size = number == RSL_I8 ? 2 : 4;
    QCOMPARE(rsl_model_scratch_bytes(&model), 2 * size * (32 + 16));
    QCOMPARE(rsl_model_ram_bytes(&model),
             rsl_model_scratch_bytes(&model) + (number == RSL_I8 ? 32 + 16 : 128 + 32));
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
        for (std::size_t bit = 0; bit < (tableAt + 2 * 48 + 48) * 8; ++bit) {
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
    const auto layer = [](int number, std::size_t field) {
        return tableAt + static_cast<std::size_t>(number) * sizeof(rsl_model_layer) + field;
    };
    row("another magic", 0, 4, 1, RSL_FAULT_MAGIC);
    row("a later format", 4, 2, 2, RSL_FAULT_FORMAT);
    row("a later abi", 6, 2, 2, RSL_FAULT_KERNEL_ABI);
    row("odd length", 8, 4, 1001, RSL_FAULT_LENGTH);
    row("no length", 8, 4, 0, RSL_FAULT_LENGTH);
    row("longer than it is", 8, 4, 0x10000000, RSL_FAULT_TRUNCATED);
    row("unknown number", 16, 1, 3, RSL_FAULT_NUMBER);
    row("no layers", 17, 1, 0, RSL_FAULT_LAYER_COUNT);
    row("too many layers", 17, 1, 33, RSL_FAULT_LAYER_COUNT);
    row("float layout of int8", 18, 1, RSL_LAYOUT_F_4X1, RSL_FAULT_LAYOUT);
    row("reserved", 19, 1, 1, RSL_FAULT_RESERVED);
    row("no inputs", 20, 4, 0, RSL_FAULT_WIDTH);
    row("absurd inputs", 20, 4, 0xFFFFFFFF, RSL_FAULT_WIDTH);
    row("other inputs", 20, 4, 31, RSL_FAULT_SHAPE);
    row("other outputs", 24, 4, 8, RSL_FAULT_SHAPE);
    row("table unaligned", 28, 4, 97, RSL_FAULT_OFFSET);
    row("table in the header", 28, 4, 0, RSL_FAULT_OFFSET);
    row("table beyond", 28, 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("known input beyond", 32, 4, 0x7FFFFFF0, RSL_FAULT_OFFSET);
    row("known output beyond", 36, 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("no scale", 40, 4, 0, RSL_FAULT_SCALE);
    row("scale not a number", 40, 4, 0x7FC00000, RSL_FAULT_SCALE);
    row("negative scale", 48, 4, 0xBF800000, RSL_FAULT_SCALE);
    row("zero point", 44, 4, 128, RSL_FAULT_ZERO_POINT);
    row("reserved word", 56, 4, 1, RSL_FAULT_RESERVED);
    row("name with a bell", 65, 1, 7, RSL_FAULT_NAME);
    row("name goes on", 94, 1, 'x', RSL_FAULT_NAME);
    row("unknown kind", layer(0, 0), 1, 9, RSL_FAULT_KIND);
    row("unknown flag", layer(0, 1), 1, 8, RSL_FAULT_FLAGS);
    row("dense with U", layer(1, 1), 1, RSL_LAYER_HAS_U, RSL_FAULT_FLAGS);
    row("ReLU at the end", layer(1, 1), 1, RSL_LAYER_RELU, RSL_FAULT_FLAGS);
    row("layer reserved", layer(0, 2), 2, 1, RSL_FAULT_RESERVED);
    row("layers do not meet", layer(1, 4), 4, 13, RSL_FAULT_SHAPE);
    row("reads more than there is", layer(0, 8), 4, 31, RSL_FAULT_SHAPE);
    row("reads nothing", layer(0, 8), 4, 0, RSL_FAULT_SHAPE);
    row("no rank", layer(0, 12), 4, 0, RSL_FAULT_WIDTH);
    row("rank of a dense layer", layer(1, 12), 4, 1, RSL_FAULT_WIDTH);
    row("absurd rank", layer(0, 12), 4, 65535, RSL_FAULT_OFFSET);
    row("absurd outputs", layer(0, 16), 4, 65536, RSL_FAULT_WIDTH);
    row("indices beyond", layer(0, 20), 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("indices in a later layer", layer(1, 20), 4, 96, RSL_FAULT_SHAPE);
    row("R beyond", layer(0, 24), 4, 0xFFFFFFF0, RSL_FAULT_OFFSET);
    row("R of a dense layer", layer(1, 24), 4, 96, RSL_FAULT_SHAPE);
    row("no U", layer(0, 28), 4, 0, RSL_FAULT_OFFSET);
    row("C unaligned", layer(0, 32), 4, 100, RSL_FAULT_OFFSET);
    row("ReLU that does not saturate", layer(0, 36), 4, 0, RSL_FAULT_ZERO_POINT);
    row("zero point of the last", layer(1, 36), 4, 1, RSL_FAULT_ZERO_POINT);
    row("first index too large", 192, 2, 30, RSL_FAULT_INDEX);
    row("indices out of order", 194, 2, 0, RSL_FAULT_INDEX);
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

QTEST_APPLESS_MAIN(ModelTest)

} // namespace model_test

#include "model_test.moc"
