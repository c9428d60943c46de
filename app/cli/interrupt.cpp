// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <chrono>
#include <csignal>
#include <ctime>

#include <unistd.h>

#include "app/cli/command.h"

namespace rosler::cli {

namespace {

constexpr std::chrono::seconds oneWish {1};

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
        std::chrono::steady_clock::time_point first {};
        while (!end.stop_requested()) {
            if (sigtimedwait(&signals, nullptr, &patience) <= 0)
                continue;
            const auto now = std::chrono::steady_clock::now();
            if (m_stop.stop_requested()) {
                // timeout(1) signals the process and then its group: one wish that arrives twice.
                if (now - first < oneWish)
                    continue;
                _exit(Interrupted);
            }
            first = now;
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
