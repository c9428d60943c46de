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

/// Whether the header is that of a file of level 5.
[[nodiscard]] bool isMatLevel5(std::span<const std::byte> bytes);

/// The variables of a MATLAB file of level 5 [1], as `save -v6` (plain) and `-v7` (deflated) write it, in its
/// order. Every length in it is compared with the bytes around it.
///
/// [1] The MathWorks, "MAT-File Format", section "Level 5 MAT-File Format".
/// @param bytes      isMatLevel5(); stay the caller's, and outlive the variables
/// @param mostBytes  of what is inflated, all together
/// @return Malformed   lengths that do not fit, a damaged stream; `where` is "load0/105.mat:128"
/// @return OutOfRange  more than @p mostBytes, or than 10,000 variables
/// @return Cancelled   by the token, within milliseconds
[[nodiscard]] Result<std::vector<MatVariable>> level5Variables(std::span<const std::byte> bytes,
                                                               const std::string &name,
                                                               std::uint64_t mostBytes,
                                                               const std::stop_token &stop);

} // namespace rosler
