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

/// @param filled  columns of which so many each end in one that is no number's, and has weights of 0; or 0
std::uint32_t placeFactor(Builder &to, const rsl_factor &f, Random &random, double outputRms, bool wideInput,
                          std::uint32_t filled = 0)
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
            if (filled != 0 && c % filled == filled - 1)
                continue;
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

/// Tables of an extraction: of a Hann window, right cosines, and random bands.
std::uint32_t placeTables(Builder &to, const SampleExtraction &e, Random &random)
{
    constexpr double pi = 3.14159265358979323846;
    std::vector<std::uint32_t> words;
    const auto put = [&](double value) {
        const auto rounded = static_cast<float>(value);
        words.emplace_back();
        std::memcpy(&words.back(), &rounded, 4);
    };
    for (std::uint32_t n = 0; n <= e.frame / 2; ++n)
        put((1 - std::cos(2 * pi * n / e.frame)) / e.frame);
    for (std::uint32_t k = 0; k <= e.frame / 4; ++k)
        put(k == e.frame / 4 ? 0.0 : std::cos(2 * pi * k / e.frame));
    std::uint32_t teeth = 0;
    for (std::uint32_t band = 0; band < e.bands; ++band) {
        const auto first = static_cast<std::uint32_t>(random() % (e.frame / 2 + 1));
        const auto bins = static_cast<std::uint32_t>(random() % (e.frame / 2 + 2 - first));
        words.push_back(first | bins << 16);
        teeth += bins;
    }
    for (std::uint32_t i = 0; i < teeth + e.coefficients * e.bands; ++i)
        put(static_cast<double>(i < teeth ? std::fabs(unit(random)) : unit(random)));
    const std::uint32_t begin = to.place(4 * words.size());
    std::memcpy(to.at(begin), words.data(), 4 * words.size());
    return begin;
}

/// Bytes of the records that sampleImage() makes of a model.
std::size_t sampleTableBytes(const SampleModel &model)
{
    std::size_t tensors = 1;
    std::size_t bytes = 0;
    if (model.extraction) {
        bytes += sizeof(rsl_extract);
        tensors += 2;
    }
    if (!model.windows.empty()) { // more than they need
        bytes += (model.windows.size() + 2) * sizeof(rsl_conv_sketched);
        tensors += 5 * model.windows.size() + 2;
    }
    if (model.rows > 1) {
        bytes += sizeof(rsl_operation);
        ++tensors;
    }
    if (model.number == RSL_I8 || (model.kept > 0 && model.kept < model.inputs)) {
        const bool moves =
            (model.kept > 0 && model.kept < model.inputs) || rsl_act_type(model.layout) != RSL_TENSOR_I8;
        bytes += moves ? sizeof(rsl_operation) : 0;
        tensors += moves ? 1 : 0;
    }
    for (const SampleLayer &layer : model.layers) {
        bytes += layer.rank > 0 ? sizeof(rsl_sketched) : sizeof(rsl_operation);
        tensors += layer.rank > 0 ? (layer.hasU ? 3 : 2) : 1;
        if (layer.residual) {
            bytes += sizeof(rsl_add);
            ++tensors;
        }
    }
    return bytes + tensors * sizeof(rsl_tensor);
}

/// Records of a model in the making; each tensor has a place of its own in the arena.
struct Plan {
    std::vector<rsl_tensor> tensors;
    std::vector<std::uint8_t> operations;
    std::uint16_t count = 0;
    std::uint32_t arena = 0;

    std::uint16_t tensor(std::uint8_t type, std::uint32_t numbers, std::int32_t zero = 0)
    {
        rsl_tensor t {};
        t.type = type;
        t.height = t.width = 1;
        t.channels = static_cast<std::uint16_t>(numbers);
        t.scale = 1.0F;
        t.zero = zero;
        t.arena = arena;
        arena += rsl_tensor_room(&t);
        arena = (arena + 15U) / 16U * 16U;
        tensors.push_back(t);
        return static_cast<std::uint16_t>(tensors.size() - 1);
    }
    /// A tensor that means what another does.
    std::uint16_t alike(std::uint16_t other, std::uint8_t type, std::uint32_t numbers)
    {
        const std::uint16_t made = tensor(type, numbers, tensors[other].zero);
        tensors[made].scale = tensors[other].scale;
        return made;
    }
    template <typename Record>
    void operation(rsl_kind kind, std::uint16_t input, std::uint16_t output, Record record)
    {
        auto &head = reinterpret_cast<rsl_operation &>(record);
        head.kind = static_cast<std::uint16_t>(kind);
        head.size = sizeof record;
        head.input = input;
        head.output = output;
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(&record);
        operations.insert(operations.end(), bytes, bytes + sizeof record);
        ++count;
    }
};

