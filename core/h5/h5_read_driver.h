// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

/// Whose the bytes of a file in memory are while it is open.
enum class ImageUse {
    Copied,   ///< the file's own; those that were given may be gone
    Borrowed, ///< the caller's, and outlive the file
};

/// Opens a file of the disk to be read, or with @p image one in memory. HDF5's own drivers have the library
/// gather small reads of metadata, which follows a null pointer in some damaged files (H5F__accum_read,
/// 1.10.8); this one does not, and does not hand out the head of a local heap that claims more than the file
/// has. It writes nothing.
/// @param name  how errors call it
/// @return Malformed   not a whole HDF5 file
/// @return Unreadable  HDF5 refuses the driver
[[nodiscard]] Result<Handle> openToRead(const std::string &path, const std::string &name);
[[nodiscard]] Result<Handle> openToRead(std::string_view image, ImageUse use, const std::string &name);

/// Fills @p into from byte @p first of a file that is open; false where it has no such bytes.
[[nodiscard]] bool readRaw(const Handle &file, std::uint64_t first, std::span<std::byte> into);

/// A name for HDF5, which tells files in memory apart by it and refuses one that exists on the disk: below
/// a file that is no folder, nothing can.
[[nodiscard]] std::string memoryName();

} // namespace rosler::h5
