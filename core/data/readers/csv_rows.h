// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/byte_source.h"

namespace rosler {

/// The rows of a text table, one after the other: RFC 4180 [1], with any delimiter, LF or CRLF, and a byte
/// order mark passed over. Blank lines are no rows. Memory is that of the longest row, at most 64 MB.
///
/// [1] Y. Shafranovich, "Common format and MIME type for CSV files", RFC 4180, 2005.
class CsvRows
{
public:
    /// @param delimiter  or 0: tab, semicolon or comma, the first of which the first lines have equally many;
    /// else
    ///                   the one that the first line has most of
    CsvRows(ByteSource source, char delimiter);
    /// Those of a text that is in memory, whole, under a name for messages.
    CsvRows(std::string text, std::string name, char delimiter);

    /// Reads the next row into @p cells, quotes and the white space around taken off. False after the last.
    /// @return Malformed   a quote that is not closed, or text behind one
    /// @return OutOfRange  a row of more than 64 MB
    [[nodiscard]] Result<bool> next(std::vector<std::string> &cells);

    [[nodiscard]] char delimiter() const noexcept { return m_delimiter; }
    /// The line that the last row began on, from 1.
    [[nodiscard]] std::uint64_t line() const noexcept { return m_rowLine; }
    /// "set/a.csv:line 3, column 2": of the last row; columns from 1, 0 = the row.
    [[nodiscard]] std::string where(std::size_t column) const;
    /// How much of the file the rows so far are: 0..1.
    [[nodiscard]] double fraction() const noexcept;

private:
    [[nodiscard]] Result<bool> fill();
    void detect();

    std::optional<ByteSource> m_source; ///< none: all is in m_piece from the beginning
    std::string m_name;
    char m_delimiter;
    std::string m_piece;
    std::size_t m_at = 0;
    bool m_begun = false;
    std::uint64_t m_line = 1;
    std::uint64_t m_rowLine = 1;
};

/// Which column @p wanted names, from 0: by the text in the row @p header, or by its number from 1.
[[nodiscard]] std::optional<std::size_t> csvColumn(const std::vector<std::string> &header,
                                                   const std::string &wanted);

/// The number that a cell holds; none where it holds none.
/// @param decimalCommas  a comma may stand in place of the point: where commas do not part cells
[[nodiscard]] std::optional<double> csvNumber(const std::string &cell, bool decimalCommas);

} // namespace rosler
