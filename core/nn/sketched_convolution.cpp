// SPDX-License-Identifier: Apache-2.0
#include "core/nn/sketched_convolution.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/product_decay.h"
#include "core/nn/products.h"
#include "core/nn/sketched_factors.h"
#include "core/nn/window_products.h"

namespace rosler {

std::shared_ptr<const Layer> makeSketchedConvolution(const PlannedLayer &plan)
{
    return std::make_shared<SketchedConvolution>(plan);
}

SketchedConvolution::SketchedConvolution(PlannedLayer plan)
    : Layer(std::move(plan))
    , m_grid(convGrid(this->plan().spec, this->plan().in))
    , m_filters(this->plan().out.channels)
{
    ROSLER_EXPECTS(this->plan().spec.sketch && rank() >= 1 && rank() <= std::min(m_filters, m_grid.patch())
                   && inputs() == m_grid.in.size() && outputs() == m_grid.windows() * m_filters);
}

SketchedConvolution::Offsets SketchedConvolution::offsets() const noexcept
{
    const Index b = m_filters * rank();
    const Index u = b + m_filters;
    const Index r = u + rank() * rank();
    return {b, u, r, r + rank() * m_grid.patch()};
}

std::vector<ParameterBlock> SketchedConvolution::blocks() const
{
    const Offsets at = offsets();
    return {{"C", Factor::C, 0, rank(), m_filters, true},
            {"b", Factor::C, at.b, 1, m_filters, false},
            {"U", Factor::U, at.u, rank(), rank(), false},
            {"R", Factor::R, at.r, rank(), m_grid.patch(), false}};
}

Index SketchedConvolution::parameterCount() const noexcept
{
    return offsets().end;
}

InferenceStep SketchedConvolution::inference() const
{
    return {InferenceStep::Does::Convolves, m_grid, m_filters, 0};
}

std::span<const std::string_view> SketchedConvolution::products() const noexcept
{
    static constexpr std::array<std::string_view, 3> names {"R", "U", "C"};
    return names;
}

Index SketchedConvolution::stashSize(Index batch) const noexcept
{
    // T1 and T2 of all examples, dT2 and dT1 of one, in whole vectors; its share of the biases' gradient
    return (2 * batch + 2) * m_grid.windows() * wholeVectors(rank()) + m_filters;
}

void SketchedConvolution::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                                     SketchKind kind) const
{
    const DrawnFactors f =
        drawFactors(m_filters, m_grid.patch(), rank(), convBound(m_grid, m_filters), seed, number, kind);
    const Offsets at = offsets();
    view(parameters.data(), rank(), m_filters) = f.c.transpose().cast<float>();
    std::fill_n(parameters.data() + at.b, m_filters, 0.0F);
    view(parameters.data() + at.u, rank(), rank()) = f.u.cast<float>();
    view(parameters.data() + at.r, rank(), m_grid.patch()) = f.r.cast<float>();
}

void SketchedConvolution::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                                  std::span<float> stash, const PassMode & /*mode*/) const
{
    const Offsets at = offsets();
    const float *p = parameters.data();
    const Index whole = wholeVectors(rank());
    const Index middle = m_grid.windows() * whole; // of one example
    const WindowRuns runs = runsOf(m_grid);
    const WindowRuns rows = WindowRuns::matrix(m_grid.windows(), rank(), whole);

    const Index rFloats = packedSize(m_grid.patch(), rank());
    const Index uFloats = packedSize(rank(), rank());
    float *const r = windowRoom(rFloats + uFloats + packedSize(rank(), m_filters) + paddedSize(m_grid));
    float *const u = r + rFloats;
    float *const c = u + uFloats;
    float *const imageRoom = c + packedSize(rank(), m_filters);
    packTransposed(view(p + at.r, rank(), m_grid.patch()), r);
    packTransposed(view(p + at.u, rank(), rank()), u);
    packRows(view(p, rank(), m_filters), c);
    for (Index e = 0; e < x.rows(); ++e) {
        float *const t1 = stash.data() + 2 * e * middle;
        float *const t2 = t1 + middle;
        const float *const image = padded(m_grid, rowAt(x, e), m_grid.in.channels, imageRoom);
        windowProducts(runs, image, r, whole, {}, t1, whole);
        windowProducts(rows, t1, u, whole, {}, t2, whole);
        windowProducts(rows, t2, c, m_filters, {p + at.b, relu()}, rowAt(y, e), m_filters);
    }
}

