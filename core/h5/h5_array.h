// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
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
    Index chunkRows = 1;       ///< rows that are kept, and unpacked, together

    [[nodiscard]] Index rows() const noexcept { return extents.empty() ? 0 : extents.front(); }
    /// "6000 x 28 x 28, uint8"
    [[nodiscard]] std::string text() const;
};

/// An HDF5 file that other programs made, read piece by piece from the disk.
///
/// Nothing leads out of the file: links to elsewhere, external and virtual datasets are not followed, and no
/// filter is loaded that HDF5 does not bring itself. Several of these may be used at once, each by one thread
/// at a time.
class ArrayFile
{
public:
    /// @return Malformed  it is no HDF5 file, or it was cut short
    [[nodiscard]] static Result<ArrayFile> open(const std::filesystem::path &path);

    /// All datasets, group by group, those of text and records too. Links to elsewhere are passed over.
    /// @return OutOfRange  more than 10,000 objects, or groups more than 32 deep in one another
    [[nodiscard]] Result<std::vector<ArrayInfo>> list() const;

    /// The numbers of rows first .. first + count - 1, in the order of the extents, of this machine's byte
    /// order.
    /// @param into  count times the numbers of a row times itemBytes bytes
    /// @return Unsupported  not numbers; external or virtual; packed by a filter that HDF5 does not bring
    /// @return OutOfRange   pieces of more than 256 MB are packed together
    /// @return Malformed    it cannot be unpacked
    [[nodiscard]] Result<void> read(const ArrayInfo &array, Index first, Index count,
                                    std::span<std::byte> into) const;

    /// How errors call it: "data.h5:/train/images".
    [[nodiscard]] std::string where(const ArrayInfo &array) const { return m_name + ":/" + array.path; }

private:
    ArrayFile(Handle handle, std::string name)
        : m_handle(std::move(handle))
        , m_name(std::move(name))
    {
    }

    Handle m_handle;
    std::string m_name;
};

} // namespace rosler::h5
