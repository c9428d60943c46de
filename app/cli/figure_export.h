// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/figure/figure.h"
#include "core/store/run_store.h"

namespace rosler::cli {

/// Writes all figures of @p ids side by side (SVG, PDF, PNG, CSV each) and every run's metrics as
/// metrics-<title>.csv into @p folder.
/// @return the files' stems
[[nodiscard]] Result<std::vector<std::string>> exportRuns(const RunStore &store,
                                                          const std::vector<std::string> &ids,
                                                          const std::filesystem::path &folder,
                                                          const PublicationStyle &style);

} // namespace rosler::cli
