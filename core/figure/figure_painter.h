// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/figure/canvas.h"
#include "core/figure/placed_figure.h"

namespace rosler {

/// Paints a placed figure: page, grid, axes, data, legend, texts, in this order.
void paintFigure(const FigureLayout &layout, Canvas &canvas);

} // namespace rosler
