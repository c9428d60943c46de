// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/matrix.h"

namespace rosler {

enum class OptimizerKind { Adam, Sgd };

/// What one update is made with.
struct UpdateSettings {
    double learningRate = 1e-3;
    double weightDecay = 0;  ///< decoupled: parameters -= rate * decay * parameters
    double momentum = 0.9;   ///< Sgd
    std::int64_t update = 1; ///< how many updates these parameters have had, this one included
};

/// Updates a span of floats from a span of gradients. Knows no layers and keeps nothing: its state is
/// handed in, stateFloats() floats for each parameter, zero at first.
class Optimizer
{
public:
    virtual ~Optimizer() = default;
    [[nodiscard]] virtual Index stateFloats() const noexcept = 0;
    /// Whether number @p kind of its stateFloats() is of squared gradients, rather than of gradients.
    [[nodiscard]] virtual bool keepsSquares(Index kind) const noexcept = 0;

    /// @param state  stateFloats() spans one after the other, each of them @p stride floats apart and as long
    ///               as @p parameters
    virtual void update(std::span<float> parameters, std::span<const float> gradient, float *state,
                        Index stride, const UpdateSettings &settings) const = 0;

protected:
    Optimizer() = default;
    Optimizer(const Optimizer &) = default;
    Optimizer &operator=(const Optimizer &) = default;
};

/// Adam: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980;
/// beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8. Sgd: with heavy-ball momentum.
[[nodiscard]] std::unique_ptr<const Optimizer> makeOptimizer(OptimizerKind kind);

} // namespace rosler
