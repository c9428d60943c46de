// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/model_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/compress/float16.h"
#include "device_link/host/image_plan.h"
#include "device_link/host/quantise.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_quantise.h"

namespace rosler {

namespace {

static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ % RSL_MODEL_ALIGNMENT == 0, "images lie in vectors");

/// Where columns of a matrix go in its factor: those of a window's, which are stored row by row, to where the
/// strip has them (PROTOCOL.md, section "Windows"); all others stay.
class Columns
{
public:
    Columns(const PlannedOperation &operation, const WindowGrid *windows)
        : m_operation(operation)
        , m_windows(windows)
    {
    }
    [[nodiscard]] std::uint32_t count(const ImagePlan &plan) const
    {
        return std::uint32_t {m_operation.sliding.window.width} * strip(plan);
    }
    [[nodiscard]] std::uint32_t of(const ImagePlan &plan, Index col) const
    {
        if (m_windows == nullptr)
            return static_cast<std::uint32_t>(col);
        const Index channels = m_windows->in.channels;
        const Index row = col / (m_windows->windowWidth * channels);
        const Index column = col / channels % m_windows->windowWidth;
        return static_cast<std::uint32_t>(column * strip(plan) + row * channels + col % channels);
    }

private:
    [[nodiscard]] std::uint32_t strip(const ImagePlan &plan) const
    {
        return plan.tensors[m_operation.sliding.strip].channels;
    }

    const PlannedOperation &m_operation;
    const WindowGrid *m_windows;
};

/// Fills the places of a planned image, product by product, and follows the scale of what travels between
/// them.
class Packer
{
public:
    Packer(ImagePlan plan, const PackOptions &options)
        : m_plan(std::move(plan))
        , m_bytes(m_plan.header.total_bytes)
        , m_integer(options.type == RSL_I8)
    {
        rsl_model_header &h = m_plan.header;
        h.magic = RSL_MODEL_MAGIC;
        h.format = RSL_MODEL_FORMAT;
        h.kernel_abi = RSL_KERNEL_ABI;
        for (std::size_t i = 0; i < options.name.size() && i + 1 < sizeof h.name; ++i) {
            const char c = options.name[i];
            h.name[i] = c >= ' ' && c <= '~' ? c : '?';
        }
    }

    /// @param ranges  of rangesOf(chain)
    void pack(const std::vector<ChainLayer> &chain, std::span<const std::uint32_t> keptFeatures,
              const std::vector<VectorRange> &ranges, const std::optional<Extraction> &extraction)
    {
        if (extraction)
            std::copy(extraction->tables.begin(), extraction->tables.end(),
                      m_bytes.begin() + m_plan.extraction);
        for (std::size_t i = 0; i < keptFeatures.size(); ++i)
            put(m_plan.kept + 2 * i, static_cast<std::uint16_t>(keptFeatures[i]));
        IntegerScale at {1.0, 0};
        if (m_integer && !chain.front().shape.standardises())
            at = asStored(int8Scale(ranges.front(), false));
        if (!extraction) // else it is the first operation's output that means this
            mean(m_plan.header.input, at);
        std::size_t vector = 0; // of the ranges
        std::size_t moved =
            0; // operations that are no step of the chain: what moves does not change the meaning
        for (std::size_t i = 0; i < chain.size(); ++i) {
            for (; moved < m_plan.steps[i]; ++moved)
                meanAsBefore(m_plan.operations[moved].head(), at);
            moved = m_plan.steps[i] + 1;
            at = packStep(m_plan.operations[m_plan.steps[i]], chain[i], at,
                          std::span(ranges).subspan(vector + 1));
            vector += std::max<std::size_t>(1, chain[i].products.size());
        }
        const std::vector<std::uint8_t> tables = m_plan.tables();
        std::copy(tables.begin(), tables.end(), m_bytes.begin());
    }

    void answer(std::span<const std::uint8_t> input, std::span<const std::uint8_t> output)
    {
        std::copy(input.begin(), input.end(), m_bytes.begin() + m_plan.header.known_input);
        std::copy(output.begin(), output.end(), m_bytes.begin() + m_plan.header.known_output);
    }

