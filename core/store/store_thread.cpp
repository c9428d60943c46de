// SPDX-License-Identifier: Apache-2.0
#include "core/store/store_thread.h"

namespace rosler {

StoreThread::StoreThread()
    : m_thread([this] { run(); })
{
}

StoreThread::~StoreThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void StoreThread::post(std::function<void()> task)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_one();
}

void StoreThread::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_ending || !m_tasks.empty(); });
        if (m_tasks.empty())
            return;
        {
            const std::function<void()> task = std::move(m_tasks.front());
            m_tasks.pop_front();
            lock.unlock();
            task();
        } // what the task held is gone before the lock is taken again
        lock.lock();
    }
}

} // namespace rosler
