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
[[nodiscard]] std::span<const ReaderOption> idxOptions();

/// Whether @p path is a folder with at least one of the four files of an IDX data set, or one of
/// these files: {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte, also spelt
/// with ".idx" or "test-", each plain or with ".gz", and perhaps behind the name of a set, as
/// emnist-letters-train-images-idx3-ubyte.gz.
[[nodiscard]] bool looksLikeIdx(const std::filesystem::path &path);

/// Reads the four files of the IDX data set at or beside @p path: MNIST and what is published in
/// its format. Pixels are unsigned bytes, scaled to [0, 1]; classes are the labels that training examples
/// have, in ascending order; the name is the set's, or the folder's, in lower case. EMNIST's images, which
/// lie column by column, are turned, and its classes named by the mapping beside its files, if that is there.
///
/// Everything that the headers say is compared with @p limits, with the files' lengths and with
/// one another before anything is allocated.
///
/// @return NotFound     one of the four files is missing, or several sets are there and none is named
/// @return Unreadable   the system refuses one
/// @return Malformed    wrong magic, counts that do not agree, too few or too many bytes, a gzip
///                      stream that is damaged, a test label that no training example has
/// @return Unsupported  numbers other than unsigned bytes
/// @return OutOfRange   no images, empty images, or more of them than @p limits allow
/// @return OutOfMemory  more memory than @p limits allow
/// @return Cancelled    @p progress asked to stop
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readIdx(const std::filesystem::path &path,
                                                             const DatasetOptions &options,
                                                             const ReadLimits &limits,
                                                             const ReadProgress &progress);

} // namespace rosler
