// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/result.h"

namespace rosler {

/// Puts @p bytes in the place of the file @p path, wholly or not at all: writes beside it under a
/// temporary name, syncs, renames, and syncs the folder. On any failure (a full disk above all)
/// the old file stays and the temporary one is removed. A symbolic link is followed, and the new
/// file has the permissions of the old one.
/// @return Unwritable  the system refused; `what` holds its reason, `where` the path
[[nodiscard]] Result<void> writeFileAtomically(const std::filesystem::path &path, std::string_view bytes);

/// The same for libraries that write by file name (HDF5): @p write gets the temporary name and
/// reports its own error; afterwards the file is synced and renamed. The temporary file exists,
/// empty, when @p write is called, and is removed when it fails or throws.
[[nodiscard]] Result<void>
replaceFileAtomically(const std::filesystem::path &path,
                      const std::function<Result<void>(const std::filesystem::path &temporary)> &write);

/// All bytes of a file of at most @p limit bytes.
/// @return NotFound, Unreadable, or OutOfRange when it is longer than @p limit
[[nodiscard]] Result<std::string> readWholeFile(const std::filesystem::path &path, std::size_t limit);

/// The same for places where nothing but a regular file belongs: never waits for a pipe or a device.
/// @return Malformed when it is no regular file
[[nodiscard]] Result<std::string> readRegularFile(const std::filesystem::path &path, std::size_t limit);

} // namespace rosler
