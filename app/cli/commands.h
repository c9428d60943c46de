// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace rosler::cli {

std::function<int()> trainCommand(CLI::App &app);
std::function<int()> chooseCommand(CLI::App &app);
std::function<int()> ranksCommand(CLI::App &app);
std::function<int()> resumeCommand(CLI::App &app);
std::function<int()> datasetCommand(CLI::App &app);
std::function<int()> demoCommand(CLI::App &app);
std::function<int()> listCommand(CLI::App &app);
std::function<int()> showCommand(CLI::App &app);
std::function<int()> exportCommand(CLI::App &app);
std::function<int()> importCommand(CLI::App &app);
std::function<int()> forecastCommand(CLI::App &app);
std::function<int()> boardCommand(CLI::App &app);
std::function<int()> benchCommand(CLI::App &app);

} // namespace rosler::cli
