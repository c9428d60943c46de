// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/session/training_session.h"

class QLabel;
class QProgressBar;

namespace rosler {

/// How far the training is and how long it takes yet, for the toolbar.
class TrainingBar : public QWidget
{
    Q_OBJECT

public:
    explicit TrainingBar(QWidget *parent = nullptr);

    void show(TrainingSession::State state, const TrainingSession::Progress &progress);

private:
    QLabel *m_epoch;
    QProgressBar *m_progress;
    QLabel *m_eta;
};

} // namespace rosler
