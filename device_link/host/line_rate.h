// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>

#include "core/base/result.h"
#include "device_link/host/frame_exchange.h"

namespace rosler {

/// Tries a faster line with 4 kB of PRBS-31 there and back, and keeps it when all is well; else both ends are
/// back at the old rate, after 5 s.
/// @param rate  in baud; the board has to be one that sets its own
/// @return Rejected  the board does not make it, or the line makes errors; else as FrameExchange's functions
[[nodiscard]] Result<void> raiseLineRate(FrameExchange &exchange, std::uint32_t rate,
                                         const std::stop_token &stop);

} // namespace rosler