/// Weights and multipliers of a depthwise convolution.
std::uint32_t placeTaps(Builder &to, const rsl_taps &taps, Random &random, double outputRms)
{
    const std::uint32_t begin = to.place(rsl_taps_bytes(&taps));
    for (std::uint32_t c = 0; c < taps.channels; ++c) {
        const float bias = 0.1F * unit(random);
        const auto whole = static_cast<std::int32_t>(unit(random) * 3000.0F);
        std::memcpy(to.at(begin + 4 * std::size_t {c}),
                    taps.number == RSL_I8 ? static_cast<const void *>(&whole) : &bias, 4);
        const double multiplier = 4294967296.0
            * std::min(0.45, outputRms / (73.0 * 60 * std::sqrt(static_cast<double>(taps.taps))));
        if (taps.number == RSL_I8)
            rsl_write_u32(
                to.at(begin + rsl_taps_multiplier(&taps, c)),
                static_cast<std::uint32_t>(multiplier * (1.0 + 0.1 * static_cast<double>(unit(random)))));
        for (std::uint32_t i = 0; i < taps.taps; ++i) {
            std::uint8_t *w = to.at(begin + rsl_taps_weight(&taps, i, c));
            const float value = unit(random);
            if (taps.number == RSL_I8)
                *w = static_cast<std::uint8_t>(static_cast<std::int8_t>(std::lround(value * 127.0F)));
            else if (taps.number == RSL_F16)
                rsl_write_u16(w, half(value));
            else
                std::memcpy(w, &value, 4);
        }
    }
    return begin;
}

/// The extraction, whose output is not there yet: the tensor that is made next.
std::uint16_t placeExtraction(Plan &plan, Builder &to, const SampleExtraction &sample, Random &random)
{
    const std::uint16_t input = plan.tensor(RSL_TENSOR_F32, sample.samples * sample.channels);
    plan.tensors[input].width = static_cast<std::uint16_t>(sample.samples);
    plan.tensors[input].channels = static_cast<std::uint16_t>(sample.channels);
    rsl_extract op {};
    op.frame = static_cast<std::uint16_t>(sample.frame);
    op.hop = static_cast<std::uint16_t>(sample.hop);
    op.bands = static_cast<std::uint16_t>(sample.bands);
    op.coefficients = static_cast<std::uint16_t>(sample.coefficients);
    op.head.weights = placeTables(to, sample, random);
    op.scratch = plan.tensor(RSL_TENSOR_F32, rsl_extract_scratch(sample.frame, sample.bands));
    plan.operation(RSL_EXTRACT, input, static_cast<std::uint16_t>(op.scratch + 1), op);
    return input;
}

/// Windows, one operation after the other, and the tensors that they need.
struct WindowsBuilder {
    Plan &plan;
    Builder &to;
    Random &random;
    std::uint8_t number;
    std::uint8_t layout;

    [[nodiscard]] bool integer() const { return number == RSL_I8; }
    [[nodiscard]] std::uint8_t act() const
    {
        return integer() ? rsl_act_type(layout) : std::uint8_t {RSL_TENSOR_F32};
    }

    std::uint16_t image(std::uint8_t type, std::uint32_t height, std::uint32_t width, std::uint32_t channels,
                        std::int32_t zero) const
    {
        const std::uint16_t made = plan.tensor(type, 1, zero);
        rsl_tensor &t = plan.tensors[made];
        t.height = static_cast<std::uint16_t>(height);
        t.width = static_cast<std::uint16_t>(width);
        t.channels = static_cast<std::uint16_t>(channels);
        plan.arena = t.arena + rsl_tensor_room(&t);
        return made;
    }

