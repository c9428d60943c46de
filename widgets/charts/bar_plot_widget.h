// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QWidget>

#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

/// Grouped bars with their values printed over them, linear or logarithmic; the same look as PlotWidget.
/// Modelled values are printed in italics with a tilde. GUI thread only.
class BarPlotWidget : public QWidget
{
    Q_OBJECT

public:
    explicit BarPlotWidget(QWidget *parent = nullptr);
    ~BarPlotWidget() override;

    void setFigure(const BarFigure &figure);
    [[nodiscard]] const BarFigure &figure() const;
    void setTheme(const ChartTheme &theme);

Q_SIGNALS:
    void exportRequested();
    void copyRequested();
    void visibleDataRequested();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
