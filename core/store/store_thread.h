// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

/// One thread that does a run store's writing, and everything that touches HDF5, in the order in which it
/// was asked. Any thread may post and call.
class StoreThread
{
public:
    StoreThread();
    ~StoreThread(); ///< after all that was posted is done
    StoreThread(const StoreThread &) = delete;
    StoreThread &operator=(const StoreThread &) = delete;

    /// @param task  must not throw; must not hold the last reference to this thread
    void post(std::function<void()> task);

    /// Runs @p function on the thread and waits for its value or exception. Not from the thread itself.
    template <typename Function>
    auto call(Function &&function) -> std::invoke_result_t<Function>
    {
        ROSLER_EXPECTS(std::this_thread::get_id() != m_thread.get_id());
        using Value = std::invoke_result_t<Function>;
        auto task = std::make_shared<std::packaged_task<Value()>>(std::forward<Function>(function));
        auto value = task->get_future();
        post([task] { (*task)(); });
        return value.get();
    }

private:
    void run();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_tasks;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace rosler
