// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_recorder.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

/// What the tasks work on.
struct StoreRecorder::Target {
    std::unique_ptr<WriteErrors> errors;
    std::vector<std::unique_ptr<RunWriter>> writers;
};

namespace {

constexpr std::chrono::minutes heartbeatInterval {1};

Error outOfMemory(const std::exception &exception, const std::string &id)
{
    return {ErrorCode::OutOfMemory, std::string("cannot keep the run: ") + exception.what(), id};
}

} // namespace

StoreRecorder::StoreRecorder(std::shared_ptr<StoreThread> thread, std::vector<std::string> ids,
                             std::vector<std::unique_ptr<RunWriter>> writers,
                             std::unique_ptr<WriteErrors> errors)
    : m_thread(std::move(thread))
    , m_ids(std::move(ids))
    , m_target(std::make_shared<Target>())
{
    ROSLER_EXPECTS(m_ids.size() == writers.size());
    m_target->errors = std::move(errors);
    m_target->writers = std::move(writers);
    m_heart = std::jthread([this](const std::stop_token &stop) { beat(stop); });
}

void StoreRecorder::beat(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!never.wait_for(lock, stop, heartbeatInterval, [&] { return stop.stop_requested(); }))
        for (std::size_t trial = 0; trial < m_ids.size(); ++trial)
            post(trial, [](RunWriter &writer) { writer.heartbeat(); });
}

StoreRecorder::~StoreRecorder()
{
    m_heart = {};
    for (std::size_t trial = 0; trial < m_ids.size(); ++trial)
        post(trial, [](RunWriter &writer) { writer.abandon(); });
    m_thread->call([] {});
}

/// Runs @p task with the trial's writer on the store's thread. What it throws, and what posting throws,
/// is memory that ran out: it becomes an error of the recorder, and training goes on.
template <typename Task>
void StoreRecorder::post(std::size_t trial, Task task) noexcept
{
    ROSLER_EXPECTS(trial < m_ids.size());
    try {
        m_thread->post([target = m_target, trial, id = m_ids[trial], task = std::move(task)] {
            try {
                task(*target->writers[trial]);
            } catch (const std::exception &exception) {
                target->errors->add(outOfMemory(exception, id));
            }
        });
    } catch (const std::exception &exception) {
        m_target->errors->add(outOfMemory(exception, m_ids[trial]));
    }
}

void StoreRecorder::sampled(std::size_t trial, const MetricSample &sample)
{
    post(trial, [sample](RunWriter &writer) { writer.sample(sample); });
}

void StoreRecorder::checkpoint(std::size_t trial, const TrainingState &state)
{
    // Waited for: written beside the next model's epoch, it would count as that model's training time.
    ROSLER_EXPECTS(trial < m_ids.size());
    try {
        m_thread->call([&] { m_target->writers[trial]->checkpoint(state); });
    } catch (const std::exception &exception) {
        m_target->errors->add(outOfMemory(exception, m_ids[trial]));
    }
}

void StoreRecorder::ended(std::size_t trial, const TrialResult &result, const Network &network)
{
    try {
        post(trial, [result, network](RunWriter &writer) { writer.end(result, network); });
    } catch (const std::exception &exception) {
        m_target->errors->add(outOfMemory(exception, m_ids[trial]));
    }
}

void StoreRecorder::failed(std::size_t trial, const Error &error)
{
    try {
        post(trial, [error](RunWriter &writer) { writer.fail(error); });
    } catch (const std::exception &exception) {
        m_target->errors->add(outOfMemory(exception, m_ids[trial]));
    }
}

std::vector<Error> StoreRecorder::errors() const
{
    return m_target->errors->all();
}

void StoreRecorder::log(const std::string &line)
{
    for (std::size_t trial = 0; trial < m_ids.size(); ++trial)
        post(trial, [line](RunWriter &writer) { writer.log(line); });
}

void StoreRecorder::flush()
{
    for (std::size_t trial = 0; trial < m_ids.size(); ++trial)
        post(trial, [](RunWriter &writer) { writer.sync(); });
    m_thread->call([] {});
}

} // namespace rosler
