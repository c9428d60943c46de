// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <QtTest>

#include "device_link/firmware/kernels/rsl_images.h"
#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_window.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/oracle.h"

namespace infer_test {

using namespace rosler;

namespace {

rsl_model opened(const AlignedBytes &image)
{
    rsl_model model {};
    const rsl_check check = rsl_model_open(image.data(), image.size(), &model);
    if (check.fault != RSL_FAULT_NONE)
        qFatal("%s at %u", rsl_fault_text(check.fault), check.offset);
    return model;
}

std::vector<std::uint8_t> twinOutputs(const AlignedBytes &image, const std::vector<std::uint8_t> &input,
                                      std::uint16_t *classIndex)
{
    const rsl_model model = opened(image);
    std::vector<std::uint8_t> output(rsl_model_output_bytes(&model));
    if (!rsl_twin_infer(image.data(), image.size(), input.data(), input.size(), output.data(), output.size(),
                        classIndex))
        output.clear();
    return output;
}

} // namespace

class InferTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outputsAreTheOraclesBitForBit_data();
    void outputsAreTheOraclesBitForBit();
    void imagesAreTheOraclesBitForBit_data() { outputsAreTheOraclesBitForBit_data(); }
    void imagesAreTheOraclesBitForBit();
    void featuresAreTheOraclesBitForBit();
    void rootsAreRight();
    void logarithmsAreNear();
    void featuresAreExpectedToTakeTheirTime();
    void everyOperationStaysWithinItsRoom_data() { outputsAreTheOraclesBitForBit_data(); }
    void everyOperationStaysWithinItsRoom();
    void whateverOpensOfAnImageRuns_data() { outputsAreTheOraclesBitForBit_data(); }
    void whateverOpensOfAnImageRuns();
    void outputsStayWithinTheirRoom();
    void roundsHalvesUpwardsAndSaturates();
    void sumsWrap();
    void everyHalfIsWidened();
    void whatIsNotANumberIsOnePattern();
    void theFirstLargestIsTheClass();
    void wrongSizesAreRefused();
};

void InferTest::outputsAreTheOraclesBitForBit_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("layout");
    for (const auto &[name, number, layout] : {std::tuple {"f32", RSL_F32, RSL_LAYOUT_F_4X1},
                                               {"f16", RSL_F16, RSL_LAYOUT_F_4X1},
                                               {"i8 4x4", RSL_I8, RSL_LAYOUT_I8_4X4},
                                               {"i8 4x16", RSL_I8, RSL_LAYOUT_I8_4X16},
                                               {"i8 2x2", RSL_I8, RSL_LAYOUT_I8_2X2}})
        QTest::newRow(name) << int {number} << int {layout};
}

void InferTest::outputsAreTheOraclesBitForBit()
{
    QFETCH(int, number);
    QFETCH(int, layout);
    std::mt19937 random(11);
    const auto upTo = [&](std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random() % n); };
    for (std::uint32_t round = 0; round < 150; ++round) {
        SampleModel model;
        model.number = static_cast<rsl_number>(number);
        model.layout = static_cast<rsl_layout>(layout);
        model.seed = round;
        model.inputs = upTo(60);
        model.kept = random() % 2 == 0 ? 0 : upTo(model.inputs);
        model.layers.clear();
        const std::uint32_t layers = upTo(3);
        for (std::uint32_t i = 0; i < layers; ++i) {
            const bool hidden = i + 1 < layers;
            const bool floats = number != RSL_I8;
            model.layers.push_back({upTo(40), random() % 2 == 0 ? 0 : upTo(19),
                                    (hidden || floats) && random() % 2 == 0, random() % 2 == 0});
            const bool first = i == 0;
            SampleLayer &layer = model.layers.back();
            layer.residual = hidden && random() % 2 == 0;
            if (layer.residual)
                layer.outputs = !first ? model.layers[i - 1].outputs
                    : model.kept > 0   ? model.kept
                                       : model.inputs;
        }
        if (model.inputs % 2 == 0)
            model.rows = 1 + static_cast<std::uint32_t>(random() % 2);
        const AlignedBytes image = sampleImage(model);
        const rsl_model parts = opened(image);
        const std::uint8_t *known = image.data() + parts.header->known_input;
        std::uint16_t classIndex = 0;
        const std::vector<std::uint8_t> got =
            twinOutputs(image, {known, known + rsl_model_input_bytes(&parts)}, &classIndex);
        QVERIFY2(got == oracleOutputs(image, known), qPrintable(QString::number(round)));
        QVERIFY(classIndex < rsl_tensor_numbers(parts.output));
    }
}

