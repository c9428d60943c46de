// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rosler {

/// How a number is stored in a model.
enum class NumberType { Float32, Float16, Int8 };

} // namespace rosler
