// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/model_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/compress/float16.h"
#include "device_link/host/image_forecast.h"
#include "device_link/host/layer_record.h"
#include "device_link/host/quantise.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_quantise.h"

namespace rosler {

namespace {

static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ % RSL_MODEL_ALIGNMENT == 0, "images lie in vectors");

/// Grows an image part by part.
class ImageWriter
{
public:
    /// Room for @p size zero bytes at the next multiple of 16.
    std::uint32_t place(std::uint64_t size)
    {
        const std::uint64_t at = bytes.size();
        bytes.resize((at + size + RSL_MODEL_ALIGNMENT - 1) / RSL_MODEL_ALIGNMENT * RSL_MODEL_ALIGNMENT);
        return static_cast<std::uint32_t>(at);
    }
    template <typename T>
    void put(std::uint64_t at, const T &value)
    {
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }

    std::vector<std::uint8_t> bytes;
};

rsl_factor factorOf(const rsl_model_header &header, const Matrix &weights)
{
    return {header.number, header.layout, static_cast<std::uint32_t>(weights.rows()),
            static_cast<std::uint32_t>(weights.cols())};
}

std::uint32_t placeFloats(ImageWriter &to, const rsl_model_header &header, const ChainProduct &product)
{
    const rsl_factor factor = factorOf(header, product.weights);
    const std::uint32_t at = to.place(rsl_factor_bytes(&factor));
    for (std::uint32_t row = 0; row < factor.rows; ++row) {
        to.put(at + rsl_factor_bias(&factor, row), product.bias[row]);
        for (std::uint32_t col = 0; col < factor.cols; ++col) {
            const float weight = product.weights(row, col);
            const std::uint64_t place = at + rsl_factor_weight(&factor, row, col);
            if (header.number == RSL_F16)
                to.put(place, toFloat16(weight));
            else
                to.put(place, weight);
        }
    }
    return at;
}

std::uint32_t placeIntegers(ImageWriter &to, const rsl_model_header &header, const Matrix &weights,
                            const IntegerProduct &product)
{
    const rsl_factor factor = factorOf(header, weights);
    const std::uint32_t at = to.place(rsl_factor_bytes(&factor));
    for (std::uint32_t row = 0; row < factor.rows; ++row) {
        to.put(at + rsl_factor_bias(&factor, row), product.bias[row]);
        to.put(at + rsl_factor_multiplier(&factor, row), product.multiplier[row]);
        for (std::uint32_t col = 0; col < factor.cols; ++col)
            to.put(at + rsl_factor_weight(&factor, row, col),
                   product.weights[std::size_t {row} * factor.cols + col]);
    }
    return at;
}

std::vector<ProductShape> shapesOf(const ChainLayer &layer)
{
    std::vector<ProductShape> shapes;
    for (const ChainProduct &product : layer.products)
        shapes.push_back({product.weights.rows(), product.weights.cols()});
    return shapes;
}

/// Packs layer after layer and follows the scale of what travels between them.
class Packer
{
public:
    Packer(const std::vector<ChainLayer> &chain, const PackOptions &options)
        : m_chain(chain)
        , m_integer(options.type == RSL_I8)
    {
        header.magic = RSL_MODEL_MAGIC;
        header.format = RSL_MODEL_FORMAT;
        header.kernel_abi = RSL_KERNEL_ABI;
        header.number = static_cast<std::uint8_t>(options.type);
        header.layers = static_cast<std::uint8_t>(chain.size());
        header.layout = static_cast<std::uint8_t>(m_integer ? options.int8Layout : RSL_LAYOUT_F_4X1);
        header.input_scale = 1;
        header.output_scale = 1;
        for (std::size_t i = 0; i < options.name.size() && i + 1 < sizeof header.name; ++i) {
            const char c = options.name[i];
            header.name[i] = c >= ' ' && c <= '~' ? c : '?';
        }
    }

    void pack(const Network &network, const std::vector<VectorRange> &ranges)
    {
        header.inputs = static_cast<std::uint32_t>(network.features());
        header.outputs = static_cast<std::uint32_t>(network.classes());
        writer.place(sizeof header);
        header.layer_table = writer.place(m_chain.size() * sizeof(rsl_model_layer));
        IntegerScale at = int8Scale(ranges.front(), false);
        if (m_integer) {
            header.input_scale = static_cast<float>(at.scale);
            at.scale = static_cast<double>(header.input_scale);
            header.input_zero = at.zero;
        }
        std::size_t vector = 1;
        std::uint32_t inputs = header.inputs;
        for (std::size_t i = 0; i < m_chain.size(); ++i) {
            rsl_model_layer layer = layerRecord(shapesOf(m_chain[i]));
            layer.flags = static_cast<std::uint8_t>(layer.flags
                                                    | (m_chain[i].products.back().relu ? RSL_LAYER_RELU : 0));
            layer.inputs = inputs;
            layer.output_scale = 1;
            if (i == 0 && !network.keptFeatures().empty()) {
                layer.kept = writer.place(2 * network.keptFeatures().size());
                for (std::size_t k = 0; k < network.keptFeatures().size(); ++k)
                    writer.put(layer.kept + 2 * k, static_cast<std::uint16_t>(network.keptFeatures()[k]));
            }
            packLayer(i, layer, ranges, vector, at);
            writer.put(header.layer_table + i * sizeof layer, layer);
            inputs = layer.outputs;
        }
        header.known_input = writer.place(header.inputs * (m_integer ? 1U : 4U));
        header.known_output = writer.place(header.outputs * (m_integer ? 2U : 4U));
        header.total_bytes = static_cast<std::uint32_t>(writer.bytes.size());
    }

