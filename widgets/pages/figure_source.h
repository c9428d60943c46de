// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QString>
#include <QWidget>

#include "core/experiment/run_figures.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

class BarPlotWidget;
class PlotWidget;

/// A page with figures. What the window's commands about figures mean (export, copy, show all data,
/// logarithmic axes) is asked of the page in front through this class alone, and so are theme and
/// provenance: a page that names its charts by addChart() needs nothing else. GUI thread only.
class FigureSource : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// All figures of the page as they are printed; empty while there is nothing to export.
    [[nodiscard]] virtual std::vector<NamedFigure> figures() const = 0;
    /// Where the figures come from now: runs, and the command that makes the same.
    [[nodiscard]] virtual FigureOrigin origin() const = 0;
    /// One chart's figure: curves as they stand on the screen, with @p visibleRangeOnly cut to what is
    /// zoomed to; bars as they are printed. None when the chart is unknown or has nothing to show.
    [[nodiscard]] virtual std::optional<NamedFigure> shownFigure(const QString &stem,
                                                                 bool visibleRangeOnly) const;
    /// The stem of the chart that is meant when none is named: the one with the keyboard focus, else the
    /// first visible one of those added as curves, else the first visible one. Empty without a visible chart.
    [[nodiscard]] QString currentFigure() const;

    virtual void setTheme(const ChartTheme &theme);

    /// Of the curves that are visible; false without.
    [[nodiscard]] virtual bool isLogX() const;
    [[nodiscard]] virtual bool isLogY() const;
    /// Whether the view of the curves stands while points go on arriving.
    [[nodiscard]] bool isPaused() const;

public Q_SLOTS:
    /// These act on all curves that are visible.
    virtual void resetZoom();
    virtual void setLogX(bool on);
    virtual void setLogY(bool on);
    void setPaused(bool on); ///< of all curves of the page, hidden ones too

Q_SIGNALS:
    /// From a chart's own menu or a button of the page.
    void exportRequested(const QString &stem);
    void exportAllRequested();
    void copyRequested(const QString &stem);
    void visibleDataRequested(const QString &stem);
    void logAxesChanged(bool x, bool y);
    void pausedChanged(bool paused);

protected:
    /// Gives the chart its theme, and its menu entries a meaning. @p stem is the name of its figure's files.
    void addChart(const QString &stem, PlotWidget *chart);
    void addChart(const QString &stem, BarPlotWidget *chart);

private:
    template <typename Chart>
    void connectMenu(const QString &stem, Chart *chart);
    [[nodiscard]] std::vector<PlotWidget *> visibleCurves() const;

    struct Entry {
        QString stem;
        PlotWidget *curves = nullptr;  ///< either this
        BarPlotWidget *bars = nullptr; ///< or this

        [[nodiscard]] const QWidget *widget() const;
    };
    std::vector<Entry> m_charts;
};

} // namespace rosler
