// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/h5/h5_array.h"

namespace rosler::h5 {

/// The numbers of rows first .. first + count - 1 of a dataset whose chunks are packed by filters.
///
/// The chunks are unpacked here: HDF5 takes what comes out of its filters for as long as a chunk, reads
/// behind it where it is shorter, and inflates without an end (1.10.8). Known are deflate, shuffle and
/// fletcher32.
/// @param dataset     of these extents; its chunks have no more than 256 MB
/// @param memoryType  HDF5's type of array.itemBytes bytes
/// @param fileBytes   no chunk takes more than the file has
/// @param into        count times the numbers of a row times array.itemBytes bytes
/// @return Unsupported  packed by another filter
/// @return Malformed    a chunk that is damaged, or is no chunk once it is unpacked
/// @return Cancelled    by the token, within milliseconds
[[nodiscard]] Result<void> readPackedChunks(const Handle &dataset, const ArrayInfo &array, Index first,
                                            Index count, std::int64_t memoryType, std::uint64_t fileBytes,
                                            std::span<std::byte> into, const std::string &where,
                                            const std::stop_token &stop);

} // namespace rosler::h5
