// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace rosler {

/// One file of a tree while it is visited.
class TreeFile
{
public:
    virtual ~TreeFile() = default;

    /// In the tree: "train/cats/cat.1.jpg".
    [[nodiscard]] virtual const std::string &path() const noexcept = 0;
    /// Fills some of @p into and says how many bytes; 0 only at the end.
    [[nodiscard]] virtual Result<std::size_t> readSome(std::span<std::byte> into) = 0;
    /// Bytes read so far, and a bound on those still to come.
    [[nodiscard]] virtual std::uint64_t offset() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t mostBytesLeft() const noexcept = 0;
    /// The place of byte @p offset, for Error::where.
    [[nodiscard]] virtual std::string where(std::uint64_t offset) const = 0;

    /// Fills all of @p into. @return Malformed  the file ends before that
    [[nodiscard]] Result<void> read(std::span<std::byte> into);
    /// What is left of the file. @return OutOfRange  more than @p most bytes
    [[nodiscard]] Result<std::vector<std::byte>> readAll(std::uint64_t most);

protected:
    TreeFile() = default;
    TreeFile(const TreeFile &) = default;
    TreeFile &operator=(const TreeFile &) = default;
};

/// How the files of a tree are visited.
struct TreeVisit {
    std::function<bool(std::string_view path)> wanted; ///< no byte of others is kept
    std::function<Result<void>(TreeFile &)> take;
    std::function<void(double fraction)> report {}; ///< of the whole, 0..1; may be empty
    std::stop_token stop {};
    std::uint64_t mostBytes = 16'000'000'000; ///< unpacked, of an archive
    std::uint64_t mostFiles = 20'000'000;
};

/// Visits the files of @p source: a folder, four levels deep, in the order of their paths' bytes and then
/// those of the archives (archive_source.h) in it, or one archive, in its own order. Stops at the first
/// error. Hidden files are passed over.
/// @return NotFound, Unreadable  the system refuses a folder or a file
/// @return OutOfRange            more than mostBytes or mostFiles
/// @return Cancelled             @p visit.stop was requested
/// @return the errors of ArchiveSource and of take()
[[nodiscard]] Result<void> visitFiles(const std::filesystem::path &source, const TreeVisit &visit);

/// Paths of some files of @p source, the first few of each folder and archive, to know a format by. Cheap;
/// what cannot be read is left out.
[[nodiscard]] std::vector<std::string> someFiles(const std::filesystem::path &source);

/// What a path ends in from its last point on, in lower case: ".wav"; empty where it has none.
[[nodiscard]] std::string lowerEnding(std::string_view path);

/// What a dataset at @p source is called: the name of the folder, or of the file without its endings, in
/// lower case.
[[nodiscard]] std::string treeName(const std::filesystem::path &source);

} // namespace rosler
