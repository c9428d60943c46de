// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_forecast.h"

#include <algorithm>
#include <vector>

namespace rosler {

namespace {

constexpr std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + RSL_MODEL_ALIGNMENT - 1) / RSL_MODEL_ALIGNMENT * RSL_MODEL_ALIGNMENT;
}

std::uint64_t factorBytes(const rsl_model_header &header, std::uint32_t rows, std::uint32_t cols)
{
    const rsl_factor factor {header.number, header.layout, rows, cols};
    return aligned(rsl_factor_bytes(&factor));
}

} // namespace

Result<ImageForecast> imageForecast(std::span<const LayerShape> shapes, rsl_number type,
                                    rsl_layout int8Layout, bool foldU)
{
    if (shapes.empty() || shapes.size() > RSL_MAX_LAYERS)
        return fail(ErrorCode::OutOfRange,
                    "an image holds 1 to " + std::to_string(RSL_MAX_LAYERS) + " layers");
    for (const LayerShape &shape : shapes)
        if (std::max({shape.inputs, shape.read, shape.kept, shape.rank}) > RSL_MAX_WIDTH
            || std::min({shape.inputs, shape.read, shape.kept}) < 1)
            return fail(ErrorCode::OutOfRange,
                        "an image holds layers of at most " + std::to_string(RSL_MAX_WIDTH) + " numbers");
    rsl_model_header header {};
    header.number = static_cast<std::uint8_t>(type);
    header.layout = static_cast<std::uint8_t>(type == RSL_I8 ? int8Layout : RSL_LAYOUT_F_4X1);
    header.layers = static_cast<std::uint8_t>(shapes.size());
    header.inputs = static_cast<std::uint32_t>(shapes.front().inputs);
    header.outputs = static_cast<std::uint32_t>(shapes.back().kept);
    std::vector<rsl_model_layer> layers;
    std::uint64_t bytes = aligned(sizeof header) + aligned(shapes.size() * sizeof(rsl_model_layer));
    for (const LayerShape &shape : shapes) {
        rsl_model_layer layer {};
        layer.kind = shape.rank > 0 ? RSL_SKETCHED : RSL_DENSE;
        layer.flags = shape.rank > 0 && !foldU ? RSL_LAYER_HAS_U : 0;
        layer.read = static_cast<std::uint32_t>(shape.read);
        layer.rank = static_cast<std::uint32_t>(shape.rank);
        layer.outputs = static_cast<std::uint32_t>(shape.kept);
        if (shape.storesIndices)
            bytes += aligned(std::uint64_t {2} * layer.read);
        if (layer.kind == RSL_DENSE) {
            bytes += factorBytes(header, layer.outputs, layer.read);
        } else {
            bytes += factorBytes(header, layer.rank, layer.read);
            bytes += foldU ? 0 : factorBytes(header, layer.rank, layer.rank);
            bytes += factorBytes(header, layer.outputs, layer.rank);
        }
        layers.push_back(layer);
    }
    const rsl_model model {nullptr, &header, layers.data()};
    bytes += aligned(rsl_model_input_bytes(&model)) + aligned(rsl_model_output_bytes(&model));
    return ImageForecast {bytes, rsl_model_ram_bytes(&model), rsl_model_macs(&model)};
}

FitVerdict fitOn(const BoardProfile &board, const ImageForecast &forecast)
{
    return fitOn(board, forecast.imageBytes, forecast.ramBytes);
}

} // namespace rosler
