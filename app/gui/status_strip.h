// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

class QLabel;
class QStatusBar;
class QToolButton;

namespace rosler {

/// What stands in the status bar: data, seed, threads, how often the charts are renewed, when was saved,
/// and a button that opens the problems.
class StatusStrip : public QObject
{
    Q_OBJECT

public:
    explicit StatusStrip(QStatusBar *bar);

    void setDataset(const QString &name);
    void setSeed(std::uint64_t seed);
    void setTraining(bool running);
    void chartsRenewed(); ///< counted; shown once a second while training
    void saved();         ///< now
    void setProblems(int count);

Q_SIGNALS:
    void problemsRequested();

private:
    QLabel *m_dataset;
    QLabel *m_seed;
    QLabel *m_threads;
    QLabel *m_rate;
    QLabel *m_saved;
    QToolButton *m_problems;
    QTimer m_second;
    int m_renewals = 0;
};

} // namespace rosler
