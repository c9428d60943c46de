// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "core/base/result.h"

namespace rosler::cli {

/// What `rosler` answers the shell with.
enum ExitCode : int {
    Done = 0,
    WorldFailed = 1, ///< a file, a device, the data: the message says which
    Usage = 2,
    Interrupted = 130, ///< Ctrl+C; what was trained is kept
};

/// One subcommand: adds its options to @p app and returns what runs after they are parsed.
using Command = std::function<int()> (*)(CLI::App &app);

/// Prints "rosler: where: what" on standard error.
/// @return WorldFailed
int report(const Error &error);

} // namespace rosler::cli
