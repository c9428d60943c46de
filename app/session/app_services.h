// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <QString>

#include "app/session/dataset_session.h"
#include "app/session/device_session.h"
#include "app/session/examples_session.h"
#include "app/session/experiment_files.h"
#include "app/session/fetch_session.h"
#include "app/session/figure_exporter.h"
#include "app/session/log_sink.h"
#include "app/session/model_exchange.h"
#include "app/session/run_library.h"
#include "app/session/state_file.h"
#include "app/session/training_session.h"

class QTemporaryDir;

namespace rosler {

/// Where the program keeps things.
struct AppFolders {
    std::filesystem::path runs; ///< of the run store
    QString state;              ///< of session.json, the log, and imported models

    /// The run store's default, and the system's place for application state.
    [[nodiscard]] static AppFolders standard();
};

/// The objects the window works with, built in one place and in the right order. Made before the window,
/// gone after it. GUI thread only.
class AppServices
{
public:
    explicit AppServices(const AppFolders &folders = AppFolders::standard());
    ~AppServices();

    [[nodiscard]] TrainingSession &training() noexcept { return *m_training; }
    [[nodiscard]] FetchSession &fetching() noexcept { return m_fetching; }
    [[nodiscard]] DatasetSession &datasets() noexcept { return m_datasets; }
    [[nodiscard]] RunLibrary &runs() noexcept { return *m_runs; }
    [[nodiscard]] ExperimentFiles &experiments() noexcept { return m_experiments; }
    [[nodiscard]] FigureExporter &figures() noexcept { return m_figures; }
    [[nodiscard]] ExamplesSession &examples() noexcept { return *m_examples; }
    [[nodiscard]] ModelExchange &models() noexcept { return *m_models; }
    [[nodiscard]] DeviceSession &devices() noexcept { return *m_devices; }
    [[nodiscard]] LogSink &log() noexcept { return m_log; }
    [[nodiscard]] StateFile &state() noexcept { return m_state; }
    [[nodiscard]] const std::filesystem::path &runFolder() const noexcept { return m_store->root(); }

    /// Why runs are only kept until the program ends: the folder for them could not be opened.
    [[nodiscard]] const std::optional<Error> &storeProblem() const noexcept { return m_storeProblem; }

private:
    std::shared_ptr<RunStore> openStore(const std::filesystem::path &root);

    std::unique_ptr<QTemporaryDir> m_temporary; ///< of runs, when there is no other place
    std::optional<Error> m_storeProblem;
    LogSink m_log;
    StateFile m_state;
    std::shared_ptr<RunStore> m_store;
    DatasetSession m_datasets;
    FetchSession m_fetching;
    ExperimentFiles m_experiments;
    FigureExporter m_figures;
    std::unique_ptr<RunLibrary> m_runs;
    std::unique_ptr<ExamplesSession> m_examples;
    std::unique_ptr<ModelExchange> m_models;
    std::unique_ptr<DeviceSession> m_devices;
    std::unique_ptr<TrainingSession> m_training; ///< last: stops, saves and ends first
};

} // namespace rosler
