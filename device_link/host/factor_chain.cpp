// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/factor_chain.h"

#include <algorithm>

namespace rosler {

namespace {

Matrix matrixOf(const ParameterBlock &block, std::span<const float> parameters)
{
    const ConstMatrixView stored = view(parameters.data() + block.offset, block.rows, block.cols);
    return block.transposed ? Matrix(stored.transpose()) : Matrix(stored);
}

VectorRange rangeOf(const Matrix &x)
{
    return {x.minCoeff(), x.maxCoeff()};
}

} // namespace

std::vector<ChainLayer> factorChain(const Network &network, bool foldU)
{
    std::vector<ChainLayer> chain;
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        ChainLayer layer {network.shapes()[i], {}};
        const bool relu = layer.shape.relu;
        Matrix w;
        Matrix c;
        Matrix u;
        Matrix r;
        std::vector<float> bias;
        const std::span<const float> parameters = network.parametersOf(i);
        for (const ParameterBlock &block : network.layer(i).blocks()) {
            Matrix m = matrixOf(block, parameters);
            if (block.name == "b")
                bias.assign(m.data(), m.data() + m.size());
            else
                (block.name == "W" ? w : block.name == "C" ? c : block.name == "U" ? u : r) = std::move(m);
        }
        const auto zeros = [](const Matrix &m) {
            return std::vector<float>(static_cast<std::size_t>(m.rows()));
        };
        using Part = ChainProduct::Part;
        if (layer.shape.rank == 0) {
            layer.products.push_back({Part::Dense, std::move(w), std::move(bias), true, relu});
        } else {
            if (foldU)
                r = (u * r).eval();
            const std::vector<float> none = zeros(r);
            layer.products.push_back({Part::R, std::move(r), none, false, false});
            if (!foldU)
                layer.products.push_back({Part::U, std::move(u), none, false, false});
            layer.products.push_back({Part::C, std::move(c), std::move(bias), true, relu});
        }
        chain.push_back(std::move(layer));
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
