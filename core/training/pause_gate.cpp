// SPDX-License-Identifier: Apache-2.0
#include "core/training/pause_gate.h"

namespace rosler {

void PauseGate::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
}

void PauseGate::open()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = false;
    }
    m_changed.notify_all();
}

bool PauseGate::isClosed() const
{
    const std::lock_guard lock(m_mutex);
    return m_closed;
}

int PauseGate::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_waiting;
}

void PauseGate::pass(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    ++m_waiting;
    m_changed.wait(lock, stop, [this] { return !m_closed; });
    --m_waiting;
}

} // namespace rosler
