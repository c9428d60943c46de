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
[[nodiscard]] std::span<const ReaderOption> numpyOptions();

/// Whether @p path is a .npz or .npy file, or a folder with one .npz or with .npy files at its top.
[[nodiscard]] bool looksLikeNumpy(const std::filesystem::path &path);

/// Reads arrays of numpy: a .npz (stored or deflated), or the .npy files of a folder, as datasetOfArrays()
/// puts them together.
/// @return NotFound     no such arrays; `what` lists those that there are
/// @return Malformed    arrays that are damaged
/// @return OutOfRange   more examples than @p limits allow, or none
/// @return OutOfMemory  more memory than @p limits allow
/// @return Unsupported  numbers of another kind
/// @return Unreadable, Cancelled  as visitFiles()
/// @return the errors of datasetOfArrays()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readNumpy(const std::filesystem::path &path,
                                                               const DatasetOptions &options,
                                                               const ReadLimits &limits,
                                                               const ReadProgress &progress);

} // namespace rosler
