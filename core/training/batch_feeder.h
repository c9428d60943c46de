// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/matrix.h"
#include "core/data/dataset.h"
#include "core/training/augmentation.h"

namespace rosler {

/// One batch, gathered: the examples of a step with the features that the network reads.
struct Batch {
    std::int64_t step = -1;
    Matrix features; ///< capacity x read; the first `count` rows hold examples
    std::vector<std::uint16_t> labels;
    Index count = 0;
    std::span<const std::uint32_t> examples {}; ///< numbers of its `count` training examples
};

/// Gathers the batches of an epoch in its order, varied as the spec says, on all threads of the arena. One
/// caller at a time.
class BatchFeeder
{
public:
    /// @param examples  numbers of the training examples to train on; empty = all
    /// @param kept  features to gather, ascending; empty = all
    BatchFeeder(std::shared_ptr<const Dataset> data, std::vector<std::uint32_t> examples,
                std::vector<std::uint32_t> kept, Index batch, std::uint64_t seed,
                const AugmentationSpec &augmentation = {});

    /// The batch of step @p step (counted from 0 over all epochs). Valid until the next call.
    [[nodiscard]] const Batch &take(std::int64_t step);

private:
    /// Gathers row @p i of the batch: that example, as it is in this epoch.
    void gather(Index i, std::uint32_t example, std::uint32_t epoch);

    std::shared_ptr<const Dataset> m_data;
    std::vector<std::uint32_t> m_examples;
    std::vector<std::uint32_t> m_kept;
    Index m_batch;
    std::uint64_t m_seed;
    std::optional<Augmenter> m_augmenter;
    Index m_count; ///< examples of an epoch
    std::int64_t m_stepsPerEpoch;
    std::vector<std::uint32_t> m_order; ///< of epoch m_orderEpoch
    std::int64_t m_orderEpoch = -1;
    Batch m_now;
};

} // namespace rosler
