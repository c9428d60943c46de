// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/latency_view.h"

#include <QHBoxLayout>
#include <QLabel>

#include "device_link/host/latency_histogram.h"
#include "widgets/charts/plot_widget.h"

namespace rosler {

LatencyView::LatencyView(QWidget *parent)
    : QWidget(parent)
    , m_plot(new PlotWidget)
    , m_words(new QLabel)
{
    m_plot->setObjectName(QStringLiteral("latencyHistogram"));
    m_plot->setEmptyText(tr("No inference was timed yet. The twin tells no time."));
    m_words->setObjectName(QStringLiteral("latencyWords"));
    m_words->setAccessibleName(tr("Latencies"));
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_words->setAlignment(Qt::AlignTop);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_words);
    setModels({});
}

void LatencyView::setModels(const std::vector<MeasuredModel> &models)
{
    const LineFigure figure = latencyHistogram(models);
    m_plot->clear();
    m_plot->setAxes(figure.x, figure.y);
    m_plot->setLogX(figure.x.logarithmic);
    for (const FigureSeries &series : figure.series) {
        const QString name = QString::fromStdString(series.name);
        m_plot->setSeries(name, name, series.style);
        QList<QPointF> points;
        for (const FigurePoint &point : series.points)
            points << QPointF(point.x, point.y);
        m_plot->replacePoints(name, std::move(points));
    }
    QStringList lines;
    for (const MeasuredModel &model : models)
        if (const std::string line = latencyText(model); !line.empty()) {
            const bool modelled = model.measurement.latency->median.isModelled();
            const QString words = QString::fromStdString(line).toHtmlEscaped();
            lines << (modelled ? QStringLiteral("<i>%1</i>").arg(words) : words);
        }
    m_words->setText(lines.join(QStringLiteral("<br>")));
    m_words->setVisible(!lines.isEmpty());
}

} // namespace rosler
