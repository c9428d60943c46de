// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

/// File access properties by which H5Fopen() reads @p image, or without one the file that it is named. HDF5's
/// own drivers have the library gather small reads of metadata, which follows a null pointer in some damaged
/// files (H5F__accum_read, 1.10.8); this one does not, and does not hand out the head of a local heap that
/// claims more than the file has. It writes nothing.
/// @param image  is copied when the file is opened; may be gone then
/// @param name   how errors call it
/// @return Unreadable  HDF5 refuses the driver
[[nodiscard]] Result<Handle> readAccess(std::string_view image, const std::string &name);

} // namespace rosler::h5
