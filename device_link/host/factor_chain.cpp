// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/factor_chain.h"

#include <algorithm>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

Matrix matrixOf(const ParameterBlock &block, std::span<const float> parameters)
{
    const ConstMatrixView stored = view(parameters.data() + block.offset, block.rows, block.cols);
    return block.transposed ? Matrix(stored.transpose()) : Matrix(stored);
}

const ParameterBlock &blockNamed(const std::vector<ParameterBlock> &blocks, std::string_view name)
{
    const auto found = std::find_if(blocks.begin(), blocks.end(),
                                    [name](const ParameterBlock &block) { return block.name == name; });
    ROSLER_EXPECTS(found != blocks.end());
    return *found;
}

VectorRange rangeOf(const Matrix &x)
{
    return {x.minCoeff(), x.maxCoeff()};
}

} // namespace

std::vector<ProductShape> productShapes(const Layer &layer, bool foldU)
{
    std::vector<ProductShape> shapes;
    const std::vector<ParameterBlock> blocks = layer.blocks();
    for (const std::string_view name : layer.products()) {
        const ParameterBlock &block = blockNamed(blocks, name);
        shapes.push_back(block.transposed ? ProductShape {block.cols, block.rows}
                                          : ProductShape {block.rows, block.cols});
    }
    if (foldU && shapes.size() == 3) {
        shapes[0] = {shapes[1].rows, shapes[0].cols};
        shapes.erase(shapes.begin() + 1);
    }
    return shapes;
}

std::vector<ChainLayer> factorChain(const Network &network, bool foldU)
{
    std::vector<ChainLayer> chain;
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        const std::vector<ParameterBlock> blocks = layer.blocks();
        const std::span<const float> parameters = network.parametersOf(i);
        std::vector<Matrix> factors;
        for (const std::string_view name : layer.products())
            factors.push_back(matrixOf(blockNamed(blocks, name), parameters));
        if (factors.empty())
            continue;
        if (foldU && factors.size() == 3) {
            factors[0] = (factors[1] * factors[0]).eval();
            factors.erase(factors.begin() + 1);
        }
        ChainLayer links;
        for (Matrix &factor : factors) {
            std::vector<float> zeros(static_cast<std::size_t>(factor.rows()));
            links.products.push_back({std::move(factor), std::move(zeros), false, false});
        }
        ChainProduct &last = links.products.back();
        const ParameterBlock &bias = blockNamed(blocks, "b");
        std::copy_n(parameters.data() + bias.offset, bias.size(), last.bias.begin());
        last.endsLayer = true;
        last.relu = layer.relu();
        chain.push_back(std::move(links));
    }
    return chain;
}

std::vector<VectorRange> rangesOf(const std::vector<ChainLayer> &chain, const Matrix &x)
{
    std::vector<VectorRange> ranges {rangeOf(x)};
    Matrix at = x;
    for (const ChainLayer &layer : chain) {
        for (const ChainProduct &product : layer.products) {
            Matrix y = at * product.weights.transpose();
            y.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(product.bias.data(), y.cols());
            if (product.relu)
                y = y.cwiseMax(0.0F);
            ranges.push_back(rangeOf(y));
            at = std::move(y);
        }
    }
    return ranges;
}

} // namespace rosler
