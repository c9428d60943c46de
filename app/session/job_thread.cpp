// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/job_thread.h"

#include <exception>
#include <utility>

namespace rosler {

JobThread::JobThread(std::function<void(const Error &)> failed)
    : m_failed(std::move(failed))
    , m_thread([this](const std::stop_token &stop) { work(stop); })
{
}

JobThread::~JobThread() = default;

void JobThread::post(std::function<void()> job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_changed.notify_one();
}

void JobThread::work(const std::stop_token &stop)
{
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [this] { return !m_jobs.empty(); }))
                return; // stopped, and nothing is left
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        try {
            job();
        } catch (const std::exception &error) {
            m_failed(Error {ErrorCode::Unreadable, error.what(), {}});
        }
    }
}

} // namespace rosler
