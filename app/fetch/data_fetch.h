// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/fetch/file_fetch.h"

namespace rosler {

/// Where fetched data are kept: $XDG_DATA_HOME/rosler/datasets, else ~/.local/share/rosler/datasets.
[[nodiscard]] std::filesystem::path fetchedDataRoot();

/// What became of a dataset's files.
struct FetchedData {
    std::filesystem::path folder;        ///< as a dataset's source
    int fetched = 0;                     ///< files that came
    int kept = 0;                        ///< files that were there, and are the published ones
    std::vector<std::string> unverified; ///< files of which no digest is known to compare with
};

/// Fetches what is missing of @p data into the folder of its name in @p root, file by file.
/// @param mirror  an address that holds the same files, in place of the publisher's; may be empty
/// @return Unwritable  the folder cannot be made; the errors of fetchFile()
[[nodiscard]] Result<FetchedData> fetchData(const PublishedData &data, const std::filesystem::path &root,
                                            const std::string &mirror, const FetchProgress &progress);

} // namespace rosler
