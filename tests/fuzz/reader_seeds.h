// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/data/dataset_request.h"

namespace rosler {

/// Names and bytes of files, by their paths in a folder.
using Files = std::map<std::string, std::string>;

/// Good data to be damaged.
struct ReaderSeed {
    std::string name;       ///< "idx-gzip": its folder is called so
    Files files;            ///< as they lie on the disk
    std::string entry;      ///< which of them is read; empty: their folder
    DatasetOptions options; ///< for its reader
    /// Of what is packed: the files inside, and what makes the one file of them.
    Files inside {};
    std::function<std::string(const Files &)> pack {};
    /// Set: read from memory instead, by this; returns what it says is wrong, empty where nothing is.
    std::function<std::string(const std::string &bytes)> inMemory {};
};

/// Small data in every format that is read, plain and packed.
[[nodiscard]] std::vector<ReaderSeed> readerSeeds();

} // namespace rosler
