// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_operations.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rosler {

namespace {

/// "784", or "28x28x3".
std::string shapeOf(const rsl_tensor &tensor)
{
    const std::string channels = std::to_string(tensor.channels);
    if (tensor.height == 1 && tensor.width == 1)
        return channels;
    return std::to_string(tensor.height) + "x" + std::to_string(tensor.width) + "x" + channels;
}

std::string nameOf(const rsl_model &model, const rsl_operation &operation)
{
    std::string name = rsl_kind_name(operation.kind);
    name += " " + shapeOf(model.tensors[operation.input]);
    if (rsl_is_sketched(&operation))
        name += "-" + shapeOf(model.tensors[reinterpret_cast<const rsl_sketched &>(operation).r_product]);
    return name + "-" + shapeOf(model.tensors[operation.output]);
}

/// Bytes of the arena that are taken in operation @p number; what shares a place counts once.
std::uint64_t bytesAt(const rsl_model &model, int number, const std::array<rsl_span, RSL_MAX_TENSORS> &spans)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
    for (std::size_t i = 0; i < model.header->tensors; ++i)
        if (spans[i].born <= number && spans[i].last >= number)
            taken.emplace_back(model.tensors[i].arena,
                               std::uint64_t {model.tensors[i].arena} + rsl_tensor_room(&model.tensors[i]));
    std::sort(taken.begin(), taken.end());
    std::uint64_t bytes = 0;
    std::uint64_t counted = 0; // up to here
    for (const auto &[begin, end] : taken) {
        if (end > counted)
            bytes += end - std::max(begin, counted);
        counted = std::max(counted, end);
    }
    return bytes;
}

} // namespace

std::vector<ImageOperation> operationsOf(const rsl_model &model)
{
    std::array<rsl_span, RSL_MAX_TENSORS> spans {};
    rsl_model_spans(&model, spans.data());
    std::vector<ImageOperation> operations;
    const rsl_operation *operation = rsl_model_first(&model);
    for (int i = 0; i < model.header->operations; ++i, operation = rsl_operation_next(operation))
        operations.push_back({nameOf(model, *operation), rsl_operation_macs(&model, operation),
                              bytesAt(model, i, spans), operation->kind == RSL_EXTRACT});
    return operations;
}

} // namespace rosler
