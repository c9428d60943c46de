// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/base/matrix.h"

namespace rosler {

/// What a batch scored.
struct BatchScore {
    double lossSum = 0; ///< cross-entropy in nats, summed over the examples
    Index correct = 0;  ///< examples whose largest logit is the label's
};

/// Softmax cross-entropy of logits : batch x classes against labels.
/// @param gradient  set: becomes scale * dL/dlogits with L the sum over the batch; may be the logits' own
/// memory
[[nodiscard]] BatchScore softmaxCrossEntropy(const ConstMatrixView &logits,
                                             std::span<const std::uint16_t> labels,
                                             MatrixView *gradient = nullptr, float scale = 1.0F);

} // namespace rosler
