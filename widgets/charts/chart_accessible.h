// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace rosler {

/// Makes screen readers see PlotWidget and BarPlotWidget as charts, with a summary as their description and
/// what the crosshair says as their value. Without it a chart is an unnamed rectangle to them. May be called
/// any number of times; the charts' constructors do.
void makeChartsAccessible();

} // namespace rosler
