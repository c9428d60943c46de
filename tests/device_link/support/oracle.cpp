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

struct Complex {
    float re;
    float im;
};

Complex times(const Complex &x, const Complex &t)
{
    const float a = x.re * t.re;
    const float b = x.im * t.im;
    const float c = x.re * t.im;
    const float d = x.im * t.re;
    return {a - b, c + d};
}

/// The features of one channel, frame by frame.
class Extractor
{
public:
    Extractor(const Image &image, const rsl_extract &op)
        : m_op(op)
        , m_tables(image.bytes + op.head.weights)
        , m_frame(op.frame)
    {
    }

    std::vector<float> features(const std::vector<float> &frame) const
    {
        const std::vector<float> powers = powersOf(frame);
        std::vector<float> made;
        if (m_op.bands == 0) {
            for (std::size_t k = 1; k < powers.size(); ++k)
                made.push_back(std::sqrt(powers[k]));
            return made;
        }
        std::size_t word = bandRows() + m_op.bands;
        for (std::size_t band = 0; band < m_op.bands; ++band) {
            const std::size_t row = 4 * (bandRows() + band);
            float energy = 0;
            for (std::size_t i = 0; i < at<std::uint16_t>(m_tables + row + 2); ++i) {
                const float term = number(word++) * powers[at<std::uint16_t>(m_tables + row) + i];
                energy = energy + term;
            }
            made.push_back(logarithm(energy > 1e-10F ? energy : 1e-10F));
        }
        if (m_op.coefficients == 0)
            return made;
        std::vector<float> cepstrum;
        for (std::size_t i = 0; i < m_op.coefficients; ++i) {
            float value = 0;
            for (const float logarithm : made) {
                const float term = number(word++) * logarithm;
                value = value + term;
            }
            cepstrum.push_back(value);
        }
        return cepstrum;
    }

private:
    [[nodiscard]] float number(std::size_t word) const { return at<float>(m_tables + 4 * word); }
    [[nodiscard]] std::size_t bandRows() const { return m_frame / 2 + 1 + m_frame / 4 + 1; }

    /// cos(2 pi k / frame), k up to three quarters.
    [[nodiscard]] float cosine(std::size_t k) const
    {
        const std::size_t half = m_frame / 2;
        const std::size_t begin = half + 1;
        return k <= half / 2 ? number(begin + k) : -number(begin + (k <= half ? half - k : k - half));
    }
    [[nodiscard]] float sine(std::size_t k) const
    {
        const std::size_t quarter = m_frame / 4;
        const std::size_t begin = m_frame / 2 + 1;
        return k <= 2 * quarter ? number(begin + (k <= quarter ? quarter - k : k - quarter))
                                : -number(begin + 3 * quarter - k);
    }
    [[nodiscard]] Complex turn(std::size_t k) const { return {cosine(k), -sine(k)}; }

    [[nodiscard]] std::vector<Complex> transformed(const std::vector<Complex> &z) const
    {
        const std::size_t n = z.size();
        if (n == 1)
            return z;
        if (n == 2)
            return {{z[0].re + z[1].re, z[0].im + z[1].im}, {z[0].re - z[1].re, z[0].im - z[1].im}};
        std::vector<std::vector<Complex>> parts(4);
        for (std::size_t i = 0; i < n; ++i)
            parts[i % 4].push_back(z[i]);
        for (std::vector<Complex> &part : parts)
            part = transformed(part);
        std::vector<Complex> y(n);
        for (std::size_t k = 0; k < n / 4; ++k) {
            const std::size_t step = m_frame / n;
            const auto turned = [&](std::size_t q) {
                return k == 0 ? parts[q][k] : times(parts[q][k], turn(q * k * step));
            };
            const Complex a = parts[0][k];
            const Complex b = turned(1);
            const Complex c = turned(2);
            const Complex d = turned(3);
            const Complex even {a.re + c.re, a.im + c.im};
            const Complex odd {b.re + d.re, b.im + d.im};
            const Complex e {a.re - c.re, a.im - c.im};
            const Complex o {b.re - d.re, b.im - d.im};
            y[k] = {even.re + odd.re, even.im + odd.im};
            y[k + n / 4] = {e.re + o.im, e.im - o.re};
            y[k + n / 2] = {even.re - odd.re, even.im - odd.im};
            y[k + 3 * n / 4] = {e.re - o.im, e.im + o.re};
        }
        return y;
    }

