// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_forecast.h"

#include <algorithm>
#include <vector>

#include "core/nn/layer_catalog.h"
#include "device_link/host/factor_chain.h"
#include "device_link/host/layer_record.h"

namespace rosler {

namespace {

constexpr std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + RSL_MODEL_ALIGNMENT - 1) / RSL_MODEL_ALIGNMENT * RSL_MODEL_ALIGNMENT;
}

std::uint64_t factorBytes(const rsl_model_header &header, const ProductShape &product)
{
    const rsl_factor factor {header.number, header.layout, static_cast<std::uint32_t>(product.rows),
                             static_cast<std::uint32_t>(product.cols)};
    return aligned(rsl_factor_bytes(&factor));
}

bool isTooWide(const NetworkPlan &plan, const std::vector<std::vector<ProductShape>> &layers)
{
    const auto wide = [](Index n) { return n < 1 || n > RSL_MAX_WIDTH; };
    return wide(plan.features())
        || std::any_of(layers.begin(), layers.end(), [&](const std::vector<ProductShape> &products) {
               return std::any_of(products.begin(), products.end(), [&](const ProductShape &product) {
                   return wide(product.rows) || wide(product.cols);
               });
           });
}

} // namespace

Result<ImageForecast> imageForecast(const NetworkPlan &plan, rsl_number type, rsl_layout int8Layout,
                                    bool foldU)
{
    std::vector<std::vector<ProductShape>> layers;
    for (const PlannedLayer &planned : plan.layers)
        if (auto products = productShapes(*makeLayer(planned), foldU); !products.empty())
            layers.push_back(std::move(products));
    if (layers.empty() || layers.size() > RSL_MAX_LAYERS)
        return fail(ErrorCode::OutOfRange,
                    "an image holds 1 to " + std::to_string(RSL_MAX_LAYERS) + " layers");
    if (isTooWide(plan, layers))
        return fail(ErrorCode::OutOfRange,
                    "an image holds layers of at most " + std::to_string(RSL_MAX_WIDTH) + " numbers");
    if (type == RSL_I8 && !rsl_holds_int8(int8Layout))
        return fail(ErrorCode::OutOfRange, "int8 weights cannot lie by layout " + std::to_string(int8Layout));
    rsl_model_header header {};
    header.number = static_cast<std::uint8_t>(type);
    header.layout = static_cast<std::uint8_t>(type == RSL_I8 ? int8Layout : RSL_LAYOUT_F_4X1);
    header.layers = static_cast<std::uint8_t>(layers.size());
    header.inputs = static_cast<std::uint32_t>(plan.features());
    header.outputs = static_cast<std::uint32_t>(plan.classes);
    std::vector<rsl_model_layer> records;
    std::uint64_t bytes = aligned(sizeof header) + aligned(layers.size() * sizeof(rsl_model_layer));
    if (plan.keepsFeatures())
        bytes += aligned(std::uint64_t {2} * static_cast<std::uint64_t>(plan.read()));
    for (const std::vector<ProductShape> &products : layers) {
        records.push_back(layerRecord(products));
        for (const ProductShape &product : products)
            bytes += factorBytes(header, product);
    }
    const rsl_model model {nullptr, &header, records.data()};
    bytes += aligned(rsl_model_input_bytes(&model)) + aligned(rsl_model_output_bytes(&model));
    return ImageForecast {bytes, rsl_model_ram_bytes(&model), rsl_model_macs(&model)};
}

FitVerdict fitOn(const BoardProfile &board, const ImageForecast &forecast)
{
    return fitOn(board, forecast.imageBytes, forecast.ramBytes);
}

} // namespace rosler
