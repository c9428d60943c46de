// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace rosler {

inline constexpr std::size_t cacheLine = 64; ///< bytes

/// Asks the cache for @p bytes bytes from @p first on, which are about to be read; changes nothing else.
inline void prefetch(const void *first, std::size_t bytes)
{
    const char *const begin = static_cast<const char *>(first);
    for (std::size_t at = 0; at < bytes; at += cacheLine)
        __builtin_prefetch(begin + at);
    asm volatile(""); // GCC takes a function that only prefetches for one without effect, and drops the call
}

/// The same for bytes that are about to be written: no other core is to keep them.
inline void prefetchForWriting(const void *first, std::size_t bytes)
{
    const char *const begin = static_cast<const char *>(first);
    for (std::size_t at = 0; at < bytes; at += cacheLine)
        __builtin_prefetch(begin + at, 1);
    asm volatile("");
}

} // namespace rosler
