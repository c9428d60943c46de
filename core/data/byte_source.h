// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.h"

namespace rosler {

/// The bytes of one file, plain, gzip or xz, read once from front to back. Every dataset reader takes
/// its bytes from here.
///
/// Memory stays at one buffer whatever the file claims; a reader that must allocate compares the
/// size with its limits and with mostBytesLeft() first. Offsets count unpacked bytes. Used by one
/// thread.
class ByteSource
{
public:
    /// Opens @p path; gzip and xz are told by their first bytes, not by the name.
    /// @return NotFound    no such file
    /// @return Unreadable  the system refuses it, or it is no regular file
    [[nodiscard]] static Result<ByteSource> open(const std::filesystem::path &path);

    ByteSource(ByteSource &&other) noexcept;
    ByteSource &operator=(ByteSource &&other) noexcept;
    ~ByteSource();

    /// Folder and file, for messages: "mnist/train-images-idx3-ubyte.gz".
    [[nodiscard]] const std::string &name() const noexcept;

    /// The place of byte @p offset, for Error::where: "mnist/train-images-idx3-ubyte.gz:16".
    [[nodiscard]] std::string where(std::uint64_t offset) const;

    /// Unpacked bytes read so far.
    [[nodiscard]] std::uint64_t offset() const noexcept;

    /// A bound on the unpacked bytes that can still come: exact for a plain file, and 1032 times
    /// (gzip) or 8192 times (xz) the packed size, more than which these cannot achieve.
    [[nodiscard]] std::uint64_t mostBytesLeft() const noexcept;

    /// Bytes of the file itself, and how many of them have been read: for progress.
    [[nodiscard]] std::uint64_t fileBytes() const noexcept;
    [[nodiscard]] std::uint64_t fileBytesRead() const noexcept;

    /// Fills all of @p into.
    /// @return Malformed   the file ends before that, or its gzip or xz stream is damaged
    /// @return Unreadable  the system failed to deliver
    [[nodiscard]] Result<void> read(std::span<std::byte> into);

    /// Fills some of @p into, from its beginning, and says how many bytes; 0 only at the end.
    /// @return Malformed    the gzip or xz stream is damaged or cut off
    /// @return Unsupported  unpacking an xz stream takes more than 512 MiB of memory
    /// @return Unreadable   the system failed to deliver
    [[nodiscard]] Result<std::size_t> readSome(std::span<std::byte> into);

    /// The next four bytes, most significant first. Errors as read().
    [[nodiscard]] Result<std::uint32_t> readBigEndian32();

    /// @return Malformed  there is something after the last byte that was read, or the checksum
    ///                    of a packed stream is wrong
    [[nodiscard]] Result<void> expectEnd();

private:
    struct State;
    explicit ByteSource(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> m_state;
};

} // namespace rosler
