// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/result.h"

namespace rosler {

/// The files in a .tar (plain, gzip or xz) or a .zip, one after the other, from front to back. Nothing is
/// ever unpacked to disk. Memory stays at a buffer or two whatever the archive claims. Used by one thread.
class ArchiveSource
{
public:
    /// Whether @p path is a file that by its name is such an archive. Cheap.
    [[nodiscard]] static bool isNamed(const std::filesystem::path &path);

    /// @param mostBytes  that may be unpacked, passed files among them: what is beyond is OutOfRange
    /// @param stop       asked every few milliseconds, also while files are passed
    /// @return NotFound, Unreadable  as ByteSource::open()
    [[nodiscard]] static Result<ArchiveSource> open(const std::filesystem::path &path,
                                                    std::uint64_t mostBytes, std::stop_token stop = {});

    ArchiveSource(ArchiveSource &&other) noexcept;
    ArchiveSource &operator=(ArchiveSource &&other) noexcept;
    ~ArchiveSource();

    /// Goes to the next regular file, past what is left of this one: its path, with '/' and neither a root
    /// nor
    /// "." or "..". None after the last. Folders, links, and what hides (".x", "__MACOSX/") are passed over.
    /// @return Malformed    damaged or cut off; a path that leads out of the archive; a size beyond the
    /// archive's
    /// @return Unsupported  a sparse or encrypted file
    /// @return OutOfRange   more than mostBytes
    /// @return Cancelled    by the token
    [[nodiscard]] Result<std::optional<std::string>> next();

    /// Fills some of @p into with bytes of the file, and says how many; 0 only at its end. Errors as next().
    [[nodiscard]] Result<std::size_t> readSome(std::span<std::byte> into);

    /// Bytes of the file read so far, and a bound on those still to come.
    [[nodiscard]] std::uint64_t offset() const noexcept;
    [[nodiscard]] std::uint64_t mostBytesLeft() const noexcept;

    /// The place of byte @p offset of the file: "cifar10/batch1.tar.xz:data_batch_1.bin:3073".
    [[nodiscard]] std::string where(std::uint64_t offset) const;

    /// How much of the archive has been read: 0..1.
    [[nodiscard]] double fraction() const noexcept;

private:
    struct State;
    explicit ArchiveSource(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> m_state;
};

} // namespace rosler
