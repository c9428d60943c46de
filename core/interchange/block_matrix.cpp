// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/block_matrix.h"

#include <algorithm>

#include "core/base/contract.h"

namespace rosler {

namespace {

ParameterBlock blockOf(const Layer &layer, std::string_view name)
{
    const auto blocks = layer.blocks();
    const auto block = std::ranges::find(blocks, name, &ParameterBlock::name);
    ROSLER_EXPECTS(block != blocks.end());
    return *block;
}

} // namespace

Matrix blockMatrix(const Layer &layer, std::span<const float> parameters, std::string_view name)
{
    const ParameterBlock block = blockOf(layer, name);
    const ConstMatrixView stored = view(parameters.data() + block.offset, block.rows, block.cols);
    return block.transposed ? Matrix(stored.transpose()) : Matrix(stored);
}

void setBlockMatrix(Network &network, std::size_t number, std::string_view name, const Matrix &matrix)
{
    const ParameterBlock block = blockOf(network.layer(number), name);
    ROSLER_EXPECTS(matrix.size() == block.size());
    const Matrix stored = block.transposed ? Matrix(matrix.transpose()) : matrix;
    std::copy_n(stored.data(), stored.size(),
                network.parameters().data() + network.offset(number) + block.offset);
}

} // namespace rosler
