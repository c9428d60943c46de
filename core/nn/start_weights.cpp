// SPDX-License-Identifier: Apache-2.0
#include "core/nn/start_weights.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/sketch/randomised_svd.h"

namespace rosler {

namespace {

using Numbers = std::vector<Index>; // of features, ascending

ParameterBlock blockNamed(const Layer &layer, std::string_view name)
{
    const auto blocks = layer.blocks();
    const auto found = std::ranges::find(blocks, name, &ParameterBlock::name);
    ROSLER_EXPECTS(found != blocks.end());
    return *found;
}

/// The matrix of a block as the formulas have it.
Eigen::MatrixXd matrixOfBlock(const Layer &layer, std::span<const float> parameters, std::string_view name)
{
    const ParameterBlock block = blockNamed(layer, name);
    const ConstMatrixView stored = view(parameters.data() + block.offset, block.rows, block.cols);
    if (block.transposed)
        return stored.transpose().cast<double>();
    return stored.cast<double>();
}

void setBlock(const Layer &layer, std::span<float> parameters, std::string_view name,
              const Eigen::MatrixXd &to)
{
    const ParameterBlock block = blockNamed(layer, name);
    MatrixView stored = view(parameters.data() + block.offset, block.rows, block.cols);
    if (block.transposed)
        stored = to.transpose().cast<float>();
    else
        stored = to.cast<float>();
}

/// The matrix that the products of a layer come to.
Eigen::MatrixXd wholeMatrix(const Layer &layer, std::span<const float> parameters)
{
    Eigen::MatrixXd product;
    for (const std::string_view name : layer.products()) {
        const Eigen::MatrixXd factor = matrixOfBlock(layer, parameters, name);
        product = product.size() == 0 ? factor : Eigen::MatrixXd(factor * product);
    }
    return product;
}

bool hasWeights(const Layer &layer)
{
    return !layer.products().empty();
}

/// Layers of a network that do something in inference.
Numbers doers(const Network &network)
{
    Numbers numbers;
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        if (!network.layer(i).inference().handsOn())
            numbers.push_back(static_cast<Index>(i));
    return numbers;
}

tl::unexpected<Error> unlike(std::size_t layer, const std::string &what)
{
    return fail(ErrorCode::OutOfRange, what, "layer " + std::to_string(layer + 1));
}

Eigen::MatrixXd picked(const Eigen::MatrixXd &matrix, const std::optional<Numbers> &rows,
                       const std::optional<Numbers> &cols)
{
    Eigen::MatrixXd some = matrix;
    if (rows)
        some = Eigen::MatrixXd(some(*rows, Eigen::all));
    if (cols)
        some = Eigen::MatrixXd(some(Eigen::all, *cols));
    return some;
}

/// Squared singular values, descending: the eigenvalues of the smaller Gram matrix, none below 0 by rounding.
Eigen::VectorXd squaredValuesOf(const Eigen::MatrixXd &w)
{
    const bool wide = w.rows() <= w.cols();
    const Eigen::MatrixXd gram =
        wide ? Eigen::MatrixXd(w * w.transpose()) : Eigen::MatrixXd(w.transpose() * w);
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram, Eigen::EigenvaluesOnly)
        .eigenvalues()
        .reverse()
        .cwiseMax(0.0);
}

/// The least rank whose best approximation keeps @p share of the squared norm of @p w.
Index rankOf(const Eigen::MatrixXd &w, double share)
{
    const Eigen::VectorXd squares = squaredValuesOf(w);
    double left = share * squares.sum();
    Index rank = 0;
    while (rank < squares.size() && (left > 0.0 || rank == 0))
        left -= squares(rank++);
    return rank;
}

/// The @p count inputs of a layer of matrix @p w that matter most, when @p before makes them.
Numbers chooseInputs(const Eigen::MatrixXd &w, const Eigen::MatrixXd &before, Index count)
{
    const Eigen::VectorXd weight = w.colwise().norm().transpose().cwiseProduct(before.rowwise().norm());
    Numbers order(static_cast<std::size_t>(weight.size()));
    std::iota(order.begin(), order.end(), Index {0});
    std::ranges::stable_sort(order, [&weight](Index a, Index b) { return weight(a) > weight(b); });
    order.resize(static_cast<std::size_t>(count));
    std::ranges::sort(order);
    return order;
}

/// One layer of the network, and the one that stands for it.
struct Pair {
    const Layer &given;
    std::span<const float> parameters; ///< of it
    const Layer &wanted;
    std::span<float> start; ///< parameters of it
};

void start(const Pair &pair, const std::optional<Numbers> &rows, const std::optional<Numbers> &cols,
           std::uint64_t seed)
{
    const auto names = pair.wanted.products();
    const bool same = names.size() == pair.given.products().size()
        && pair.wanted.parameterCount() == pair.given.parameterCount() && !rows && !cols;
    if (same) {
        std::ranges::copy(pair.parameters, pair.start.begin());
        return;
    }
    const Eigen::MatrixXd w = picked(wholeMatrix(pair.given, pair.parameters), rows, cols);
    const Eigen::MatrixXd bias = matrixOfBlock(pair.given, pair.parameters, "b").reshaped(1, Eigen::AutoSize);
    setBlock(pair.wanted, pair.start, "b", picked(bias, {}, rows));
    if (names.size() == 1) {
        setBlock(pair.wanted, pair.start, names.front(), w);
        return;
    }
    ROSLER_EXPECTS(names.size() == 3);
    const Index rank = blockNamed(pair.wanted, names[1]).rows;
    const LowRankSvd svd =
        randomisedSvd(w, rank, RandomStream(seed, Draw::Initialise, pair.wanted.plan().number));
    setBlock(pair.wanted, pair.start, names[0], svd.right.transpose());
    setBlock(pair.wanted, pair.start, names[1], svd.values.asDiagonal());
    setBlock(pair.wanted, pair.start, names[2], svd.left);
}

/// Of a layer without weights: one number of each block an input, where it reads some of them alone.
void startNumbers(const Pair &pair, const std::optional<Numbers> &inputs)
{
    for (const ParameterBlock &block : pair.wanted.blocks())
        setBlock(pair.wanted, pair.start, block.name,
                 picked(matrixOfBlock(pair.given, pair.parameters, block.name), {}, inputs));
}

/// What a layer reads of its inputs, and what it computes of its outputs; none = all.
struct Parts {
    std::optional<Numbers> inputs;
    std::optional<Numbers> outputs;
};

} // namespace

