// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rosler {

/// Prints the broken condition and its place, and aborts. A broken contract is a
/// mistake in the program; what the world gets wrong is a Result (result.h).
[[noreturn]] void contractBroken(const char *condition, const char *file, int line) noexcept;

} // namespace rosler

/// States what a function requires of its caller. Always on: it stands where a
/// call is dear, never inside inner loops.
#define ROSLER_EXPECTS(condition)                                                                            \
    (static_cast<bool>(condition) ? static_cast<void>(0)                                                     \
                                  : ::rosler::contractBroken(#condition, __FILE__, __LINE__))
