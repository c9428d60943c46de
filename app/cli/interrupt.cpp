// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <csignal>
#include <ctime>

#include <unistd.h>

#include "app/cli/command.h"

namespace rosler::cli {

namespace {

sigset_t waitedFor()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

Interrupt::Interrupt()
{
    const sigset_t set = waitedFor();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_waiter = std::jthread([this](const std::stop_token &end) {
        const sigset_t signals = waitedFor();
        const timespec patience {0, 50'000'000};
        while (!end.stop_requested()) {
            if (sigtimedwait(&signals, nullptr, &patience) <= 0)
                continue;
            if (m_stop.stop_requested())
                _exit(Interrupted);
            m_stop.request_stop();
        }
    });
}

Interrupt::~Interrupt()
{
    m_waiter.request_stop();
    m_waiter.join();
    const sigset_t set = waitedFor();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace rosler::cli
