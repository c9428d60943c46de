// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/matrix.h"
#include "core/nn/distillation.h"
#include "core/nn/layer.h"
#include "core/nn/loss.h"
#include "core/nn/network.h"
#include "core/training/engine_sizes.h"

namespace rosler {

/// Forward and backward passes of whole networks, with the buffers that they need.
///
/// The batch of a small network is cut into pieces of 32 examples, of a convolutional one without batch
/// normalisation into pieces of 8, each of which goes through all layers while its activations stay in one
/// core's cache. Up to 16 lanes run side by side, with consecutive pieces each; gradients are added in the
/// order of the pieces within a lane, then lanes in pairs. A large network's batch stays whole, and each
/// product is split by outputs. Which of the two depends on the network alone, and the lanes on the batch,
/// never on the number of threads.
class GradientEngine
{
public:
    /// @param network  only its shapes are looked at; outlives the engine
    GradientEngine(const Network &network, Index maxBatch);

    /// What a step wants of the backward pass; see BackwardRequest.
    struct Request {
        FactorSet factors;
        std::span<const std::uint32_t> features; ///< of the R that reads the data; empty = all
        std::uint64_t seed = 0;                  ///< of the trial
        std::int64_t step = 0;                   ///< of the trial, from 0
        float productDecay = 0.0F;
        /// Set: the loss is that of core/nn/distillation.h, with the teacher's logits : batch x classes.
        const ConstMatrixView *teacher = nullptr;
        Distillation distillation {};
    };

    /// Gradient of the mean loss over the batch, announced to @p sink in pieces with offsets into the
    /// network's parameters, each wanted number once. The sink may change those parameters at once.
    /// @param x  batch x network.read()
    [[nodiscard]] BatchScore run(const Network &network, const ConstMatrixView &x,
                                 std::span<const std::uint16_t> labels, const Request &request,
                                 GradientSink &sink);

    [[nodiscard]] bool splitsBatch() const noexcept { return m_sizes.splitsBatch; }

private:
    /// Activations of one piece of a batch on their way through the layers.
    struct Lane {
        std::vector<Matrix> outputs;     ///< of each layer
        std::array<Matrix, 2> gradients; ///< with respect to outputs of layers, in turn
        std::vector<Matrix> bypasses;    ///< gradients that layers which add hand to PlannedLayer::other
        std::vector<Floats> stashes;     ///< of each layer
        Floats gradient;                 ///< of parameters
        Floats sums;                     ///< of the gradients of earlier pieces
    };

    BatchScore pass(const Network &network, Lane &lane, const ConstMatrixView &x, Index firstExample,
                    std::span<const std::uint16_t> labels, float scale, const Request &request,
                    GradientSink *sink) const;
    /// Numbers first .. first + count - 1 of the parameters.
    struct Range {
        Index first;
        Index count;
        bool trained;
    };
    /// What Request::factors has of the parameters, and those that no gradient changes.
    static std::vector<Range> wantedRanges(const Network &network, const FactorSet &factors);
    /// Adds up in pairs, by whichever lane of a pair ends last, while that leaves two or more.
    void addPairs(std::size_t lane, std::size_t lanes, const std::vector<Range> &wanted);
    void addUp(std::size_t lanes, const std::vector<Range> &wanted, GradientSink &sink);

    EngineSizes m_sizes;
    std::vector<Lane> m_lanes;
    std::vector<std::atomic<bool>> m_halfDone; ///< of the pair that lane i is the right half of
};

} // namespace rosler
