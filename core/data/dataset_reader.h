// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_request.h"
#include "core/data/read_limits.h"

namespace rosler {

/// Is told how far a long load is (0..1), and may be asked to give up.
struct ReadProgress {
    std::function<void(double fraction)> report; ///< may be empty; called on the reader's thread
    std::stop_token stop; ///< when requested, the reader returns Cancelled within 200 ms
};

/// One dataset format.
struct DatasetReader {
    std::string_view name;        ///< "idx"
    std::string_view description; ///< one sentence for the open dialog
    std::string_view
        patterns; ///< file name patterns for the open dialog: "*-ubyte *-ubyte.gz *.idx *.idx.gz"
    /// Whether @p path (a folder or a file) looks like this format. Cheap; never throws.
    bool (*canRead)(const std::filesystem::path &path);
    std::span<const ReaderOption> options; ///< what it may be told
    /// @param options  all of them, resolved
    Result<std::shared_ptr<const Dataset>> (*read)(const std::filesystem::path &path,
                                                   const DatasetOptions &options, const ReadLimits &limits,
                                                   const ReadProgress &progress);
};

/// All formats this build reads, in the order they are tried (reader_catalog.cpp).
[[nodiscard]] std::span<const DatasetReader> datasetReaders();

/// The name of the built-in generated digits, as a dataset source.
inline constexpr std::string_view builtInDigits = "digits";
/// And of the built-in generated bearings (synthetic/bearing.h).
inline constexpr std::string_view builtInBearing = "bearing";

/// What the data at @p source can be told; empty when nothing, and when no reader knows it.
[[nodiscard]] std::span<const ReaderOption> datasetOptions(const std::string &source);

/// @p asked of @p source instead: of its options those that are known there, as the size of images.
[[nodiscard]] DatasetRequest requestElsewhere(const DatasetRequest &asked, const std::string &source);

/// Loads what @p request names: "digits" or "bearing" (built in, generated), or a path that one of the
/// readers knows.
/// @param limits  those of readLimits(), of a program that shares the machine with others
/// @return NotFound     no such path
/// @return Unsupported  no reader knows it; `what` lists what can be read
/// @return OutOfMemory  `what` says what is needed and what there is
/// @return the errors of resolveOptions(); those of the reader, whose `where` names the file or folder
[[nodiscard]] Result<std::shared_ptr<const Dataset>>
loadDataset(const DatasetRequest &request, const ReadLimits &limits = {}, const ReadProgress &progress = {});

} // namespace rosler
