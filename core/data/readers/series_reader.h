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
[[nodiscard]] std::span<const ReaderOption> seriesOptions();

/// Whether @p path is a folder with .csv or .tsv files in it or in its folders. The table reader is asked
/// first: a folder with one table, or one that is named "train", is a table.
[[nodiscard]] bool looksLikeSeries(const std::filesystem::path &path);

/// Reads time series, a text table each (csv_rows.h): a row a sample, a column a channel, and perhaps columns
/// of times and of labels. Examples are cut of them as signal_pipeline.h says. The rate is that of the times,
/// which rise in equal steps, or an option's; a column headed "t" or "time" is taken for them unasked; rates
/// within 0.5 % of the first recording's are taken for it. A class is the file's folder or name, or what
/// a table of files says (label_table.h), or what stands in the column of labels, where rows of one label are
/// a recording.
///
/// @return NotFound   no tables; no column of that name
/// @return Malformed  a row of another length; a cell that is empty, no number or not finite; times that do
/// not
///                    rise, or in steps that differ by more than a fifth. `where` is "set/a.csv:line 3,
///                    column 2"
/// @return OutOfRange, OutOfMemory, Unreadable, Cancelled  as SignalCutter, FileLabels and visitFiles()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readSeries(const std::filesystem::path &path,
                                                                const DatasetOptions &options,
                                                                const ReadLimits &limits,
                                                                const ReadProgress &progress);

} // namespace rosler