    /// The image, with the CRC of what is there now.
    [[nodiscard]] std::vector<std::uint8_t> sealed()
    {
        put(0, m_plan.header);
        m_plan.header.crc =
            rsl_crc32(0, m_bytes.data() + RSL_MODEL_CRC_FROM, m_bytes.size() - RSL_MODEL_CRC_FROM);
        put(0, m_plan.header);
        return m_bytes;
    }

private:
    template <typename T>
    void put(std::uint64_t at, const T &value)
    {
        std::memcpy(m_bytes.data() + at, &value, sizeof value);
    }

    void mean(std::uint16_t tensor, const IntegerScale &scale)
    {
        m_plan.tensors[tensor].scale = static_cast<float>(scale.scale);
        m_plan.tensors[tensor].zero = scale.zero;
    }

    [[nodiscard]] IntegerScale scaleOf(std::uint16_t tensor) const
    {
        return {static_cast<double>(m_plan.tensors[tensor].scale), m_plan.tensors[tensor].zero};
    }

    /// What moves does not change the meaning. @param features  that of what is made of samples
    void meanAsBefore(const rsl_operation &operation, const IntegerScale &features)
    {
        mean(operation.output, operation.kind == RSL_EXTRACT ? features : scaleOf(operation.input));
    }

    /// As a tensor keeps it.
    static IntegerScale asStored(IntegerScale scale)
    {
        scale.scale = static_cast<double>(static_cast<float>(scale.scale));
        return scale;
    }

    /// @param ranges  from that of its first product on
    IntegerScale packStep(PlannedOperation &operation, const ChainLayer &step, IntegerScale at,
                          std::span<const VectorRange> ranges)
    {
        if (step.shape.other)
            return packSum(operation, step.relu, at, ranges.front());
        if (step.shape.standardises())
            return packStandardise(operation.head(), step.map, ranges.front());
        if (step.products.empty())
            return packPool(operation, step.shape, at, ranges.front());
        if (step.shape.channelwise())
            return packTaps(operation.head(), step.products.front(), at, ranges.front());
        const bool slides = step.shape.windows.has_value();
        if (slides)
            mean(operation.sliding.strip, at);
        if (step.products.back().relu)
            operation.head().flags = static_cast<std::uint8_t>(operation.head().flags | RSL_RELU);
        for (std::size_t p = 0; p < step.products.size(); ++p) {
            const ChainProduct &product = step.products[p];
            const Index next = product.endsLayer ? 1 : step.products[p + 1].weights.cols();
            at = packProduct(operation, p, product, at, ranges[p], next,
                             slides && p == 0 ? &*step.shape.windows : nullptr);
        }
        if (slides && operation.sliding.pixel != RSL_NO_TENSOR)
            mean(operation.sliding.pixel, at);
        return at;
    }

    IntegerScale packSum(PlannedOperation &operation, bool relu, const IntegerScale &inputs,
                         const VectorRange &range)
    {
        rsl_operation &head = operation.head();
        if (relu)
            head.flags = static_cast<std::uint8_t>(head.flags | RSL_RELU);
        IntegerScale at = inputs;
        if (m_integer) {
            const IntegerSum q = quantiseSum(inputs, scaleOf(operation.add.other), int8Scale(range, relu));
            operation.add.multiplier = q.multiplier;
            operation.add.other_multiplier = q.otherMultiplier;
            operation.add.offset = q.offset;
            at = q.outputs;
        }
        mean(head.output, at);
        return at;
    }

    IntegerScale packStandardise(const rsl_operation &operation, const ChannelMap &map,
                                 const VectorRange &range)
    {
        const std::size_t n = rsl_tensor_numbers(&m_plan.tensors[operation.input]);
        const IntegerScale at = m_integer ? asStored(int8Scale(range, false)) : IntegerScale {1.0, 0};
        for (std::size_t i = 0; i < n; ++i) {
            const auto factor = static_cast<double>(map.scale[i % map.scale.size()]) / at.scale;
            put(operation.weights + 4 * i, static_cast<float>(map.mean[i % map.mean.size()]));
            put(operation.weights + 4 * (n + i), static_cast<float>(factor));
        }
        mean(operation.output, at);
        return at;
    }

