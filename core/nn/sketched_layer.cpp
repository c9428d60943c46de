// SPDX-License-Identifier: Apache-2.0
#include "core/nn/sketched_layer.h"

#include <algorithm>
#include <array>
#include <utility>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"
#include "core/base/random.h"
#include "core/nn/glorot.h"
#include "core/nn/product_decay.h"
#include "core/nn/products.h"
#include "core/nn/sketched_factors.h"
#include "core/sketch/column_sampling.h"

namespace rosler {

namespace {

constexpr Index announcedPiece = 8'192; // parameters that a task hands to the optimiser

/// Where the factors lie in the layer's parameters: C^T, b, U, R.
struct Offsets {
    Index c, b, u, r;
    explicit Offsets(const SketchedLayer &layer)
        : c(0)
        , b(layer.outputs() * layer.rank())
        , u(b + layer.outputs())
        , r(u + layer.rank() * layer.rank())
    {
    }
};

} // namespace

std::shared_ptr<const Layer> makeSketchedLayer(const PlannedLayer &plan)
{
    return std::make_shared<SketchedLayer>(plan);
}

SketchedLayer::SketchedLayer(PlannedLayer plan)
    : Layer(std::move(plan))
{
    ROSLER_EXPECTS(this->plan().spec.sketch && rank() >= 1 && rank() <= std::min(inputs(), outputs())
                   && inputs() <= this->plan().in.size() && outputs() <= this->plan().out.size());
}

std::vector<ParameterBlock> SketchedLayer::blocks() const
{
    const Offsets at(*this);
    const Index r = rank();
    return {{"C", Factor::C, at.c, r, outputs(), true},
            {"b", Factor::C, at.b, 1, outputs(), false},
            {"U", Factor::U, at.u, r, r, false},
            {"R", Factor::R, at.r, r, inputs(), false}};
}

Index SketchedLayer::parameterCount() const noexcept
{
    return outputs() * rank() + outputs() + rank() * rank() + rank() * inputs();
}

InferenceStep SketchedLayer::inference() const
{
    return {InferenceStep::Does::Multiplies, {.in = plan().in}, plan().out.size(), 0};
}

std::span<const std::string_view> SketchedLayer::products() const noexcept
{
    static constexpr std::array<std::string_view, 3> names {"R", "U", "C"};
    return names;
}

Index SketchedLayer::stashSize(Index batch) const noexcept
{
    return 4 * batch * rank(); // T1, T2 for backward(), and its scratch dT2, dT1
}

void SketchedLayer::initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                               SketchKind kind) const
{
    const DrawnFactors f = drawFactors(plan().out.size(), plan().read, rank(),
                                       glorotBound(plan().in.size(), plan().out.size()), seed, number, kind);
    const auto kept =
        sampleUniformly(plan().out.size(), outputs(), RandomStream(seed, Draw::KeptFeatures, number + 1));
    const Offsets at(*this);
    auto c = view(parameters.data() + at.c, rank(), outputs());
    for (Index i = 0; i < outputs(); ++i)
        c.col(i) = f.c.row(kept[static_cast<std::size_t>(i)]).transpose().cast<float>();
    std::fill_n(parameters.data() + at.b, outputs(), 0.0F);
    view(parameters.data() + at.u, rank(), rank()) = f.u.cast<float>();
    view(parameters.data() + at.r, rank(), inputs()) = f.r.cast<float>();
}

void SketchedLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                            std::span<float> stash, const PassMode & /*mode*/) const
{
    const Offsets at(*this);
    const float *p = parameters.data();
    const Index intermediate = x.rows() * rank();
    auto t1 = view(stash.data(), x.rows(), rank());
    auto t2 = view(stash.data() + intermediate, x.rows(), rank());
    productNT(x, view(p + at.r, rank(), inputs()), t1);
    productNT(readOnly(t1), view(p + at.u, rank(), rank()), t2);
    productNN(readOnly(t2), view(p + at.c, rank(), outputs()), y, {p + at.b, relu()});
}

void SketchedLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                             std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                             MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const Offsets at(*this);
    const float *p = parameters.data();
    float *g = gradient.data();
    const Index batch = x.rows();
    const Index intermediate = batch * rank();
    const auto &wanted = request.factors;
    const ConstMatrixView t1(stash.data(), batch, rank(), Eigen::OuterStride<>(rank()));
    const ConstMatrixView t2(stash.data() + intermediate, batch, rank(), Eigen::OuterStride<>(rank()));
    const auto announce = [&](Index offset, Index count) {
        if (request.sink == nullptr)
            return;
        const Index pieces = (count + announcedPiece - 1) / announcedPiece;
        tbb::parallel_for(
            Index {0}, pieces,
            [&](Index piece) {
                const Index first = offset + piece * announcedPiece;
                const Index size = std::min(announcedPiece, offset + count - first);
                request.sink->ready(first, {g + first, static_cast<std::size_t>(size)});
            },
            tbb::simple_partitioner {});
    };

    maskAndSum(dy, y, relu(), wanted.c ? g + at.b : nullptr);
    const ConstMatrixView dyBefore = readOnly(dy);
    if (wanted.c)
        productTN(t2, dyBefore, view(g + at.c, rank(), outputs())); // dC^T = T2^T dY

    const bool below = dx.rows() > 0;
    if (wanted.u || wanted.r || below) {
        auto dt2 = view(stash.data() + 2 * intermediate, batch, rank());
        productNT(dyBefore, view(p + at.c, rank(), outputs()), dt2);
        const ConstMatrixView dt2Done = readOnly(dt2);
        if (wanted.u)
            productTN(dt2Done, t1, view(g + at.u, rank(), rank()));
        if (wanted.r || below) {
            auto dt1 = view(stash.data() + 3 * intermediate, batch, rank());
            productNN(dt2Done, view(p + at.u, rank(), rank()), dt1);
            const ConstMatrixView dt1Done = readOnly(dt1);
            if (below)
                productNN(dt1Done, view(p + at.r, rank(), inputs()), dx);
            const MatrixView dr = view(g + at.r, rank(), inputs());
            if (wanted.r && request.features.empty())
                productTN(dt1Done, x, dr);
            else if (wanted.r)
                productTN(dt1Done, x, request.features, dr);
        }
    }
    if (request.productDecay > 0.0F)
        addProductDecay({view(p + at.c, rank(), outputs()), view(p + at.u, rank(), rank()),
                         view(p + at.r, rank(), inputs())},
                        request.productDecay, wanted, request.features,
                        {view(g + at.c, rank(), outputs()), view(g + at.u, rank(), rank()),
                         view(g + at.r, rank(), inputs())});
    if (wanted.c)
        announce(at.c, at.u - at.c);
    if (wanted.u)
        announce(at.u, at.r - at.u);
    if (wanted.r)
        announce(at.r, parameterCount() - at.r);
}

std::uint64_t SketchedLayer::forwardMacs() const noexcept
{
    return static_cast<std::uint64_t>(rank() * (outputs() + rank() + inputs()));
}

std::uint64_t SketchedLayer::backwardMacs(const FactorSet &wanted, Index features,
                                          bool wantsDx) const noexcept
{
    const Index mr = outputs() * rank();
    const Index rr = rank() * rank();
    Index macs = 0;
    if (wanted.c)
        macs += mr; // dC
    if (wanted.u || wanted.r || wantsDx)
        macs += mr; // dT2
    if (wanted.u)
        macs += rr; // dU
    if (wanted.r || wantsDx)
        macs += rr; // dT1
    if (wanted.r)
        macs += rank() * features; // dR
    if (wantsDx)
        macs += rank() * inputs(); // dX
    return static_cast<std::uint64_t>(macs);
}

} // namespace rosler
