// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "device_link/host/power_figure.h"

class QDoubleSpinBox;
class QLabel;

namespace rosler {

class PlotWidget;

/// What a meter saw while boards computed: power over time of all models, and between two markers the time,
/// the mean power and the energy of each. GUI thread only.
class EnergyView : public QWidget
{
    Q_OBJECT

public:
    explicit EnergyView(QWidget *parent = nullptr);

    /// @param notes  why there is no figure of a trace's energy, a line each
    void setTraces(std::vector<NamedTrace> traces, const QStringList &notes);
    [[nodiscard]] PlotWidget *plot() noexcept { return m_plot; }
    /// Seconds; in either order.
    void setMarkers(double a, double b);

private:
    void refresh();

    std::vector<NamedTrace> m_traces;
    QStringList m_notes;
    double m_highest = 0; ///< mW
    double m_crosshair;   ///< NaN = none
    PlotWidget *m_plot;
    QDoubleSpinBox *m_a;
    QDoubleSpinBox *m_b;
    QLabel *m_words;
    QWidget *m_markers;
};

} // namespace rosler