std::vector<double> squaredSingularValues(const Network &network, std::size_t layer)
{
    ROSLER_EXPECTS(hasWeights(network.layer(layer)));
    const Eigen::VectorXd squares =
        squaredValuesOf(wholeMatrix(network.layer(layer), network.parametersOf(layer)));
    return {squares.begin(), squares.end()};
}

std::vector<LayerSpec> sketchedLayers(const Network &network, double share)
{
    ROSLER_EXPECTS(share > 0.0 && share <= 1.0);
    std::vector<LayerSpec> layers;
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        LayerSpec spec = layer.plan().spec;
        if (hasWeights(layer) && layer.inference().does != InferenceStep::Does::ConvolvesChannels
            && i + 1 < network.layerCount()) {
            const Eigen::MatrixXd w = wholeMatrix(layer, network.parametersOf(i));
            const Index rank = rankOf(w, share);
            if (rank * (w.rows() + w.cols() + rank) < w.size())
                spec.sketch = Sketch {rank, {}};
        }
        layers.push_back(std::move(spec));
    }
    return layers;
}

Result<void> startFrom(const Network &from, Network &network, std::uint64_t seed)
{
    ROSLER_EXPECTS(!network.plan().keepsFeatures() || !network.keptFeatures().empty());
    const Numbers given = doers(from);
    const Numbers wanted = doers(network);
    if (given.size() != wanted.size())
        return unlike(std::min(given.size(), wanted.size()),
                      "the network has " + std::to_string(wanted.size())
                          + " layers, the one that it starts from " + std::to_string(given.size()));
    const auto pairAt = [&](std::size_t i) {
        const auto g = static_cast<std::size_t>(given[i]);
        const auto w = static_cast<std::size_t>(wanted[i]);
        const Layer &layer = network.layer(w);
        return Pair {from.layer(g), from.parametersOf(g), layer,
                     network.parameters().subspan(static_cast<std::size_t>(network.offset(w)),
                                                  static_cast<std::size_t>(layer.parameterCount()))};
    };
    bool alike = from.keptFeatures() == network.keptFeatures();
    for (std::size_t i = 0; i < given.size(); ++i) {
        const Pair pair = pairAt(i);
        const InferenceStep left = pair.given.inference();
        const InferenceStep right = pair.wanted.inference();
        // A fully connected layer may read as a vector what the other reads as an image.
        const bool fits = left.does == InferenceStep::Does::Multiplies ? right.does == left.does
                && right.outputs == left.outputs && right.windows.in.size() == left.windows.in.size()
                                                                       : right == left;
        if (!fits)
            return unlike(static_cast<std::size_t>(wanted[i]),
                          "it computes something else than the layer that it starts from");
        if (pair.given.relu() != pair.wanted.relu())
            return unlike(static_cast<std::size_t>(wanted[i]),
                          "its activation is not that of the layer that it starts from");
        alike = alike && pair.given.parameterCount() == pair.wanted.parameterCount()
            && pair.given.inputs() == pair.wanted.inputs();
    }
    if (alike && from.parameterCount() == network.parameterCount()) {
        std::ranges::copy(from.parameters(), network.parameters().begin());
        return {};
    }
    std::vector<Parts> parts(given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        const Pair pair = pairAt(i);
        if (pair.given.inputs() != pair.given.plan().in.size())
            return unlike(static_cast<std::size_t>(wanted[i]),
                          "the layer that it starts from reads some of its inputs alone");
        if (pair.wanted.inputs() == pair.given.inputs())
            continue;
        const bool ofTheData = i == 0 || !hasWeights(pairAt(i - 1).given);
        if (ofTheData) {
            parts[i].inputs.emplace(network.keptFeatures().begin(), network.keptFeatures().end());
            continue;
        }
        const Pair before = pairAt(i - 1);
        parts[i].inputs = chooseInputs(wholeMatrix(pair.given, pair.parameters),
                                       wholeMatrix(before.given, before.parameters), pair.wanted.inputs());
        parts[i - 1].outputs = parts[i].inputs;
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
        const Pair pair = pairAt(i);
        if (hasWeights(pair.wanted))
            start(pair, parts[i].outputs, parts[i].inputs, seed);
        else
            startNumbers(pair, parts[i].inputs);
    }
    return {};
}

} // namespace rosler
