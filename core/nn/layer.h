// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/matrix.h"
#include "core/nn/inference_step.h"
#include "core/nn/network_plan.h"
#include "core/sketch/sketch_kind.h"

namespace rosler {

struct WindowGrid; // conv_patches.h

/// Which kind of factor a block of parameters is. Successive training updates one kind a step; biases
/// and dense weights go with C.
enum class Factor : std::uint8_t { R = 0, U = 1, C = 2 };
inline constexpr std::size_t factorKinds = 3;

/// A set of factor kinds, as which gradients are wanted.
struct FactorSet {
    bool r = true;
    bool u = true;
    bool c = true;

    [[nodiscard]] bool has(Factor f) const noexcept { return f == Factor::R ? r : f == Factor::U ? u : c; }
};

/// One matrix or vector among a layer's parameters.
struct ParameterBlock {
    std::string name; ///< "W", "b", "C", "U", "R"
    Factor factor = Factor::C;
    Index offset = 0; ///< of its first number in the layer's parameters
    Index rows = 0;   ///< row-major
    Index cols = 0;
    bool transposed = false; ///< stored as the transpose of the matrix in the formulas
    /// False: stored and saved, but no gradient changes it (running statistics, what is fitted).
    bool trained = true;

    [[nodiscard]] Index size() const noexcept { return rows * cols; }
};

/// Receives parts of a gradient as soon as they are complete, while they are still in the cache;
/// an optimiser may update the parameters at once. Called on any thread of the arena, each offset once.
class GradientSink
{
public:
    virtual ~GradientSink() = default;
    virtual void ready(Index offset, std::span<const float> gradient) = 0;
    /// A step's own values of parameters that no gradient changes (ParameterBlock::trained); they move
    /// towards them.
    virtual void average(Index /*offset*/, std::span<const float> /*values*/) { }

protected:
    GradientSink() = default;
    GradientSink(const GradientSink &) = default;
    GradientSink &operator=(const GradientSink &) = default;
};

/// What a forward pass is for: inference, or one step of a training.
struct PassMode {
    bool training = false;  ///< false: layers that behave differently in training do not, the rest is unread
    std::uint64_t seed = 0; ///< of the trial
    std::int64_t step = 0;  ///< of the trial, from 0
    std::int64_t firstExample =
        0; ///< number in the step's batch of the first row: pieces draw what the whole would
    /// Of a layer that is given another's output besides (PlannedLayer::other): that output.
    const ConstMatrixView *other = nullptr;
};

/// What a backward pass is asked for.
struct BackwardRequest {
    FactorSet factors; ///< kinds whose gradients are wanted
    /// Features of x whose part of dR is wanted, ascending; empty = all. First layer only.
    std::span<const std::uint32_t> features;
    /// Set: complete pieces of the gradient are announced with offsets from the layer's first parameter.
    /// dx is computed before the first announcement.
    GradientSink *sink = nullptr;
    /// Share of the step's batch that this pass has: what it adds to a step's own values of untrained
    /// parameters, which stand in the gradient, whatever factors are wanted.
    double share = 1.0;
    /// Set: what is added to the gradient of the matrices is that of decay / 2 times the squared Frobenius
    /// norm of W, of a sketch that of the product C U R (product_decay.h). Once a step: of one pass of its
    /// batch.
    float productDecay = 0.0F;
};

/// y_i = act((x_i - mean[c]) scale[c] + shift[c]) with c = i mod n: a layer that in inference scales and
/// shifts.
struct ChannelMap {
    std::vector<double> mean;
    std::vector<double> scale;
    std::vector<double> shift;
};

/// One map from examples to examples, with its derivative; its activation (ReLU or none) is fused in.
///
/// A layer holds its plan and nothing else: parameters, activations and gradients are handed in, so one
/// layer object may serve any number of threads, and the Network keeps all parameters in one contiguous
/// buffer that an optimiser, a checksum or a file can treat as a vector.
///
/// Shapes: a batch is a matrix with one example in each row,
///   x, dx : batch x inputs()        y, dy : batch x outputs()
/// Views must have these shapes and must not overlap. Large products are split by outputs over the
/// threads of the current arena, never along a sum, so that results do not depend on their number.
class Layer
{
public:
    virtual ~Layer() = default;

