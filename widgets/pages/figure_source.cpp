// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/figure_source.h"

#include <algorithm>
#include <utility>

#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"

namespace rosler {

const QWidget *FigureSource::Entry::widget() const
{
    return curves != nullptr ? static_cast<const QWidget *>(curves) : bars;
}

template <typename Chart>
void FigureSource::connectMenu(const QString &stem, Chart *chart)
{
    connect(chart, &Chart::exportRequested, this, [this, stem] { Q_EMIT exportRequested(stem); });
    connect(chart, &Chart::copyRequested, this, [this, stem] { Q_EMIT copyRequested(stem); });
    connect(chart, &Chart::visibleDataRequested, this, [this, stem] { Q_EMIT visibleDataRequested(stem); });
}

void FigureSource::addChart(const QString &stem, PlotWidget *chart)
{
    m_charts.push_back({stem, chart, nullptr});
    connectMenu(stem, chart);
    connect(chart, &PlotWidget::logAxesChanged, this, [this] { Q_EMIT logAxesChanged(isLogX(), isLogY()); });
    connect(chart, &PlotWidget::pausedChanged, this, [this](bool paused) {
        setPaused(paused); // the others with it: charts beside each other show the same moment
        Q_EMIT pausedChanged(paused);
    });
}

void FigureSource::addChart(const QString &stem, BarPlotWidget *chart)
{
    m_charts.push_back({stem, nullptr, chart});
    connectMenu(stem, chart);
}

std::vector<PlotWidget *> FigureSource::visibleCurves() const
{
    std::vector<PlotWidget *> visible;
    for (const Entry &chart : m_charts)
        if (chart.curves != nullptr && chart.curves->isVisibleTo(this))
            visible.push_back(chart.curves);
    return visible;
}

std::optional<NamedFigure> FigureSource::shownFigure(const QString &stem, bool visibleRangeOnly) const
{
    const auto chart =
        std::find_if(m_charts.begin(), m_charts.end(), [&](const Entry &c) { return c.stem == stem; });
    if (chart == m_charts.end())
        return std::nullopt;
    if (chart->curves != nullptr) {
        LineFigure figure = chart->curves->figure(visibleRangeOnly);
        if (figure.series.empty())
            return std::nullopt;
        return NamedFigure {stem.toStdString(), std::move(figure)};
    }
    for (NamedFigure &figure : figures())
        if (figure.stem == stem.toStdString())
            return std::move(figure);
    return std::nullopt;
}

QString FigureSource::currentFigure() const
{
    const auto best = [this](auto wanted) {
        const auto found = std::find_if(m_charts.begin(), m_charts.end(), wanted);
        return found == m_charts.end() ? QString() : found->stem;
    };
    QString stem = best([](const Entry &chart) { return chart.widget()->hasFocus(); });
    if (stem.isEmpty())
        stem = best([this](const Entry &chart) {
            return chart.curves != nullptr && chart.curves->isVisibleTo(this)
                && !chart.curves->seriesIds().isEmpty();
        });
    if (stem.isEmpty())
        stem = best([this](const Entry &chart) { return chart.widget()->isVisibleTo(this); });
    return stem;
}

void FigureSource::setTheme(const ChartTheme &theme)
{
    for (const Entry &chart : m_charts)
        if (chart.curves != nullptr)
            chart.curves->setTheme(theme);
        else
            chart.bars->setTheme(theme);
}

bool FigureSource::isLogX() const
{
    const std::vector<PlotWidget *> curves = visibleCurves();
    return !curves.empty() && curves.front()->isLogX();
}

bool FigureSource::isLogY() const
{
    const std::vector<PlotWidget *> curves = visibleCurves();
    return !curves.empty() && curves.front()->isLogY();
}

bool FigureSource::isPaused() const
{
    return std::any_of(m_charts.begin(), m_charts.end(), [](const Entry &chart) {
        return chart.curves != nullptr && chart.curves->isPaused();
    });
}

void FigureSource::setPaused(bool on)
{
    for (const Entry &chart : m_charts)
        if (chart.curves != nullptr)
            chart.curves->setPaused(on);
}

void FigureSource::resetZoom()
{
    for (PlotWidget *curves : visibleCurves())
        curves->resetZoom();
}

void FigureSource::setLogX(bool on)
{
    for (PlotWidget *curves : visibleCurves())
        curves->setLogX(on);
}

void FigureSource::setLogY(bool on)
{
    for (PlotWidget *curves : visibleCurves())
        curves->setLogY(on);
}

} // namespace rosler
