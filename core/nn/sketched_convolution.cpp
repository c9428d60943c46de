// SPDX-License-Identifier: Apache-2.0
#include "core/nn/sketched_convolution.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/product_decay.h"
#include "core/nn/products.h"
#include "core/nn/sketched_factors.h"

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

std::span<const std::string_view> SketchedConvolution::products() const noexcept
{
    static constexpr std::array<std::string_view, 3> names {"R", "U", "C"};
    return names;
}

Index SketchedConvolution::stashSize(Index batch) const noexcept
{
    // T1 and T2 of all examples; dT2, dT1 of one; one tile's share of the gradient
    return (2 * batch + 2) * m_grid.windows() * rank() + parameterCount();
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
    const Index middle = m_grid.windows() * rank(); // of one example
    for (Index e = 0; e < x.rows(); ++e)
        forPatches(m_grid, rowAt(x, e), true, [&](Index first, MatrixView patches) {
            const Index count = patches.rows();
            float *const here = stash.data() + 2 * e * middle + first * rank();
            const MatrixView t1 = view(here, count, rank());
            const MatrixView t2 = view(here + middle, count, rank());
            productNT(readOnly(patches), view(p + at.r, rank(), m_grid.patch()), t1, {}, Workers::One);
            productNT(readOnly(t1), view(p + at.u, rank(), rank()), t2, {}, Workers::One);
            productNN(readOnly(t2), view(p, rank(), m_filters),
                      view(rowAt(y, e) + first * m_filters, count, m_filters), {p + at.b, relu()},
                      Workers::One);
        });
}

void SketchedConvolution::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                                   std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                                   MatrixView dx, std::span<float> gradient,
                                   const BackwardRequest &request) const
{
    const Offsets at = offsets();
    const float *p = parameters.data();
    const auto &wanted = request.factors;
    const bool below = dx.rows() > 0;
    const Index middle = m_grid.windows() * rank();
    float *const scratch = stash.data() + 2 * x.rows() * middle; // dT2, dT1
    float *const share = scratch + 2 * middle;
    const ConstMatrixView c = view(p, rank(), m_filters);
    const ConstMatrixView u = view(p + at.u, rank(), rank());
    const ConstMatrixView r = view(p + at.r, rank(), m_grid.patch());
    /// The parts of the gradient that are wanted: neighbours.
    const auto forWanted = [&](const auto &work) {
        if (wanted.c)
            work(Index {0}, at.u);
        if (wanted.u)
            work(at.u, at.r);
        if (wanted.r)
            work(at.r, at.end);
    };
    forWanted([&](Index from, Index to) { std::fill(gradient.data() + from, gradient.data() + to, 0.0F); });
    for (Index e = 0; e < x.rows(); ++e) {
        if (below)
            std::fill_n(rowAt(dx, e), inputs(), 0.0F);
        forPatches(m_grid, rowAt(x, e), wanted.r, [&](Index first, MatrixView patches) {
            const Index count = patches.rows();
            const Index offset = first * m_filters;
            const float *const here = stash.data() + 2 * e * middle + first * rank();
            const ConstMatrixView t1 = view(here, count, rank());
            const ConstMatrixView t2 = view(here + middle, count, rank());
            const MatrixView dyHere = view(rowAt(dy, e) + offset, count, m_filters);
            maskAndSum(dyHere, view(rowAt(y, e) + offset, count, m_filters), relu(), share + at.b,
                       Workers::One);
            const ConstMatrixView dyBefore = readOnly(dyHere);
            if (wanted.c)
                productTN(t2, dyBefore, view(share, rank(), m_filters), {}, Workers::One);
            if (wanted.u || wanted.r || below) {
                const MatrixView dt2 = view(scratch, count, rank());
                productNT(dyBefore, c, dt2, {}, Workers::One);
                if (wanted.u)
                    productTN(readOnly(dt2), t1, view(share + at.u, rank(), rank()), {}, Workers::One);
                const MatrixView dt1 = view(scratch + middle, count, rank());
                if (wanted.r || below)
                    productNN(readOnly(dt2), u, dt1, {}, Workers::One);
                if (wanted.r)
                    productTN(readOnly(dt1), readOnly(patches), view(share + at.r, rank(), m_grid.patch()),
                              {}, Workers::One);
                if (below) {
                    productNN(readOnly(dt1), r, patches, {}, Workers::One);
                    addPatches(m_grid, first, readOnly(patches), rowAt(dx, e));
                }
            }
            forWanted([&](Index from, Index to) {
                for (Index i = from; i < to; ++i)
                    gradient[static_cast<std::size_t>(i)] += share[i];
            });
        });
    }
    float *const g = gradient.data();
    if (request.productDecay > 0.0F)
        addProductDecay({c, u, r}, request.productDecay, wanted, {},
                        {view(g, rank(), m_filters), view(g + at.u, rank(), rank()),
                         view(g + at.r, rank(), m_grid.patch())});
    if (request.sink != nullptr)
        forWanted([&](Index from, Index to) {
            request.sink->ready(
                from, gradient.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
        });
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
