// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/factor_chain.h"

#include <algorithm>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/layer_catalog.h"

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

/// What becomes of a layer on a board.
enum class Role { Skipped, Operation, Folded, Unknown };

Role roleOf(const Layer &layer, const ChainShape *before, bool beforeIsActive)
{
    const InferenceStep step = layer.inference();
    if (step.handsOn())
        return Role::Skipped;
    if (step.does == InferenceStep::Does::Adds)
        return Role::Operation;
    if (!step.maps())
        return layer.products().empty() && !step.pools() ? Role::Unknown : Role::Operation;
    if (before == nullptr)
        return layer.relu() ? Role::Unknown : Role::Operation;
    return before->products.empty() || beforeIsActive ? Role::Unknown : Role::Folded;
}

ChainShape shapeOf(const Layer &layer, bool foldU)
{
    ChainShape shape;
    const InferenceStep step = layer.inference();
    shape.does = step.does;
    if (step.slides())
        shape.windows = step.windows;
    const std::vector<ParameterBlock> blocks = layer.blocks();
    for (const std::string_view name : layer.products()) {
        const ParameterBlock &block = blockNamed(blocks, name);
        shape.products.push_back(block.transposed ? ProductShape {block.cols, block.rows}
                                                  : ProductShape {block.rows, block.cols});
    }
    if (foldU && shape.products.size() == 3) {
        shape.products[0] = {shape.products[1].rows, shape.products[0].cols};
        shape.products.erase(shape.products.begin() + 1);
    }
    return shape;
}

std::vector<ChainProduct> productsOf(const Layer &layer, std::span<const float> parameters, bool foldU)
{
    const std::vector<ParameterBlock> blocks = layer.blocks();
    std::vector<Matrix> factors;
    for (const std::string_view name : layer.products())
        factors.push_back(matrixOf(blockNamed(blocks, name), parameters));
    if (foldU && factors.size() == 3) {
        factors[0] = (factors[1] * factors[0]).eval();
        factors.erase(factors.begin() + 1);
    }
    std::vector<ChainProduct> products;
    for (Matrix &factor : factors) {
        std::vector<float> zeros(static_cast<std::size_t>(factor.rows()));
        products.push_back({std::move(factor), std::move(zeros), false, false});
    }
    if (!products.empty()) {
        ChainProduct &last = products.back();
        const ParameterBlock &bias = blockNamed(blocks, "b");
        std::copy_n(parameters.data() + bias.offset, bias.size(), last.bias.begin());
        last.endsLayer = true;
        last.relu = layer.relu();
    }
    return products;
}

/// y = (W x + b - mean) scale + shift, as one product.
void fold(ChainProduct &product, const ChannelMap &map, bool relu)
{
    const std::size_t rows = product.bias.size();
    ROSLER_EXPECTS(map.scale.size() == rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto r = static_cast<Index>(row);
        product.weights.row(r) =
            (product.weights.row(r).cast<double>() * map.scale[row]).template cast<float>();
        product.bias[row] = static_cast<float>(
            (static_cast<double>(product.bias[row]) - map.mean[row]) * map.scale[row] + map.shift[row]);
    }
    product.relu = relu;
}

/// Smallest and largest numbers over the batches that come.
class Ranges
{
public:
    void begin() { m_at = 0; }
    void add(const Matrix &x)
    {
        const VectorRange range {x.minCoeff(), x.maxCoeff()};
        if (m_at == m_ranges.size())
            m_ranges.push_back(range);
        VectorRange &all = m_ranges[m_at++];
        all = {std::min(all.smallest, range.smallest), std::max(all.largest, range.largest)};
    }
    [[nodiscard]] std::vector<VectorRange> take() { return std::move(m_ranges); }

private:
    std::vector<VectorRange> m_ranges;
    std::size_t m_at = 0;
};

/// All windows of all examples below each other.
Matrix patchesOf(const WindowGrid &grid, const Matrix &x)
{
    Matrix patches(x.rows() * grid.windows(), grid.patch());
    for (Index e = 0; e < x.rows(); ++e)
        forPatches(grid, rowAt(view(x), e), true, [&](Index first, const MatrixView &some) {
            patches.middleRows(e * grid.windows() + first, some.rows()) = some;
        });
    return patches;
}

/// Windows below each other become pixels side by side.
Matrix pixelsOf(const WindowGrid &grid, const Matrix &windows)
{
    const Index n = windows.rows() / grid.windows();
    return Matrix(view(windows.data(), n, grid.windows() * windows.cols()));
}

Matrix pooled(const ChainShape &shape, const Matrix &patches)
{
    const Index channels = shape.windows->in.channels;
    const Index pixels = patches.cols() / channels;
    Matrix y = patches.leftCols(channels);
    for (Index pixel = 1; pixel < pixels; ++pixel) {
        const auto next = patches.middleCols(pixel * channels, channels);
        if (shape.does == InferenceStep::Does::Largest)
            y = y.cwiseMax(next);
        else
            y += next;
    }
    if (shape.does == InferenceStep::Does::Mean)
        y *= 1.0F / static_cast<float>(pixels);
    return y;
}

/// Each channel by itself.
Matrix channelProduct(const Matrix &patches, const Matrix &weights)
{
    Matrix y = Matrix::Zero(patches.rows(), weights.rows());
    for (Index tap = 0; tap < weights.cols(); ++tap)
        y += patches.middleCols(tap * weights.rows(), weights.rows()) * weights.col(tap).asDiagonal();
    return y;
}

