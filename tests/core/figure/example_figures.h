// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include "core/figure/figure.h"

namespace rosler {

/// Accuracies of @p runs runs over 20 epochs, rising as such curves do.
inline LineFigure exampleCurves(std::size_t runs)
{
    LineFigure figure;
    figure.x.title = "epoch";
    figure.y.title = "test accuracy (%)";
    for (std::size_t run = 0; run < runs; ++run) {
        FigureSeries series {"rosler r" + std::to_string(32 >> run), seriesStyle(run), {}};
        for (int epoch = 1; epoch <= 20; ++epoch)
            series.points.push_back({static_cast<double>(epoch),
                                     98.8 - 0.35 * static_cast<double>(run) - 6 * std::exp(-epoch / 2.5)
                                         + 0.05 * std::sin(9.0 * epoch)});
        figure.series.push_back(std::move(series));
    }
    return figure;
}

/// Bytes of @p runs runs at three number types.
inline BarFigure exampleBars(std::size_t runs, bool logarithmic)
{
    BarFigure figure;
    figure.value.title = "stored weights (kB)";
    figure.value.logarithmic = logarithmic;
    figure.categories = {"float32", "float16", "int8"};
    for (std::size_t run = 0; run < runs; ++run) {
        const double kilobytes = 7455 / std::pow(4.7, static_cast<double>(run));
        figure.series.push_back({"rosler r" + std::to_string(32 >> run),
                                 seriesStyle(run),
                                 {kilobytes, kilobytes / 2, kilobytes / 4}});
    }
    return figure;
}

} // namespace rosler
