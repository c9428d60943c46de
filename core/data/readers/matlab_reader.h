// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"

namespace rosler {

/// What this reader may be told.
[[nodiscard]] std::span<const ReaderOption> matlabOptions();

/// Whether @p path is a .mat file, or a folder or archive with some.
[[nodiscard]] bool looksLikeMatlab(const std::filesystem::path &path);

/// Reads recordings, a MATLAB file each (mat_file.h): one variable of it, whose vectors are channels.
/// Examples are cut of them as signal_pipeline.h says. Files whose names are those of the CWRU bearing data
/// have their class, load and rate by the data centre's numbers (cwru_records.h), are brought to 12,000
/// samples a second unless another rate is asked for, and are picked by load.
///
/// @return NotFound     no .mat files, or no variable of the name that was asked for
/// @return Unsupported  a variable that is no array of real numbers; no file of version 5 to 7.3
/// @return Malformed, OutOfRange, OutOfMemory, Unreadable, Cancelled  as MatFile, SignalCutter,
/// FileLabels and visitFiles()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readMatlab(const std::filesystem::path &path,
                                                                const DatasetOptions &options,
                                                                const ReadLimits &limits,
                                                                const ReadProgress &progress);

} // namespace rosler
