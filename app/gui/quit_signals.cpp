// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/quit_signals.h"

#include <atomic>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <QSocketNotifier>

namespace rosler {

namespace {
std::atomic<int> pipeEnd = -1; ///< all that a signal handler may know

void handle(int signal)
{
    const int end = pipeEnd;
    const auto byte = static_cast<char>(signal);
    if (end >= 0) [[maybe_unused]]
        const auto written = write(end, &byte, 1);
}
} // namespace

QuitSignals::QuitSignals(QObject *parent)
    : QObject(parent)
{
    if (pipe2(m_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    pipeEnd = m_ends[1];
    auto *notifier = new QSocketNotifier(m_ends[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char signal = 0;
        if (read(m_ends[0], &signal, 1) == 1)
            Q_EMIT received(signal);
    });
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, handle);
}

QuitSignals::~QuitSignals()
{
    if (m_ends[0] < 0)
        return;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, SIG_DFL);
    pipeEnd = -1;
    close(m_ends[0]);
    close(m_ends[1]);
}

} // namespace rosler
