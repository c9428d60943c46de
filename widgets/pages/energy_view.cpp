// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/energy_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include "core/base/quantity_text.h"
#include "widgets/charts/plot_widget.h"

namespace rosler {

namespace {

const QString idOfA = QStringLiteral("marker/a");
const QString idOfB = QStringLiteral("marker/b");

std::size_t sampleAt(const PowerTrace &trace, double seconds)
{
    const double sample = std::round(seconds / trace.sampleSeconds);
    return static_cast<std::size_t>(std::clamp(sample, 0.0, static_cast<double>(trace.watts.size())));
}

} // namespace

EnergyView::EnergyView(QWidget *parent)
    : QWidget(parent)
    , m_crosshair(std::numeric_limits<double>::quiet_NaN())
    , m_plot(new PlotWidget)
    , m_a(new QDoubleSpinBox)
    , m_b(new QDoubleSpinBox)
    , m_words(new QLabel)
    , m_markers(new QWidget)
{
    m_plot->setObjectName(QStringLiteral("energyTrace"));
    m_plot->setEmptyText(tr("No meter has looked yet. Choose an energy meter above and measure a board on "
                            "its supply;\nwithout one, energy is modelled from stated power."));
    m_words->setObjectName(QStringLiteral("energyWords"));
    m_words->setAccessibleName(tr("Between the markers"));
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_words->setAlignment(Qt::AlignTop);
    m_words->setWordWrap(true);
    auto *grid = new QGridLayout(m_markers);
    grid->setContentsMargins(0, 0, 0, 0);
    int row = 0;
    for (QDoubleSpinBox *marker : {m_a, m_b}) {
        const QString letter = marker == m_a ? QStringLiteral("A") : QStringLiteral("B");
        marker->setObjectName(QStringLiteral("marker") + letter);
        marker->setAccessibleName(tr("Marker %1").arg(letter));
        marker->setSuffix(tr(" s"));
        marker->setDecimals(5);
        marker->setRange(0, 0);
        marker->setSingleStep(0.01);
        auto *label = new QLabel(tr("&%1").arg(letter));
        label->setBuddy(marker);
        auto *here = new QPushButton(tr("At crosshair"));
        here->setAccessibleName(tr("Marker %1 at the crosshair").arg(letter));
        grid->addWidget(label, row, 0);
        grid->addWidget(marker, row, 1);
        grid->addWidget(here, row, 2);
        ++row;
        connect(marker, &QDoubleSpinBox::valueChanged, this, &EnergyView::refresh);
        connect(here, &QPushButton::clicked, this, [this, marker] {
            if (std::isfinite(m_crosshair))
                marker->setValue(m_crosshair);
        });
    }
    grid->addWidget(m_words, row, 0, 1, 3);
    grid->setRowStretch(row, 1);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_markers);
    connect(m_plot, &PlotWidget::crosshairMoved, this, [this](double x) {
        if (std::isfinite(x))
            m_crosshair = x;
    });
    setTraces({}, {});
}

void EnergyView::setTraces(std::vector<NamedTrace> traces, const QStringList &notes)
{
    m_traces = std::move(traces);
    m_notes = notes;
    const LineFigure figure = powerFigure(m_traces);
    m_plot->clear();
    m_plot->setAxes(figure.x, figure.y);
    m_highest = 0;
    for (const FigureSeries &series : figure.series) {
        const QString name = QString::fromStdString(series.name);
        m_plot->setSeries(name, name, series.style);
        QList<QPointF> points;
        for (const FigurePoint &point : series.points) {
            points << QPointF(point.x, point.y);
            if (std::isfinite(point.y))
                m_highest = std::max(m_highest, point.y);
        }
        m_plot->replacePoints(name, std::move(points));
    }
    double longest = 0;
    for (const NamedTrace &trace : m_traces)
        longest = std::max(longest, trace.trace->seconds());
    m_a->setRange(0, longest);
    m_b->setRange(0, longest);
    m_markers->setVisible(!figure.series.empty() || !notes.isEmpty());
    double from = 0;
    double to = longest;
    if (!m_traces.empty() && !m_traces.front().windows.empty()) {
        const NamedTrace &first = m_traces.front();
        from = static_cast<double>(first.windows.front().first) * first.trace->sampleSeconds;
        to = static_cast<double>(first.windows.front().end) * first.trace->sampleSeconds;
    }
    setMarkers(from, to);
}

void EnergyView::setMarkers(double a, double b)
{
    {
        const QSignalBlocker blocker(m_a);
        m_a->setValue(a);
    }
    {
        const QSignalBlocker blocker(m_b);
        m_b->setValue(b);
    }
    refresh();
}

void EnergyView::refresh()
{
    if (m_traces.empty()) {
        m_words->setText(m_notes.join(QLatin1Char('\n')));
        return;
    }
    int number = 0;
    for (const auto &[id, marker] : {std::pair {idOfA, m_a}, std::pair {idOfB, m_b}}) {
        SeriesStyle style;
        style.colour = {0.4, 0.4, 0.4};
        style.dash = number++ == 0 ? DashStyle::Dash : DashStyle::Dot;
        m_plot->setSeries(id, marker == m_a ? tr("A") : tr("B"), style);
        m_plot->replacePoints(id, {{marker->value(), 0}, {marker->value(), m_highest}});
    }
    const double from = std::min(m_a->value(), m_b->value());
    const double to = std::max(m_a->value(), m_b->value());
    QStringList lines {tr("Δt %1 s").arg(to - from, 0, 'g', 6)};
    for (const NamedTrace &named : m_traces) {
        const TraceStatistics between =
            named.trace->statistics(sampleAt(*named.trace, from), sampleAt(*named.trace, to));
        QString line = QString::fromStdString(named.name) + QStringLiteral(": ");
        if (between.samples == 0)
            line += tr("no samples here");
        else if (between.dropRate() > highestDropRate)
            line += tr("mean %1, no energy: %2 of the samples were lost")
                        .arg(QString::fromStdString(
                                 text(Quantity::fromInstrument(between.meanWatts, Unit::Watts))),
                             QString::fromStdString(percentText(between.dropRate())));
        else
            line += tr("mean %1, integral %2")
                        .arg(QString::fromStdString(
                                 text(Quantity::fromInstrument(between.meanWatts, Unit::Watts))),
                             QString::fromStdString(
                                 text(Quantity::fromInstrument(between.joules, Unit::Joules))));
        lines << line;
    }
    lines << m_notes;
    m_words->setText(lines.join(QLatin1Char('\n')));
}

} // namespace rosler
