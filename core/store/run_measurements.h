// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

/// What was measured of a run on boards: one JSON file a measurement, in the folder measurements/ of the
/// run. Their contents belong to who measures (device_link/host); the store keeps the text as it is.
namespace rosler {

/// Names of the measurements in a run's folder, oldest first; none when the folder has no measurements/.
[[nodiscard]] std::vector<std::string> listMeasurements(const std::filesystem::path &runFolder);

/// Keeps a measurement under a name of its own, "2026-11-21T061204.123_LABEL_a1b2.json".
/// @param json   one JSON object
/// @param label  for people, as the board's name; what file names do not take is replaced
/// @return the name; Malformed  @p json is no JSON object; Unwritable  the system refused
[[nodiscard]] Result<std::string> writeMeasurement(const std::filesystem::path &runFolder,
                                                   std::string_view json, const std::string &label);

/// The text of a measurement.
/// @param name  as listed
/// @return NotFound, Unreadable, Malformed  no regular file
[[nodiscard]] Result<std::string> readMeasurement(const std::filesystem::path &runFolder,
                                                  const std::string &name);

} // namespace rosler
