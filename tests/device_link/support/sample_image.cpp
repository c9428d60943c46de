// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/sample_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"

namespace rosler {
namespace {

using Random = std::mt19937;

/// -1..1, the same on every machine.
float unit(Random &random)
{
    return static_cast<float>(static_cast<std::int32_t>(random())) / 2147483648.0F;
}

/// Nearest half of a number of at most 1; good enough for weights.
std::uint16_t half(float value)
{
    std::uint16_t best = 0;
    int exponent = 0;
    const float mantissa = std::frexp(std::fabs(value), &exponent); // 0.5..1
    if (mantissa != 0.0F && exponent >= -13)
        best = static_cast<std::uint16_t>(
            (exponent + 14) * 1024 + static_cast<int>(std::lround((mantissa * 2.0F - 1.0F) * 1024.0F)));
    return static_cast<std::uint16_t>(best | (value < 0 ? 0x8000 : 0));
}

struct Builder {
    std::string bytes;

    std::uint32_t place(std::size_t size)
    {
        const std::size_t at = (bytes.size() + 15) / 16 * 16;
        bytes.resize(at + size);
        return static_cast<std::uint32_t>(at);
    }
    std::uint8_t *at(std::uint64_t offset) { return reinterpret_cast<std::uint8_t *>(bytes.data()) + offset; }
};

std::uint32_t placeFactor(Builder &to, const rsl_factor &f, Random &random, double outputRms, bool wideInput)
{
    const std::uint32_t begin = to.place(rsl_factor_bytes(&f));
    const double inputRms = wideInput ? 8000 : 60;
    const double multiplier =
        4294967296.0 * std::min(0.45, outputRms / (73.0 * inputRms * std::sqrt(static_cast<double>(f.cols))));
    const float scale = 1.7F / std::sqrt(static_cast<float>(f.cols));
    for (std::uint32_t r = 0; r < f.rows; ++r) {
        if (f.number == RSL_I8) {
            rsl_write_u32(to.at(begin + rsl_factor_bias(&f, r)),
                          static_cast<std::uint32_t>(static_cast<std::int32_t>(unit(random) * 3000.0F)));
            rsl_write_u32(
                to.at(begin + rsl_factor_multiplier(&f, r)),
                static_cast<std::uint32_t>(multiplier * (1.0 + 0.1 * static_cast<double>(unit(random)))));
        } else {
            const float bias = 0.1F * unit(random);
            std::memcpy(to.at(begin + rsl_factor_bias(&f, r)), &bias, 4);
        }
        for (std::uint32_t c = 0; c < f.cols; ++c) {
            std::uint8_t *w = to.at(begin + rsl_factor_weight(&f, r, c));
            const float value = scale * unit(random);
            if (f.number == RSL_I8)
                *w = static_cast<std::uint8_t>(static_cast<std::int8_t>(std::lround(unit(random) * 127.0F)));
            else if (f.number == RSL_F16)
                rsl_write_u16(w, half(value));
            else
                std::memcpy(w, &value, 4);
        }
    }
    rsl_factor_join(&f, to.at(begin));
    return begin;
}

} // namespace

AlignedBytes sampleImage(const SampleModel &model)
{
    Random random(model.seed);
    Builder to;
    const bool i8 = model.number == RSL_I8;
    const auto count = static_cast<std::uint32_t>(model.layers.size());
    rsl_model_header h {};
    to.place(sizeof h);
    h.magic = RSL_MODEL_MAGIC;
    h.format = RSL_MODEL_FORMAT;
    h.kernel_abi = RSL_KERNEL_ABI;
    h.number = model.number;
    h.layers = static_cast<std::uint8_t>(count);
    h.layout = i8 ? model.layout : RSL_LAYOUT_F_4X1;
    h.inputs = model.inputs;
    h.outputs = model.layers.back().outputs;
    h.input_scale = i8 ? 1.0F / 255.0F : 1.0F;
    h.input_zero = i8 ? -128 : 0;
    h.output_scale = i8 ? 0.001F : 1.0F;
    std::copy_n(model.name.data(), std::min<std::size_t>(model.name.size(), 31), h.name);
    h.layer_table = to.place(count * sizeof(rsl_model_layer));

    std::vector<rsl_model_layer> layers(count);
    std::uint32_t inputs = model.inputs;
    for (std::uint32_t i = 0; i < count; ++i) {
        const SampleLayer &from = model.layers[i];
        rsl_model_layer &l = layers[i];
        const bool last = i + 1 == count;
        l.kind = from.rank > 0 ? RSL_SKETCHED : RSL_DENSE;
        l.flags = static_cast<std::uint8_t>((from.relu ? RSL_LAYER_RELU : 0)
                                            | (from.rank > 0 && from.hasU ? RSL_LAYER_HAS_U : 0));
        l.inputs = inputs;
        l.read = i == 0 && model.kept > 0 ? model.kept : inputs;
        l.rank = from.rank;
        l.outputs = from.outputs;
        if (l.read < l.inputs) {
            std::vector<std::uint16_t> all(l.inputs);
            std::iota(all.begin(), all.end(), std::uint16_t {0});
            for (std::size_t k = 0; k < l.read; ++k) // Fisher and Yates
                std::swap(all[k], all[k + random() % (all.size() - k)]);
            std::sort(all.begin(), all.begin() + l.read);
            l.kept = to.place(2 * std::size_t {l.read});
            for (std::uint32_t k = 0; k < l.read; ++k)
                rsl_write_u16(to.at(l.kept + 2 * k), all[k]);
        }
        const double rms = last ? 8000 : from.relu ? 90 : 40;
        const auto factor = [&](std::uint32_t rows, std::uint32_t cols) {
            return rsl_factor {h.number, h.layout, rows, cols};
        };
        if (from.rank > 0) {
            l.r_factor = placeFactor(to, factor(l.rank, l.read), random, 8000, false);
            if (from.hasU)
                l.u_factor = placeFactor(to, factor(l.rank, l.rank), random, 8000, true);
            l.c_factor = placeFactor(to, factor(l.outputs, l.rank), random, rms, true);
        } else {
            l.c_factor = placeFactor(to, factor(l.outputs, l.read), random, rms, false);
        }
        l.output_zero = i8 && !last ? (from.relu ? -128 : 3) : 0;
        l.output_scale = 1.0F;
        inputs = l.outputs;
    }
    std::memcpy(to.at(h.layer_table), layers.data(), count * sizeof(rsl_model_layer));
    h.known_input = to.place(h.inputs * (i8 ? 1 : 4));
    for (std::uint32_t i = 0; i < h.inputs; ++i) {
        const float value = unit(random);
        if (i8)
            *to.at(h.known_input + i) = static_cast<std::uint8_t>(random() >> 24);
        else
            std::memcpy(to.at(h.known_input + 4 * i), &value, 4);
    }
    h.known_output = to.place(h.outputs * (i8 ? 2 : 4));
    h.total_bytes = to.place(0);
    std::memcpy(to.at(0), &h, sizeof h);
    AlignedBytes image(to.bytes);
    sealImage(image);
    return image;
}

void sealImage(AlignedBytes &image)
{
    rsl_write_u32(image.data() + 12,
                  rsl_crc32(0, image.data() + RSL_MODEL_CRC_FROM, image.size() - RSL_MODEL_CRC_FROM));
}

} // namespace rosler
