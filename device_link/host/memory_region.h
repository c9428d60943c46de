// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/frame_exchange.h"

namespace rosler {

/// A region of the memory of a board that has group RSL_GROUP_MEMORY.
struct MemoryRegion {
    rsl_region_kind kind = RSL_REGION_SLOT;
    std::uint8_t slot = 0; ///< of RSL_REGION_SLOT, else 0
};

/// Bytes of a region, all from one moment: it is read again when it changed meanwhile.
/// @param length  in bytes, from @p offset on; they have to be in it
/// @return Rejected  it has no such bytes, or changes all the time; else as FrameExchange's functions
[[nodiscard]] Result<std::vector<std::uint8_t>> readRegion(FrameExchange &exchange, MemoryRegion region,
                                                           std::uint32_t offset, std::uint32_t length,
                                                           const std::stop_token &stop);
/// Writes all of a region; valid when all has come.
/// @return Rejected  it cannot be written, or has another length; else as FrameExchange's functions
[[nodiscard]] Result<void> writeRegion(FrameExchange &exchange, MemoryRegion region,
                                       std::span<const std::uint8_t> bytes, const std::stop_token &stop);

} // namespace rosler