    IntegerScale packTaps(rsl_operation &operation, const ChainProduct &product, const IntegerScale &inputs,
                          const VectorRange &range)
    {
        if (product.relu)
            operation.flags = static_cast<std::uint8_t>(operation.flags | RSL_RELU);
        const rsl_taps taps {operation.number, static_cast<std::uint32_t>(product.weights.rows()),
                             static_cast<std::uint32_t>(product.weights.cols())};
        const bool wide = m_plan.tensors[operation.output].type == RSL_TENSOR_I16;
        const IntegerProduct q = m_integer
            ? quantise(product, inputs, wide ? int16Scale(range, 1) : int8Scale(range, product.relu))
            : IntegerProduct {};
        for (std::uint32_t c = 0; c < taps.channels; ++c) {
            const std::uint64_t bias = operation.weights + std::uint64_t {4} * c;
            if (m_integer) {
                put(bias, q.bias[c]);
                put(operation.weights + rsl_taps_multiplier(&taps, c), q.multiplier[c]);
            } else {
                put(bias, product.bias[c]);
            }
            for (std::uint32_t tap = 0; tap < taps.taps; ++tap) {
                const std::uint64_t place = operation.weights + rsl_taps_weight(&taps, tap, c);
                if (m_integer)
                    put(place, q.weights[std::size_t {c} * taps.taps + tap]);
                else if (taps.number == RSL_F16)
                    put(place, toFloat16(product.weights(c, tap)));
                else
                    put(place, product.weights(c, tap));
            }
        }
        const IntegerScale at = m_integer ? q.outputs : inputs;
        mean(operation.output, at);
        return at;
    }

    IntegerScale packPool(PlannedOperation &operation, const ChainShape &shape, const IntegerScale &inputs,
                          const VectorRange &range)
    {
        IntegerScale at = inputs;
        if (m_integer && shape.does == InferenceStep::Does::Mean) {
            const bool wide = m_plan.tensors[operation.head().output].type == RSL_TENSOR_I16;
            const IntegerMean q = quantiseMean(shape.windows->windowHeight * shape.windows->windowWidth,
                                               inputs, wide ? int16Scale(range, 1) : int8Scale(range, false));
            operation.multiplier = q.multiplier;
            operation.bias = q.bias;
            at = q.outputs;
        }
        mean(operation.head().output, at);
        return at;
    }

    /// Product number @p p of the operation's: R, U and C, or the whole matrix.
    /// @param windows  what it reads, if that are windows
    IntegerScale packProduct(const PlannedOperation &operation, std::size_t p, const ChainProduct &product,
                             const IntegerScale &inputs, const VectorRange &range, Index next,
                             const WindowGrid *windows)
    {
        const rsl_sketched &layer = operation.layer;
        const std::uint32_t place = product.endsLayer ? layer.head.weights
            : p == 0                                  ? layer.r_factor
                                                      : layer.u_factor;
        const std::uint8_t layout = product.endsLayer ? layer.head.layout
            : p == 0                                  ? layer.r_layout
                                                      : layer.u_layout;
        const std::uint16_t output = product.endsLayer ? layer.head.output
            : p == 0                                   ? layer.r_product
                                                       : layer.u_product;
        const Columns columns(operation, windows);
        const rsl_factor factor {
            layer.head.number, layout, static_cast<std::uint32_t>(product.weights.rows()),
            windows != nullptr ? columns.count(m_plan) : static_cast<std::uint32_t>(product.weights.cols())};
        if (!m_integer) {
            putFloats(place, factor, product, columns);
            return inputs;
        }
        const bool wide = m_plan.tensors[output].type == RSL_TENSOR_I16;
        const IntegerProduct q =
            quantise(product, inputs, wide ? int16Scale(range, next) : int8Scale(range, product.relu));
        putIntegers(place, factor, q, columns);
        mean(output, q.outputs);
        return q.outputs;
    }

    void putFloats(std::uint32_t at, const rsl_factor &factor, const ChainProduct &product,
                   const Columns &columns)
    {
        for (std::uint32_t row = 0; row < factor.rows; ++row) {
            put(at + rsl_factor_bias(&factor, row), product.bias[row]);
            for (Index col = 0; col < product.weights.cols(); ++col) {
                const float weight = product.weights(row, col);
                const std::uint64_t place = at + rsl_factor_weight(&factor, row, columns.of(m_plan, col));
                if (factor.number == RSL_F16)
                    put(place, toFloat16(weight));
                else
                    put(place, weight);
            }
        }
    }

