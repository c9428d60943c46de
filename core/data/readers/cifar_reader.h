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
[[nodiscard]] std::span<const ReaderOption> cifarOptions();

/// Whether @p path holds or is one of the binary files of CIFAR-10 (data_batch_1.bin ... test_batch.bin) or
/// CIFAR-100 (train.bin and test.bin in cifar-100-binary): in a folder, an archive, or a folder of archives.
[[nodiscard]] bool looksLikeCifar(const std::filesystem::path &path);

/// Reads the binary version of CIFAR-10 or CIFAR-100 [1]: records of a label (two in CIFAR-100) and 32 x 32
/// pixels, plane by plane, which become pixels of three channels, unsigned bytes scaled to [0, 1]. As many of
/// the five training batches as there are, in the order of their numbers. Classes are named by the .txt files
/// beside them, or as published.
///
/// Nothing is allocated by what a file or an archive claims: memory grows with the bytes that came.
///
/// @return NotFound     no training or no test records
/// @return Malformed    a file that ends within a record, a label beyond the classes, one file twice, files
/// of both
///                      sets, a damaged archive
/// @return OutOfRange, OutOfMemory  more than @p limits allow
/// @return Unreadable, Unsupported, Cancelled  as visitFiles()
///
/// [1] A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009;
///     https://www.cs.toronto.edu/~kriz/cifar.html
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readCifar(const std::filesystem::path &path,
                                                               const DatasetOptions &options,
                                                               const ReadLimits &limits,
                                                               const ReadProgress &progress);

} // namespace rosler