namespace {

/// Some frames of samples.
SampleExtraction extraction(std::mt19937 &random, std::uint32_t mostFrame)
{
    const auto upTo = [&](std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random() % n); };
    SampleExtraction made;
    made.frame = 4;
    while (made.frame < mostFrame && random() % 4 != 0)
        made.frame *= 2;
    made.hop = upTo(made.frame + 3);
    made.samples = made.frame + made.hop * (upTo(3) - 1) + upTo(made.hop) - 1;
    made.channels = upTo(3);
    made.bands = random() % 3 == 0 ? 0 : upTo(7);
    made.coefficients = random() % 2 == 0 ? 0 : static_cast<std::uint32_t>(random() % (made.bands + 1));
    return made;
}

/// Some windows on an image, then perhaps layers.
SampleModel imageModel(std::mt19937 &random, rsl_number number, rsl_layout layout)
{
    const auto upTo = [&](std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random() % n); };
    SampleModel model;
    model.number = number;
    model.layout = layout;
    std::uint32_t height = random() % 4 == 0 ? 1 : 1 + upTo(9);
    std::uint32_t width = 1 + upTo(12);
    std::uint32_t channels = random() % 3 == 0 ? 16 : upTo(7);
    if (random() % 4 == 0) {
        model.extraction = extraction(random, 16);
        channels = model.extraction->channels;
        height = (model.extraction->samples - model.extraction->frame) / model.extraction->hop + 1;
        width = model.extraction->features() / channels / height;
    }
    model.rows = height;
    model.columns = width;
    model.inputs = height * width * channels;
    model.standardised = random() % 4 == 0;
    const std::uint32_t count = upTo(3);
    for (std::uint32_t i = 0; i < count; ++i) {
        SampleWindows one;
        static constexpr std::array kinds {RSL_CONV, RSL_CONV_SKETCHED, RSL_MAX_POOL, RSL_AVERAGE_POOL,
                                           RSL_DEPTHWISE};
        one.kind = kinds[random() % kinds.size()];
        const bool pools = one.kind == RSL_MAX_POOL || one.kind == RSL_AVERAGE_POOL;
        one.window.top = pools ? std::uint8_t {0} : static_cast<std::uint8_t>(random() % 3);
        one.window.left = pools ? std::uint8_t {0} : static_cast<std::uint8_t>(random() % 3);
        one.window.height = static_cast<std::uint16_t>(upTo(std::min(height + 2 * one.window.top, 5U)));
        one.window.width = static_cast<std::uint16_t>(upTo(std::min(width + 2 * one.window.left, 5U)));
        one.window.stride_down = static_cast<std::uint8_t>(upTo(3));
        one.window.stride_across = static_cast<std::uint8_t>(upTo(3));
        one.filters = random() % 2 == 0 ? 4 * upTo(4) : upTo(9);
        one.rank = upTo(6);
        one.hasU = random() % 2 == 0;
        one.relu = !pools && random() % 2 == 0;
        height = (height + 2 * one.window.top - one.window.height) / one.window.stride_down + 1;
        width = (width + 2 * one.window.left - one.window.width) / one.window.stride_across + 1;
        model.windows.push_back(one);
    }
    SampleWindows &last = model.windows.back();
    if (random() % 3 == 0 && (number != RSL_I8 || last.kind != RSL_MAX_POOL)) {
        model.layers.clear();
        last.relu = last.relu && number != RSL_I8;
    }
    return model;
}

} // namespace

void InferTest::imagesAreTheOraclesBitForBit()
{
    QFETCH(int, number);
    QFETCH(int, layout);
    std::mt19937 random(12);
    for (std::uint32_t round = 0; round < 300; ++round) {
        SampleModel model =
            imageModel(random, static_cast<rsl_number>(number), static_cast<rsl_layout>(layout));
        model.seed = round;
        const AlignedBytes image = sampleImage(model);
        const rsl_model parts = opened(image);
        const std::uint8_t *known = image.data() + parts.header->known_input;
        std::uint16_t classIndex = 0;
        const std::vector<std::uint8_t> got =
            twinOutputs(image, {known, known + rsl_model_input_bytes(&parts)}, &classIndex);
        QVERIFY2(got == oracleOutputs(image, known), qPrintable(QString::number(round)));
    }
}

