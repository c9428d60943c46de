// SPDX-License-Identifier: Apache-2.0
#include "core/nn/depthwise_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/nn/glorot.h"

namespace rosler {

namespace {

using Channels = Eigen::Map<Eigen::ArrayXf>;
using ConstChannels = Eigen::Map<const Eigen::ArrayXf>;

ExampleShape outputOf(const LayerSpec &spec, const ExampleShape &in, Index /*classes*/)
{
    const WindowGrid grid = convGrid(spec, in);
    return {in.channels, grid.down, grid.across};
}

std::shared_ptr<const Layer> makeDepthwise(const PlannedLayer &plan)
{
    return std::make_shared<DepthwiseLayer>(plan);
}

/// Calls work(tap, place of the pixel's first channel) for what of a window lies on the image.
template <typename Work>
void forTaps(const WindowGrid &g, Index window, const Work &work)
{
    const Index top = window / g.across * g.strideDown - g.paddingTop;
    const Index left = window % g.across * g.strideAcross - g.paddingLeft;
    for (Index i = 0; i < g.windowHeight; ++i)
        for (Index j = 0; j < g.windowWidth; ++j)
            if (top + i >= 0 && top + i < g.in.height && left + j >= 0 && left + j < g.in.width)
                work(i * g.windowWidth + j, ((top + i) * g.in.width + left + j) * g.in.channels);
}

std::optional<LayerSpec> nearestTo(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::ConvolvesChannels)
        return std::nullopt;
    const auto number = [](Index value) { return static_cast<double>(value); };
    return LayerSpec {"depthwise",
                      {{"kernel", number(step.windows.windowWidth)},
                       {"stride", number(step.windows.strideAcross)},
                       {"padding", number(step.windows.paddingLeft)}},
                      Activation::None,
                      {}};
}

} // namespace

LayerKind depthwiseKind()
{
    static constexpr std::array fields {
        LayerField {"kernel", "Kernel", "Side of the window, in pixels; along a signal its length", 1, 255,
                    true, 3},
        LayerField {"stride", "Stride", "How far apart the windows lie, in pixels", 1, 64, true, 1},
        LayerField {"padding", "Padding", "Pixels of zeros around the image", 0, 127, true, 0},
    };
    LayerKind kind;
    kind.name = "depthwise";
    kind.label = "Depthwise convolution";
    kind.description = "Every output pixel reads a window of the image, each channel by itself";
    kind.fields = fields;
    kind.activates = true;
    kind.images = true;
    kind.output = &outputOf;
    kind.make = &makeDepthwise;
    kind.nearest = &nearestTo;
    return kind;
}

DepthwiseLayer::DepthwiseLayer(PlannedLayer plan)
    : Layer(std::move(plan))
    , m_grid(convGrid(this->plan().spec, this->plan().in))
{
    ROSLER_EXPECTS(inputs() == m_grid.in.size() && outputs() == m_grid.windows() * m_grid.in.channels);
}

std::vector<ParameterBlock> DepthwiseLayer::blocks() const
{
    const Index c = m_grid.in.channels;
    return {{"W", Factor::C, 0, taps(), c, true}, {"b", Factor::C, taps() * c, 1, c, false}};
}

std::span<const std::string_view> DepthwiseLayer::products() const noexcept
{
    static constexpr std::array<std::string_view, 1> names {"W"};
    return names;
}

InferenceStep DepthwiseLayer::inference() const
{
    return {InferenceStep::Does::ConvolvesChannels, m_grid, m_grid.in.channels, 0};
}

void DepthwiseLayer::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                                SketchKind /*kind*/) const
{
    const RandomStream random(seed, Draw::Initialise, number);
    const double bound = glorotBound(taps(), taps());
    const auto weights = static_cast<std::size_t>(taps() * m_grid.in.channels);
    for (std::size_t i = 0; i < weights; ++i)
        parameters[i] = static_cast<float>(bound * (2.0 * static_cast<double>(random.uniform(i)) - 1.0));
    std::fill(parameters.begin() + static_cast<std::ptrdiff_t>(weights), parameters.end(), 0.0F);
}

void DepthwiseLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                             std::span<float> /*stash*/, const PassMode & /*mode*/) const
{
    const Index c = m_grid.in.channels;
    const float *const w = parameters.data();
    for (Index e = 0; e < x.rows(); ++e)
        for (Index window = 0; window < m_grid.windows(); ++window) {
            Channels to(rowAt(y, e) + window * c, c);
            to = ConstChannels(w + taps() * c, c);
            forTaps(m_grid, window, [&](Index tap, Index pixel) {
                to += ConstChannels(w + tap * c, c) * ConstChannels(rowAt(x, e) + pixel, c);
            });
            if (relu())
                to = (to < 0.0F).select(0.0F, to); // NaN stays
        }
}

void DepthwiseLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                              std::span<const float> parameters, std::span<float> /*stash*/, MatrixView dy,
                              MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const Index c = m_grid.in.channels;
    const bool wanted = request.factors.c;
    const auto size = static_cast<std::size_t>(parameterCount());
    if (wanted)
        std::fill_n(gradient.data(), size, 0.0F);
    for (Index e = 0; e < x.rows(); ++e) {
        if (dx.rows() > 0)
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
        for (Index window = 0; window < m_grid.windows(); ++window) {
            Channels d(rowAt(dy, e) + window * c, c);
            if (relu())
                d = (ConstChannels(rowAt(y, e) + window * c, c) > 0.0F).select(d, 0.0F);
            if (wanted)
                Channels(gradient.data() + taps() * c, c) += d;
            forTaps(m_grid, window, [&](Index tap, Index pixel) {
                if (wanted)
                    Channels(gradient.data() + tap * c, c) += d * ConstChannels(rowAt(x, e) + pixel, c);
                if (dx.rows() > 0)
                    Channels(rowAt(dx, e) + pixel, c) += d * ConstChannels(parameters.data() + tap * c, c);
            });
        }
    }
    if (wanted && request.sink != nullptr)
        request.sink->ready(0, gradient.first(size));
}

std::uint64_t DepthwiseLayer::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(m_grid.windows() * taps() * m_grid.in.channels);
}

std::uint64_t DepthwiseLayer::backwardMacs(const FactorSet &factors, Index /*features*/,
                                           bool wantsDx) const noexcept
{
    return (factors.c ? forwardMacs() : 0) + (wantsDx ? forwardMacs() : 0);
}

} // namespace rosler
