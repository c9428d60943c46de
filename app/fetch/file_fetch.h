// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "core/base/result.h"
#include "core/data/published_data.h"

namespace rosler {

/// How a fetch tells how far it is, and is asked to give up.
struct FetchProgress {
    /// Bytes that are there, and all, 0 where nobody knows; may be empty. Called on the fetching thread.
    std::function<void(std::uint64_t done, std::uint64_t total)> report;
    std::stop_token stop; ///< when requested, the fetch returns Cancelled within 200 ms
};

/// Whether this build can fetch (Qt Network was there when it was made).
[[nodiscard]] bool canFetch() noexcept;

/// Fetches @p file into @p folder, which exists. What came is kept as "NAME.part" until it is whole and its
/// size and digests are those that are known; then it takes its name. What a cut left behind is gone on with;
/// a connection that is cut is made again, as long as bytes come. Any thread; the program needs a
/// QCoreApplication.
/// @return Unsupported  this build cannot fetch
/// @return Rejected     another process fetches it
/// @return Unreadable   no connection, or one that is cut again and again: what came is kept
/// @return NotFound     the server has no such file
/// @return Malformed    it is not the file that was published: another size or digest. Nothing is kept
/// @return Unwritable   the disk: what came is kept
/// @return Cancelled    what came is kept
[[nodiscard]] Result<void> fetchFile(const PublishedFile &file, const std::filesystem::path &folder,
                                     const FetchProgress &progress);

/// Is @p path this file, by what is known of it? A file of which nothing is known is not.
[[nodiscard]] bool isPublishedFile(const std::filesystem::path &path, const PublishedFile &file);

} // namespace rosler