void SketchedConvolution::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                                   std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                                   MatrixView dx, std::span<float> gradient,
                                   const BackwardRequest &request) const
{
    const Offsets at = offsets();
    const float *p = parameters.data();
    float *const g = gradient.data();
    const auto &wanted = request.factors;
    const bool below = dx.rows() > 0;
    const Index windows = m_grid.windows();
    const Index whole = wholeVectors(rank());
    const Index wholeFilters = wholeVectors(m_filters);
    const Index middle = windows * whole;
    const ConstMatrixView c = view(p, rank(), m_filters); // C^T
    const ConstMatrixView u = view(p + at.u, rank(), rank());
    const ConstMatrixView r = view(p + at.r, rank(), m_grid.patch());
    const WindowRuns runs = runsOf(m_grid);
    const WindowRuns middleRows = WindowRuns::matrix(windows, rank(), whole);
    const auto turnedGrid = below ? turned(m_grid, rank()) : std::nullopt;

    // The thread's room, part by part: sums of gradients, packed factors, images.
    const Index cSums = packedSize(rank(), m_filters);
    const Index uSums = packedSize(rank(), rank());
    const Index rSums = packedSize(m_grid.patch(), rank());
    const Index cFloats = packedSize(m_filters, rank());
    const Index kernelFloats = turnedGrid ? packedSize(turnedGrid->patch(), m_grid.in.channels) : Index {0};
    const Index imageFloats = wholeVectors(paddedSize(m_grid));
    const Index rowFloats = wholeFilters == m_filters ? 0 : windows * wholeFilters;
    const Index turnedFloats = turnedGrid ? std::max(paddedSize(*turnedGrid), windows * rank()) : Index {0};
    float *const dc = windowRoom(cSums + 2 * uSums + rSums + cFloats + kernelFloats + imageFloats + rowFloats
                                 + turnedFloats);
    float *const du = dc + cSums;
    float *const dr = du + uSums;
    float *const packedU = dr + rSums;
    float *const packedC = packedU + uSums;
    float *const kernel = packedC + cFloats;
    float *const imageRoom = kernel + kernelFloats;
    float *const rows = imageRoom + imageFloats;
    float *const turnedRoom = rows + rowFloats;
    std::fill_n(dc, cSums + uSums + rSums, 0.0F);
    packTransposed(c, packedC);
    packRows(u, packedU);
    if (turnedGrid)
        packTurned(m_grid, r, kernel);

    float *const dt2 = stash.data() + 2 * x.rows() * middle;
    float *const dt1 = dt2 + middle;
    float *const share = dt1 + middle;
    if (wanted.c)
        std::fill_n(g + at.b, m_filters, 0.0F);
    for (Index e = 0; e < x.rows(); ++e) {
        const float *const t1 = stash.data() + 2 * e * middle;
        const float *const t2 = t1 + middle;
        const MatrixView dyHere = view(rowAt(dy, e), windows, m_filters);
        maskAndSum(dyHere, view(rowAt(y, e), windows, m_filters), relu(), share, Workers::One);
        if (wanted.c) {
            for (Index f = 0; f < m_filters; ++f)
                g[at.b + f] += share[f];
            addWindowGradient(middleRows, t2, inWholeVectors(readOnly(dyHere), rows), wholeFilters, m_filters,
                              dc);
        }
        if (!wanted.u && !wanted.r && !below)
            continue;
        windowProducts(WindowRuns::matrix(windows, m_filters, m_filters), dyHere.data(), packedC, whole, {},
                       dt2, whole);
        if (wanted.u)
            addWindowGradient(middleRows, dt2, t1, whole, rank(), du);
        if (!wanted.r && !below)
            continue;
        windowProducts(middleRows, dt2, packedU, whole, {}, dt1, whole);
        if (wanted.r)
            addWindowGradient(runs, padded(m_grid, rowAt(x, e), m_grid.in.channels, imageRoom), dt1, whole,
                              rank(), dr);
        if (turnedGrid) {
            windowProducts(runsOf(*turnedGrid), padded(*turnedGrid, dt1, whole, turnedRoom), kernel,
                           m_grid.in.channels, {}, rowAt(dx, e), m_grid.in.channels);
        } else if (below) {
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
            const ConstMatrixView rowsOfDt1(dt1, windows, rank(), Eigen::OuterStride<>(whole));
            forPatches(m_grid, rowAt(x, e), false, [&](Index first, MatrixView patches) {
                productNN(rowsOf(rowsOfDt1, first, patches.rows()), r, patches, {}, Workers::One);
                addPatches(m_grid, first, readOnly(patches), rowAt(dx, e));
            });
        }
    }
    if (wanted.c)
        unpackRows(dc, view(g, rank(), m_filters));
    if (wanted.u)
        unpackRows(du, view(g + at.u, rank(), rank()));
    if (wanted.r)
        unpackTransposed(dr, view(g + at.r, rank(), m_grid.patch()));
    if (request.productDecay > 0.0F)
        addProductDecay({c, u, r}, request.productDecay, wanted, {},
                        {view(g, rank(), m_filters), view(g + at.u, rank(), rank()),
                         view(g + at.r, rank(), m_grid.patch())});
    if (request.sink == nullptr)
        return;
    const auto announce = [&](Index from, Index to) {
        request.sink->ready(
            from, gradient.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
    };
    if (wanted.c)
        announce(0, at.u);
    if (wanted.u)
        announce(at.u, at.r);
    if (wanted.r)
        announce(at.r, at.end);
}

std::uint64_t SketchedConvolution::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(m_grid.windows() * rank() * (m_grid.patch() + rank() + m_filters));
}

std::uint64_t SketchedConvolution::backwardMacs(const FactorSet &wanted, Index /*features*/,
                                                bool wantsDx) const noexcept
{
    Index macs = 0; // of a window, by rank
    if (wanted.c)
        macs += m_filters; // dC
    if (wanted.u || wanted.r || wantsDx)
        macs += m_filters; // dT2
    if (wanted.u)
        macs += rank(); // dU
    if (wanted.r || wantsDx)
        macs += rank(); // dT1
    if (wanted.r)
        macs += m_grid.patch(); // dR
    if (wantsDx)
        macs += m_grid.patch(); // dP
    return static_cast<std::uint64_t>(m_grid.windows() * rank() * macs);
}

} // namespace rosler