    [[nodiscard]] const PlannedLayer &plan() const noexcept { return m_plan; }
    [[nodiscard]] Index inputs() const noexcept { return m_plan.read; }  ///< numbers it is given
    [[nodiscard]] Index outputs() const noexcept { return m_plan.kept; } ///< numbers it computes
    [[nodiscard]] bool relu() const noexcept { return m_plan.relu(); }   ///< whether y = max(0, ...)

    /// Its parameters, in the order in which they lie; they tile parameterCount() numbers.
    [[nodiscard]] virtual std::vector<ParameterBlock> blocks() const = 0;
    [[nodiscard]] virtual Index parameterCount() const noexcept = 0;

    /// Whether while training what it makes of an example depends on the others of its pass.
    [[nodiscard]] virtual bool mixesExamples() const noexcept { return false; }

    /// Whether a gradient changes any of its parameters.
    [[nodiscard]] bool learns() const
    {
        const auto all = blocks();
        return std::any_of(all.begin(), all.end(), [](const ParameterBlock &block) { return block.trained; });
    }

    /// Names of the blocks whose products, one after the other, are this layer in inference:
    /// y = act(last ... (second (first x)) + b), of each patch where it reads patches. Empty: it has no
    /// weights.
    [[nodiscard]] virtual std::span<const std::string_view> products() const noexcept = 0;

    /// What it computes in inference.
    [[nodiscard]] virtual InferenceStep inference() const = 0;
    /// Of a layer whose step InferenceStep::maps(): by what it scales and shifts.
    [[nodiscard]] virtual ChannelMap channelMap(std::span<const float> /*parameters*/) const { return {}; }

    /// How many floats forward() leaves for backward(), for a batch of that size, besides x and y.
    [[nodiscard]] virtual Index stashSize(Index batch) const noexcept = 0;

    /// Fills @p parameters (parameterCount() floats) from the streams of @p seed with index @p number.
    /// @param kind  how a sketched layer draws its factors; of no meaning to others
    virtual void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                            SketchKind kind) const = 0;

    /// Of a kind that is fitted (LayerKind::fitted): fills its parameters once, after initialise(), from the
    /// moments of what it is given over all training examples.
    /// @param mean, deviation  inputs() numbers each
    virtual void fit(std::span<float> /*parameters*/, std::span<const double> /*mean*/,
                     std::span<const double> /*deviation*/) const
    {
    }

    /// y = f(x).
    /// @param stash  stashSize(x.rows()) floats
    virtual void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                         std::span<float> stash, const PassMode &mode) const = 0;

    /// Given dy = dL/dy, sets dx = dL/dx and the wanted parts of dL/dparameters (others are left as they
    /// are).
    /// @param x, y   of the forward pass        @param stash  as forward() left it; scratch afterwards
    /// @param dy     is overwritten by the gradient before the activation
    /// @param dx     may have no rows: the first layer's is not wanted. Of a layer that is given another's
    ///               output besides, the gradient with respect to that is the same.
    virtual void backward(const ConstMatrixView &x, const ConstMatrixView &y,
                          std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                          MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const = 0;

    /// Multiply-adds of forward() for one example.
    [[nodiscard]] virtual std::uint64_t forwardMacs() const noexcept = 0;
    /// Multiply-adds of backward() for one example, as executed for such a request.
    /// @param features  how many of x's features have their part of dR computed; inputs() = all
    [[nodiscard]] virtual std::uint64_t backwardMacs(const FactorSet &factors, Index features,
                                                     bool wantsDx) const noexcept = 0;

protected:
    explicit Layer(PlannedLayer plan)
        : m_plan(std::move(plan))
    {
    }
    Layer(const Layer &) = default;
    Layer &operator=(const Layer &) = default;

private:
    PlannedLayer m_plan;
};

} // namespace rosler
