// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

// Notes the largest piece of memory that the program asks for. Include it in one file of a test: it
// stands before the C library's malloc, except under a sanitizer, which must stand there itself.

namespace rosler::testing {

inline std::atomic<std::size_t> largestAllocation {0};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
inline constexpr bool watchesAllocations = false;
#else
inline constexpr bool watchesAllocations = true;
#endif

} // namespace rosler::testing

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
extern "C" void *__libc_malloc(std::size_t size); // NOLINT(bugprone-reserved-identifier): glibc's own name

extern "C" void *malloc(std::size_t size) noexcept
{
    auto &largest = rosler::testing::largestAllocation;
    std::size_t seen = largest.load(std::memory_order_relaxed);
    while (size > seen && !largest.compare_exchange_weak(seen, size, std::memory_order_relaxed)) { }
    return __libc_malloc(size);
}
#endif
