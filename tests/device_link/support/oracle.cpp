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

/// The numbers of all tensors that were computed so far: of each, either of these.
struct Numbers {
    std::vector<std::int64_t> ints;
    std::vector<float> floats;
};

struct Image {
    const std::uint8_t *bytes;
    rsl_model_header h;

    [[nodiscard]] rsl_tensor tensor(std::uint16_t number) const
    {
        return at<rsl_tensor>(bytes + h.tensor_table + number * sizeof(rsl_tensor));
    }
};

std::int64_t saturate(std::int64_t value, const rsl_tensor &to)
{
    const bool wide = to.type == RSL_TENSOR_I16;
    return std::clamp(value, std::int64_t {wide ? -32768 : -128}, std::int64_t {wide ? 32767 : 127});
}

/// Modulo 2^32, as a signed number.
std::int64_t wrapped(std::int64_t sum)
{
    return ((sum + (std::int64_t {1} << 31)) & 0xFFFFFFFF) - (std::int64_t {1} << 31);
}

Numbers product(const Image &image, std::uint32_t offset, const rsl_factor &f, const Numbers &x,
                const rsl_tensor &to, bool relu)
{
    const std::uint8_t *factor = image.bytes + offset;
    Numbers y;
    for (std::uint32_t r = 0; r < f.rows; ++r) {
        if (f.number == RSL_I8) {
            // The first rows of the pairs of layout 4 are stored with the second's in them.
            const bool joined = f.layout == RSL_LAYOUT_I8_2X2 && r % 2 == 0;
            std::int64_t sum = at<std::int32_t>(factor + rsl_factor_bias(&f, r));
            if (joined)
                sum -= std::int64_t {256} * at<std::int32_t>(factor + rsl_factor_bias(&f, r) + 4);
            for (std::uint32_t c = 0; c < f.cols; ++c) {
                const auto stored = at<std::uint8_t>(factor + rsl_factor_weight(&f, r, c));
                sum += (joined ? stored - 128 : static_cast<std::int8_t>(stored)) * x.ints[c];
            }
            const std::int64_t scaled =
                wrapped(sum) * at<std::int32_t>(factor + rsl_factor_multiplier(&f, r));
            const auto nearest = static_cast<std::int64_t>(
                std::floor(static_cast<long double>(scaled) / 4294967296.0L + 0.5L)); // halves upwards
            y.ints.push_back(saturate(to.zero + nearest, to));
            continue;
        }
        float sum = at<float>(factor + rsl_factor_bias(&f, r));
        for (std::uint32_t c = 0; c < f.cols; ++c) {
            const std::uint8_t *w = factor + rsl_factor_weight(&f, r, c);
            const float weight = f.number == RSL_F16 ? rsl_half_to_float(at<std::uint16_t>(w)) : at<float>(w);
            const float term = weight * x.floats[c];
            sum = sum + term;
        }
        y.floats.push_back(relu && !(sum > 0) ? 0.0F : sum);
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

Numbers sum(const Image &image, const rsl_add &add, const Numbers &a, const Numbers &b)
{
    const rsl_tensor to = image.tensor(add.head.output);
    Numbers y;
    for (std::size_t i = 0; i < a.ints.size(); ++i) {
        const std::int64_t v = a.ints[i] * add.multiplier + b.ints[i] * add.other_multiplier + add.offset;
        y.ints.push_back(
            saturate(to.zero + static_cast<std::int64_t>(std::floor(static_cast<double>(v) / 65536.0)), to));
    }
    for (std::size_t i = 0; i < a.floats.size(); ++i) {
        const float v = a.floats[i] + b.floats[i];
        y.floats.push_back((add.head.flags & RSL_RELU) != 0 && !(v > 0) ? 0.0F : v);
    }
    return y;
}

Numbers gathered(const Image &image, const rsl_operation &op, const Numbers &x)
{
    Numbers y;
    for (std::uint32_t i = 0; i < image.tensor(op.output).channels; ++i) {
        const auto kept = at<std::uint16_t>(image.bytes + op.weights + 2 * i);
        if (x.ints.empty())
            y.floats.push_back(x.floats[kept]);
        else
            y.ints.push_back(x.ints[kept]);
    }
    return y;
}

/// The number of a channel of a pixel that may lie beyond the edges: of integers x's zero point there.
struct Pixels {
    const Numbers &x;
    rsl_tensor shape;

    [[nodiscard]] bool has(std::int64_t row, std::int64_t column) const
    {
        return row >= 0 && row < shape.height && column >= 0 && column < shape.width;
    }
    [[nodiscard]] std::size_t at(std::int64_t row, std::int64_t column, std::uint32_t channel) const
    {
        return static_cast<std::size_t>((row * shape.width + column) * shape.channels + channel);
    }
    [[nodiscard]] std::int64_t whole(std::int64_t row, std::int64_t column, std::uint32_t channel) const
    {
        return has(row, column) ? x.ints[at(row, column, channel)] : shape.zero;
    }
    [[nodiscard]] float real(std::int64_t row, std::int64_t column, std::uint32_t channel) const
    {
        return has(row, column) ? x.floats[at(row, column, channel)] : 0.0F;
    }
};

std::int64_t scaled(std::int64_t sum, std::int32_t multiplier, const rsl_tensor &to)
{
    const long double exact = static_cast<long double>(wrapped(sum)) * multiplier / 4294967296.0L;
    return saturate(to.zero + static_cast<std::int64_t>(std::floor(exact + 0.5L)), to);
}

void append(Numbers &to, const Numbers &from)
{
    to.ints.insert(to.ints.end(), from.ints.begin(), from.ints.end());
    to.floats.insert(to.floats.end(), from.floats.begin(), from.floats.end());
}

/// Calls work(first row, first column) for each window, in their order.
template <typename Work>
void forWindows(const rsl_window &w, const rsl_tensor &to, const Work &work)
{
    for (std::int64_t row = 0; row < to.height; ++row)
        for (std::int64_t column = 0; column < to.width; ++column)
            work(row * w.stride_down - w.top, column * w.stride_across - w.left);
}

Numbers convolved(const Image &image, const std::uint8_t *record, const Numbers &x)
{
    const auto op = at<rsl_operation>(record);
    const bool sketched = op.kind == RSL_CONV_SKETCHED;
    const auto sliding = at<rsl_sliding>(record + (sketched ? sizeof(rsl_sketched) : sizeof(rsl_operation)));
    const rsl_window &w = sliding.window;
    const rsl_tensor from = image.tensor(op.input);
    const rsl_tensor to = image.tensor(op.output);
    const Pixels pixels {x, from};
    const bool integer = op.number == RSL_I8;
    // Column by column of pixels; in layout 4 each has an even number of numbers, of which the last may be
    // any.
    const std::uint8_t first = sketched ? at<rsl_sketched>(record).r_layout : op.layout;
    const bool odd = first == RSL_LAYOUT_I8_2X2 && (w.height * from.channels) % 2 == 1;
    const std::uint32_t cols = w.width * (w.height * from.channels + std::uint32_t {odd});
    const bool relu = (op.flags & RSL_RELU) != 0;
    Numbers y;
    forWindows(w, to, [&](std::int64_t top, std::int64_t left) {
        Numbers patch;
        for (std::int64_t column = left; column < left + w.width; ++column) {
            for (std::int64_t row = top; row < top + w.height; ++row)
                for (std::uint32_t c = 0; c < from.channels; ++c) {
                    if (integer)
                        patch.ints.push_back(pixels.whole(row, column, c));
                    else
                        patch.floats.push_back(pixels.real(row, column, c));
                }
            if (odd)
                patch.ints.push_back(77);
        }
        std::uint32_t read = cols;
        if (sketched) {
            const auto s = at<rsl_sketched>(record);
            const std::uint32_t rank = image.tensor(s.r_product).channels;
            patch = product(image, s.r_factor, {op.number, s.r_layout, rank, cols}, patch,
                            image.tensor(s.r_product), false);
            if ((op.flags & RSL_HAS_U) != 0)
                patch = product(image, s.u_factor, {op.number, s.u_layout, rank, rank}, patch,
                                image.tensor(s.u_product), false);
            read = rank;
        }
        append(y, product(image, op.weights, {op.number, op.layout, to.channels, read}, patch, to, relu));
    });
    return y;
}

Numbers pooled(const Image &image, const std::uint8_t *record, const Numbers &x)
{
    const auto pool = at<rsl_pool>(record);
    const rsl_window &w = pool.window;
    const rsl_tensor to = image.tensor(pool.head.output);
    const Pixels pixels {x, image.tensor(pool.head.input)};
    const bool largest = pool.head.kind == RSL_MAX_POOL;
    Numbers y;
    forWindows(w, to, [&](std::int64_t top, std::int64_t left) {
        for (std::uint32_t c = 0; c < to.channels; ++c) {
            std::int64_t sum = pool.bias;
            std::int64_t best = -128;
            float real = 0;
            for (std::int64_t i = 0; i < w.height * w.width; ++i) {
                const std::int64_t row = top + i / w.width;
                const std::int64_t column = left + i % w.width;
                if (!x.ints.empty()) {
                    sum += pixels.whole(row, column, c);
                    best = std::max(best, pixels.whole(row, column, c));
                    continue;
                }
                const float v = pixels.real(row, column, c);
                if (i == 0)
                    real = v;
                else
                    real = !largest ? real + v : v > real || v != v ? v : real;
            }
            if (!x.ints.empty())
                y.ints.push_back(largest ? best : scaled(sum, pool.multiplier, to));
            else
                y.floats.push_back(largest ? real : real * (1.0F / static_cast<float>(w.height * w.width)));
        }
    });
    return y;
}

Numbers depthwise(const Image &image, const std::uint8_t *record, const Numbers &x)
{
    const auto op = at<rsl_depthwise>(record);
    const rsl_window &w = op.window;
    const rsl_tensor to = image.tensor(op.head.output);
    const Pixels pixels {x, image.tensor(op.head.input)};
    const std::uint32_t taps = std::uint32_t {w.height} * w.width;
    const rsl_taps shape {op.head.number, to.channels, taps};
    const std::uint8_t *weights = image.bytes + op.head.weights;
    Numbers y;
    forWindows(w, to, [&](std::int64_t top, std::int64_t left) {
        for (std::uint32_t c = 0; c < to.channels; ++c) {
            std::int64_t sum = at<std::int32_t>(weights + 4 * c);
            float real = at<float>(weights + 4 * c);
            for (std::uint32_t i = 0; i < taps; ++i) {
                const std::uint8_t *weight = weights + rsl_taps_weight(&shape, i, c);
                const std::int64_t row = top + i / w.width;
                const std::int64_t column = left + i % w.width;
                if (shape.number == RSL_I8) {
                    sum += at<std::int8_t>(weight) * pixels.whole(row, column, c);
                } else {
                    const float term = pixels.real(row, column, c)
                        * (shape.number == RSL_F16 ? rsl_half_to_float(at<std::uint16_t>(weight))
                                                   : at<float>(weight));
                    real = real + term;
                }
            }
            if (shape.number == RSL_I8)
                y.ints.push_back(scaled(sum, at<std::int32_t>(weights + rsl_taps_multiplier(&shape, c)), to));
            else
                y.floats.push_back((op.head.flags & RSL_RELU) != 0 && !(real > 0) ? 0.0F : real);
        }
    });
    return y;
}

Numbers standardised(const Image &image, const rsl_operation &op, const Numbers &x)
{
    const rsl_tensor to = image.tensor(op.output);
    const std::size_t n = x.floats.size();
    const std::uint8_t *map = image.bytes + op.weights;
    Numbers y;
    for (std::size_t i = 0; i < n; ++i) {
        const float difference = x.floats[i] - at<float>(map + 4 * i);
        const float z = difference * at<float>(map + 4 * (n + i));
        if (to.type == RSL_TENSOR_F32) {
            y.floats.push_back(z);
            continue;
        }
        const double nearest = std::isnan(z) ? 0.0 : std::nearbyint(static_cast<double>(z)); // halves to even
        y.ints.push_back(static_cast<std::int64_t>(std::clamp(nearest + to.zero, -128.0, 127.0)));
    }
    return y;
}

/// What the operation at @p record makes of the numbers of the tensors.
Numbers computed(const Image &image, const std::uint8_t *record, const std::vector<Numbers> &tensors)
{
    const auto op = at<rsl_operation>(record);
    const rsl_tensor to = image.tensor(op.output);
    const Numbers &x = tensors[op.input];
    const bool relu = (op.flags & RSL_RELU) != 0;
    const std::uint32_t cols = image.tensor(op.input).channels;
    switch (op.kind) {
    case RSL_DENSE:
        return product(image, op.weights, {op.number, op.layout, to.channels, cols}, x, to, relu);
    case RSL_SKETCHED: {
        const auto s = at<rsl_sketched>(record);
        const rsl_tensor middle = image.tensor(s.r_product);
        const std::uint32_t rank = middle.channels;
        Numbers y = product(image, s.r_factor, {op.number, s.r_layout, rank, cols}, x, middle, false);
        if ((op.flags & RSL_HAS_U) != 0)
            y = product(image, s.u_factor, {op.number, s.u_layout, rank, rank}, y, image.tensor(s.u_product),
                        false);
        return product(image, op.weights, {op.number, op.layout, to.channels, rank}, y, to, relu);
    }
    case RSL_CONV:
    case RSL_CONV_SKETCHED:
        return convolved(image, record, x);
    case RSL_MAX_POOL:
    case RSL_AVERAGE_POOL:
        return pooled(image, record, x);
    case RSL_DEPTHWISE:
        return depthwise(image, record, x);
    case RSL_STANDARDISE:
        return standardised(image, op, x);
    case RSL_GATHER:
        return gathered(image, op, x);
    case RSL_ADD: {
        const auto add = at<rsl_add>(record);
        return sum(image, add, x, tensors[add.other]);
    }
    default: // the same numbers at another place
        return x;
    }
}

} // namespace

std::vector<std::uint8_t> oracleOutputs(const AlignedBytes &bytes, const std::uint8_t *input)
{
    const Image image {bytes.data(), at<rsl_model_header>(bytes.data())};
    std::vector<Numbers> tensors(image.h.tensors);
    const rsl_tensor from = image.tensor(image.h.input);
    for (std::uint32_t i = 0; i < rsl_tensor_numbers(&from); ++i) {
        if (from.type == RSL_TENSOR_I8)
            tensors[image.h.input].ints.push_back(at<std::int8_t>(input + i));
        else
            tensors[image.h.input].floats.push_back(at<float>(input + 4 * i));
    }
    const std::uint8_t *record = bytes.data() + image.h.operation_table;
    for (std::uint32_t i = 0; i < image.h.operations; ++i) {
        const auto op = at<rsl_operation>(record);
        tensors[op.output] = computed(image, record, tensors);
        record += op.size;
    }
    const Numbers &out = tensors[image.h.output];
    if (out.ints.empty()) {
        std::vector<std::uint32_t> bits;
        for (const float y : out.floats)
            bits.push_back(std::isnan(y) ? 0x7FC00000U : at<std::uint32_t>(bytesOf(std::vector {y}).data()));
        return bytesOf(bits);
    }
    return bytesOf(std::vector<std::int16_t>(out.ints.begin(), out.ints.end()));
}

void answerImage(AlignedBytes &image)
{
    const auto h = at<rsl_model_header>(image.data());
    const std::vector<std::uint8_t> outputs = oracleOutputs(image, image.data() + h.known_input);
    std::memcpy(image.data() + h.known_output, outputs.data(), outputs.size());
    sealImage(image);
}

} // namespace rosler
