// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/base/matrix.h"

namespace rosler {

/// Features of examples, one example a row, kept as they were recorded: float32, or 8 or 16 bit numbers with
/// one divisor, which take a quarter or a half of the memory and are widened when they are read.
class FeatureTable
{
public:
    FeatureTable() = default;
    /// float32 as they are.
    FeatureTable(Matrix values); // NOLINT(google-explicit-constructor): a matrix is such a table
    /// Feature = number / divisor. @p values holds rows of @p cols numbers, without gaps.
    FeatureTable(std::vector<std::uint8_t> values, Index cols, float divisor);
    FeatureTable(std::vector<std::int16_t> values, Index cols, float divisor);

    [[nodiscard]] Index rows() const noexcept { return m_rows; }
    [[nodiscard]] Index cols() const noexcept { return m_cols; }
    /// What the table takes in memory.
    [[nodiscard]] std::size_t bytes() const noexcept;

    /// One feature; for a look, not for loops.
    [[nodiscard]] float operator()(Index row, Index col) const;

    /// A table of these rows, in this order, kept in the same way. Numbers below rows().
    [[nodiscard]] FeatureTable select(std::span<const std::uint32_t> rows) const;

    /// Asks the cache for the features of @p row, which are about to be read.
    void prefetch(Index row) const;
    /// Writes the features of @p row to the first cols() floats of @p to.
    void widen(Index row, float *to) const;
    /// Writes the features @p kept (numbers below cols()) of @p row to @p to.
    void gather(Index row, std::span<const std::uint32_t> kept, float *to) const;
    /// Rows first .. first + count - 1 as floats: a window on the table itself where it holds floats, else
    /// on @p room, which takes them. Valid as long as both.
    [[nodiscard]] ConstMatrixView rows(Index first, Index count, Matrix &room) const;

private:
    template <typename Number>
    struct Narrow {
        std::vector<Number> values;
        float divisor = 1;
    };

    std::variant<Matrix, Narrow<std::uint8_t>, Narrow<std::int16_t>> m_values;
    Index m_rows = 0;
    Index m_cols = 0;
};

} // namespace rosler
