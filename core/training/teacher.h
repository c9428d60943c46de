// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/matrix.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/training/batch_feeder.h"

namespace rosler {

/// What a trained network says of the examples that another one is trained on (TeacherSpec).
///
/// Examples that are not varied are looked at once, before the first step, in pieces; varied ones (augmented)
/// in each step, as they are then. Rows do not depend on the number of threads. Call from inside the task
/// arena whose threads it may use; one thread at a time.
class Teacher
{
public:
    /// @param network   trained on such data: its features and classes are theirs
    /// @param examples  numbers of the training examples to train on; empty = all
    /// @param batch, seed, augmentation  of the training, as its BatchFeeder has them
    Teacher(std::shared_ptr<const Network> network, std::shared_ptr<const Dataset> data,
            std::vector<std::uint32_t> examples, Index batch, std::uint64_t seed,
            const AugmentationSpec &augmentation);

    /// Whether all examples that are looked at before the first step have been.
    [[nodiscard]] bool isPrepared() const noexcept { return m_prepared >= m_ahead; }
    /// Looks at some more of them: at most as much work as a step or two.
    void prepare();

    /// Logits of the examples of @p batch, a row each, in its first batch.count rows. Requires isPrepared().
    /// Valid until the next call.
    [[nodiscard]] ConstMatrixView logits(const Batch &batch);

private:
    [[nodiscard]] Index exampleAt(Index i) const;

    std::shared_ptr<const Network> m_network;
    std::shared_ptr<const Dataset> m_data;
    std::vector<std::uint32_t> m_examples;
    std::optional<BatchFeeder> m_feeder; ///< of what the teacher reads of varied examples
    Matrix m_known;                      ///< logits of every training example that is looked at ahead
    Matrix m_logits;                     ///< of a batch
    Index m_ahead = 0;                   ///< examples that are looked at before the first step
    Index m_prepared = 0;                ///< of them
};

/// Multiply-adds of @p network for one example.
[[nodiscard]] std::uint64_t forwardMacs(const Network &network);

} // namespace rosler
