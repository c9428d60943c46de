// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_table.h"

#include <algorithm>

#include "app/cli/printable.h"
#include "core/base/contract.h"

namespace rosler::cli {

namespace {

/// Characters of UTF-8 text, so that a multiplication sign counts as one.
std::size_t columnsOf(const std::string &text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

TextTable::TextTable(std::vector<std::string> headings, std::size_t leftColumns)
    : m_leftColumns(leftColumns)
{
    m_rows.push_back(std::move(headings));
}

void TextTable::add(std::vector<std::string> row)
{
    ROSLER_EXPECTS(row.size() == m_rows.front().size());
    for (std::string &cell : row)
        cell = printable(cell);
    m_rows.push_back(std::move(row));
}

std::string TextTable::text() const
{
    std::vector<std::size_t> widths(m_rows.front().size(), 0);
    for (const auto &row : m_rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columnsOf(row[i]));
    std::string text;
    for (const auto &row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(widths[i] - columnsOf(row[i]), ' ');
            line += i == 0 ? "" : "  ";
            line += i < m_leftColumns ? row[i] + gap : gap + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

} // namespace rosler::cli
