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
[[nodiscard]] std::span<const ReaderOption> imageFolderOptions();

/// Whether @p path is a folder or an archive with .jpg, .jpeg or .png files in folders.
[[nodiscard]] bool looksLikeImageFolder(const std::filesystem::path &path);

/// Reads pictures, the folder of each being its class: train/CLASS/... and test/CLASS/... (val/CLASS/... is
/// the test part where there is no other, and else trained on: the program holds out a validation part
/// itself), or CLASS/..., of which a test part is drawn (test_part.h). In a folder or an archive. Classes are
/// the training part's, in the order of their names' bytes; examples are in the order of their paths, in
/// whatever order they lie and however many threads decode them.
///
/// @return NotFound     no pictures, or not in two folders
/// @return Malformed    a picture that is damaged; a class of the test part that the training part has not;
/// one path
///                      twice in an archive
/// @return Unsupported  a file that is by its bytes neither JPEG nor PNG; a JPEG of four inks
/// @return OutOfMemory  more memory than @p limits allow
/// @return OutOfRange   more pictures than @p limits allow, one beyond 100 million pixels or a file beyond
/// 100 MB
/// @return Unreadable, Cancelled  as visitFiles()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readImageFolder(const std::filesystem::path &path,
                                                                     const DatasetOptions &options,
                                                                     const ReadLimits &limits,
                                                                     const ReadProgress &progress);

} // namespace rosler
