// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/status_strip.h"

#include <algorithm>
#include <thread>

#include <QLabel>
#include <QLocale>
#include <QStatusBar>
#include <QTime>
#include <QToolButton>

#include "app/gui/tinted_icon.h"

namespace rosler {

StatusStrip::StatusStrip(QStatusBar *bar)
    : QObject(bar)
    , m_dataset(new QLabel)
    , m_seed(new QLabel)
    , m_threads(new QLabel)
    , m_rate(new QLabel)
    , m_saved(new QLabel)
    , m_problems(new QToolButton)
{
    bar->setSizeGripEnabled(false);
    const int margin = bar->fontMetrics().averageCharWidth();
    m_problems->setAutoRaise(true);
    m_problems->setIcon(tintedIcon(QStringLiteral("warning")));
    m_problems->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_problems->setToolTip(tr("Show the problems"));
    m_problems->setObjectName(QStringLiteral("problemsButton"));
    for (QLabel *label : {m_rate, m_saved, m_dataset, m_seed, m_threads}) {
        label->setContentsMargins(margin, 0, margin, 0);
        bar->addPermanentWidget(label);
    }
    bar->addPermanentWidget(m_problems);

    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    m_threads->setText(tr("%n training thread(s)", nullptr, std::max(1, cores - 1)));
    m_threads->setToolTip(tr("Training leaves one of the %1 cores to the window").arg(cores));
    m_rate->setToolTip(tr("How often the charts take new samples; none is ever dropped"));
    setProblems(0);
    setDataset({});
    connect(m_problems, &QToolButton::clicked, this, &StatusStrip::problemsRequested);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, [this] {
        m_rate->setText(tr("%n chart update(s)/s", nullptr, m_renewals));
        m_renewals = 0;
    });
}

void StatusStrip::setDataset(const QString &name)
{
    m_dataset->setText(name.isEmpty() ? tr("no data") : name);
    m_dataset->setToolTip(tr("Dataset"));
}

void StatusStrip::setSeed(std::uint64_t seed)
{
    m_seed->setText(tr("seed %1").arg(seed));
}

void StatusStrip::setTraining(bool running)
{
    m_renewals = 0;
    if (running) {
        m_second.start();
    } else {
        m_second.stop();
        m_rate->clear();
    }
}

void StatusStrip::chartsRenewed()
{
    ++m_renewals;
}

void StatusStrip::saved()
{
    m_saved->setText(tr("saved %1").arg(QLocale().toString(QTime::currentTime(), QLocale::ShortFormat)));
    m_saved->setToolTip(tr("When a checkpoint or a run was last written"));
}

void StatusStrip::setProblems(int count)
{
    m_problems->setVisible(count > 0);
    m_problems->setText(tr("%n problem(s)", nullptr, count));
    m_problems->setAccessibleName(m_problems->text());
}

} // namespace rosler
