// SPDX-License-Identifier: Apache-2.0
#include "core/nn/conv_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/nn/product_decay.h"
#include "core/nn/products.h"
#include "core/nn/window_products.h"

namespace rosler {

namespace {

Index filtersOf(const LayerSpec &spec)
{
    return static_cast<Index>(convKind(nullptr).valueOf(spec, "filters"));
}

ExampleShape outputOf(const LayerSpec &spec, const ExampleShape &in, Index /*classes*/)
{
    const WindowGrid grid = convGrid(spec, in);
    return {filtersOf(spec), grid.down, grid.across};
}

MatrixSize matrixOfConv(const PlannedLayer &plan)
{
    return {filtersOf(plan.spec), convGrid(plan.spec, plan.in).patch()};
}

std::shared_ptr<const Layer> makeConv(const PlannedLayer &plan)
{
    return std::make_shared<ConvLayer>(plan);
}

std::optional<LayerSpec> nearestTo(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Convolves)
        return std::nullopt;
    const auto number = [](Index value) { return static_cast<double>(value); };
    return LayerSpec {"conv",
                      {{"filters", number(step.outputs)},
                       {"kernel", number(step.windows.windowWidth)},
                       {"stride", number(step.windows.strideAcross)},
                       {"padding", number(step.windows.paddingLeft)}},
                      Activation::None,
                      {}};
}

} // namespace

LayerKind convKind(std::shared_ptr<const Layer> (*makeSketched)(const PlannedLayer &))
{
    static constexpr std::array fields {
        LayerField {"filters", "Filters", "How many channels the layer gives", 1, 4'096, true, 16},
        LayerField {"kernel", "Kernel", "Side of the window, in pixels; along a signal its length", 1, 255,
                    true, 3},
        LayerField {"stride", "Stride", "How far apart the windows lie, in pixels", 1, 64, true, 1},
        LayerField {"padding", "Padding", "Pixels of zeros around the image", 0, 127, true, 0},
    };
    LayerKind kind;
    kind.name = "conv";
    kind.label = "Convolution";
    kind.description = "Every output pixel reads a window of the image";
    kind.fields = fields;
    kind.weighted = true;
    kind.images = true;
    kind.output = &outputOf;
    kind.make = &makeConv;
    kind.makeSketched = makeSketched;
    kind.matrix = &matrixOfConv;
    kind.nearest = &nearestTo;
    return kind;
}

ConvLayer::ConvLayer(PlannedLayer plan)
    : Layer(std::move(plan))
    , m_grid(convGrid(this->plan().spec, this->plan().in))
    , m_filters(this->plan().out.channels)
{
    ROSLER_EXPECTS(!this->plan().spec.sketch && inputs() == m_grid.in.size()
                   && outputs() == m_grid.windows() * m_filters);
}

std::vector<ParameterBlock> ConvLayer::blocks() const
{
    const Index weights = m_filters * m_grid.patch();
    return {{"W", Factor::C, 0, m_filters, m_grid.patch(), false},
            {"b", Factor::C, weights, 1, m_filters, false}};
}

Index ConvLayer::parameterCount() const noexcept
{
    return m_filters * (m_grid.patch() + 1);
}

InferenceStep ConvLayer::inference() const
{
    return {InferenceStep::Does::Convolves, m_grid, m_filters, 0};
}

std::span<const std::string_view> ConvLayer::products() const noexcept
{
    static constexpr std::array<std::string_view, 1> names {"W"};
    return names;
}

Index ConvLayer::stashSize(Index /*batch*/) const noexcept
{
    return m_filters; // one example's share of the biases' gradient
}

void ConvLayer::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                           SketchKind /*kind*/) const
{
    const RandomStream random(seed, Draw::Initialise, number);
    const double bound = convBound(m_grid, m_filters);
    const auto weights = static_cast<std::size_t>(m_filters * m_grid.patch());
    for (std::size_t i = 0; i < weights; ++i)
        parameters[i] = static_cast<float>(bound * (2.0 * static_cast<double>(random.uniform(i)) - 1.0));
    std::fill(parameters.begin() + static_cast<std::ptrdiff_t>(weights), parameters.end(), 0.0F);
}

void ConvLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                        std::span<float> /*stash*/, const PassMode & /*mode*/) const
{
    const ConstMatrixView w = view(parameters.data(), m_filters, m_grid.patch());
    const WindowRuns runs = runsOf(m_grid);
    const Index packedFloats = packedSize(m_grid.patch(), m_filters);
    float *const packed = windowRoom(packedFloats + paddedSize(m_grid));
    packTransposed(w, packed);
    for (Index e = 0; e < x.rows(); ++e) {
        const float *const image = padded(m_grid, rowAt(x, e), m_grid.in.channels, packed + packedFloats);
        windowProducts(runs, image, packed, m_filters, {parameters.data() + w.size(), relu()}, rowAt(y, e),
                       m_filters);
    }
}

void ConvLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                         std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                         MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const ConstMatrixView w = view(parameters.data(), m_filters, m_grid.patch());
    const bool below = dx.rows() > 0;
    const bool wanted = request.factors.c;
    const Index windows = m_grid.windows();
    const Index whole = wholeVectors(m_filters);
    const WindowRuns runs = runsOf(m_grid);
    const auto turnedGrid = turned(m_grid, m_filters);

    // The thread's room, part by part.
    const Index packedFloats = packedSize(m_grid.patch(), m_filters);
    const Index imageFloats = wholeVectors(paddedSize(m_grid));
    const Index rowFloats = whole == m_filters ? 0 : windows * whole;
    const Index kernelFloats =
        below && turnedGrid ? packedSize(turnedGrid->patch(), m_grid.in.channels) : Index {0};
    const Index turnedFloats = below && turnedGrid ? paddedSize(*turnedGrid) : Index {0};
    float *const sums = windowRoom(packedFloats + imageFloats + rowFloats + kernelFloats + turnedFloats);
    float *const imageRoom = sums + packedFloats;
    float *const rows = imageRoom + imageFloats;
    float *const kernel = rows + rowFloats;
    float *const turnedRoom = kernel + kernelFloats;

    float *const bias = gradient.data() + w.size();
    if (wanted) {
        std::fill_n(sums, packedFloats, 0.0F);
        std::fill_n(bias, m_filters, 0.0F);
    }
    if (below && turnedGrid)
        packTurned(m_grid, w, kernel);
    for (Index e = 0; e < x.rows(); ++e) {
        const MatrixView dyHere = view(rowAt(dy, e), windows, m_filters);
        maskAndSum(dyHere, view(rowAt(y, e), windows, m_filters), relu(), stash.data(), Workers::One);
        if (wanted) {
            for (Index f = 0; f < m_filters; ++f)
                bias[f] += stash[static_cast<std::size_t>(f)];
            const float *const image = padded(m_grid, rowAt(x, e), m_grid.in.channels, imageRoom);
            addWindowGradient(runs, image, inWholeVectors(readOnly(dyHere), rows), whole, m_filters, sums);
        }
        if (below && turnedGrid) {
            const float *const image = padded(*turnedGrid, dyHere.data(), m_filters, turnedRoom);
            windowProducts(runsOf(*turnedGrid), image, kernel, m_grid.in.channels, {}, rowAt(dx, e),
                           m_grid.in.channels);
        } else if (below) {
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
            forPatches(m_grid, rowAt(x, e), false, [&](Index first, MatrixView patches) {
                productNN(rowsOf(readOnly(dyHere), first, patches.rows()), w, patches, {}, Workers::One);
                addPatches(m_grid, first, readOnly(patches), rowAt(dx, e));
            });
        }
    }
    if (!wanted)
        return;
    unpackTransposed(sums, view(gradient.data(), m_filters, m_grid.patch()));
    if (request.productDecay > 0.0F)
        addDecay(parameters.first(static_cast<std::size_t>(w.size())), request.productDecay, gradient.data());
    if (request.sink != nullptr)
        request.sink->ready(0, gradient.first(static_cast<std::size_t>(parameterCount())));
}

std::uint64_t ConvLayer::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(m_grid.windows() * m_filters * m_grid.patch());
}

std::uint64_t ConvLayer::backwardMacs(const FactorSet &factors, Index /*features*/,
                                      bool wantsDx) const noexcept
{
    return (factors.c ? forwardMacs() : 0) + (wantsDx ? forwardMacs() : 0);
}

} // namespace rosler
