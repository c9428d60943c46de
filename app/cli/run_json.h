// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/store/run_store.h"

namespace rosler::cli {

/// One run as `list --json` and `show --json` print it.
[[nodiscard]] nlohmann::ordered_json summaryJson(const RunSummary &run);

} // namespace rosler::cli