Matrix standardised(const ChannelMap &map, const Matrix &x)
{
    Matrix y(x.rows(), x.cols());
    for (Index col = 0; col < x.cols(); ++col) {
        const auto c = static_cast<std::size_t>(col) % map.scale.size();
        y.col(col) = (x.col(col).array() - static_cast<float>(map.mean[c])) * static_cast<float>(map.scale[c])
            + static_cast<float>(map.shift[c]);
    }
    return y;
}

void addRanges(const std::vector<ChainLayer> &chain, Matrix at, Ranges &ranges)
{
    ranges.begin();
    ranges.add(at);
    std::vector<Matrix> outputs(chain.size()); // those that are added later
    std::vector<bool> added(chain.size(), false);
    for (const ChainLayer &layer : chain)
        if (layer.shape.other)
            added[*layer.shape.other] = true;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const ChainLayer &layer = chain[i];
        const std::optional<WindowGrid> &windows = layer.shape.windows;
        if (windows)
            at = patchesOf(*windows, at);
        const auto put = [&](Matrix y) {
            ranges.add(y);
            at = std::move(y);
        };
        if (layer.shape.other) {
            Matrix sum = at + outputs[*layer.shape.other];
            put(layer.relu ? Matrix(sum.cwiseMax(0.0F)) : std::move(sum));
        } else if (layer.shape.standardises())
            put(standardised(layer.map, at));
        else if (layer.products.empty())
            put(pooled(layer.shape, at));
        for (const ChainProduct &product : layer.products) {
            Matrix y = layer.shape.channelwise() ? channelProduct(at, product.weights)
                                                 : Matrix(at * product.weights.transpose());
            y.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(product.bias.data(), y.cols());
            if (product.relu)
                y = y.cwiseMax(0.0F);
            put(std::move(y));
        }
        if (windows)
            at = pixelsOf(*windows, at);
        if (added[i])
            outputs[i] = at;
    }
}

} // namespace

Result<std::vector<ChainShape>> chainShapes(const NetworkPlan &network, bool foldU)
{
    std::vector<ChainShape> chain;
    std::vector<std::size_t>
        operations; // so many there are when a layer is done: the last one gives its output
    const std::vector<std::uint32_t> bypasses = lastBypass(network);
    bool active = false; // the last one ends in an activation
    for (const PlannedLayer &planned : network.layers) {
        const std::shared_ptr<const Layer> layer = makeLayer(planned);
        const std::string place = "/layers/" + std::to_string(planned.number);
        switch (roleOf(*layer, chain.empty() ? nullptr : &chain.back(), active)) {
        case Role::Skipped:
            break;
        case Role::Operation:
            chain.push_back(shapeOf(*layer, foldU));
            if (planned.other) {
                if (operations[*planned.other] == 0)
                    return fail(ErrorCode::Unsupported, "boards do not add the data themselves", place);
                chain.back().other = operations[*planned.other] - 1;
            }
            active = layer->relu();
            break;
        case Role::Folded:
            for (std::size_t i = 0; i < operations.size(); ++i)
                if (bypasses[i] > 0 && operations[i] == chain.size())
                    return fail(ErrorCode::Unsupported,
                                "boards compute this layer together with the one before, whose own output is "
                                "added by layer "
                                    + std::to_string(bypasses[i] + 1),
                                place);
            active = layer->relu();
            break;
        case Role::Unknown:
            return fail(ErrorCode::Unsupported,
                        "boards know no layer of kind \"" + planned.spec.kind + "\" in this place", place);
        }
        operations.push_back(chain.size());
    }
    return chain;
}

std::vector<ChainLayer> factorChain(const Network &network, bool foldU)
{
    std::vector<ChainLayer> chain;
    std::vector<std::size_t> operations; // as in chainShapes()
    for (std::size_t i = 0; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        const bool active =
            !chain.empty() && !chain.back().products.empty() && chain.back().products.back().relu;
        const auto other = layer.plan().other;
        const Role role = roleOf(layer, chain.empty() ? nullptr : &chain.back().shape, active);
        ROSLER_EXPECTS(role != Role::Unknown);
        if (role == Role::Folded)
            fold(chain.back().products.back(), layer.channelMap(network.parametersOf(i)), layer.relu());
        if (role == Role::Operation) {
            ChainLayer made {
                shapeOf(layer, foldU), productsOf(layer, network.parametersOf(i), foldU), {}, false};
            if (made.shape.standardises())
                made.map = layer.channelMap(network.parametersOf(i));
            if (other) {
                made.shape.other = operations[*other] - 1;
                made.relu = layer.relu();
            }
            chain.push_back(std::move(made));
        }
        operations.push_back(chain.size());
    }
    return chain;
}

std::vector<VectorRange> rangesOf(const std::vector<ChainLayer> &chain, const Matrix &x)
{
    // Windows overlap, and are many: some examples at a time.
    const bool windows = std::any_of(chain.begin(), chain.end(),
                                     [](const ChainLayer &layer) { return layer.shape.windows.has_value(); });
    const Index most = windows ? 20 : x.rows();
    Ranges ranges;
    for (Index first = 0; first < x.rows(); first += most)
        addRanges(chain, x.middleRows(first, std::min(most, x.rows() - first)), ranges);
    return ranges.take();
}

} // namespace rosler
