// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "device_link/host/measured_model.h"

class QLabel;

namespace rosler {

class PlotWidget;

/// How long inferences took: the histogram of all models, and their medians and 95th percentiles in words.
/// GUI thread only.
class LatencyView : public QWidget
{
    Q_OBJECT

public:
    explicit LatencyView(QWidget *parent = nullptr);

    void setModels(const std::vector<MeasuredModel> &models);
    [[nodiscard]] PlotWidget *plot() noexcept { return m_plot; }

private:
    PlotWidget *m_plot;
    QLabel *m_words;
};

} // namespace rosler