    /// Header and CRC over what is there now.
    void seal()
    {
        writer.put(0, header);
        header.crc =
            rsl_crc32(0, writer.bytes.data() + RSL_MODEL_CRC_FROM, writer.bytes.size() - RSL_MODEL_CRC_FROM);
        writer.put(0, header);
    }

    rsl_model_header header {};
    ImageWriter writer;

private:
    void packLayer(std::size_t number, rsl_model_layer &layer, const std::vector<VectorRange> &ranges,
                   std::size_t &vector, IntegerScale &at)
    {
        const std::vector<ChainProduct> &products = m_chain[number].products;
        for (std::size_t p = 0; p < products.size(); ++p, ++vector) {
            const ChainProduct &product = products[p];
            std::uint32_t place = 0;
            if (m_integer) {
                const bool last = number + 1 == m_chain.size();
                const bool wide = !product.endsLayer || last;
                const Index next = product.endsLayer ? 1 : products[p + 1].weights.cols();
                const IntegerProduct q = quantise(product, at,
                                                  wide ? int16Scale(ranges[vector], next)
                                                       : int8Scale(ranges[vector], product.relu));
                place = placeIntegers(writer, header, product.weights, q);
                at = q.outputs;
                if (product.endsLayer) {
                    layer.output_zero = at.zero;
                    layer.output_scale = static_cast<float>(at.scale);
                    if (last)
                        header.output_scale = layer.output_scale;
                }
            } else {
                place = placeFloats(writer, header, product);
            }
            if (product.endsLayer)
                layer.c_factor = place;
            else
                (p == 0 ? layer.r_factor : layer.u_factor) = place;
        }
    }

    const std::vector<ChainLayer> &m_chain;
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
    // What an image can say is what its forecast can.
    if (const auto forecast = imageForecast(network.plan(), options.type, options.int8Layout, options.foldU);
        !forecast) {
        Error error = forecast.error();
        error.where = options.name;
        return tl::unexpected(std::move(error));
    }
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
    return static_cast<rsl_number>(model().header->number);
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

unsigned ModelImage::layerKinds() const
{
    const rsl_model m = model();
    unsigned kinds = 0;
    for (std::size_t i = 0; i < m.header->layers; ++i)
        kinds |= 1U << m.layers[i].kind;
    return kinds;
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
    const rsl_model_header &h = *model().header;
    if (h.number != RSL_I8) {
        std::vector<std::uint8_t> bytes(4 * features.size());
        std::memcpy(bytes.data(), features.data(), bytes.size());
        return bytes;
    }
    std::vector<std::uint8_t> bytes;
    bytes.reserve(features.size());
    for (const float value : features)
        bytes.push_back(static_cast<std::uint8_t>(rsl_input_to_int8(value, h.input_scale, h.input_zero)));
    return bytes;
}

std::vector<float> ModelImage::logits(std::span<const std::uint8_t> output) const
{
    const rsl_model_header &h = *model().header;
    std::vector<float> values(h.outputs);
    if (h.number != RSL_I8) {
        std::memcpy(values.data(), output.data(), std::min(output.size(), 4 * values.size()));
        return values;
    }
    for (std::size_t i = 0; i < values.size() && 2 * i + 1 < output.size(); ++i) {
        std::int16_t q = 0;
        std::memcpy(&q, output.data() + 2 * i, sizeof q);
        values[i] = h.output_scale * static_cast<float>(q);
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
    const std::vector<ChainLayer> chain = factorChain(network, options.foldU);
    Packer packer(chain, options);
    packer.pack(network, rangesOf(chain, columnsRead(network, calibration)));
    packer.seal();

    Result<ModelImage> draft = ModelImage::fromBytes(packer.writer.bytes, options.name);
    if (!draft)
        return draft;
    const std::vector<std::uint8_t> input =
        draft->input({rowAt(calibration, 0), static_cast<std::size_t>(calibration.cols())});
    std::vector<std::uint8_t> output(draft->knownOutput().size());
    if (!reference(draft->bytes(), input, output))
        return fail(ErrorCode::Rejected, "the twin refuses the image", options.name);
    std::copy(input.begin(), input.end(), packer.writer.bytes.begin() + packer.header.known_input);
    std::copy(output.begin(), output.end(), packer.writer.bytes.begin() + packer.header.known_output);
    packer.seal();
    return ModelImage(std::move(packer.writer.bytes));
}

} // namespace rosler
