// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"

namespace rosler {

/// What a file shall survive. The end of the program, by whatever signal, costs nothing: the system holds
/// what was written. Only a power cut asks for a sync, which takes milliseconds.
enum class Outlive { Program, PowerCut };

/// The new contents of a file, written beside it but not yet in its place.
class StagedFile
{
public:
    /// Named "name.part": for files with one writer. What a killed writer leaves behind, the next overwrites.
    /// @return Unwritable  the system refused (a full disk); nothing is left behind
    [[nodiscard]] static Result<StagedFile> write(const std::filesystem::path &path, std::string_view bytes,
                                                  Outlive outlive);
    /// Empty, under a name that no other has, with the permissions of the file that it is to replace.
    /// @return Unwritable
    [[nodiscard]] static Result<StagedFile> unique(const std::filesystem::path &path);
    StagedFile(StagedFile &&other) noexcept;
    StagedFile &operator=(StagedFile &&) = delete;
    StagedFile(const StagedFile &) = delete;
    StagedFile &operator=(const StagedFile &) = delete;
    ~StagedFile(); ///< not committed: removes the staged file

    /// Writes @p bytes in the place of what is staged.
    /// @return Unwritable  the system refused
    [[nodiscard]] Result<void> fill(std::string_view bytes, Outlive outlive) const;

    /// Where it lies until it is committed.
    [[nodiscard]] const std::filesystem::path &name() const noexcept { return m_staged; }

    /// Renames it into its place. The folder is not synced: syncPath() after the last of a series.
    [[nodiscard]] Result<void> commit();

private:
    StagedFile(std::filesystem::path path, std::filesystem::path staged);

    std::filesystem::path m_path;
    std::filesystem::path m_staged;
};

/// write() and commit().
[[nodiscard]] Result<void> replaceFile(const std::filesystem::path &path, std::string_view bytes,
                                       Outlive outlive);

/// Makes what was written to @p path, a file or a folder, outlive a power cut.
[[nodiscard]] Result<void> syncPath(const std::filesystem::path &path);

/// Unwritable, with the system's own words for @p number (errno).
[[nodiscard]] tl::unexpected<Error> writeFailed(int number, const std::filesystem::path &path);

/// Writes all of @p bytes to a file descriptor, in one call where the system allows.
/// @return 0, or the errno of the failure, after which some bytes may have been written
[[nodiscard]] int writeAll(int descriptor, std::string_view bytes) noexcept;

} // namespace rosler