    std::uint16_t standardise(std::uint16_t at) const
    {
        const rsl_tensor x = plan.tensors[at];
        const std::uint32_t n = rsl_tensor_numbers(&x);
        rsl_operation op {};
        op.weights = to.place(8 * std::size_t {n});
        for (std::uint32_t i = 0; i < 2 * n; ++i) {
            const float value = unit(random) * (i < n ? 1.0F : 3.0F);
            std::memcpy(to.at(op.weights + 4 * std::size_t {i}), &value, 4);
        }
        const std::uint16_t out =
            image(integer() ? std::uint8_t {RSL_TENSOR_I8} : std::uint8_t {RSL_TENSOR_F32}, x.height, x.width,
                  x.channels, integer() ? 11 : 0);
        plan.tensors[out].scale = integer() ? 1.0F / 40.0F : 1.0F;
        plan.operation(RSL_STANDARDISE, at, out, op);
        return out;
    }

    std::uint16_t add(std::uint16_t at, const SampleWindows &sample, bool last)
    {
        const rsl_tensor x = plan.tensors[at];
        const rsl_window &w = sample.window;
        const auto fitting = [](std::uint32_t length, std::uint32_t pad, std::uint32_t window,
                                std::uint32_t stride) { return (length + 2 * pad - window) / stride + 1; };
        const std::uint32_t down = fitting(x.height, w.top, w.height, w.stride_down);
        const std::uint32_t across = fitting(x.width, w.left, w.width, w.stride_across);
        const bool pools = sample.kind == RSL_MAX_POOL || sample.kind == RSL_AVERAGE_POOL;
        const bool wide = integer() && last;
        const std::uint8_t type = !integer() ? std::uint8_t {RSL_TENSOR_F32}
            : wide                           ? std::uint8_t {RSL_TENSOR_I16}
                                             : std::uint8_t {RSL_TENSOR_I8};
        const std::int32_t zero = !integer() || wide ? 0 : sample.relu ? -128 : 5;
        const double rms = wide ? 8000 : sample.relu ? 90 : 40;
        if (pools) {
            rsl_pool pool {};
            pool.window = w;
            if (integer() && sample.kind == RSL_AVERAGE_POOL) {
                pool.multiplier = static_cast<std::int32_t>(0.45 * 4294967296.0 / (w.height * w.width));
                pool.bias = -x.zero * w.height * w.width;
            }
            const bool largest = sample.kind == RSL_MAX_POOL;
            const std::uint16_t out = image(type, down, across, x.channels, largest ? x.zero : zero);
            plan.tensors[out].scale = largest ? x.scale : plan.tensors[out].scale;
            plan.operation(sample.kind, at, out, pool);
            return out;
        }
        if (sample.kind == RSL_DEPTHWISE) {
            rsl_depthwise op {};
            op.head.number = number;
            op.head.layout = RSL_LAYOUT_TAPS;
            op.head.flags = sample.relu ? RSL_RELU : 0;
            op.window = w;
            op.head.weights =
                placeTaps(to, {number, x.channels, std::uint32_t {w.height} * w.width}, random, rms);
            const std::uint16_t out = image(type, down, across, x.channels, zero);
            plan.operation(RSL_DEPTHWISE, at, out, op);
            return out;
        }
        rsl_conv_sketched op {};
        op.layer.head.number = number;
        op.layer.head.layout = layout;
        op.layer.head.flags = sample.relu ? RSL_RELU : 0;
        op.sliding.window = w;
        op.layer.u_product = RSL_NO_TENSOR;
        const std::uint32_t column = rsl_strip_column(&w, x.channels, layout);
        op.sliding.strip = image(act(), 1, rsl_strip_width(&w, x.width, column, integer()), column, x.zero);
        plan.tensors[op.sliding.strip].scale = x.scale;
        const std::uint32_t filled = column != w.height * x.channels ? column : 0;
        std::uint32_t cols = w.width * column;
        const std::uint8_t middle = integer() ? RSL_TENSOR_I16 : RSL_TENSOR_F32;
        const bool sketched = sample.kind == RSL_CONV_SKETCHED;
        if (sketched) {
            op.layer.r_layout = layout;
            op.layer.r_factor =
                placeFactor(to, {number, layout, sample.rank, cols}, random, 8000, false, filled);
            op.layer.r_product = plan.tensor(middle, sample.rank);
            cols = sample.rank;
            if (sample.hasU) {
                op.layer.head.flags |= RSL_HAS_U;
                op.layer.u_layout = layout;
                op.layer.u_factor = placeFactor(to, {number, layout, cols, cols}, random, 8000, true);
                op.layer.u_product = plan.tensor(middle, cols);
            }
        }
        op.layer.head.weights = placeFactor(to, {number, layout, sample.filters, cols}, random, rms, sketched,
                                            sketched ? 0 : filled);
        op.sliding.pixel = RSL_NO_TENSOR;
        const std::uint8_t written = wide ? std::uint8_t {RSL_TENSOR_I16} : act();
        if (integer() && (type != written || sample.filters % 4 != 0))
            op.sliding.pixel = plan.tensor(written, sample.filters, zero);
        const std::uint16_t out = image(type, down, across, sample.filters, zero);
        if (sketched)
            plan.operation(RSL_CONV_SKETCHED, at, out, op);
        else
            plan.operation(RSL_CONV, at, out, rsl_conv {op.layer.head, op.sliding});
        return out;
    }
};

