// SPDX-License-Identifier: Apache-2.0
#include "core/data/feature_table.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/base/contract.h"
#include "core/base/prefetch.h"

namespace rosler {

namespace {

/// The one way from a stored number to a feature: equal bits wherever it is read.
template <typename Number>
float widened(Number value, float divisor)
{
    return static_cast<float>(value) / divisor;
}

/// Of float features, or of narrow ones.
template <typename Held>
const auto *numbersOf(const Held &held)
{
    if constexpr (std::is_same_v<Held, Matrix>)
        return held.data();
    else
        return held.values.data();
}

Index rowsIn(std::size_t values, Index cols)
{
    ROSLER_EXPECTS(cols > 0 && values % static_cast<std::size_t>(cols) == 0);
    return static_cast<Index>(values) / cols;
}

} // namespace

FeatureTable::FeatureTable(Matrix values)
    : m_values(std::move(values))
{
    const Matrix &held = std::get<Matrix>(m_values);
    m_rows = held.rows();
    m_cols = held.cols();
}

FeatureTable::FeatureTable(std::vector<std::uint8_t> values, Index cols, float divisor)
    : m_rows(rowsIn(values.size(), cols))
    , m_cols(cols)
{
    m_values = Narrow<std::uint8_t> {std::move(values), divisor};
}

FeatureTable::FeatureTable(std::vector<std::int16_t> values, Index cols, float divisor)
    : m_rows(rowsIn(values.size(), cols))
    , m_cols(cols)
{
    m_values = Narrow<std::int16_t> {std::move(values), divisor};
}

std::size_t FeatureTable::bytes() const noexcept
{
    const std::size_t each = std::holds_alternative<Matrix>(m_values) ? sizeof(float)
        : std::holds_alternative<Narrow<std::uint8_t>>(m_values)      ? sizeof(std::uint8_t)
                                                                      : sizeof(std::int16_t);
    return static_cast<std::size_t>(m_rows) * static_cast<std::size_t>(m_cols) * each;
}

float FeatureTable::operator()(Index row, Index col) const
{
    float value = 0;
    const auto number = static_cast<std::uint32_t>(col);
    gather(row, {&number, 1}, &value);
    return value;
}

FeatureTable FeatureTable::select(std::span<const std::uint32_t> rows) const
{
    const auto cols = static_cast<std::size_t>(m_cols);
    return std::visit(
        [&](const auto &held) -> FeatureTable {
            using Held = std::decay_t<decltype(held)>;
            const auto copyTo = [&](auto *to) {
                for (const std::uint32_t row : rows) {
                    ROSLER_EXPECTS(std::cmp_less(row, m_rows));
                    to = std::copy_n(numbersOf(held) + row * cols, cols, to);
                }
            };
            if constexpr (std::is_same_v<Held, Matrix>) {
                Matrix chosen(static_cast<Index>(rows.size()), m_cols);
                copyTo(chosen.data());
                return chosen;
            } else {
                auto chosen = decltype(held.values)(rows.size() * cols);
                copyTo(chosen.data());
                return {std::move(chosen), m_cols, held.divisor};
            }
        },
        m_values);
}

void FeatureTable::prefetch(Index row) const
{
    ROSLER_EXPECTS(row >= 0 && row < m_rows);
    std::visit(
        [&](const auto &held) {
            const auto *first = numbersOf(held) + row * m_cols;
            rosler::prefetch(first, static_cast<std::size_t>(m_cols) * sizeof *first);
        },
        m_values);
}

void FeatureTable::widen(Index row, float *to) const
{
    ROSLER_EXPECTS(row >= 0 && row < m_rows);
    std::visit(
        [&](const auto &held) {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Matrix>) {
                std::memcpy(to, held.data() + row * m_cols, static_cast<std::size_t>(m_cols) * sizeof(float));
            } else {
                const auto *from = held.values.data() + row * m_cols;
                for (Index j = 0; j < m_cols; ++j)
                    to[j] = widened(from[j], held.divisor);
            }
        },
        m_values);
}

void FeatureTable::gather(Index row, std::span<const std::uint32_t> kept, float *to) const
{
    ROSLER_EXPECTS(row >= 0 && row < m_rows);
    std::visit(
        [&](const auto &held) {
            const auto *from = numbersOf(held) + row * m_cols;
            for (std::size_t j = 0; j < kept.size(); ++j)
                if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Matrix>)
                    to[j] = from[kept[j]];
                else
                    to[j] = widened(from[kept[j]], held.divisor);
        },
        m_values);
}

ConstMatrixView FeatureTable::rows(Index first, Index count, Matrix &room) const
{
    ROSLER_EXPECTS(first >= 0 && count >= 0 && first + count <= m_rows);
    if (const Matrix *held = std::get_if<Matrix>(&m_values))
        return rowsOf(view(*held), first, count);
    room.resize(count, m_cols);
    for (Index i = 0; i < count; ++i)
        widen(first + i, room.data() + i * m_cols);
    return view(std::as_const(room));
}

} // namespace rosler
