// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rosler::cli {

/// Columns of text for a terminal: the first ones left-aligned, the others right-aligned.
class TextTable
{
public:
    explicit TextTable(std::vector<std::string> headings, std::size_t leftColumns = 1);
    void add(std::vector<std::string> row); ///< as many cells as headings
    [[nodiscard]] std::string text() const; ///< ends with a line break

private:
    std::size_t m_leftColumns;
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace rosler::cli
