// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

/// One dataset of a file, and how it is kept there.
struct ArrayInfo {
    std::string path; ///< in the file: "train/images"
    std::vector<Index> extents;
    char kind = 0;             ///< 'u', 'i' or 'f'; 0 for what is not numbers
    std::size_t itemBytes = 0; ///< of a number in memory: 1, 2, 4 or 8
    bool records = false;      ///< each item is a record of several values
    Index chunkRows = 1;       ///< rows that are kept, and unpacked, together

    [[nodiscard]] Index rows() const noexcept { return extents.empty() ? 0 : extents.front(); }
    /// "6000 x 28 x 28, uint8"
    [[nodiscard]] std::string text() const;
};

/// What lies in a group under one name.
struct Member {
    enum class Kind {
        Array, ///< a dataset
        Group,
        Link,  ///< to another place of this file, or to another file
        Other, ///< a type, or something that is damaged
    };
    std::string name;
    Kind kind = Kind::Other;
    ArrayInfo array; ///< of a dataset
};

/// An HDF5 file that other programs made, read piece by piece.
///
/// Nothing leads out of the file: links to elsewhere, external and virtual datasets are not followed, and no
/// filter but deflate, shuffle and fletcher32 is undone. Several of these may be used at once, each by one
/// thread at a time.
class ArrayFile
{
public:
    /// Of the disk.
    /// @return Malformed  it is no HDF5 file, or it was cut short
    [[nodiscard]] static Result<ArrayFile> open(const std::filesystem::path &path);

    /// In memory; something may stand before the HDF5 file, of 512 bytes or that times a power of two.
    /// @param bytes  stay the caller's, and outlive the file
    /// @param name   how errors call it
    /// @return Malformed  it is no HDF5 file, or it was cut short
    [[nodiscard]] static Result<ArrayFile> open(std::span<const std::byte> bytes, std::string name);

    /// All datasets, group by group, those of text and records too. Links to elsewhere are passed over.
    /// @return OutOfRange  more than 10,000 objects, or groups more than 32 deep in one another
    [[nodiscard]] Result<std::vector<ArrayInfo>> list() const;

    /// What lies in a group itself, in the order of the names' bytes. Names of 1,000 bytes and more, and
    /// those that look like paths, are passed over.
    /// @param group  its path; empty for the whole file
    /// @return Malformed   no group, or a damaged one
    /// @return OutOfRange  more than 10,000 objects
    /// @return Cancelled   by the token
    [[nodiscard]] Result<std::vector<Member>> members(const std::string &group,
                                                      const std::stop_token &stop = {}) const;

    /// An attribute of the object at @p path, which members() or list() said: one text of at most 4,096
    /// bytes, or one integer; what is beyond 64 bits with a sign is the nearest that is not.
    /// @return NotFound     it has no such attribute in its header
    /// @return Unsupported  the attribute is something else
    /// @return Malformed    the object is damaged
    [[nodiscard]] Result<std::string> text(const std::string &path, const std::string &attribute) const;
    [[nodiscard]] Result<std::int64_t> integer(const std::string &path, const std::string &attribute) const;

    /// The numbers of rows first .. first + count - 1, in the order of the extents, of this machine's byte
    /// order.
    /// @param into  count times the numbers of a row times itemBytes bytes
    /// @return Unsupported  not numbers; external or virtual; packed by another filter
    /// @return OutOfRange   pieces of more than 256 MB are packed together
    /// @return Malformed    it cannot be unpacked, or is of another size than it should be
    /// @return Cancelled    by the token, between pieces of some megabytes
    [[nodiscard]] Result<void> read(const ArrayInfo &array, Index first, Index count,
                                    std::span<std::byte> into, const std::stop_token &stop = {}) const;

    /// How errors call it: "data.h5:/train/images".
    [[nodiscard]] std::string where(const ArrayInfo &array) const { return where(array.path); }

private:
    ArrayFile(Handle handle, std::string name)
        : m_handle(std::move(handle))
        , m_name(std::move(name))
    {
    }
    [[nodiscard]] std::string where(const std::string &path) const { return m_name + ":/" + path; }
    [[nodiscard]] Result<Handle> openObject(const std::string &path) const;

    Handle m_handle;
    std::string m_name;
};

} // namespace rosler::h5