    [[nodiscard]] std::vector<float> powersOf(const std::vector<float> &x) const
    {
        const std::size_t m = m_frame / 2;
        std::vector<float> windowed;
        for (std::size_t n = 0; n < m_frame; ++n)
            windowed.push_back(x[n] * number(std::min(n, m_frame - n)));
        std::vector<Complex> pairs;
        for (std::size_t n = 0; n < m; ++n)
            pairs.push_back({windowed[2 * n], windowed[2 * n + 1]});
        const std::vector<Complex> z = transformed(pairs);
        std::vector<float> powers;
        for (std::size_t k = 0; k <= m; ++k) {
            const std::size_t low = std::min(k, m - k);
            const Complex p = z[low];
            const Complex q = z[(m - low) % m];
            Complex bin {};
            if (low == 0) {
                const float v = k == 0 ? p.re + p.im : p.re - p.im;
                bin = {v + v, 0};
            } else if (2 * low == m) {
                bin = {p.re + p.re, p.im + p.im};
            } else {
                const Complex even {p.re + q.re, p.im - q.im};
                const Complex odd = times({p.im + q.im, q.re - p.re}, turn(low));
                bin = k == low ? Complex {even.re + odd.re, even.im + odd.im}
                               : Complex {even.re - odd.re, even.im - odd.im};
            }
            const float a = bin.re * bin.re;
            const float b = bin.im * bin.im;
            powers.push_back(a + b);
        }
        return powers;
    }

    static float logarithm(float x)
    {
        int exponent = 129; // of infinity
        float m = 0.5F;
        if (!std::isinf(x))
            m = std::frexp(x, &exponent);
        --exponent;
        m = m * 2; // 1..2
        if (m > 0x1.6a09e6p0F) {
            m = m / 2;
            ++exponent;
        }
        const float below = m + 1;
        const float s = (m - 1) / below;
        const float z = s * s;
        float r = 0x1.c71c72p-4F;
        for (const float c : {0x1.24924ap-3F, 0x1.99999ap-3F, 0x1.555556p-2F}) {
            r = r * z;
            r = r + c;
        }
        r = r * z;
        const float twice = s * 2;
        const float more = twice * r;
        const float low = static_cast<float>(exponent) * 0x1.7f7d1cp-20F;
        const float near = (twice + more) + low;
        return static_cast<float>(exponent) * 0x1.62e4p-1F + near;
    }

    const rsl_extract m_op;
    const std::uint8_t *m_tables;
    std::size_t m_frame;
};

/// As an input becomes int8.
std::int64_t quantised(float x, const rsl_tensor &to)
{
    const float place = x / to.scale + static_cast<float>(to.zero);
    const double nearest = std::floor(static_cast<double>(place) + 0.5);
    return std::isnan(place) ? to.zero : static_cast<std::int64_t>(std::clamp(nearest, -128.0, 127.0));
}

Numbers extracted(const Image &image, const std::uint8_t *record, const Numbers &x)
{
    const auto op = at<rsl_extract>(record);
    const rsl_tensor from = image.tensor(op.head.input);
    const rsl_tensor to = image.tensor(op.head.output);
    const Extractor extractor(image, op);
    std::vector<float> features(rsl_tensor_numbers(&to));
    for (std::size_t c = 0; c < from.channels; ++c) {
        std::size_t place = c;
        for (std::size_t first = 0; first + op.frame <= from.width; first += op.hop) {
            std::vector<float> frame;
            for (std::size_t n = 0; n < op.frame; ++n)
                frame.push_back(x.floats[(first + n) * from.channels + c]);
            for (const float feature : extractor.features(frame)) {
                features.at(place) = feature;
                place += from.channels;
            }
        }
    }
    Numbers y;
    for (const float feature : features) {
        if (to.type == RSL_TENSOR_F32)
            y.floats.push_back(feature);
        else
            y.ints.push_back(quantised(feature, to));
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
    case RSL_EXTRACT:
        return extracted(image, record, x);
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
