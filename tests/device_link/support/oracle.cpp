// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/oracle.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rosler {
namespace {

template <typename Number>
Number at(const std::uint8_t *p)
{
    Number value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

std::vector<std::int64_t> product(const rsl_model_header &h, const std::uint8_t *factor, std::uint32_t rows,
                                  const std::vector<std::int64_t> &x, std::int64_t zero, std::int64_t low,
                                  std::int64_t high)
{
    const rsl_factor f {h.number, h.layout, rows, static_cast<std::uint32_t>(x.size())};
    std::vector<std::int64_t> y;
    for (std::uint32_t r = 0; r < rows; ++r) {
        // The first rows of the pairs of layout 4 are stored with the second's in them.
        const bool joined = f.layout == RSL_LAYOUT_I8_2X2 && r % 2 == 0;
        std::int64_t sum = at<std::int32_t>(factor + rsl_factor_bias(&f, r));
        if (joined)
            sum -= std::int64_t {256} * at<std::int32_t>(factor + rsl_factor_bias(&f, r) + 4);
        for (std::uint32_t c = 0; c < f.cols; ++c) {
            const auto stored = at<std::uint8_t>(factor + rsl_factor_weight(&f, r, c));
            sum += (joined ? stored - 128 : static_cast<std::int8_t>(stored)) * x[c];
        }
        // Modulo 2^32, as a signed number.
        const std::int64_t wrapped =
            ((sum + (std::int64_t {1} << 31)) & 0xFFFFFFFF) - (std::int64_t {1} << 31);
        const std::int64_t scaled = wrapped * at<std::int32_t>(factor + rsl_factor_multiplier(&f, r));
        const auto nearest = static_cast<std::int64_t>(
            std::floor(static_cast<long double>(scaled) / 4294967296.0L + 0.5L)); // halves upwards
        y.push_back(std::clamp(zero + nearest, low, high));
    }
    return y;
}

std::vector<float> product(const rsl_model_header &h, const std::uint8_t *factor, std::uint32_t rows,
                           const std::vector<float> &x, bool relu)
{
    const rsl_factor f {h.number, h.layout, rows, static_cast<std::uint32_t>(x.size())};
    std::vector<float> y;
    for (std::uint32_t r = 0; r < rows; ++r) {
        float sum = at<float>(factor + rsl_factor_bias(&f, r));
        for (std::uint32_t c = 0; c < f.cols; ++c) {
            const std::uint8_t *w = factor + rsl_factor_weight(&f, r, c);
            const float weight = h.number == RSL_F16 ? rsl_half_to_float(at<std::uint16_t>(w)) : at<float>(w);
            const float term = weight * x[c];
            sum = sum + term;
        }
        y.push_back(relu && !(sum > 0) ? 0.0F : sum);
    }
    return y;
}

template <typename Number>
std::vector<std::uint8_t> bytesOf(const std::vector<Number> &values)
{
    std::vector<std::uint8_t> bytes(values.size() * sizeof(Number));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

} // namespace

std::vector<std::uint8_t> oracleOutputs(const AlignedBytes &image, const std::uint8_t *input)
{
    const auto h = at<rsl_model_header>(image.data());
    std::vector<std::int64_t> ints;
    std::vector<float> floats;
    for (std::uint32_t i = 0; i < h.inputs; ++i) {
        if (h.number == RSL_I8)
            ints.push_back(at<std::int8_t>(input + i));
        else
            floats.push_back(at<float>(input + 4 * i));
    }
    for (std::uint32_t i = 0; i < h.layers; ++i) {
        const auto l = at<rsl_model_layer>(image.data() + h.layer_table + i * sizeof(rsl_model_layer));
        if (l.kept != 0) {
            const auto pick = [&](auto &from) {
                auto kept = from;
                kept.clear();
                for (std::uint32_t k = 0; k < l.read; ++k)
                    kept.push_back(from[at<std::uint16_t>(image.data() + l.kept + 2 * k)]);
                from = kept;
            };
            if (h.number == RSL_I8)
                pick(ints);
            else
                pick(floats);
        }
        const bool relu = (l.flags & RSL_LAYER_RELU) != 0;
        const bool last = i + 1 == h.layers;
        const std::int64_t low = last ? -32768 : -128;
        const std::int64_t high = last ? 32767 : 127;
        if (l.kind == RSL_SKETCHED) {
            for (const auto &[offset, wanted] :
                 {std::pair {l.r_factor, true}, {l.u_factor, (l.flags & RSL_LAYER_HAS_U) != 0}}) {
                if (!wanted)
                    continue;
                if (h.number == RSL_I8)
                    ints = product(h, image.data() + offset, l.rank, ints, 0, -32768, 32767);
                else
                    floats = product(h, image.data() + offset, l.rank, floats, false);
            }
        }
        if (h.number == RSL_I8)
            ints = product(h, image.data() + l.c_factor, l.outputs, ints, l.output_zero, low, high);
        else
            floats = product(h, image.data() + l.c_factor, l.outputs, floats, relu);
    }
    if (h.number != RSL_I8) {
        std::vector<std::uint32_t> bits;
        for (const float y : floats)
            bits.push_back(std::isnan(y) ? 0x7FC00000U : at<std::uint32_t>(bytesOf(std::vector {y}).data()));
        return bytesOf(bits);
    }
    return bytesOf(std::vector<std::int16_t>(ints.begin(), ints.end()));
}

void answerImage(AlignedBytes &image)
{
    const auto h = at<rsl_model_header>(image.data());
    const std::vector<std::uint8_t> outputs = oracleOutputs(image, image.data() + h.known_input);
    std::memcpy(image.data() + h.known_output, outputs.data(), outputs.size());
    sealImage(image);
}

} // namespace rosler
