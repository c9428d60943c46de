// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace rosler {

/// Numbers as people read them: three significant digits and always a unit. UTF-8,
/// locale-independent, used by command line, window and figures alike. What is not finite, or no
/// duration, is an en dash.

[[nodiscard]] std::string countText(double count); ///< "1.86 M", "34.5 k", "972"
[[nodiscard]] std::string bytesText(double bytes); ///< "7.45 MB", "69.1 kB", "512 B" (powers of 1000)
[[nodiscard]] std::string flopsText(double flops); ///< "3.73 MFLOP", "1.20 TFLOP"
[[nodiscard]] std::string percentText(double fraction, int decimals = 2); ///< 0.9828 -> "98.28 %"
[[nodiscard]] std::string ratioText(double ratio);      ///< "96.0x" with a real multiplication sign
[[nodiscard]] std::string durationText(double seconds); ///< "0:14", "12:05", "1:02:03"; below 10 s "4.2 s"

} // namespace rosler
