// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/base/matrix.h"
#include "core/nn/loss.h"

namespace rosler {

/// How a network learns from another one's outputs [1]. Of an example with logits z and the label's class y,
/// and the teacher's logits t,
///
///     L = (1 - a) CE(softmax(z), y) + a T^2 KL(softmax(t / T) || softmax(z / T))
///     dL/dz = (1 - a) (softmax(z) - 1_y) + a T (softmax(z / T) - softmax(t / T))
///
/// The factor T^2 keeps the second part's gradient as large as the first's, whatever the temperature.
///
/// [1] G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", 2015,
/// arXiv:1503.02531.
struct Distillation {
    double temperature = 4; ///< T, above 0
    double share = 0.5;     ///< a, above 0, at most 1

    friend bool operator==(const Distillation &, const Distillation &) = default;
};

/// L of one example, in nats.
/// @param gradient  becomes dL/dz; as long as @p logits and @p teacher
[[nodiscard]] double distilledLoss(std::span<const double> logits, std::span<const double> teacher,
                                   Index label, const Distillation &distillation, std::span<double> gradient);

/// What a batch scores, and the gradient of its L. The score is the cross-entropy alone, as that of a network
/// without a teacher, so that the two can be compared.
/// @param teacher   batch x classes, as @p logits
/// @param gradient  becomes scale * dL/dlogits with L the sum over the batch; may be the logits' own memory
[[nodiscard]] BatchScore distilledCrossEntropy(const ConstMatrixView &logits,
                                               std::span<const std::uint16_t> labels,
                                               const ConstMatrixView &teacher,
                                               const Distillation &distillation, MatrixView &gradient,
                                               float scale = 1.0F);

} // namespace rosler
