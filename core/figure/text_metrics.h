// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/figure/figure_text.h"

namespace rosler {

/// Size of an exponent against its text, and how high it stands, as shares of the text's size.
constexpr double exponentSize = 0.72;
constexpr double exponentRise = 0.38;

/// How large text is in one font family, without hinting, so that sizes are the same for every output.
/// Scales with the font's size, all in points.
class TextMetrics
{
public:
    explicit TextMetrics(const std::string &family);
    ~TextMetrics();
    TextMetrics(const TextMetrics &) = delete;
    TextMetrics &operator=(const TextMetrics &) = delete;

    [[nodiscard]] double width(const FigureText &text, double size, bool italic = false,
                               bool bold = false) const;
    [[nodiscard]] double digitHeight(double size) const; ///< of "0" over the baseline
    [[nodiscard]] double ascent(double size) const;
    [[nodiscard]] double descent(double size) const;

    /// @p text, its end replaced by an ellipsis when it is wider than @p width.
    [[nodiscard]] std::string fitted(const std::string &text, double size, double width, bool italic = false,
                                     bool bold = false) const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
