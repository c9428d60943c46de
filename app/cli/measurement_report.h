// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "device_link/host/measurement.h"

namespace rosler::cli {

/// Prints what was measured on a board: a row a model, the operations where the board made features of
/// samples, and what modelled figures assume.
void printMeasurements(const std::vector<Measurement> &all);

} // namespace rosler::cli
