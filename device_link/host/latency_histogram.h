// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "core/figure/figure.h"
#include "device_link/host/measured_model.h"

namespace rosler {

/// How often each latency came, of all models over the same bins: milliseconds (logarithmic when the models
/// lie far apart) against the number of runs, as outlines of bars. The axis says so when they are modelled.
/// No series when nothing was timed.
[[nodiscard]] LineFigure latencyHistogram(std::span<const MeasuredModel> models);

/// "rosler i8: median ~2.32 ms, p95 ~2.33 ms, n 20"; empty when it was not timed.
[[nodiscard]] std::string latencyText(const MeasuredModel &model);

} // namespace rosler
