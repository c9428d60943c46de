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
[[nodiscard]] std::span<const ReaderOption> csvOptions();

/// Whether @p path is a .csv or .tsv file, plain or with .gz or .xz, or a folder with one of them at its top,
/// or with one that is named "train".
[[nodiscard]] bool looksLikeCsv(const std::filesystem::path &path);

/// Reads a table of numbers with a column of labels: an example a row, its features in the order of the
/// columns. The delimiter is found (csv_rows.h), a first row without numbers is a header, and the last column
/// the label unless an option says otherwise. Where the delimiter is no comma a number may have a decimal
/// comma; the system's locale counts for nothing. Classes are the labels that training examples have, numbers
/// in ascending order, or else texts in the order of their bytes.
///
/// The test part is the file whose name has "test" in place of "train", or else is drawn (test_part.h).
///
/// @return NotFound     no such file; no column of the label's name
/// @return Malformed    a row of another length; a cell that is empty, no number, or not finite; quotes that
/// do not
///                      close; a test label that no training example has. `where` is "set/a.csv:line 3,
///                      column 2"
/// @return OutOfRange   more rows than @p limits allow, none, or more than 65,535 different labels
/// @return OutOfMemory  more memory than @p limits allow; with a forecast by the rows that were read
/// @return Unreadable, Cancelled
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readCsv(const std::filesystem::path &path,
                                                             const DatasetOptions &options,
                                                             const ReadLimits &limits,
                                                             const ReadProgress &progress);

} // namespace rosler