    void putIntegers(std::uint32_t at, const rsl_factor &factor, const IntegerProduct &product,
                     const Columns &columns)
    {
        for (std::uint32_t row = 0; row < factor.rows; ++row) {
            put(at + rsl_factor_bias(&factor, row), product.bias[row]);
            put(at + rsl_factor_multiplier(&factor, row), product.multiplier[row]);
            for (Index col = 0; col < product.cols; ++col)
                put(at + rsl_factor_weight(&factor, row, columns.of(m_plan, col)),
                    product.weights[static_cast<std::size_t>(row * product.cols + col)]);
        }
        rsl_factor_join(&factor, m_bytes.data() + at);
    }

    ImagePlan m_plan;
    std::vector<std::uint8_t> m_bytes;
    bool m_integer;
};

Matrix columnsRead(const Network &network, const ConstMatrixView &examples)
{
    if (network.keptFeatures().empty())
        return examples;
    Matrix read(examples.rows(), network.read());
    for (Index col = 0; col < read.cols(); ++col)
        read.col(col) =
            examples.col(static_cast<Index>(network.keptFeatures()[static_cast<std::size_t>(col)]));
    return read;
}

Result<void> checkPackable(const Network &network, const PackOptions &options,
                           const ConstMatrixView &calibration)
{
    if (calibration.rows() < 1 || calibration.cols() != network.features())
        return fail(ErrorCode::OutOfRange,
                    "calibration needs examples with " + std::to_string(network.features()) + " features",
                    options.name);
    const std::span<const float> all = network.parameters();
    if (!std::all_of(all.begin(), all.end(), [](float value) { return std::isfinite(value); }))
        return fail(ErrorCode::OutOfRange, "the model has weights that are not finite", options.name);
    return {};
}

} // namespace

std::string_view nameOf(rsl_number type)
{
    switch (type) {
    case RSL_F32:
        return "f32";
    case RSL_F16:
        return "f16";
    case RSL_I8:
        return "i8";
    }
    return "?";
}

Result<rsl_number> numberType(std::string_view name)
{
    for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
        if (name == nameOf(type))
            return type;
    return fail(ErrorCode::OutOfRange,
                "'" + std::string(name) + "' is no number type; known are f32, f16, i8");
}

ModelImage::ModelImage(std::vector<std::uint8_t> bytes)
    : m_bytes(std::move(bytes))
{
    rsl_sha256 sha {};
    rsl_sha256_start(&sha);
    rsl_sha256_add(&sha, m_bytes.data(), m_bytes.size());
    rsl_sha256_finish(&sha, m_sha256.data());
}

Result<ModelImage> ModelImage::fromBytes(std::vector<std::uint8_t> bytes, const std::string &where)
{
    const rsl_check check = rsl_model_check(bytes.data(), bytes.size());
    if (check.fault != RSL_FAULT_NONE) {
        const bool unknown = check.fault == RSL_FAULT_FORMAT || check.fault == RSL_FAULT_KERNEL_ABI;
        return fail(unknown ? ErrorCode::Unsupported : ErrorCode::Malformed, rsl_fault_text(check.fault),
                    where + ":" + std::to_string(check.offset));
    }
    return ModelImage(std::move(bytes));
}

rsl_model ModelImage::model() const
{
    rsl_model model {};
    rsl_model_open(m_bytes.data(), m_bytes.size(), &model);
    return model;
}

std::string ModelImage::name() const
{
    return model().header->name;
}

rsl_number ModelImage::type() const
{
    const rsl_model m = model();
    return rsl_model_number(&m);
}

std::uint64_t ModelImage::macs() const
{
    const rsl_model m = model();
    return rsl_model_macs(&m);
}

std::uint32_t ModelImage::ramBytes() const
{
    const rsl_model m = model();
    return rsl_model_ram_bytes(&m);
}

rsl_needs ModelImage::needs() const
{
    const rsl_model m = model();
    return rsl_model_needs(&m);
}

