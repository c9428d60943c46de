// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_forecast.h"

#include <vector>

#include "device_link/host/image_plan.h"

namespace rosler {

Result<ImageForecast> imageForecast(const NetworkPlan &plan, rsl_number type, rsl_layout int8Layout,
                                    bool foldU, const Extraction *extraction)
{
    const Result<ImagePlan> image = planImage(plan, type, int8Layout, foldU, extraction);
    if (!image)
        return tl::unexpected(image.error());
    const std::vector<std::uint8_t> tables = image->tables();
    const auto *header = reinterpret_cast<const rsl_model_header *>(tables.data());
    const auto *tensors = reinterpret_cast<const rsl_tensor *>(tables.data() + header->tensor_table);
    const rsl_model model {tables.data(), header, tensors, tensors + header->input, tensors + header->output};
    return ImageForecast {header->total_bytes, header->arena_bytes, rsl_model_macs(&model),
                          operationsOf(model)};
}

FitVerdict fitOn(const BoardProfile &board, const ImageForecast &forecast)
{
    return fitOn(board, forecast.imageBytes, forecast.ramBytes);
}

} // namespace rosler
