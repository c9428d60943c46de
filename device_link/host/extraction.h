// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/result.h"
#include "core/data/signal/signal_features.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// Features that a board makes of samples by itself (PROTOCOL.md, section "Features").
struct Extraction {
    ExampleShape samples;             ///< what comes in
    Index features = 0;               ///< numbers that it makes
    rsl_extract record {};            ///< but head and scratch
    std::vector<std::uint8_t> tables; ///< made in double, rounded to float32
};

/// @return Unsupported  features that are the samples themselves, frames (of FFT features: windows) whose
///                      samples are no power of two, at least 4, or windows of more than 65,535 samples
/// @return the errors of signalTables()
[[nodiscard]] Result<Extraction> extractionOf(const SignalFeatures &features);

} // namespace rosler