void InferTest::featuresAreTheOraclesBitForBit()
{
    std::mt19937 random(15);
    for (std::uint32_t round = 0; round < 300; ++round) {
        SampleModel model;
        model.number = round % 2 == 0 ? RSL_F32 : RSL_I8;
        model.extraction = extraction(random, 2048);
        model.inputs = model.extraction->features();
        model.seed = round;
        model.layers = {{5, 0, false, false}};
        AlignedBytes image = sampleImage(model);
        const rsl_model parts = opened(image);
        std::uint8_t *known = image.data() + parts.header->known_input;
        // Loud, silent, and beyond what can be squared.
        const float gain = std::array {1.0F, 1e4F, 1e-6F, 1e-25F, 0.0F, 1e25F, 3e38F}[round % 7];
        for (std::uint32_t i = 0; i < rsl_tensor_numbers(parts.input); ++i) {
            float x = 0;
            std::memcpy(&x, known + 4 * i, 4);
            x *= gain;
            std::memcpy(known + 4 * i, &x, 4);
        }
        sealImage(image);
        std::uint16_t classIndex = 0;
        const std::vector<std::uint8_t> got =
            twinOutputs(image, {known, known + rsl_model_input_bytes(&parts)}, &classIndex);
        QVERIFY2(got == oracleOutputs(image, known), qPrintable(QString::number(round)));
    }
}

namespace {

/// One frame of four samples of which only the first counts; by hand from "Features".
struct OneFrame {
    std::vector<std::uint32_t> words;
    std::array<float, 5 + 1> scratch {};
    rsl_extraction extraction {};

    /// With a band, of bin 0 alone.
    explicit OneFrame(bool band)
    {
        std::vector<float> numbers {0.5F, 0, 0, 1, 0}; // window, cosines
        if (band)
            numbers.insert(numbers.end(), {0, 1}); // a row, a tooth
        words.resize(numbers.size());
        std::memcpy(words.data(), numbers.data(), 4 * words.size());
        if (band)
            words[5] = 1U << 16;
        extraction = {4,
                      1,
                      4,
                      4,
                      band ? 1U : 0U,
                      0,
                      reinterpret_cast<const std::uint8_t *>(words.data()),
                      scratch.data(),
                      1.0F,
                      0,
                      RSL_TENSOR_F32};
    }
    float operator()(float x)
    {
        const std::array<float, 4> samples {x, 0, 0, 0};
        std::array<float, 2> y {};
        rsl_extract_features(&extraction, samples.data(), y.data());
        return y[0];
    }
};

} // namespace

void InferTest::rootsAreRight()
{
    // Of bin 1, whose real part is half the sample, twice.
    OneFrame frame(false);
    std::mt19937 random(16);
    for (std::uint32_t round = 0; round < 200000; ++round) {
        auto bits = static_cast<std::uint32_t>(random()) >> 1;
        if (round % 4 == 0)
            bits = 0x1F000000U + (bits >> 11); // whose squares are subnormal
        float x = 0;
        std::memcpy(&x, &bits, 4);
        const float got = frame(x);
        const float wanted = std::sqrt(x * x);
        QVERIFY2(got == wanted || (std::isnan(got) && std::isnan(wanted)),
                 qPrintable(QString::number(bits, 16)));
    }
}

void InferTest::logarithmsAreNear()
{
    OneFrame frame(true);
    double most = 0;
    std::mt19937 random(17);
    for (std::uint32_t round = 0; round < 200000; ++round) {
        const float x = std::ldexp(1.0F + static_cast<float>(random() >> 8) / 16777216.0F,
                                   static_cast<int>(random() % 78) - 16);
        const float power = x * x;
        const double wanted = std::log(static_cast<double>(power));
        const float nearest = std::fabs(static_cast<float>(wanted));
        const double ulp = static_cast<double>(std::nextafter(nearest, 1e30F)) - static_cast<double>(nearest);
        most = std::max(most, std::fabs(static_cast<double>(frame(x)) - wanted) / ulp);
    }
    QVERIFY2(most < 2, qPrintable(QString::number(most)));
    QCOMPARE(frame(0.0F), static_cast<float>(std::log(1e-10)));
    QCOMPARE(frame(std::numeric_limits<float>::quiet_NaN()), static_cast<float>(std::log(1e-10)));
    QCOMPARE(frame(1.0F), 0.0F);
}

