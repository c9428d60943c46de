// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace rosler {

/// @p png with its resolution (pHYs) and texts (keyword, text) put behind its header: tEXt where the text is
/// ASCII, else iTXt. PNG 1.2, sections 4.2.3 and 4.2.4.
/// @param png  begins with signature and IHDR
/// @param texts  keywords are 1..79 printable ASCII characters; empty texts are left out
[[nodiscard]] std::string describedPng(const std::string &png, double dpi,
                                       const std::vector<std::pair<std::string, std::string>> &texts);

} // namespace rosler
