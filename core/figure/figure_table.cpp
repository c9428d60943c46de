// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/figure/figure_text.h"
#include "core/figure/figure_writer.h"

namespace rosler {
namespace {

/// Rows of fields; quoting after RFC 4180, which spreadsheets follow for tabs as well.
class TableText
{
public:
    TableText(char separator, std::string_view lineEnd)
        : m_separator(separator)
        , m_lineEnd(lineEnd)
    {
    }

    void addRow(const std::vector<std::string> &fields)
    {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0)
                m_text += m_separator;
            addField(fields[i]);
        }
        m_text += m_lineEnd;
    }

    [[nodiscard]] std::string take() { return std::move(m_text); }

private:
    void addField(const std::string &field)
    {
        if (field.find_first_of(std::string {m_separator, '"', '\r', '\n'}) == std::string::npos) {
            m_text += field;
            return;
        }
        m_text += '"';
        for (const char c : field)
            m_text.append(c == '"' ? 2 : 1, c);
        m_text += '"';
    }

    char m_separator;
    std::string_view m_lineEnd;
    std::string m_text;
};

std::string heading(const std::string &title, const char *otherwise)
{
    return title.empty() ? otherwise : title;
}

/// A point and the band at its x share a row; a side that has nothing there leaves its fields empty.
void addBandRows(const FigureSeries &series, TableText &table)
{
    auto band = series.band.begin();
    const auto addBand = [&](const std::string &y) {
        table.addRow({series.name, exactText(band->x), y, exactText(band->low), exactText(band->high)});
        ++band;
    };
    for (const FigurePoint &point : series.points) {
        while (band != series.band.end() && band->x < point.x)
            addBand({});
        if (band != series.band.end() && band->x == point.x)
            addBand(exactText(point.y));
        else
            table.addRow({series.name, exactText(point.x), exactText(point.y), {}, {}});
    }
    while (band != series.band.end())
        addBand({});
}

void addRows(const LineFigure &figure, TableText &table)
{
    const bool bands = std::any_of(figure.series.begin(), figure.series.end(),
                                   [](const FigureSeries &series) { return !series.band.empty(); });
    const std::string y = heading(figure.y.title, "y");
    if (bands) {
        table.addRow({"series", heading(figure.x.title, "x"), y, y + ", low", y + ", high"});
        for (const FigureSeries &series : figure.series)
            addBandRows(series, table);
        return;
    }
    table.addRow({"series", heading(figure.x.title, "x"), y});
    for (const FigureSeries &series : figure.series)
        for (const FigurePoint &point : series.points)
            table.addRow({series.name, exactText(point.x), exactText(point.y)});
}

void addRows(const BarFigure &figure, TableText &table)
{
    table.addRow({"category", "series", heading(valueAxisTitle(figure), "value")});
    for (std::size_t c = 0; c < figure.categories.size(); ++c)
        for (const BarFigure::Series &series : figure.series)
            if (c < series.values.size())
                table.addRow({figure.categories[c], series.name, exactText(series.values[c])});
}

std::string tableOf(const Figure &figure, char separator, std::string_view lineEnd)
{
    TableText table(separator, lineEnd);
    std::visit([&](const auto &any) { addRows(any, table); }, figure);
    return table.take();
}

} // namespace

std::string figureCsv(const Figure &figure)
{
    return tableOf(figure, ',', "\r\n");
}

std::string figureTsv(const Figure &figure)
{
    return tableOf(figure, '\t', "\n");
}

} // namespace rosler
