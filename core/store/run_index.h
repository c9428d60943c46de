// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/store/run_documents.h"

namespace rosler {

/// What is known of all runs in a store's folder, from their small files alone. Files that did not change
/// since the last look are not read again. Thread-safe; other programs may change the folder meanwhile.
class RunIndex
{
public:
    explicit RunIndex(std::filesystem::path root)
        : m_root(std::move(root))
    {
    }

    /// All runs, newest first, those of one experiment in the order of its models.
    [[nodiscard]] std::vector<RunSummary> list(std::vector<Error> *problems);

    /// The run that @p id names (RunStore::load() tells how).
    [[nodiscard]] Result<RunSummary> find(const std::string &id);

private:
    /// Tells whether a file is still the same without reading it. Files are replaced, never changed, so
    /// that another inode means other contents.
    struct Fingerprint {
        std::uint64_t inode = 0; ///< 0: there is no such file
        std::int64_t size = 0;
        std::int64_t modified = 0; ///< nanoseconds
        friend bool operator==(const Fingerprint &, const Fingerprint &) = default;
    };
    using Fingerprints = std::array<Fingerprint, 5>; ///< experiment, meta, status, user, result

    struct Entry {
        Fingerprints files {};
        bool isRun = false; ///< can be listed
        RunSummary summary; ///< status as written
        std::string created;
        std::size_t modelNumber = 0;
        ProcessIdentity process;
        std::vector<Error> problems;
    };

    void refresh();
    [[nodiscard]] Fingerprints fingerprintsOf(const std::string &id) const;
    [[nodiscard]] Entry read(const std::string &id, const Fingerprints &files) const;
    [[nodiscard]] RunStatus statusOf(const Entry &entry) const;
    [[nodiscard]] std::vector<const Entry *> sorted() const;

    std::filesystem::path m_root;
    std::mutex m_mutex;
    std::unordered_map<std::string, Entry> m_entries;
};

} // namespace rosler
