// SPDX-License-Identifier: Apache-2.0
#include "core/nn/optimizer.h"

#include <algorithm>
#include <cmath>

#include "core/base/prefetch.h"

namespace rosler {

namespace {

constexpr std::size_t prefetchedAtOnce = 2'048; // parameters

/// Added to the step rather than taken from 1: a factor 1 - rate * decay would be rounded to a multiple of
/// 2^-24, and small decays to none at all.
float shrinkOf(const UpdateSettings &settings)
{
    return static_cast<float>(settings.learningRate * settings.weightDecay);
}

class Adam final : public Optimizer
{
public:
    Index stateFloats() const noexcept override { return 2; }
    bool keepsSquares(Index kind) const noexcept override { return kind == 1; }

    void update(std::span<float> parameters, std::span<const float> gradient, float *state, Index stride,
                const UpdateSettings &settings) const override
    {
        constexpr float beta1 = 0.9F;
        constexpr float beta2 = 0.999F;
        constexpr float epsilon = 1e-8F;
        const auto t = static_cast<double>(settings.update);
        // of the betas as they are used: 1 - 0.999F is 1.3e-5 off 0.001, which would show in the first steps
        const double correction1 = 1.0 - std::pow(static_cast<double>(beta1), t);
        const double correction2 = 1.0 - std::pow(static_cast<double>(beta2), t);
        // p -= rate (m / c1) / (sqrt(v / c2) + eps), with the corrections taken out of the loop
        const auto rate = static_cast<float>(settings.learningRate / correction1);
        const auto root = static_cast<float>(1.0 / std::sqrt(correction2));
        const float shrink = shrinkOf(settings);
        float *__restrict p = parameters.data();
        const float *__restrict g = gradient.data();
        float *__restrict m = state;
        float *__restrict v = state + stride;
        const std::size_t n = parameters.size();
        for (std::size_t first = 0; first < n; first += prefetchedAtOnce) {
            const std::size_t end = std::min(first + prefetchedAtOnce, n);
            // Another core has read the parameters since, and is asked for all of these lines at a time.
            prefetchForWriting(p + first, (end - first) * sizeof(float));
            for (std::size_t i = first; i < end; ++i) {
                m[i] = beta1 * m[i] + (1.0F - beta1) * g[i];
                v[i] = beta2 * v[i] + (1.0F - beta2) * g[i] * g[i];
                p[i] -= shrink * p[i] + rate * m[i] / (std::sqrt(v[i]) * root + epsilon);
            }
        }
    }
};

class Sgd final : public Optimizer
{
public:
    Index stateFloats() const noexcept override { return 1; }
    bool keepsSquares(Index /*kind*/) const noexcept override { return false; }

    void update(std::span<float> parameters, std::span<const float> gradient, float *state, Index /*stride*/,
                const UpdateSettings &settings) const override
    {
        const auto rate = static_cast<float>(settings.learningRate);
        const auto momentum = static_cast<float>(settings.momentum);
        const float shrink = shrinkOf(settings);
        float *__restrict p = parameters.data();
        const float *__restrict g = gradient.data();
        float *__restrict m = state;
        const std::size_t n = parameters.size();
        for (std::size_t i = 0; i < n; ++i) {
            m[i] = momentum * m[i] + g[i];
            p[i] -= shrink * p[i] + rate * m[i];
        }
    }
};

} // namespace

std::unique_ptr<const Optimizer> makeOptimizer(OptimizerKind kind)
{
    if (kind == OptimizerKind::Sgd)
        return std::make_unique<Sgd>();
    return std::make_unique<Adam>();
}

} // namespace rosler
