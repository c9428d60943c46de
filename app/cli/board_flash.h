// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace rosler::cli {

/// `rosler board flash`: brings the firmware onto a real board by copying or by a tool that is installed.
std::function<int()> boardFlash(CLI::App &app);
/// `rosler board doctor`: why a board is missing.
std::function<int()> boardDoctor(CLI::App &app);

} // namespace rosler::cli
