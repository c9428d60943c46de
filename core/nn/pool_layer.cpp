// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pool_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/conv_patches.h"
#include "core/nn/product_tiles.h"
#include "core/nn/weightless_layer.h"

namespace rosler {

using namespace tiles;

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

/// Calls work(first channel, channels, part) for a vector of channels at a time; part(p) loads so many from p
/// on.
/// @param mayOverlap  the last vector may take channels again that another has had
template <typename Work>
void forVectors(Index channels, bool mayOverlap, const Work &work)
{
    const auto whole = [](const float *p) { return load(p); };
    Index c = 0;
    for (; c + lanes <= channels; c += lanes)
        work(c, lanes, whole);
    const Index rest = channels - c;
    if (rest > 0 && mayOverlap && channels >= lanes)
        work(channels - lanes, lanes, whole);
    else if (rest > 0)
        work(c, rest, [rest](const float *p) { return partOf(p, rest, 0); });
}

WindowGrid wholeGrid(const ExampleShape &in)
{
    WindowGrid grid; // of stride 1 each way
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

class PoolLayer final : public WeightlessLayer
{
public:
    PoolLayer(PlannedLayer plan, const WindowGrid &grid, bool largest)
        : WeightlessLayer(std::move(plan))
        , m_grid(grid)
        , m_largest(largest)
    {
        ROSLER_EXPECTS(inputs() == m_grid.in.size() && outputs() == m_grid.windows() * m_grid.in.channels);
    }

    InferenceStep inference() const override
    {
        return {m_largest ? InferenceStep::Does::Largest : InferenceStep::Does::Mean, m_grid, 0, 0};
    }
    Index stashSize(Index /*batch*/) const noexcept override { return 0; }

    void forward(const ConstMatrixView &x, std::span<const float> /*parameters*/, MatrixView y,
                 std::span<float> /*stash*/, const PassMode & /*mode*/) const override
    {
        const Index channels = m_grid.in.channels;
        const auto scale = 1.0F / static_cast<float>(m_grid.windowHeight * m_grid.windowWidth);
        for (Index e = 0; e < x.rows(); ++e)
            for (Index window = 0; window < m_grid.windows(); ++window) {
                float *const to = rowAt(y, e) + window * channels;
                const float *const image = rowAt(x, e);
                forVectors(channels, true, [&](Index c, Index count, auto part) {
                    Vec best {};
                    bool first = true;
                    forPixels(window, [&](Index pixel) {
                        const Vec value = part(image + pixel + c);
                        if (first)
                            best = value;
                        else if (m_largest)
                            best = (value > best) | (value != value) ? value : best; // NaN stays
                        else
                            best += value;
                        first = false;
                    });
                    storePart(to + c, m_largest ? best : best * scale, count);
                });
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
        // Windows without a pixel in common: each number is written once, and twice does not matter.
        const bool apart =
            m_grid.strideDown >= m_grid.windowHeight && m_grid.strideAcross >= m_grid.windowWidth;
        for (Index e = 0; e < x.rows(); ++e) {
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
            for (Index window = 0; window < m_grid.windows(); ++window) {
                const float *const from = rowAt(dy, e) + window * channels;
                const float *const chosen = rowAt(y, e) + window * channels;
                forVectors(channels, apart, [&](Index c, Index count, auto part) {
                    const Vec best = part(chosen + c);
                    Vec left = m_largest ? part(from + c) : part(from + c) * scale;
                    forPixels(window, [&](Index pixel) {
                        float *const to = rowAt(dx, e) + pixel + c;
                        Vec given = left;
                        if (m_largest) {
                            const auto here = part(rowAt(x, e) + pixel + c) == best;
                            given = here ? left : Vec {};
                            left = here ? Vec {} : left; // given once
                        }
                        storePart(to, apart ? given : part(to) + given, count);
                    });
                });
            }
        }
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

LayerSpec windowed(std::string_view kind, const WindowGrid &windows)
{
    return {std::string(kind),
            {{"size", static_cast<double>(windows.windowWidth)},
             {"stride", static_cast<double>(windows.strideAcross)}},
            Activation::None,
            {}};
}

std::optional<LayerSpec> nearestMax(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Largest)
        return std::nullopt;
    return windowed("max_pool", step.windows);
}

std::optional<LayerSpec> nearestAverage(const InferenceStep &step)
{
    const bool whole = step.windows == wholeGrid(step.windows.in); // global_average
    if (step.does != InferenceStep::Does::Mean || whole)
        return std::nullopt;
    return windowed("average_pool", step.windows);
}

std::optional<LayerSpec> nearestGlobal(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Mean)
        return std::nullopt;
    return LayerSpec {"global_average", {}, Activation::None, {}};
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
    kind.nearest = &nearestMax;
    return kind;
}

LayerKind averagePoolKind()
{
    LayerKind kind = poolKind("average_pool", "Average pooling", "Keeps the mean of each window");
    kind.make = &makeAverage;
    kind.nearest = &nearestAverage;
    return kind;
}

LayerKind globalAverageKind()
{
    LayerKind kind = poolKind("global_average", "Global average", "Keeps the mean of each channel");
    kind.fields = {};
    kind.output = &averaged;
    kind.make = &makeGlobal;
    kind.nearest = &nearestGlobal;
    return kind;
}

} // namespace rosler
