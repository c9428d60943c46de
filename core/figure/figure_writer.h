// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "core/base/result.h"
#include "core/figure/figure.h"

namespace rosler {

using Figure = std::variant<LineFigure, BarFigure>;

/// Whether figures can be printed like this.
/// @return OutOfRange  a size outside its range, which is named, or a PNG of more than 150 million pixels
[[nodiscard]] Result<void> checkStyle(const PublicationStyle &style);

/// Axis, tick, legend and path geometry, then the bytes of a file. Same figure, same style: same bytes
/// (dates in PDF are fixed). Curves are clipped to the axes; each curve is one path; text is text in SVG,
/// embedded fonts in PDF. The errors are those of checkStyle(), and Unsupported when cairo fails; a size
/// outside its range is moved to the nearest end in SVG.
[[nodiscard]] std::string figureSvg(const Figure &figure, const PublicationStyle &style,
                                    const FigureOrigin &origin = {});
[[nodiscard]] Result<std::string> figurePdf(const Figure &figure, const PublicationStyle &style,
                                            const FigureOrigin &origin = {});
[[nodiscard]] Result<std::string> figurePng(const Figure &figure, const PublicationStyle &style,
                                            const FigureOrigin &origin = {});
/// The data: RFC 4180, a heading line; curves as series,x,y rows, with low,high where there are bands; bars
/// as category,series,value rows. The headings of x, y and value are the axes' titles where these are given.
/// Numbers read back bit-equal.
[[nodiscard]] std::string figureCsv(const Figure &figure);
/// The same with tabs, for the clipboard.
[[nodiscard]] std::string figureTsv(const Figure &figure);

/// Writes @p stem .svg, .pdf, .png and .csv into @p folder (made when missing), each whole or not at all.
/// @return the errors of figurePdf() and writeFileAtomically(), or OutOfRange for a stem that is not a file
/// name
[[nodiscard]] Result<void> writeFigure(const std::filesystem::path &folder, const std::string &stem,
                                       const Figure &figure, const PublicationStyle &style,
                                       const FigureOrigin &origin = {});

} // namespace rosler
