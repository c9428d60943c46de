// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/nn/network.h"

namespace rosler {

/// IEEE binary16, round to nearest even; beyond 65,504 infinity.
[[nodiscard]] std::uint16_t toFloat16(float value) noexcept;
[[nodiscard]] float fromFloat16(std::uint16_t bits) noexcept;

/// Each value replaced by the nearest that float16 can hold. Arithmetic with them stays float32.
void roundToFloat16(std::span<float> values) noexcept;

/// The network as a board that stores float16 weights would compute it.
[[nodiscard]] Network withFloat16Weights(const Network &network);

} // namespace rosler
