// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace rosler::cli {

/// `rosler bench kernels`: instructions a multiply-add of the firmware's kernels on emulated boards.
std::function<int()> kernelBench(CLI::App &app);

} // namespace rosler::cli
