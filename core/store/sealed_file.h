// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace rosler {

/// Files that carry their own SHA-256: behind the file's bytes stands one line of text, the seal,
///
///     \nrosler.seal/1 sha256 <64 hexadecimal digits> bytes <20 decimal digits>\n
///
/// with the digest and number of the bytes before it. HDF5 and its viewers ignore what stands behind the
/// end that a file states, so a sealed HDF5 file is one for them all. Digest and bytes arrive on the disk
/// by one rename and travel together when the file is copied.

/// Length of the seal, bytes.
inline constexpr std::size_t sealLength = 114;

/// @p bytes with a seal behind them.
[[nodiscard]] std::string sealed(std::string bytes);

/// The bytes without their seal, once they were found to be those that were sealed. Bytes that never had
/// a seal (a file of another program) are returned as they are; a seal that was itself damaged, so long as
/// half of its fixed letters still stand, is recognised.
/// @return Malformed  the bytes or the seal were changed
[[nodiscard]] Result<std::string_view> unsealed(std::string_view bytes, const std::string &where);

/// At most this many bytes are read from a model or checkpoint file.
inline constexpr std::size_t longestSealedFile = std::size_t {4} << 30;

} // namespace rosler
