// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/csv_rows.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/text_number.h"

namespace rosler {

namespace {

constexpr std::size_t csvPieceBytes = std::size_t {256} * 1024;
constexpr std::size_t longestRow = 64'000'000;
constexpr std::size_t linesToKnow = 10;

/// Counts of @p delimiter outside of quotes, in the first whole lines of @p text.
std::vector<std::size_t> countsIn(std::string_view text, char delimiter)
{
    std::vector<std::size_t> counts {0};
    bool quoted = false;
    bool blank = true;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (c == delimiter && !quoted)
            ++counts.back();
        if (c == '\n' && !quoted) {
            if (counts.size() == linesToKnow)
                return counts;
            if (!blank)
                counts.push_back(0);
            blank = true;
        } else if (c != '\r' && c != '\n') {
            blank = false;
        }
    }
    if (counts.size() > 1)
        counts.pop_back(); // a line that may go on
    return counts;
}

void trim(std::string &cell)
{
    const auto isSpace = [](char c) { return c == ' ' || c == '\t'; };
    if (!cell.empty() && (isSpace(cell.front()) || isSpace(cell.back()))) {
        const auto first = std::find_if_not(cell.begin(), cell.end(), isSpace);
        cell.erase(cell.begin(), first);
        while (!cell.empty() && isSpace(cell.back()))
            cell.pop_back();
    }
}

} // namespace

CsvRows::CsvRows(ByteSource source, char delimiter)
    : m_source(std::move(source))
    , m_name(m_source->name())
    , m_delimiter(delimiter)
{
}

CsvRows::CsvRows(std::string text, std::string name, char delimiter)
    : m_name(std::move(name))
    , m_delimiter(delimiter)
    , m_piece(std::move(text))
{
}

/// Whether there is a byte at m_at.
Result<bool> CsvRows::fill()
{
    if (m_begun && m_at < m_piece.size())
        return true;
    if (m_source) {
        m_piece.resize(csvPieceBytes);
        m_at = 0;
        std::size_t filled = 0;
        while (filled < m_piece.size()) {
            const auto taken = m_source->readSome(std::as_writable_bytes(std::span(m_piece)).subspan(filled));
            if (!taken)
                return tl::unexpected(taken.error());
            if (*taken == 0)
                break;
            filled += *taken;
        }
        m_piece.resize(filled);
    }
    if (!std::exchange(m_begun, true)) {
        if (m_piece.starts_with("\xEF\xBB\xBF"))
            m_at = 3;
        if (m_delimiter == 0)
            detect();
    }
    return m_at < m_piece.size();
}

void CsvRows::detect()
{
    const std::string_view text = std::string_view(m_piece).substr(m_at);
    constexpr std::array candidates {'\t', ';', ','};
    std::size_t most = 0;
    m_delimiter = ',';
    for (const char candidate : candidates) {
        const std::vector<std::size_t> counts = countsIn(text, candidate);
        if (counts.front() > 0
            && std::ranges::all_of(counts, [&](std::size_t count) { return count == counts.front(); })) {
            m_delimiter = candidate;
            return;
        }
        if (counts.front() > most) {
            most = counts.front();
            m_delimiter = candidate;
        }
    }
}

Result<bool> CsvRows::next(std::vector<std::string> &cells)
{
    enum class In { Start, Plain, Quotes, Closed };
    In in = In::Start;
    std::size_t count = 0;    // cells that are there
    std::size_t rowBytes = 0; // with a byte or more for each cell
    const auto cell = [&]() -> std::string & {
        if (count == cells.size())
            cells.emplace_back();
        return cells[count];
    };
    const auto endCell = [&] {
        if (in != In::Closed)
            trim(cell());
        ++count;
        in = In::Start;
        if (count < cells.size())
            cells[count].clear();
    };
    cell().clear();
    m_rowLine = m_line;
    for (;;) {
        const auto more = fill();
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        const char c = m_piece[m_at++];
        if (++rowBytes > longestRow)
            return fail(ErrorCode::OutOfRange,
                        "a row of more than " + std::to_string(longestRow) + " bytes: no table", where(0));
        m_line += c == '\n' ? 1 : 0;
        if (in == In::Quotes) {
            if (c != '"') {
                cell() += c;
                continue;
            }
            const auto another = fill();
            if (!another)
                return tl::unexpected(another.error());
            if (*another && m_piece[m_at] == '"') {
                cell() += '"';
                ++m_at;
            } else {
                in = In::Closed;
            }
            continue;
        }
        if (c == m_delimiter) {
            endCell();
        } else if (c == '\n') {
            if (in == In::Start && count == 0 && cell().empty()) { // a blank line
                m_rowLine = m_line;
                rowBytes = 0;
                continue;
            }
            endCell();
            cells.resize(count);
            return true;
        } else if (c == '"' && in == In::Start) {
            in = In::Quotes;
            cell().clear();
        } else if (in == In::Closed) {
            if (c != ' ' && c != '\t' && c != '\r')
                return fail(ErrorCode::Malformed, "text behind the closing quote", where(count + 1));
        } else if (c != '\r') {
            if (c != ' ' && c != '\t')
                in = In::Plain;
            cell() += c;
        }
    }
    if (in == In::Quotes)
        return fail(ErrorCode::Malformed, "a quote that is not closed", where(count + 1));
    if (in == In::Start && count == 0 && cell().empty())
        return false;
    endCell();
    cells.resize(count);
    return true;
}

std::string CsvRows::where(std::size_t column) const
{
    std::string place = m_name + ":line " + std::to_string(m_rowLine);
    return column == 0 ? place : place + ", column " + std::to_string(column);
}

double CsvRows::fraction() const noexcept
{
    if (!m_source)
        return static_cast<double>(m_at) / static_cast<double>(std::max<std::size_t>(1, m_piece.size()));
    const auto read = static_cast<double>(std::max<std::uint64_t>(1, m_source->offset()));
    const auto left = static_cast<double>(m_piece.size() - m_at);
    return static_cast<double>(m_source->fileBytesRead())
        / static_cast<double>(std::max<std::uint64_t>(1, m_source->fileBytes())) * (read - left) / read;
}

std::optional<std::size_t> csvColumn(const std::vector<std::string> &header, const std::string &wanted)
{
    const auto named = std::ranges::find(header, wanted);
    if (named != header.end())
        return static_cast<std::size_t>(named - header.begin());
    const auto number = numberIn<std::size_t>(wanted);
    if (number && *number >= 1 && *number <= header.size())
        return *number - 1;
    return std::nullopt;
}

std::optional<double> csvNumber(const std::string &cell, bool decimalCommas)
{
    std::string_view text = cell;
    if (text.starts_with('+'))
        text.remove_prefix(1);
    if (text.starts_with('+') || (text.starts_with('-') && text.size() < cell.size()))
        return std::nullopt;
    const std::size_t comma = text.find(',');
    if (!decimalCommas || comma == std::string_view::npos)
        return numberIn<double>(text);
    if (text.find('.') != std::string_view::npos)
        return std::nullopt;
    std::string pointed(text);
    pointed[comma] = '.';
    return numberIn<double>(pointed);
}

} // namespace rosler
