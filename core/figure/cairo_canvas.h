// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/figure/canvas.h"

namespace rosler {

/// What a PDF says of itself.
struct PdfDescription {
    std::string title;
    std::string subject;
    std::string keywords;
};

/// A PDF of one page, exactly @p width x @p height points, fonts embedded, with fixed dates.
/// @return Unsupported  cairo could not make it; `what` holds its reason
[[nodiscard]] Result<std::string> paintPdf(double width, double height, const std::string &fontFamily,
                                           const PdfDescription &description,
                                           const std::function<void(Canvas &)> &paint);

/// A PNG of @p across x @p down pixels at @p dpi, without transparency; see png_chunks.h for what it lacks.
/// @return Unsupported  cairo could not make it, as when there is no memory for the pixels
[[nodiscard]] Result<std::string> paintPng(int across, int down, double dpi, const std::string &fontFamily,
                                           const std::function<void(Canvas &)> &paint);

} // namespace rosler
