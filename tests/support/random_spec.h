// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/training/trial_spec.h"
#include "tests/support/layers.h"

namespace rosler {

/// A small trial that fits its data, drawn by its number: all that formulas and loops may disagree about.
struct RandomSpec {
    TrialSpec spec;
    Index features = 1;
    Index classes = 1;
    Index trainExamples = 1;

    explicit RandomSpec(std::uint32_t number)
        : m_random(1, Draw::Split, number)
    {
        features = from(1, 20);
        classes = from(1, 6);
        trainExamples = from(1, 60);
        std::vector<Index> widths;
        for (Index i = from(0, 3); i > 0; --i)
            widths.push_back(from(1, 12));
        spec.model.layers = layersOf(widths);
        spec.training.epochs = from(1, 5);
        spec.training.batch = from(1, 20);
        spec.training.optimizer = from(0, 1) == 0 ? OptimizerKind::Adam : OptimizerKind::Sgd;
        spec.training.schedule = from(0, 1) == 0 ? ScheduleKind::Cosine : ScheduleKind::Constant;
        spec.training.augmentation.shift = features > 1 ? from(0, 1) : 0;
        spec.training.augmentation.noise = from(0, 1) == 0 ? 0.0 : 0.25;
        spec.model.name = "m";
        if (from(0, 3) == 0)
            return;
        std::vector<Index> sizes;
        for (std::size_t i = 0; i <= widths.size(); ++i)
            sizes.push_back(from(1, i == 0 ? features : widths[i - 1]));
        std::vector<Index> ranks;
        for (std::size_t i = 0; i <= widths.size(); ++i) {
            const Index kept = i == widths.size() ? classes : sizes[i + 1];
            ranks.push_back(from(1, std::min(kept, sizes[i])));
        }
        spec.model.layers = layersOf(widths, ranks, sizes);
        auto &sketch = spec.model.sketch;
        constexpr std::array shares {1.0, 0.5, 0.1, 0.001};
        sketch.gradientSketch = shares.at(static_cast<std::size_t>(from(0, 3)));
        constexpr std::array starts {0.0, 0.7, 1.0, 0.33, 0.999};
        sketch.successiveFrom = starts.at(static_cast<std::size_t>(from(0, 4)));
        sketch.productDecay = from(0, 1) == 0 ? 0.0 : 1e-3;
        sketch.orthonormalise = from(0, 4);
    }

private:
    Index from(Index low, Index high)
    {
        return low + static_cast<Index>(m_random.below(m_next++, static_cast<std::uint32_t>(high - low + 1)));
    }

    RandomStream m_random;
    std::uint64_t m_next = 0;
};

} // namespace rosler
