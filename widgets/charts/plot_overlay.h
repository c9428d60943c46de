// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QString>
#include <QWidget>

#include "widgets/charts/chart_theme.h"

namespace rosler {

/// One line of the crosshair's read-out.
struct ReadoutRow {
    SeriesStyle style;
    QString name;
    QString value;
    std::optional<QPointF> at; ///< where the curve is marked, when that is inside the plot
};

/// The crosshair with what all curves say there.
struct CrosshairFace {
    double x = 0; ///< widget coordinate
    QString heading;
    std::vector<ReadoutRow> rows;
};

/// Lies transparently over a PlotCanvas and paints all that moves: crosshair, read-out, rubber band, focus
/// frame, and a sentence where there is nothing to plot. Its updates paint no curve anew. Sees no mouse.
class PlotOverlay : public QWidget
{
    Q_OBJECT

public:
    explicit PlotOverlay(QWidget *parent);

    void setTheme(const ChartTheme &theme);
    void setPlotArea(const QRectF &area);
    void setCrosshair(const std::optional<CrosshairFace> &crosshair);
    /// Null = none.
    void setRubberBand(const QRectF &band);
    void setFocusFrame(bool on);
    /// Painted in the middle of the plot; empty = nothing.
    void setNotice(const QString &notice);
    /// Painted in a corner of the plot; empty = nothing.
    void setBadge(const QString &badge);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintCrosshair(QPainter &painter) const;
    void paintReadout(QPainter &painter) const;
    void paintBadge(QPainter &painter) const;

    ChartTheme m_theme;
    QRectF m_plotArea;
    std::optional<CrosshairFace> m_crosshair;
    QRectF m_band;
    QString m_notice;
    QString m_badge;
    bool m_focusFrame = false;
};

} // namespace rosler
