// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"

namespace rosler {

/// One layer with drawn parameters, a batch that went through it and a gradient to come back: what the
/// tests of layers start from. ReLUs are kept off their kink, so that float and double agree on each.
class LayerTrial
{
public:
    LayerTrial(const PlannedLayer &plan, Index batchSize)
        : layer(makeLayer(plan))
        , parameters(static_cast<std::size_t>(layer->parameterCount()))
        , batch(batchSize)
        , dy(naive::randomMatrix(batchSize, layer->outputs(), 5))
        , y(batchSize, layer->outputs())
        , dx(batchSize, layer->inputs())
    {
        layer->initialise(parameters, 11, 0, SketchKind::Gaussian);
        // Off the start: biases that are not zero, a U that is not diagonal, C and R at random.
        std::vector<float> noise(parameters.size());
        naive::fill(noise, 3);
        for (std::size_t i = 0; i < noise.size(); ++i)
            parameters[i] += 0.25F * noise[i];
        for (std::uint64_t seed = 100; x.size() == 0 || nearKink(); ++seed)
            x = naive::randomMatrix(batch, layer->inputs(), seed);
    }

    /// Stashes and outputs of a forward pass.
    void forward()
    {
        stash.assign(static_cast<std::size_t>(layer->stashSize(batch)), 0.0F);
        layer->forward(view(std::as_const(x)), parameters, view(y), stash, {});
    }

    /// Forward and backward; parts of the gradient that the request leaves out keep @p untouched.
    std::vector<float> backward(const BackwardRequest &request, bool wantsDx, float untouched = 0.0F)
    {
        forward();
        std::vector<float> gradient(parameters.size(), untouched);
        Matrix incoming = dy;
        layer->backward(view(std::as_const(x)), view(std::as_const(y)), parameters, stash, view(incoming),
                        wantsDx ? view(dx) : view(dx.data(), 0, layer->inputs()), gradient, request);
        return gradient;
    }

    naive::ReferenceLayer reference() const { return {*layer, parameters}; }

    /// The length of all sums that one number of the result went through, end to end.
    Index sums() const
    {
        const auto r = reference();
        return layer->inputs() + layer->outputs() + batch + 2 * r.u.rows() + 4;
    }

    std::shared_ptr<const Layer> layer;
    std::vector<float> parameters;
    Index batch;
    Matrix x, dy, y, dx;
    std::vector<float> stash;

private:
    bool nearKink() const
    {
        if (!layer->relu())
            return false;
        const naive::Table before = reference().affine(naive::toTable(x));
        return before.cwiseAbs().minCoeff() < 2e-4;
    }
};

/// Empty when @p got lies within 4 n eps of @p expected everywhere, n = @p sums, relative to what the same
/// sums give without any cancellation (@p bound); else the first place where it does not.
inline std::string differs(const naive::Table &got, const naive::Table &expected, const naive::Table &bound,
                           Index sums)
{
    if (got.rows() != expected.rows() || got.cols() != expected.cols())
        return "shapes differ";
    for (Index i = 0; i < got.rows(); ++i) {
        for (Index j = 0; j < got.cols(); ++j) {
            const double allowed = 4.0 * static_cast<double>(sums) * naive::floatEps * bound(i, j);
            if (!(std::abs(got(i, j) - expected(i, j)) <= allowed))
                return "(" + std::to_string(i) + ", " + std::to_string(j) + ") is "
                    + std::to_string(got(i, j)) + ", expected " + std::to_string(expected(i, j)) + " +- "
                    + std::to_string(allowed);
        }
    }
    return {};
}

/// Compares a layer's gradients of every block, and of x, with the formulas in double; returns what is
/// wrong, or nothing.
inline std::string checkGradient(LayerTrial &trial)
{
    const auto gradient = trial.backward({}, true);
    const auto reference = trial.reference();
    const naive::Table x = naive::toTable(trial.x);
    const naive::Table dy = reference.masked(x, naive::toTable(trial.dy));
    const auto expected = reference.backward(x, dy, {}, true);
    const auto bound = reference.magnitudes().backward(naive::magnitude(x), naive::magnitude(dy), {}, true);
    const auto of = [](const naive::ReferenceLayer::Gradients &g, const std::string &name) {
        return name == "b" ? g.b : name == "U" ? g.u : name == "R" ? g.r : g.c;
    };
    for (const auto &block : trial.layer->blocks()) {
        naive::Table got = naive::toTable(view(gradient.data() + block.offset, block.rows, block.cols));
        if (block.transposed)
            got = naive::transpose(got);
        const auto wrong = differs(got, of(expected, block.name), of(bound, block.name), trial.sums());
        if (!wrong.empty())
            return "d" + block.name + wrong;
    }
    const auto wrong = differs(naive::toTable(trial.dx), expected.x, bound.x, trial.sums());
    return wrong.empty() ? wrong : "dx" + wrong;
}

/// Compares the formulas' gradients with central differences of the formulas' loss, both in double, at
/// every parameter and every number of x. The loss is linear in each of them between the ReLU's kinks, so
/// that a difference has no error but rounding: 2 |L| sums eps / h, with |L| the sum without cancellation.
inline std::string checkDifferences(const LayerTrial &trial)
{
    constexpr double h = 1e-5; // |x| <= 1 and the factors' norms stay below 20: no kink within reach
    auto reference = trial.reference();
    naive::Table x = naive::toTable(trial.x);
    const naive::Table raw = naive::toTable(trial.dy);
    const naive::Table dy = reference.masked(x, raw);
    const auto expected = reference.backward(x, dy, {}, true);
    const double size = reference.magnitudes().loss(naive::magnitude(x), naive::magnitude(dy));
    const double allowed =
        2.0 * size * static_cast<double>(trial.sums()) * std::numeric_limits<double>::epsilon() / h;
    const auto compare = [&](double &number, double gradient) {
        const double before = number;
        number = before + h;
        const double above = reference.loss(x, raw);
        number = before - h;
        const double below = reference.loss(x, raw);
        number = before;
        return std::abs((above - below) / (2.0 * h) - gradient) <= allowed;
    };
    for (const auto &block : trial.layer->blocks()) {
        const naive::Table &g = block.name == "b" ? expected.b
            : block.name == "U"                   ? expected.u
            : block.name == "R"                   ? expected.r
                                                  : expected.c;
        for (Index i = 0; i < block.size(); ++i) {
            const Index row = i / block.cols;
            const Index col = i % block.cols;
            const double gradient = block.transposed ? g(col, row) : g(row, col);
            if (!compare(reference.number(block.offset + i), gradient))
                return "d" + block.name + " at " + std::to_string(i);
        }
    }
    for (Index i = 0; i < x.rows(); ++i)
        for (Index j = 0; j < x.cols(); ++j)
            if (!compare(x(i, j), expected.x(i, j)))
                return "dx at (" + std::to_string(i) + ", " + std::to_string(j) + ")";
    return {};
}

} // namespace rosler
