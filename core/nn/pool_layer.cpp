// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pool_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/conv_patches.h"

namespace rosler {

namespace {

WindowGrid poolGrid(const LayerSpec &spec, const ExampleShape &in)
{
    const LayerKind kind = maxPoolKind(); // both have the same fields
    return windowGrid(in, static_cast<Index>(kind.valueOf(spec, "size")),
                      static_cast<Index>(kind.valueOf(spec, "stride")), 0);
}

ExampleShape pooled(const LayerSpec &spec, const ExampleShape &in, Index /*classes*/)
{
    const WindowGrid grid = poolGrid(spec, in);
    return {in.channels, grid.down, grid.across};
}

WindowGrid wholeGrid(const ExampleShape &in)
{
    WindowGrid grid;
    grid.in = in;
    grid.windowHeight = in.height;
    grid.windowWidth = in.width;
    grid.down = grid.across = 1;
    return grid;
}

ExampleShape averaged(const LayerSpec & /*spec*/, const ExampleShape &in, Index /*classes*/)
{
    return {in.channels, 1, 1};
}

class PoolLayer final : public Layer
{
public:
    PoolLayer(PlannedLayer plan, const WindowGrid &grid, bool largest)
        : Layer(std::move(plan))
        , m_grid(grid)
        , m_largest(largest)
    {
        ROSLER_EXPECTS(inputs() == m_grid.in.size() && outputs() == m_grid.windows() * m_grid.in.channels);
    }

    std::vector<ParameterBlock> blocks() const override { return {}; }
    Index parameterCount() const noexcept override { return 0; }
    std::span<const std::string_view> products() const noexcept override { return {}; }
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }
    void initialise(std::span<float> /*parameters*/, std::uint64_t /*seed*/, std::uint32_t /*number*/,
                    SketchKind /*kind*/) const override
    {
    }

    void forward(const ConstMatrixView &x, std::span<const float> /*parameters*/, MatrixView y,
                 std::span<float> /*stash*/, const PassMode & /*mode*/) const override
    {
        const Index channels = m_grid.in.channels;
        const auto scale = 1.0F / static_cast<float>(m_grid.windowHeight * m_grid.windowWidth);
        for (Index e = 0; e < x.rows(); ++e)
            for (Index window = 0; window < m_grid.windows(); ++window) {
                float *const to = rowAt(y, e) + window * channels;
                bool first = true;
                forPixels(window, [&](Index pixel) {
                    const float *const from = rowAt(x, e) + pixel;
                    for (Index c = 0; c < channels; ++c)
                        if (first)
                            to[c] = from[c];
                        else if (m_largest)
                            to[c] = from[c] > to[c] || from[c] != from[c] ? from[c] : to[c]; // NaN stays
                        else
                            to[c] += from[c];
                    first = false;
                });
                if (!m_largest)
                    for (Index c = 0; c < channels; ++c)
                        to[c] *= scale;
            }
    }

    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> /*parameters*/,
                  std::span<float> /*stash*/, MatrixView dy, MatrixView dx, std::span<float> /*gradient*/,
                  const BackwardRequest & /*request*/) const override
    {
        if (dx.rows() == 0)
            return;
        const Index channels = m_grid.in.channels;
        const auto scale = 1.0F / static_cast<float>(m_grid.windowHeight * m_grid.windowWidth);
        for (Index e = 0; e < x.rows(); ++e) {
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
            for (Index window = 0; window < m_grid.windows(); ++window) {
                float *const from = rowAt(dy, e) + window * channels; // 0 once it has been given
                const float *const chosen = rowAt(y, e) + window * channels;
                forPixels(window, [&](Index pixel) {
                    float *const to = rowAt(dx, e) + pixel;
                    for (Index c = 0; c < channels; ++c)
                        if (!m_largest)
                            to[c] += from[c] * scale;
                        else if (rowAt(x, e)[pixel + c] == chosen[c]) {
                            to[c] += from[c];
                            from[c] = 0.0F;
                        }
                });
            }
        }
    }

    std::uint64_t forwardMacs() const noexcept override { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept override
    {
        return 0;
    }

private:
    /// Calls work(place of its first channel) for each pixel of a window.
    template <typename Work>
    void forPixels(Index window, const Work &work) const
    {
        const Index top = window / m_grid.across * m_grid.strideDown;
        const Index left = window % m_grid.across * m_grid.strideAcross;
        for (Index row = 0; row < m_grid.windowHeight; ++row)
            for (Index column = 0; column < m_grid.windowWidth; ++column)
                work(((top + row) * m_grid.in.width + left + column) * m_grid.in.channels);
    }

    WindowGrid m_grid;
    bool m_largest;
};

std::shared_ptr<const Layer> makeMax(const PlannedLayer &plan)
{
    return std::make_shared<PoolLayer>(plan, poolGrid(plan.spec, plan.in), true);
}

std::shared_ptr<const Layer> makeAverage(const PlannedLayer &plan)
{
    return std::make_shared<PoolLayer>(plan, poolGrid(plan.spec, plan.in), false);
}

std::shared_ptr<const Layer> makeGlobal(const PlannedLayer &plan)
{
    return std::make_shared<PoolLayer>(plan, wholeGrid(plan.in), false);
}

LayerKind poolKind(std::string_view name, std::string_view label, std::string_view description)
{
    static constexpr std::array fields {
        LayerField {"size", "Size", "Side of the window, in pixels; along a signal its length", 1, 255, true,
                    2},
        LayerField {"stride", "Stride", "How far apart the windows lie, in pixels", 1, 255, true, 2},
    };
    LayerKind kind;
    kind.name = name;
    kind.label = label;
    kind.description = description;
    kind.fields = fields;
    kind.images = true;
    kind.output = &pooled;
    return kind;
}

} // namespace

LayerKind maxPoolKind()
{
    LayerKind kind = poolKind("max_pool", "Max pooling", "Keeps the largest number of each window");
    kind.make = &makeMax;
    return kind;
}

LayerKind averagePoolKind()
{
    LayerKind kind = poolKind("average_pool", "Average pooling", "Keeps the mean of each window");
    kind.make = &makeAverage;
    return kind;
}

LayerKind globalAverageKind()
{
    LayerKind kind = poolKind("global_average", "Global average", "Keeps the mean of each channel");
    kind.fields = {};
    kind.output = &averaged;
    kind.make = &makeGlobal;
    return kind;
}

} // namespace rosler
