// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/base/matrix.h"
#include "core/nn/network.h"

namespace rosler {

/// The matrix of block @p name of a layer, as the formulas have it, however it is stored.
[[nodiscard]] Matrix blockMatrix(const Layer &layer, std::span<const float> parameters,
                                 std::string_view name);

/// @param matrix  as the formulas have it, of as many numbers as the block of layer @p number
void setBlockMatrix(Network &network, std::size_t number, std::string_view name, const Matrix &matrix);

} // namespace rosler
