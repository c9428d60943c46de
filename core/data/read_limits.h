// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/free_memory.h"
#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// What a reader may take. Counts in a file's header are compared with these, and with the
/// file's length, before anything is allocated.
struct ReadLimits {
    /// Of memory, at the time of a load when it takes most: features as they are kept, of all parts together,
    /// and what is copied on the way there.
    std::uint64_t maxBytes = 4'000'000'000;
    Index maxExamples = 10'000'000;
    std::optional<std::uint64_t> freeBytes {}; ///< of which maxBytes are a share; for messages
};

/// The limits on this machine, now: three quarters of the memory that is free, the rest being left to models
/// and to other programs. 4 GB where the system does not tell.
[[nodiscard]] ReadLimits readLimits(std::optional<std::uint64_t> freeBytes = freeMemory());

/// How well it is known what data take of memory.
enum class NeedIs {
    Exact,
    About,   ///< forecast by the part that was read
    AtLeast, ///< for what was read; nobody knows how much is to come
};

/// The refusal of data that do not fit: "about 5.20 GB of memory are needed; 4.13 GB are free, of which data
/// may take 3.10 GB", of the code OutOfMemory. Every reader's.
/// @param bytes  more than the limit; a double, so that no product of extents overflows
/// @param what   takes them, for the beginning of the message; may be empty
[[nodiscard]] tl::unexpected<Error> tooLittleMemory(double bytes, NeedIs known, const ReadLimits &limits,
                                                    std::string where, const std::string &what = {});

/// Whether @p bytes are more than @p limits allow.
[[nodiscard]] inline bool isTooMuch(double bytes, const ReadLimits &limits) noexcept
{
    return bytes > static_cast<double>(limits.maxBytes);
}

} // namespace rosler
