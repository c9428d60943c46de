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
[[nodiscard]] std::span<const ReaderOption> h5Options();

/// Whether @p path is an HDF5 file, or a folder with one .h5 or .hdf5 file at its top. (Files of MATLAB,
/// which mat_v73.h reads, have something before.)
[[nodiscard]] bool looksLikeH5(const std::filesystem::path &path);

/// Reads datasets of an HDF5 file, named by their paths in it ("train/images"), as datasetOfArrays() puts
/// them together: two of which a test part is drawn, or four.
/// @return NotFound     no such datasets; `what` lists those that there are, with their extents
/// @return OutOfRange   more examples than @p limits allow, or none
/// @return OutOfMemory  more memory than @p limits allow, with what all of them would take
/// @return Malformed    a damaged file, or one that was cut
/// @return Unsupported  numbers that lie in other files, or are packed by another filter than deflate,
///              shuffle and fletcher32
/// @return Cancelled
/// @return the errors of datasetOfArrays()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readH5(const std::filesystem::path &path,
                                                            const DatasetOptions &options,
                                                            const ReadLimits &limits,
                                                            const ReadProgress &progress);

} // namespace rosler