std::size_t ModelImage::inputs() const
{
    return rsl_tensor_numbers(model().input);
}

std::size_t ModelImage::outputs() const
{
    return rsl_tensor_numbers(model().output);
}

std::span<const std::uint8_t> ModelImage::knownInput() const
{
    const rsl_model m = model();
    return bytes().subspan(m.header->known_input, rsl_model_input_bytes(&m));
}

std::span<const std::uint8_t> ModelImage::knownOutput() const
{
    const rsl_model m = model();
    return bytes().subspan(m.header->known_output, rsl_model_output_bytes(&m));
}

std::vector<std::uint8_t> ModelImage::input(std::span<const float> features) const
{
    const rsl_tensor &x = *model().input;
    if (x.type != RSL_TENSOR_I8) {
        std::vector<std::uint8_t> bytes(4 * features.size());
        std::memcpy(bytes.data(), features.data(), bytes.size());
        return bytes;
    }
    std::vector<std::uint8_t> bytes;
    bytes.reserve(features.size());
    for (const float value : features)
        bytes.push_back(static_cast<std::uint8_t>(rsl_input_to_int8(value, x.scale, x.zero)));
    return bytes;
}

std::vector<float> ModelImage::logits(std::span<const std::uint8_t> output) const
{
    const rsl_tensor &y = *model().output;
    std::vector<float> values(rsl_tensor_numbers(&y));
    if (y.type != RSL_TENSOR_I16) {
        std::memcpy(values.data(), output.data(), std::min(output.size(), 4 * values.size()));
        return values;
    }
    for (std::size_t i = 0; i < values.size() && 2 * i + 1 < output.size(); ++i) {
        std::int16_t q = 0;
        std::memcpy(&q, output.data() + 2 * i, sizeof q);
        values[i] = y.scale * static_cast<float>(q);
    }
    return values;
}

std::uint16_t ModelImage::classOf(std::span<const std::uint8_t> output) const
{
    const std::vector<float> values = logits(output);
    return static_cast<std::uint16_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

Matrix calibrationOf(const Dataset &data)
{
    constexpr Index most = 1000;
    Matrix room;
    return data.train().features.rows(0, std::min(most, data.train().count()), room);
}

Result<ModelImage> packModel(const Network &network, const PackOptions &options,
                             const ConstMatrixView &calibration, const ReferenceInference &reference)
{
    if (const Result<void> packable = checkPackable(network, options, calibration); !packable)
        return tl::unexpected(packable.error());
    std::optional<Extraction> extraction;
    if (options.samples) {
        Result<Extraction> made = extractionOf(options.samples->features);
        if (!made)
            return tl::unexpected(made.error());
        extraction = std::move(*made);
        if (!std::cmp_equal(options.samples->example.size(), extraction->samples.size()))
            return fail(ErrorCode::OutOfRange,
                        "an example of " + std::to_string(options.samples->example.size())
                            + " samples, where a window has " + std::to_string(extraction->samples.size()),
                        options.name);
    }
    Result<ImagePlan> plan = planImage(network.plan(), options.type, options.int8Layout, options.foldU,
                                       extraction ? &*extraction : nullptr);
    if (!plan) {
        plan.error().where = options.name;
        return tl::unexpected(plan.error());
    }
    const std::vector<ChainLayer> chain = factorChain(network, options.foldU);
    Packer packer(std::move(*plan), options);
    packer.pack(chain, network.keptFeatures(), rangesOf(chain, columnsRead(network, calibration)),
                extraction);

    Result<ModelImage> draft = ModelImage::fromBytes(packer.sealed(), options.name);
    if (!draft)
        return draft;
    const std::vector<std::uint8_t> input = draft->input(
        options.samples ? std::span<const float>(options.samples->example)
                        : std::span(rowAt(calibration, 0), static_cast<std::size_t>(calibration.cols())));
    std::vector<std::uint8_t> output(draft->knownOutput().size());
    if (!reference(draft->bytes(), input, output))
        return fail(ErrorCode::Rejected, "the twin refuses the image", options.name);
    packer.answer(input, output);
    return ModelImage(packer.sealed());
}

} // namespace rosler
