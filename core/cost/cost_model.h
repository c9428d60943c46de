// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/number_type.h"
#include "core/base/result.h"
#include "core/training/trial_spec.h"

namespace rosler {

/// What a trial costs, by closed formulas: nothing is trained or built for it, and it takes a few
/// microseconds, so that sliders can call it on every move. All figures are modelled, never measured.
///
/// FLOPs are 2 x multiply-adds; biases and activations are not counted (method page, section 6).
struct TrialCost {
    std::uint64_t parameters = 0;  ///< trained numbers: weights, factors, biases
    std::uint64_t keptIndices = 0; ///< stored besides: indices of the kept features, always 16 bit
    std::uint64_t macs = 0;        ///< multiply-adds of one inference
    /// Of the whole training, stage by stage as executed, and of asking its teacher, where it has one.
    std::uint64_t trainFlops = 0;
    /// What a training allocates and holds: parameters, optimiser state, activations and gradients of all
    /// passes that run side by side (EngineSizes), a batch, the order of the examples. Besides come the
    /// data, and for a moment an evaluation's activations and a checkpoint.
    std::uint64_t trainMemoryBytes = 0;
    std::uint64_t inferenceScratchBytes =
        0; ///< activations live at once in inference of one example, float32

    /// Bytes of the stored model when weights are kept as @p type. Int8 keeps biases as int32 and one
    /// float32 scale an output channel.
    [[nodiscard]] std::uint64_t weightBytes(NumberType type) const noexcept;

    std::uint64_t biases = 0;         ///< of parameters, biases
    std::uint64_t outputChannels = 0; ///< rows of all weight matrices: one int8 scale each
};

/// @param trainExamples  examples in the training set, of which the spec may hold some out
/// @return the errors of planOf(), or OutOfRange without training examples
[[nodiscard]] Result<TrialCost> costOf(const TrialSpec &spec, const ExampleShape &example, Index classes,
                                       Index trainExamples);

/// The largest rank at which a sketched layer of this shape still stores fewer numbers than the dense
/// one it stands for: r (m + s) + r^2 < m n (method page, section 1). 0 when no rank does.
/// @param outputs  m, stored outputs   @param read  s   @param denseOutputs, denseInputs  of the dense layer
[[nodiscard]] Index breakEvenRank(Index outputs, Index read, Index denseOutputs, Index denseInputs) noexcept;

} // namespace rosler
