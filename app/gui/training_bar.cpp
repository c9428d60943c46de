// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/training_bar.h"

#include <cmath>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>

#include "core/base/quantity_text.h"

namespace rosler {

namespace {
constexpr int barSteps = 1000;
}

TrainingBar::TrainingBar(QWidget *parent)
    : QWidget(parent)
    , m_epoch(new QLabel)
    , m_progress(new QProgressBar)
    , m_eta(new QLabel)
{
    m_progress->setObjectName(QStringLiteral("trainingProgress"));
    m_progress->setAccessibleName(tr("Training progress"));
    m_progress->setRange(0, barSteps);
    m_progress->setMaximumHeight(fontMetrics().height() * 5 / 4);
    m_progress->setMinimumWidth(fontMetrics().averageCharWidth() * 10);
    m_epoch->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Epoch %1/%2").arg(88.8).arg(88)));
    m_eta->setObjectName(QStringLiteral("trainingEta"));
    m_eta->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 left").arg(QStringLiteral("88:88"))));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(fontMetrics().height() / 2, 0, fontMetrics().height() / 2, 0);
    layout->addWidget(m_epoch);
    layout->addWidget(m_progress, 1);
    layout->addWidget(m_eta);
    show(TrainingSession::State::Idle, {});
}

void TrainingBar::show(TrainingSession::State state, const TrainingSession::Progress &progress)
{
    using State = TrainingSession::State;
    const bool idle = state == State::Idle;
    m_progress->setEnabled(!idle);
    m_progress->setValue(static_cast<int>(std::lround(progress.fraction * barSteps)));
    m_progress->setTextVisible(!idle || progress.fraction > 0);
    m_progress->setFormat(tr("%1 %").arg(std::floor(progress.fraction * 100)));
    if (progress.epochs > 0)
        m_epoch->setText(tr("Epoch %1/%2").arg(progress.epoch, 0, 'f', 1).arg(progress.epochs));
    else
        m_epoch->setText(idle ? tr("Ready") : tr("Starting…"));
    switch (state) {
    case State::Idle:
        m_eta->setText(progress.fraction >= 1 ? tr("done") : QString());
        break;
    case State::Running:
        m_eta->setText(progress.etaSeconds < 0
                           ? QString()
                           : tr("%1 left").arg(QString::fromStdString(durationText(progress.etaSeconds))));
        break;
    case State::Pausing:
        m_eta->setText(tr("pausing…"));
        break;
    case State::Paused:
        m_eta->setText(tr("paused"));
        break;
    case State::Stopping:
        m_eta->setText(tr("stopping…"));
        break;
    }
}

} // namespace rosler