/// The numbers of tensor @p from, kept ones or all, as activations.
std::uint16_t placeMove(Plan &plan, Builder &to, std::uint16_t from, std::uint32_t kept, std::uint8_t type,
                        Random &random)
{
    const std::uint32_t inputs = plan.tensors[from].channels;
    rsl_operation move {};
    if (kept == 0 || kept >= inputs) {
        if (plan.tensors[from].type == type)
            return from;
        const std::uint16_t out = plan.alike(from, type, inputs);
        plan.operation(RSL_COPY, from, out, move);
        return out;
    }
    std::vector<std::uint16_t> all(inputs);
    std::iota(all.begin(), all.end(), std::uint16_t {0});
    for (std::size_t k = 0; k < kept; ++k) // Fisher and Yates
        std::swap(all[k], all[k + random() % (all.size() - k)]);
    std::sort(all.begin(), all.begin() + kept);
    move.weights = to.place(2 * std::size_t {kept});
    for (std::uint32_t k = 0; k < kept; ++k)
        rsl_write_u16(to.at(move.weights + 2 * k), all[k]);
    const std::uint16_t out = plan.alike(from, type, kept);
    plan.operation(RSL_GATHER, from, out, move);
    return out;
}

} // namespace

AlignedBytes sampleImage(const SampleModel &model)
{
    Random random(model.seed);
    Builder to;
    const bool i8 = model.number == RSL_I8;
    const auto layout = static_cast<std::uint8_t>(i8 ? model.layout : RSL_LAYOUT_F_4X1);
    const std::uint8_t act = i8 ? rsl_act_type(layout) : std::uint8_t {RSL_TENSOR_F32};
    rsl_model_header h {};
    to.place(sizeof h);
    to.place(sampleTableBytes(model)); // filled in when all places are known

    Plan plan;
    if (model.extraction)
        h.input = placeExtraction(plan, to, *model.extraction, random);
    const std::uint16_t begin = plan.tensor(i8 ? RSL_TENSOR_I8 : RSL_TENSOR_F32, model.inputs, i8 ? -128 : 0);
    plan.tensors[begin].scale = i8 ? 1.0F / 255.0F : 1.0F;
    if (!model.extraction)
        h.input = begin;
    std::uint16_t at = begin;
    if (!model.windows.empty()) {
        rsl_tensor &input = plan.tensors[begin];
        input.height = static_cast<std::uint16_t>(model.rows);
        input.width = static_cast<std::uint16_t>(model.columns);
        input.channels = static_cast<std::uint16_t>(model.inputs / model.rows / model.columns);
        WindowsBuilder windows {plan, to, random, static_cast<std::uint8_t>(model.number), layout};
        if (model.standardised) {
            input.type = RSL_TENSOR_F32;
            input.zero = 0;
            input.scale = 1.0F;
            plan.arena = input.arena + rsl_tensor_room(&input);
            at = windows.standardise(at);
        }
        for (std::size_t i = 0; i < model.windows.size(); ++i)
            at = windows.add(at, model.windows[i], model.layers.empty() && i + 1 == model.windows.size());
        if (const rsl_tensor image = plan.tensors[at]; !model.layers.empty()) {
            const std::uint16_t flat = plan.alike(at, image.type, rsl_tensor_numbers(&image));
            plan.operation(RSL_FLATTEN, at, flat, rsl_operation {});
            at = flat;
        }
    } else if (model.rows > 1) {
        rsl_tensor &image = plan.tensors[begin];
        image.height = static_cast<std::uint16_t>(model.rows);
        image.channels = static_cast<std::uint16_t>(model.inputs / model.rows);
        at = plan.alike(at, image.type, model.inputs);
        plan.operation(RSL_FLATTEN, begin, at, rsl_operation {});
    }
    if (!model.layers.empty())
        at = placeMove(plan, to, at, model.kept, act, random);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const SampleLayer &from = model.layers[i];
        const bool last = i + 1 == model.layers.size();
        const std::uint32_t read = plan.tensors[at].channels;
        const double rms = last ? 8000 : from.relu ? 90 : 40;
        const auto factor = [&](std::uint32_t rows, std::uint32_t cols) {
            return rsl_factor {static_cast<std::uint8_t>(model.number), layout, rows, cols};
        };
        const std::uint8_t middle = i8 ? RSL_TENSOR_I16 : RSL_TENSOR_F32;
        rsl_sketched l {};
        l.head.number = static_cast<std::uint8_t>(model.number);
        l.head.layout = layout;
        l.head.flags = from.relu ? RSL_RELU : 0;
        l.u_product = RSL_NO_TENSOR;
        if (from.rank > 0) {
            l.r_layout = layout;
            l.r_factor = placeFactor(to, factor(from.rank, read), random, 8000, false);
            l.r_product = plan.tensor(middle, from.rank);
            if (from.hasU) {
                l.head.flags |= RSL_HAS_U;
                l.u_layout = layout;
                l.u_factor = placeFactor(to, factor(from.rank, from.rank), random, 8000, true);
                l.u_product = plan.tensor(middle, from.rank);
            }
            l.head.weights = placeFactor(to, factor(from.outputs, from.rank), random, rms, true);
        } else {
            l.head.weights = placeFactor(to, factor(from.outputs, read), random, rms, false);
        }
        const std::int32_t zero = i8 && !last ? (from.relu ? -128 : 3) : 0;
        const std::uint16_t out =
            plan.tensor(last && i8 ? std::uint8_t {RSL_TENSOR_I16} : act, from.outputs, zero);
        if (last && i8)
            plan.tensors[out].scale = 0.001F;
        if (from.rank > 0)
            plan.operation(RSL_SKETCHED, at, out, l);
        else
            plan.operation(RSL_DENSE, at, out, l.head);
        if (from.residual) {
            rsl_add add {};
            add.other = at;
            if (i8) {
                add.multiplier = 45000;
                add.other_multiplier = 52000;
                add.offset = (1 << 15) - 45000 * zero - 52000 * plan.tensors[at].zero;
            }
            const std::uint16_t sum = plan.tensor(act, from.outputs, i8 ? -2 : 0);
            plan.operation(RSL_ADD, out, sum, add);
            at = sum;
        } else {
            at = out;
        }
    }
    h.magic = RSL_MODEL_MAGIC;
    h.format = RSL_MODEL_FORMAT;
    h.kernel_abi = RSL_KERNEL_ABI;
    h.operations = plan.count;
    h.tensors = static_cast<std::uint16_t>(plan.tensors.size());
    h.operation_table = sizeof h;
    h.tensor_table = h.operation_table + static_cast<std::uint32_t>(plan.operations.size());
    h.arena_bytes = plan.arena;
    h.output = at;
    std::copy_n(model.name.data(), std::min<std::size_t>(model.name.size(), 31), h.name);
    std::memcpy(to.at(h.operation_table), plan.operations.data(), plan.operations.size());
    std::memcpy(to.at(h.tensor_table), plan.tensors.data(), plan.tensors.size() * sizeof(rsl_tensor));
    const rsl_tensor &input = plan.tensors[h.input];
    const bool whole = input.type == RSL_TENSOR_I8;
    h.known_input = to.place(rsl_tensor_bytes(&input));
    for (std::uint32_t i = 0; i < rsl_tensor_numbers(&input); ++i) {
        const float value = unit(random);
        if (whole)
            *to.at(h.known_input + i) = static_cast<std::uint8_t>(random() >> 24);
        else
            std::memcpy(to.at(h.known_input + 4 * i), &value, 4);
    }
    h.known_output = to.place(rsl_tensor_bytes(&plan.tensors[at]));
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

const rsl_operation &operationOf(const rsl_model &model, unsigned number)
{
    const rsl_operation *operation = rsl_model_first(&model);
    for (unsigned i = 0; i < number; ++i)
        operation = rsl_operation_next(operation);
    return *operation;
}

const rsl_operation &productOf(const rsl_model &model)
{
    const rsl_operation *operation = rsl_model_first(&model);
    while (operation->kind != RSL_DENSE && operation->kind != RSL_SKETCHED)
        operation = rsl_operation_next(operation);
    return *operation;
}

} // namespace rosler
