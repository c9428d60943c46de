// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/figure/figure_writer.h"
#include "core/figure/placed_figure.h"
#include "core/figure/text_metrics.h"

namespace rosler {

/// Places all parts of @p figure on a page: margins from the sizes of its texts, ticks as dense as their
/// labels allow, the legend where it hides no data.
/// @param style  one that checkStyle() has passed
[[nodiscard]] FigureLayout layoutFigure(const Figure &figure, const PublicationStyle &style,
                                        const TextMetrics &metrics);

} // namespace rosler
