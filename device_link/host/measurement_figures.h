// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/experiment/run_figures.h"
#include "device_link/host/measurement.h"

namespace rosler {

/// Figures of what models did on boards. One series a model, one category a number type; a figure with a
/// modelled value in it is marked as modelled. Empty where nothing of the kind was measured.

/// Thousands of instructions (emulated boards) or cycles (real ones) of one inference, median; logarithmic.
[[nodiscard]] BarFigure computeFigure(std::span<const Measurement> measurements);
/// Milliseconds of one inference, median; logarithmic.
[[nodiscard]] BarFigure latencyFigure(std::span<const Measurement> measurements);
/// Microjoules of one inference; logarithmic.
[[nodiscard]] BarFigure energyFigure(std::span<const Measurement> measurements);
/// kB of the image and, as further categories, of RAM; logarithmic.
[[nodiscard]] BarFigure deviceMemoryFigure(std::span<const Measurement> measurements);

/// All of them that are not empty, as the window and `rosler board measure --figures` write them.
[[nodiscard]] std::vector<NamedFigure> measurementFigures(std::span<const Measurement> measurements);

} // namespace rosler
