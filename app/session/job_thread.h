// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "core/base/result.h"

namespace rosler {

/// A thread that does jobs one after another, in the order in which they were posted. Any thread may
/// post. Its end waits for the jobs that are left: what the user asked to be written gets written.
class JobThread
{
public:
    /// @param failed  is told, on this thread, of a job that threw (out of memory above all)
    explicit JobThread(std::function<void(const Error &)> failed);
    ~JobThread();
    JobThread(const JobThread &) = delete;
    JobThread &operator=(const JobThread &) = delete;

    void post(std::function<void()> job);

private:
    void work(const std::stop_token &stop);

    std::function<void(const Error &)> m_failed;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<std::function<void()>> m_jobs;
    std::jthread m_thread; ///< last: ends before the rest is gone
};

} // namespace rosler
