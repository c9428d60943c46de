// SPDX-License-Identifier: Apache-2.0
#include "core/figure/figure_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>

#include "core/base/atomic_file.h"
#include "core/figure/cairo_canvas.h"
#include "core/figure/figure_layout.h"
#include "core/figure/figure_painter.h"
#include "core/figure/figure_text.h"
#include "core/figure/png_chunks.h"
#include "core/figure/svg_canvas.h"

namespace rosler {
namespace {

struct Limit {
    const char *name;
    double PublicationStyle::*value;
    double least;
    double most;
};
constexpr std::array limits {
    Limit {"width in mm", &PublicationStyle::widthMm, 10, 1000},
    Limit {"height in mm", &PublicationStyle::heightMm, 10, 1000},
    Limit {"font size in pt", &PublicationStyle::fontPt, 1, 72},
    Limit {"line width in pt", &PublicationStyle::linePt, 0.05, 20},
    Limit {"PNG resolution in dpi", &PublicationStyle::pngDpi, 10, 4800},
};
constexpr double mostPngPixels = 150e6; // cairo holds four bytes for each

PublicationStyle clamped(PublicationStyle style)
{
    const PublicationStyle usual;
    for (const Limit &limit : limits)
        style.*limit.value = std::isfinite(style.*limit.value)
            ? std::clamp(style.*limit.value, limit.least, limit.most)
            : usual.*limit.value;
    style.fontFamily = printable(style.fontFamily.empty() ? usual.fontFamily : style.fontFamily);
    return style;
}

FigureLayout layoutOf(const Figure &figure, const PublicationStyle &style)
{
    return layoutFigure(figure, style, TextMetrics(style.fontFamily));
}

std::string titleOf(const Figure &figure)
{
    if (const auto *line = std::get_if<LineFigure>(&figure))
        return printable(line->title.empty() ? line->y.title + " against " + line->x.title : line->title);
    const auto &bars = std::get<BarFigure>(figure);
    return printable(bars.title.empty() ? valueAxisTitle(bars) : bars.title);
}

/// What the figure shows, for those who hear it read.
std::string descriptionOf(const Figure &figure)
{
    std::string names;
    std::visit(
        [&](const auto &any) {
            for (const auto &series : any.series)
                names += (names.empty() ? ": " : ", ") + series.name;
        },
        figure);
    return (std::holds_alternative<LineFigure>(figure) ? "Curves" : "Bars") + printable(names) + ".";
}

std::string joined(const std::vector<std::string> &runIds, const char *separator)
{
    std::string all;
    for (const std::string &id : runIds)
        all += (all.empty() ? "" : separator) + printable(id);
    return all;
}

std::string axisElement(const char *name, const AxisScale &scale, double from, double to)
{
    return std::string("   <rosler:axis name=\"") + name + "\" scale=\""
        + (scale.logarithmic ? "logarithmic" : "linear") + "\" minimum=\"" + exactText(scale.minimum)
        + "\" maximum=\"" + exactText(scale.maximum) + "\" from=\"" + coordinateText(from) + "\" to=\""
        + coordinateText(to) + "\"/>\n";
}

/// Where the figure comes from, and its axes, so that data can be read back from the curves.
std::string svgMetadata(const FigureLayout &layout, const FigureOrigin &origin)
{
    std::string text = " <metadata>\n  <rosler:figure xmlns:rosler=\"urn:rosler:figure:1\">\n";
    for (const std::string &id : origin.runIds)
        text += "   <rosler:run>" + xmlEscaped(printable(id)) + "</rosler:run>\n";
    if (!origin.command.empty())
        text += "   <rosler:command>" + xmlEscaped(printable(origin.command)) + "</rosler:command>\n";
    const PageRect &rect = layout.frame.rect;
    if (layout.curves)
        text += axisElement("x", layout.frame.x, rect.left, rect.right);
    text += axisElement("y", layout.frame.y, rect.bottom, rect.top);
    return text + "  </rosler:figure>\n </metadata>\n";
}

} // namespace

Result<void> checkStyle(const PublicationStyle &style)
{
    for (const Limit &limit : limits) {
        const double value = style.*limit.value;
        if (!(value >= limit.least && value <= limit.most))
            return fail(ErrorCode::OutOfRange,
                        std::string("the figure's ") + limit.name + " is " + exactText(value) + ", not "
                            + exactText(limit.least) + " to " + exactText(limit.most));
    }
    const double pixels = style.widthMm * style.heightMm * style.pngDpi * style.pngDpi / (25.4 * 25.4);
    if (pixels > mostPngPixels)
        return fail(ErrorCode::OutOfRange,
                    "a PNG of this size and resolution has " + exactText(std::round(pixels / 1e6))
                        + " million pixels, more than " + exactText(mostPngPixels / 1e6) + " million");
    return {};
}

std::string figureSvg(const Figure &figure, const PublicationStyle &style, const FigureOrigin &origin)
{
    const PublicationStyle usable = clamped(style);
    const FigureLayout layout = layoutOf(figure, usable);
    SvgCanvas canvas(usable.fontFamily);
    paintFigure(layout, canvas);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\""
        + coordinateText(usable.widthMm) + "mm\" height=\"" + coordinateText(usable.heightMm)
        + "mm\" viewBox=\"0 0 " + coordinateText(layout.width) + ' ' + coordinateText(layout.height)
        + "\" role=\"img\" aria-labelledby=\"figure-title figure-description\">\n"
          " <title id=\"figure-title\">"
        + xmlEscaped(titleOf(figure)) + "</title>\n <desc id=\"figure-description\">"
        + xmlEscaped(descriptionOf(figure)) + "</desc>\n" + svgMetadata(layout, origin) + canvas.elements()
        + "</svg>\n";
}

Result<std::string> figurePdf(const Figure &figure, const PublicationStyle &style, const FigureOrigin &origin)
{
    if (auto checked = checkStyle(style); !checked)
        return tl::unexpected(checked.error());
    const PublicationStyle usable = clamped(style);
    const FigureLayout layout = layoutOf(figure, usable);
    return paintPdf(layout.width, layout.height, usable.fontFamily,
                    {titleOf(figure), printable(origin.command), joined(origin.runIds, ", ")},
                    [&](Canvas &canvas) { paintFigure(layout, canvas); });
}

Result<std::string> figurePng(const Figure &figure, const PublicationStyle &style, const FigureOrigin &origin)
{
    if (auto checked = checkStyle(style); !checked)
        return tl::unexpected(checked.error());
    const PublicationStyle usable = clamped(style);
    const FigureLayout layout = layoutOf(figure, usable);
    const auto pixels = [&](double mm) { return static_cast<int>(std::lround(mm / 25.4 * usable.pngDpi)); };
    const auto png = paintPng(pixels(usable.widthMm), pixels(usable.heightMm), usable.pngDpi,
                              usable.fontFamily, [&](Canvas &canvas) { paintFigure(layout, canvas); });
    if (!png)
        return png;
    return describedPng(*png, usable.pngDpi,
                        {{"Title", titleOf(figure)},
                         {"Software", "rosler-workbench"},
                         {"rosler.runs", joined(origin.runIds, "\n")},
                         {"rosler.command", printable(origin.command)}});
}

Result<void> writeFigure(const std::filesystem::path &folder, const std::string &stem, const Figure &figure,
                         const PublicationStyle &style, const FigureOrigin &origin)
{
    if (stem.empty() || stem == "." || stem == ".."
        || stem.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos)
        return fail(ErrorCode::OutOfRange, "a figure cannot be called \"" + printable(stem) + "\"",
                    folder.string());
    // All are made before the first is written.
    const auto pdf = figurePdf(figure, style, origin);
    if (!pdf)
        return tl::unexpected(pdf.error());
    const auto png = figurePng(figure, style, origin);
    if (!png)
        return tl::unexpected(png.error());
    const std::array<std::pair<const char *, std::string>, 4> files {
        {{".svg", figureSvg(figure, style, origin)},
         {".pdf", *pdf},
         {".png", *png},
         {".csv", figureCsv(figure)}}};

    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return fail(ErrorCode::Unwritable, "cannot make the folder: " + failed.message(), folder.string());
    for (const auto &[extension, bytes] : files)
        if (auto written = writeFileAtomically(folder / (stem + extension), bytes); !written)
            return written;
    return {};
}

} // namespace rosler
