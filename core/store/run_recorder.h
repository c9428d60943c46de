// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/store/run_store.h"
#include "core/store/run_writer.h"
#include "core/store/store_thread.h"

namespace rosler {

/// The recorder of a store: copies what it is told and posts it to the store's thread.
class StoreRecorder final : public RunRecorder
{
public:
    /// One for each run, in the order of the experiment's models. @p errors is the writers'.
    StoreRecorder(std::shared_ptr<StoreThread> thread, std::vector<std::string> ids,
                  std::vector<std::unique_ptr<RunWriter>> writers, std::unique_ptr<WriteErrors> errors);
    /// Waits until all is written. A trial that has not ended is noted as interrupted.
    ~StoreRecorder() override;

    void sampled(std::size_t trial, const MetricSample &sample) override;
    void checkpoint(std::size_t trial, const TrainingState &state) override;
    void ended(std::size_t trial, const TrialResult &result, const Network &network) override;
    void failed(std::size_t trial, const Error &error) override;

    [[nodiscard]] const std::vector<std::string> &ids() const noexcept override { return m_ids; }
    [[nodiscard]] std::vector<Error> errors() const override;
    void log(const std::string &line) override;
    void flush() override;

private:
    struct Target;
    void beat(const std::stop_token &stop);
    template <typename Task>
    void post(std::size_t trial, Task task) noexcept;

    std::shared_ptr<StoreThread> m_thread;
    std::vector<std::string> m_ids;
    std::shared_ptr<Target> m_target; ///< shared with the tasks
    std::jthread m_heart;             ///< says now and then that the runs are still going on
};

} // namespace rosler
