// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace rosler {

/// Turns SIGINT, SIGTERM and SIGHUP into a signal on the GUI thread, so that a program told to end stops
/// its training, keeps the run and ends in order. One at a time.
class QuitSignals : public QObject
{
    Q_OBJECT

public:
    explicit QuitSignals(QObject *parent = nullptr);
    ~QuitSignals() override;

Q_SIGNALS:
    void received(int signal);

private:
    int m_ends[2] = {-1, -1}; ///< a pipe: the handler writes, the event loop reads
};

} // namespace rosler
