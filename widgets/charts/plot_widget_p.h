// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QLabel>
#include <QScrollArea>
#include <QTimer>

#include "widgets/charts/chart_legend.h"
#include "widgets/charts/plot_canvas.h"
#include "widgets/charts/plot_overlay.h"
#include "widgets/charts/plot_state.h"
#include "widgets/charts/plot_widget.h"

namespace rosler {

/// The parts of a PlotWidget and how they are kept in step. plot_widget.cpp builds and paints it,
/// plot_interaction.cpp answers mouse and keys.
class PlotWidget::Private
{
public:
    enum class Drag { None, Band, Pan };

    explicit Private(PlotWidget *owner);

    /// New points: painted with the next tick.
    void samplesChanged();
    /// The user or the page changed what is shown: painted with the next frame. @p afresh lets the axes
    /// shrink, too.
    void viewChanged(bool afresh);
    /// Takes points in; or keeps them for later while the view is paused.
    void add(const QString &id, std::vector<FigurePoint> points, bool replace);
    void updateBadge();
    /// Brings the axes up to date with the curves, for what must know them before the next paint.
    void settle();
    void refreshIfDue();
    void refresh();
    [[nodiscard]] CanvasCurve canvasCurve(const PlotSeries &series, double markerPhase) const;

    void applyTheme();
    void arrange();
    void updateNotice();
    void updateCrosshair();
    [[nodiscard]] QString headingAt(double x) const;

    void moveCrosshairTo(std::optional<double> x, bool byMouse);
    void stepCrosshair(int samples);
    void announce();
    void drawBand(QPointF corner);
    void zoomToBand(QPointF corner);
    void panBy(QPointF pixels);
    void zoomAt(QPointF position, double factor, Qt::KeyboardModifiers modifiers);
    [[nodiscard]] QPointF inCanvas(QPointF position) const
    {
        return canvas->mapFromParent(position.toPoint());
    }
    /// Whether this chart answers the key; a window's shortcuts then wait.
    [[nodiscard]] static bool isOurKey(const QKeyEvent &event);
    bool navigate(const QKeyEvent &event);
    bool changeView(const QKeyEvent &event);

    PlotWidget *q;
    PlotState state;
    ChartTheme theme;
    bool followsPalette = true;
    QString title;
    QString emptyText;

    QLabel *titleLabel;
    QScrollArea *legendArea;
    ChartLegend *legend;
    PlotCanvas *canvas;
    PlotOverlay *overlay;

    QTimer tick;
    QElapsedTimer sinceRefresh;
    bool dirty = true;
    bool urgent = true;
    bool afresh = true;

    /// Points that came while the view was paused.
    struct Waiting {
        bool replace = false; ///< they are all there are; else they go to the end
        std::vector<FigurePoint> points;
    };
    bool paused = false;
    std::map<QString, Waiting> waiting;

    std::optional<double> crosshair;
    bool crosshairByMouse = false;
    Drag drag = Drag::None;
    QPointF dragStart; ///< in the canvas
    QPointF dragLast;
};

} // namespace rosler
