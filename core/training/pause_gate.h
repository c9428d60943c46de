// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace rosler {

/// Where a training waits while the user has paused it. Any thread may close and open it.
class PauseGate
{
public:
    void close();
    void open();
    [[nodiscard]] bool isClosed() const;
    /// How many threads wait at it now: a pause that was asked for has come about.
    [[nodiscard]] int waiting() const;

    /// Returns at once when open; otherwise when opened or when @p stop is requested.
    void pass(const std::stop_token &stop);

private:
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_closed = false;
    int m_waiting = 0;
};

} // namespace rosler
