// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tests/device_link/support/sample_image.h"

namespace rosler {

/// The outputs of an image for an input, computed weight by weight from PROTOCOL.md's section "Arithmetic",
/// in 128 bits where integers are summed: shares only the places of the weights with the firmware.
[[nodiscard]] std::vector<std::uint8_t> oracleOutputs(const AlignedBytes &image, const std::uint8_t *input);

/// Puts what the oracle computes in as the image's known answer.
void answerImage(AlignedBytes &image);

} // namespace rosler
