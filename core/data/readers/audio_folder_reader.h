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
[[nodiscard]] std::span<const ReaderOption> audioFolderOptions();

/// Whether @p path is a folder or an archive with .wav or .flac files.
[[nodiscard]] bool looksLikeAudioFolder(const std::filesystem::path &path);

/// Reads recordings, a WAV or FLAC file each, whose folder, or name, is their class, or which a table beside
/// them gives one (label_table.h). Examples are cut of them
/// as signal_pipeline.h says; unless an option says otherwise one second at 16,000 samples, mixed to mono, as
/// cepstral coefficients, and whole recordings are tested on. Files in folders whose names begin with "_"
/// (noise that comes with keywords) are left out. Recordings are in the order in which visitFiles() meets
/// them.
///
/// @return NotFound  no such files
/// @return Malformed, Unsupported, OutOfRange, OutOfMemory, Unreadable, Cancelled  as decodeAudio(),
/// SignalCutter, FileLabels, visitFiles()
[[nodiscard]] Result<std::shared_ptr<const Dataset>> readAudioFolder(const std::filesystem::path &path,
                                                                     const DatasetOptions &options,
                                                                     const ReadLimits &limits,
                                                                     const ReadProgress &progress);

} // namespace rosler
