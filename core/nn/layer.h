// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.h"
#include "core/sketch/sketch_kind.h"

namespace rosler {

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

    [[nodiscard]] Index size() const noexcept { return rows * cols; }
};

/// Hears of parts of a gradient as soon as they are complete, while they are still in the cache;
/// an optimiser may update the parameters at once. Called on any thread of the arena, each offset once.
class GradientSink
{
public:
    virtual ~GradientSink() = default;
    virtual void ready(Index offset, std::span<const float> gradient) = 0;

protected:
    GradientSink() = default;
    GradientSink(const GradientSink &) = default;
    GradientSink &operator=(const GradientSink &) = default;
};

/// What a backward pass is asked for.
struct BackwardRequest {
    FactorSet factors; ///< kinds whose gradients are wanted
    /// Features of x whose part of dR is wanted, ascending; empty = all. First layer only.
    std::span<const std::uint32_t> features;
    /// Set: complete pieces of the gradient are announced with offsets from the layer's first parameter.
    /// dx is computed before the first announcement.
    GradientSink *sink = nullptr;
};

/// One map from examples to examples, with its derivative; its activation (ReLU or none) is fused in.
///
/// A layer holds its shape and nothing else: parameters, activations and gradients are handed in, so one
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

    /// The name in spec files and model files: "dense", "sketched".
    [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
    [[nodiscard]] virtual Index inputs() const noexcept = 0;  ///< features it reads
    [[nodiscard]] virtual Index outputs() const noexcept = 0; ///< outputs it computes
    [[nodiscard]] virtual bool relu() const noexcept = 0;     ///< whether y = max(0, ...)
    [[nodiscard]] virtual std::vector<ParameterBlock> blocks() const = 0;
    [[nodiscard]] virtual Index parameterCount() const noexcept = 0;

    /// How many floats forward() leaves for backward(), for a batch of that size, besides x and y.
    [[nodiscard]] virtual Index stashSize(Index batch) const noexcept = 0;

    /// Fills @p parameters (parameterCount() floats) from the streams of @p seed with index @p number.
    /// @param kind  how a sketched layer draws its factors; of no meaning to others
    virtual void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                            SketchKind kind) const = 0;

    /// y = f(x).
    /// @param stash  stashSize(x.rows()) floats
    virtual void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                         std::span<float> stash) const = 0;

    /// Given dy = dL/dy, sets dx = dL/dx and the wanted parts of dL/dparameters (others are left as they
    /// are).
    /// @param x, y   of the forward pass        @param stash  as forward() left it; scratch afterwards
    /// @param dy     is overwritten by the gradient before the activation
    /// @param dx     may have no rows: the first layer's is not wanted
    virtual void backward(const ConstMatrixView &x, const ConstMatrixView &y,
                          std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                          MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const = 0;

    /// Multiply-adds of forward() for one example.
    [[nodiscard]] virtual std::uint64_t forwardMacs() const noexcept = 0;
    /// Multiply-adds of backward() for one example, as executed for this request.
    [[nodiscard]] virtual std::uint64_t backwardMacs(const BackwardRequest &request,
                                                     bool wantsDx) const noexcept = 0;

protected:
    Layer() = default;
    Layer(const Layer &) = default;
    Layer &operator=(const Layer &) = default;
};

} // namespace rosler
