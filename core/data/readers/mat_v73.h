// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/readers/mat_variable.h"

namespace rosler {

/// Whether an HDF5 file begins at the first byte, or behind a header of 512 bytes.
[[nodiscard]] bool isMatV73(std::span<const std::byte> bytes);

/// The variables of a MATLAB file of version 7.3, in the order of their names: what lies at the top of an
/// HDF5 file, by the attribute MATLAB_class of each [1]. HDF5's extents are MATLAB's from the last to the
/// first. Numbers are unpacked when they are asked for. What has no MATLAB_class, or leads elsewhere, is
/// named, not read; the groups #refs# and #subsystem# are the format's own.
///
/// The library matio, which reads such files too, is not used: it opens them with HDF5's own drivers and
/// filters, which read or write beyond their memory in some damaged files (h5_read_driver.h, h5_chunks.h,
/// h5_header.h).
///
/// [1] The MathWorks, "MAT-File Versions"; what its files hold.
/// @param bytes      isMatV73(); stay the caller's, and outlive the variables
/// @param mostBytes  of the numbers of one variable once they are unpacked. The numbers() of one that has
/// more
///                   are OutOfRange, as are those of one that is more than such a file can be inflated to
/// @return Malformed   no whole HDF5 file, extents beyond 2^40 numbers; `where` begins with @p name
/// @return OutOfRange  more than 10,000 objects at the top
/// @return Cancelled   by the token, between variables
[[nodiscard]] Result<std::vector<MatVariable>> v73Variables(std::span<const std::byte> bytes,
                                                            const std::string &name, std::uint64_t mostBytes,
                                                            const std::stop_token &stop);

} // namespace rosler
