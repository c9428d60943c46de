// SPDX-License-Identifier: Apache-2.0
#include "core/figure/cairo_canvas.h"

#include <memory>
#include <numbers>

#include <cairo-pdf.h>
#include <cairo.h>

#include "core/figure/text_metrics.h"

namespace rosler {
namespace {

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

cairo_status_t appendBytes(void *closure, const unsigned char *data, unsigned length)
{
    static_cast<std::string *>(closure)->append(reinterpret_cast<const char *>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

class CairoCanvas final : public Canvas
{
public:
    CairoCanvas(cairo_t *cairo, const std::string &family)
        : m_cairo(cairo)
        , m_family(family)
    {
        cairo_font_options_t *options = cairo_font_options_create();
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
        cairo_set_font_options(cairo, options);
        cairo_font_options_destroy(options);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    }

    void beginGroup(const PartName &) override { }
    void endGroup() override { }

    void line(PagePoint from, PagePoint to, const Pen &pen) override { path({{from, to}}, pen, {}); }

    void path(const std::vector<PagePath> &pieces, const Pen &pen, const PartName &) override
    {
        addPieces(pieces, false);
        stroke(pen);
    }

    void area(const PagePath &outline, FigureColour fill, double opacity, const PartName &) override
    {
        addPieces({outline}, true);
        cairo_set_source_rgba(m_cairo, fill.red, fill.green, fill.blue, opacity);
        cairo_fill(m_cairo);
    }

    void rectangle(const PageRect &rect, FigureColour fill, const PartName &) override
    {
        setColour(fill);
        cairo_rectangle(m_cairo, rect.left, rect.top, rect.width(), rect.height());
        cairo_fill(m_cairo);
    }

    void marker(PagePoint centre, MarkerShape shape, double radius, const Pen &pen) override
    {
        if (shape == MarkerShape::None)
            return;
        const MarkerOutline outline = markerOutline(centre, shape, radius);
        if (shape == MarkerShape::Circle) {
            cairo_new_sub_path(m_cairo);
            cairo_arc(m_cairo, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
            cairo_close_path(m_cairo);
        } else {
            addPieces(outline.pieces, outline.filled);
        }
        if (!outline.filled) {
            stroke({pen.colour, pen.width, DashStyle::Solid});
            return;
        }
        setColour(pen.colour);
        cairo_fill_preserve(m_cairo);
        stroke({{1, 1, 1}, pen.width / 2, DashStyle::Solid});
    }

    void text(const PlacedText &text) override
    {
        setColour({});
        cairo_select_font_face(m_cairo, m_family.c_str(),
                               text.italic ? CAIRO_FONT_SLANT_ITALIC : CAIRO_FONT_SLANT_NORMAL,
                               text.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        const double body = advance(text.text.text, text.size);
        const double whole = body + advance(text.text.exponent, exponentSize * text.size);
        const double share = text.anchor == TextAnchor::Start ? 0
            : text.anchor == TextAnchor::Middle               ? 0.5
                                                              : 1;
        cairo_save(m_cairo);
        cairo_translate(m_cairo, text.baseline.x, text.baseline.y);
        if (text.vertical)
            cairo_rotate(m_cairo, -std::numbers::pi / 2);
        show(text.text.text, text.size, {-share * whole, 0});
        show(text.text.exponent, exponentSize * text.size, {body - share * whole, -exponentRise * text.size});
        cairo_restore(m_cairo);
    }

private:
    void addPieces(const std::vector<PagePath> &pieces, bool closed)
    {
        for (const PagePath &piece : pieces) {
            cairo_new_sub_path(m_cairo);
            for (const PagePoint &point : piece)
                cairo_line_to(m_cairo, point.x, point.y);
            if (closed)
                cairo_close_path(m_cairo);
        }
    }

    void stroke(const Pen &pen)
    {
        setColour(pen.colour);
        cairo_set_line_width(m_cairo, pen.width);
        const std::vector<double> dashes = dashLengths(pen.dash, pen.width);
        cairo_set_dash(m_cairo, dashes.data(), static_cast<int>(dashes.size()), 0);
        cairo_stroke(m_cairo);
    }

    void setColour(FigureColour colour)
    {
        cairo_set_source_rgb(m_cairo, colour.red, colour.green, colour.blue);
    }

    double advance(const std::string &text, double size)
    {
        if (text.empty())
            return 0;
        cairo_set_font_size(m_cairo, size);
        cairo_text_extents_t extents {};
        cairo_text_extents(m_cairo, text.c_str(), &extents);
        return extents.x_advance;
    }

    void show(const std::string &text, double size, PagePoint at)
    {
        if (text.empty())
            return;
        cairo_set_font_size(m_cairo, size);
        cairo_move_to(m_cairo, at.x, at.y);
        cairo_show_text(m_cairo, text.c_str());
        cairo_new_path(m_cairo);
    }

    cairo_t *m_cairo;
    std::string m_family;
};

tl::unexpected<Error> cairoFailed(const char *format, cairo_status_t status)
{
    return fail(ErrorCode::Unsupported,
                std::string("cannot make the ") + format + ": " + cairo_status_to_string(status));
}

} // namespace

Result<std::string> paintPdf(double width, double height, const std::string &fontFamily,
                             const PdfDescription &description, const std::function<void(Canvas &)> &paint)
{
    std::string bytes;
    Surface surface(cairo_pdf_surface_create_for_stream(appendBytes, &bytes, width, height),
                    &cairo_surface_destroy);
    const auto describe = [&](cairo_pdf_metadata_t what, const std::string &text) {
        if (!text.empty())
            cairo_pdf_surface_set_metadata(surface.get(), what, text.c_str());
    };
    describe(CAIRO_PDF_METADATA_TITLE, description.title);
    describe(CAIRO_PDF_METADATA_SUBJECT, description.subject);
    describe(CAIRO_PDF_METADATA_KEYWORDS, description.keywords);
    describe(CAIRO_PDF_METADATA_CREATOR, "rosler-workbench");
    // The same figure is the same file on any day.
    describe(CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    describe(CAIRO_PDF_METADATA_MOD_DATE, "2000-01-01T00:00:00Z");

    Context context(cairo_create(surface.get()), &cairo_destroy);
    CairoCanvas canvas(context.get(), fontFamily);
    paint(canvas);
    cairo_show_page(context.get());
    const cairo_status_t drawn = cairo_status(context.get());
    context.reset();
    cairo_surface_finish(surface.get());
    const cairo_status_t written = cairo_surface_status(surface.get());
    if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
        return cairoFailed("PDF", drawn != CAIRO_STATUS_SUCCESS ? drawn : written);
    return bytes;
}

Result<std::string> paintPng(int across, int down, double dpi, const std::string &fontFamily,
                             const std::function<void(Canvas &)> &paint)
{
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, across, down), &cairo_surface_destroy);
    Context context(cairo_create(surface.get()), &cairo_destroy);
    cairo_set_source_rgb(context.get(), 1, 1, 1); // the last pixels may reach beyond the page
    cairo_paint(context.get());
    cairo_scale(context.get(), dpi / 72, dpi / 72);
    CairoCanvas canvas(context.get(), fontFamily);
    paint(canvas);
    cairo_status_t status = cairo_status(context.get());
    std::string bytes;
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface.get(), appendBytes, &bytes);
    if (status != CAIRO_STATUS_SUCCESS)
        return cairoFailed("PNG", status);
    return bytes;
}

} // namespace rosler