void InferTest::featuresAreExpectedToTakeTheirTime()
{
    // A host waits as long as a board says. Instructions are those of rosler bench kernels, with 2 cycles
    // each.
    struct Board {
        rsl_port port {};
        rsl_device device {};
    };
    const auto board = std::make_unique<Board>();
    rsl_port &port = board->port;
    port.clock_hz = 25'000'000;
    port.timer_hz = 25'000'000;
    rsl_device *const device = &board->device;
    device->port = &port;
    for (const auto &[extraction, instructions, instructionsOfFpu] :
         {std::tuple {SampleExtraction {2048, 1, 2048, 2048, 0, 0}, 2'833'529, 151'030},
          {SampleExtraction {4096, 1, 512, 256, 40, 13}, 9'809'800, 589'516}}) {
        SampleModel model;
        model.number = RSL_F32;
        model.extraction = extraction;
        model.inputs = extraction.features();
        model.layers = {{2, 0, false, false}};
        const AlignedBytes image = sampleImage(model);
        device->ready.model = opened(image);
        for (const bool fpu : {false, true}) {
            port.features = fpu ? RSL_HAS_FPU : 0;
            const double wanted = 2000.0 * (fpu ? instructionsOfFpu : instructions) / port.clock_hz;
            const double expected = rsl_device_expects(device);
            QVERIFY2(expected >= wanted && expected < 4 * wanted, qPrintable(QString::number(expected)));
        }
    }
}

void InferTest::everyOperationStaysWithinItsRoom()
{
    // What an operation does not write stays: guarded by a pattern, and by tensors of their own for all.
    QFETCH(int, number);
    QFETCH(int, layout);
    std::mt19937 random(13);
    for (std::uint32_t round = 0; round < 100; ++round) {
        const AlignedBytes image =
            sampleImage(imageModel(random, static_cast<rsl_number>(number), static_cast<rsl_layout>(layout)));
        const rsl_model model = opened(image);
        const std::size_t bytes = rsl_model_ram_bytes(&model);
        AlignedBytes arena(bytes + 64);
        std::fill_n(arena.data(), arena.size(), std::uint8_t {0x5A});
        for (unsigned i = 0; i < model.header->operations; ++i) {
            const std::vector<std::uint8_t> before(arena.data(), arena.data() + arena.size());
            rsl_infer_operation(&model, i, image.data() + model.header->known_input, arena.data());
            std::array<rsl_span, RSL_MAX_TENSORS> spans {};
            rsl_model_spans(&model, spans.data());
            std::vector<bool> written(arena.size());
            for (unsigned t = 0; t < model.header->tensors; ++t)
                if (spans[t].born == static_cast<int>(i))
                    std::fill_n(written.begin() + model.tensors[t].arena, rsl_tensor_room(&model.tensors[t]),
                                true);
            std::size_t at = 0;
            while (at < arena.size() && (written[at] || arena.data()[at] == before[at]))
                ++at;
            QVERIFY2(at == arena.size(),
                     qPrintable(QStringLiteral("%1: %2 at %3").arg(round).arg(i).arg(at)));
        }
    }
}

void InferTest::whateverOpensOfAnImageRuns()
{
    // Damaged tables under a good CRC: no image that passes the checks leaves its arena.
    QFETCH(int, number);
    QFETCH(int, layout);
    std::mt19937 random(14);
#ifdef __SANITIZE_ADDRESS__
    const std::uint32_t rounds = 400;
#else
    const std::uint32_t rounds = 5000;
#endif
    std::uint32_t ran = 0;
    AlignedBytes good;
    for (std::uint32_t round = 0; round < rounds; ++round) {
        if (round % 20 == 0)
            good = sampleImage(
                imageModel(random, static_cast<rsl_number>(number), static_cast<rsl_layout>(layout)));
        AlignedBytes image(std::string(reinterpret_cast<const char *>(good.data()), good.size()));
        const rsl_model parts = opened(good);
        const std::size_t first = sizeof(rsl_model_header);
        const std::size_t last = parts.header->tensor_table + parts.header->tensors * sizeof(rsl_tensor) - 1;
        for (std::uint32_t changes = 1 + round % 3; changes != 0; --changes) {
            std::uint8_t &byte = image.data()[first + random() % (last - first + 1)];
            byte = static_cast<std::uint8_t>(random() % 2 == 0 ? byte ^ (1U << random() % 8) : random() % 8);
        }
        sealImage(image);
        rsl_model model {};
        if (rsl_model_open(image.data(), image.size(), &model).fault != RSL_FAULT_NONE
            || rsl_model_macs(&model) > 1000000 || rsl_model_ram_bytes(&model) > 1000000)
            continue;
        AlignedBytes arena(rsl_model_ram_bytes(&model));
        rsl_infer_prepare(&model, arena.data());
        rsl_infer(&model, image.data() + model.header->known_input, arena.data());
        ++ran;
    }
    QVERIFY(ran > rounds / 50);
}

void InferTest::outputsStayWithinTheirRoom()
{
    // The last product writes into the output, whole groups of rows: up to the next multiple of 16 numbers.
    for (std::uint32_t outputs = 1; outputs < 40; ++outputs) {
        SampleModel sample;
        sample.layers = {{outputs, 0, false, false}};
        AlignedBytes image = sampleImage(sample);
        answerImage(image);
        const rsl_model model = opened(image);
        const std::size_t bytes = rsl_model_output_bytes(&model);
        AlignedBytes arena(rsl_model_ram_bytes(&model) + 16);
        rsl_infer_prepare(&model, arena.data());
        std::fill_n(arena.data(), arena.size(), std::uint8_t {0x5A});
        rsl_infer(&model, image.data() + model.header->known_input, arena.data());
        const std::uint8_t *output = rsl_infer_output(&model, arena.data());
        QVERIFY(std::equal(output, output + bytes, image.data() + model.header->known_output));
        // The output is the last in the arena of a sample.
        QCOMPARE(output + (bytes + 31) / 32 * 32, arena.data() + arena.size() - 16);
        QVERIFY(std::all_of(arena.data() + arena.size() - 16, arena.data() + arena.size(),
                            [](std::uint8_t byte) { return byte == 0x5A; }));
    }
}

void InferTest::roundsHalvesUpwardsAndSaturates()
{
    // One row, weight 1, so that the sum is the input; by hand from "Arithmetic".
    SampleModel sample;
    sample.inputs = 1;
    sample.layers = {{1, 0, false, false}};
    AlignedBytes image = sampleImage(sample);
    const rsl_model model = opened(image);
    const rsl_factor f {RSL_I8, RSL_LAYOUT_I8_4X4, 1, 1};
    std::uint8_t *factor = image.data() + productOf(model).weights;
    factor[rsl_factor_weight(&f, 0, 0)] = 1;
    const auto out = [&](std::int32_t bias, std::uint32_t multiplier, int x) {
        std::memcpy(factor + rsl_factor_bias(&f, 0), &bias, 4);
        std::memcpy(factor + rsl_factor_multiplier(&f, 0), &multiplier, 4);
        sealImage(image);
        std::uint16_t unused = 0;
        const std::vector<std::uint8_t> bytes = twinOutputs(image, {static_cast<std::uint8_t>(x)}, &unused);
        std::int16_t value = 0;
        std::memcpy(&value, bytes.data(), 2);
        return int {value};
    };
    const std::uint32_t quarter = 1U << 30;
    QCOMPARE(out(0, quarter, 6), 2);   // 1.5 -> 2
    QCOMPARE(out(0, quarter, 5), 1);   // 1.25
    QCOMPARE(out(0, quarter, -6), -1); // -1.5 -> -1
    QCOMPARE(out(0, quarter, -7), -2); // -1.75
    QCOMPARE(out(100, quarter, 28), 32);
    QCOMPARE(out(1000000, quarter, 0), 32767);
    QCOMPARE(out(-1000000, quarter, 0), -32768);
    QCOMPARE(out(12345, 0, 7), 0);
}

void InferTest::sumsWrap()
{
    SampleModel sample;
    sample.inputs = 4;
    sample.layers = {{1, 0, false, false}};
    for (const rsl_layout layout : {RSL_LAYOUT_I8_4X4, RSL_LAYOUT_I8_4X16, RSL_LAYOUT_I8_2X2}) {
        sample.layout = layout;
        AlignedBytes image = sampleImage(sample);
        const rsl_model model = opened(image);
        const std::int32_t bias = 2147483647;
        std::memcpy(image.data() + productOf(model).weights, &bias, 4);
        sealImage(image);
        for (int x = 0; x < 256; x += 5) {
            const std::vector<std::uint8_t> input(4, static_cast<std::uint8_t>(x));
            std::uint16_t unused = 0;
            QVERIFY(twinOutputs(image, input, &unused) == oracleOutputs(image, input.data()));
        }
    }
}

void InferTest::everyHalfIsWidened()
{
    SampleModel sample;
    sample.number = RSL_F16;
    sample.inputs = 1;
    sample.layers = {{32768, 0, false, false}};
    const rsl_factor f {RSL_F16, RSL_LAYOUT_F_4X1, 32768, 1};
    AlignedBytes image = sampleImage(sample);
    std::uint8_t *const factor = image.data() + productOf(opened(image)).weights;
    for (const std::uint32_t sign : {0U, 0x8000U}) {
        for (std::uint32_t r = 0; r < 32768; ++r) {
            const auto half = static_cast<std::uint16_t>(sign | r);
            std::memcpy(factor + rsl_factor_weight(&f, r, 0), &half, 2);
            std::memset(factor + rsl_factor_bias(&f, r), 0, 4);
        }
        sealImage(image);
        std::uint16_t unused = 0;
        const std::vector<std::uint8_t> bytes = twinOutputs(image, {0, 0, 0x80, 0x3F}, &unused); // 1
        QCOMPARE(bytes.size(), std::size_t {4 * 32768});
        for (std::uint32_t r = 0; r < 32768; ++r) {
            float y = 0;
            std::memcpy(&y, &bytes[4 * r], 4);
            const auto exponent = static_cast<int>(r >> 10);
            const auto fraction = static_cast<float>(r & 0x3FF);
            float magnitude =
                std::ldexp(exponent == 0 ? fraction : 1024.0F + fraction, std::max(exponent, 1) - 25);
            if (exponent == 31)
                magnitude = fraction == 0.0F ? std::numeric_limits<float>::infinity()
                                             : std::numeric_limits<float>::quiet_NaN();
            const float wanted = sign != 0 ? -magnitude : magnitude;
            QVERIFY2(y == wanted || (std::isnan(y) && std::isnan(wanted)),
                     qPrintable(QString::number(r, 16)));
        }
    }
}

void InferTest::whatIsNotANumberIsOnePattern()
{
    SampleModel sample;
    sample.number = RSL_F32;
    sample.inputs = 2;
    sample.layers = {{2, 0, false, false}};
    const AlignedBytes image = sampleImage(sample);
    std::uint16_t classIndex = 7;
    const std::vector<std::uint8_t> nan {0, 0, 0xC0, 0xFF, 0, 0, 0, 0}; // negative
    QCOMPARE(twinOutputs(image, nan, &classIndex),
             (std::vector<std::uint8_t> {0, 0, 0xC0, 0x7F, 0, 0, 0xC0, 0x7F}));
    QCOMPARE(int {classIndex}, 0);
}

void InferTest::theFirstLargestIsTheClass()
{
    SampleModel sample;
    sample.number = RSL_F32;
    sample.layers = {{5, 0, false, false}};
    const AlignedBytes image = sampleImage(sample);
    const rsl_model floats = opened(image);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto classOf = [&](std::array<float, 5> y) { return int {rsl_infer_class(&floats, y.data())}; };
    QCOMPARE(classOf({1, 2, 3, 3, 0}), 2);
    QCOMPARE(classOf({nan, -5, -4, nan, -9}), 2);
    QCOMPARE(classOf({0, nan, 0, 0, 0}), 0);
    sample.number = RSL_I8;
    const AlignedBytes whole = sampleImage(sample);
    const rsl_model ints = opened(whole);
    const std::array<std::int16_t, 5> y {-7, -3, -3, -30000, -4};
    QCOMPARE(int {rsl_infer_class(&ints, y.data())}, 1);
}

void InferTest::wrongSizesAreRefused()
{
    const AlignedBytes image = sampleImage({});
    std::vector<std::uint8_t> input(24);
    std::vector<std::uint8_t> output(20);
    std::uint16_t unused = 0;
    const auto infer = [&](std::size_t in, std::size_t out, std::size_t bytes) {
        return rsl_twin_infer(image.data(), bytes, input.data(), in, output.data(), out, &unused);
    };
    QVERIFY(infer(24, 20, image.size()));
    QVERIFY(!infer(23, 20, image.size()));
    QVERIFY(!infer(24, 19, image.size()));
    QVERIFY(!infer(24, 20, image.size() - 1));
}

QTEST_APPLESS_MAIN(InferTest)

} // namespace infer_test

#include "infer_test.moc"
