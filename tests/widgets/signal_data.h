// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <utility>

#include "core/data/dataset.h"

namespace rosler::test {

/// Four examples each to train and to test on, of two classes, whose features all differ: a sine of
/// @p cyclesAPlace from pixel to pixel, twice as large in each channel as in the one before.
inline std::shared_ptr<const Dataset> smallData(const ExampleShape &shape, double cyclesAPlace = 0.125,
                                                std::optional<SignalFeatures> signal = {})
{
    DatasetParts parts;
    parts.name = "small";
    parts.source = "test";
    parts.shape = shape;
    parts.classNames = {"normal", "broken"};
    parts.signal = std::move(signal);
    for (Examples *examples : {&parts.train, &parts.test}) {
        constexpr Index count = 4;
        Matrix features(count, shape.size());
        for (Index i = 0; i < count; ++i)
            for (Index f = 0; f < shape.size(); ++f)
                features(i, f) = static_cast<float>(std::exp2(f % shape.channels)
                                                    * std::sin(2 * std::numbers::pi * cyclesAPlace
                                                               * static_cast<double>(f / shape.channels)));
        for (Index i = 0; i < count; ++i)
            examples->labels.push_back(static_cast<std::uint16_t>(i % 2));
        examples->features = std::move(features);
    }
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

inline std::shared_ptr<const Dataset> signalData(const SignalFeatures &signal, double cyclesAPlace = 0.125)
{
    return smallData(signal.shape(), cyclesAPlace, signal);
}

} // namespace rosler::test
