// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QWidget>

#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

struct FigureLayout;

/// Grouped bars with their values printed over them, linear or logarithmic: laid out and painted by
/// core/figure, as in files, in the colours of the window.
/// Modelled values are printed in italics with a tilde. The arrow keys go from bar to bar, a tool tip tells
/// the bar under the mouse. GUI thread only.
class BarPlotWidget : public QWidget
{
    Q_OBJECT

public:
    explicit BarPlotWidget(QWidget *parent = nullptr);
    ~BarPlotWidget() override;

    void setFigure(const BarFigure &figure);
    [[nodiscard]] const BarFigure &figure() const;
    /// Where its parts lie, in pixels of the widget.
    [[nodiscard]] const FigureLayout &placed() const;
    /// Without it the chart follows the widget's palette.
    void setTheme(const ChartTheme &theme);
    /// Shown in the middle while there is nothing to draw.
    void setEmptyText(const QString &text);

    /// The title, or the axis' title where there is none: the accessible name if no other is set.
    [[nodiscard]] QString chartName() const;
    /// All values in words.
    [[nodiscard]] QString summary() const;
    /// The bar chosen by the arrow keys, in one line; empty when none is.
    [[nodiscard]] QString readout() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void exportRequested();
    void copyRequested();
    void visibleDataRequested();

protected:
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
