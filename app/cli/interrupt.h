// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace rosler::cli {

/// Turns Ctrl+C (SIGINT) and SIGTERM into a stop request while it lives. A second one, a second later or
/// more, ends the program at once. Make it before any other thread: it blocks the signals for all threads
/// that start later.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }
    [[nodiscard]] bool happened() const { return m_stop.stop_requested(); }

private:
    std::stop_source m_stop;
    std::jthread m_waiter;
};

} // namespace rosler::cli
