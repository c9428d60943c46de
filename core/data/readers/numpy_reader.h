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

/// Reads arrays of numpy: a .npz (stored or deflated), or the .npy files of a folder. Named by options, or
/// else x_train, y_train, x_test, y_test; train_images, train_labels, test_images, test_labels; x, y; images,
/// labels; data, target; data, labels; features, labels; in any case of letters. Without a test part one is
/// drawn (test_part.h). Examples are the first extent; numpyShape() says what one is. Classes are the labels
/// that training examples have, in ascending order.
///
/// @return NotFound     no such arrays; `what` lists those that there are
/// @return Malformed    arrays that are damaged or do not fit one another; a label that is no whole number,
/// or that no
///                      training example has
/// @return OutOfRange   more than @p limits allow, or nothing
/// @return Unsupported  numbers of another kind
/// @return Unreadable, Cancelled  as visitFiles()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readNumpy(const std::filesystem::path &path,
                                                               const DatasetOptions &options,
                                                               const ReadLimits &limits,
                                                               const ReadProgress &progress);

} // namespace rosler
