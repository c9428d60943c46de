// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/experiment/experiment_runner.h"
#include "core/experiment/experiment_spec.h"
#include "core/experiment/trial_result.h"
#include "core/nn/network.h"
#include "core/store/run_environment.h"
#include "core/store/run_status.h"
#include "core/training/metrics.h"

namespace rosler {

/// One line of the runs list; read without opening metrics or HDF5 files.
struct RunSummary {
    std::string id;            ///< the folder's name: "2026-11-21T061204_mnist_rosler_a1b2"
    std::string title;         ///< the user's name for it; at first the model's name
    std::string group;         ///< equal for the trials of one experiment that ran side by side
    std::string experiment;    ///< name of the experiment
    std::string dataset;       ///< name of the dataset
    std::string datasetSource; ///< where it came from: a path, or "built in"
    std::string datasetDigest; ///< Dataset::digest(): a run may only go on with this very data
    std::string created;       ///< ISO 8601, UTC: "2026-11-21T06:12:04Z"
    RunStatus status = RunStatus::Running;
    TrialSpec trial;
    ExampleShape example {0, 0, 0}; ///< shape of the data's examples
    Index classes = 0;
    std::vector<std::string> classNames; ///< of the data
    Index trainExamples = 0;
    double epochs = 0; ///< passes done when last noted
    /// Last noted and highest; NaN before the first evaluation.
    double testAccuracy = std::numeric_limits<double>::quiet_NaN();
    double validationAccuracy = std::numeric_limits<double>::quiet_NaN();
    double bestValidationAccuracy = std::numeric_limits<double>::quiet_NaN(); ///< NaN where none is held out
    bool starred = false;
    std::vector<std::string> tags;
    std::string failure;               ///< why it failed; empty otherwise
    std::optional<TrialResult> result; ///< once ended
};

/// A whole run, as charts and exports want it.
struct RunRecord {
    RunSummary summary;
    /// Re-runnable: the experiment with this one model; its dataset is an absolute path, or built in.
    ExperimentSpec spec;
    std::vector<MetricSample> metrics;
    RunEnvironment environment;       ///< by what and on what it was made
    std::vector<RunSession> sessions; ///< who went on with it later
};

class RunRecorder;

/// Runs that go on: who keeps them, and the state that each goes on from; none: it begins anew.
struct ContinuedRuns {
    std::shared_ptr<RunRecorder> recorder;
    std::vector<std::optional<TrainingState>> states;
};

/// The memory of runs: a folder with one folder a run (layout: core/store/README.md).
///
/// Metrics are appended to metrics.csv line by line; HDF5 files are written under a temporary name and
/// renamed; one background thread does all writing and owns HDF5. A program killed at any moment leaves
/// runs that open again and have lost at most their last epoch. Several programs may use one store.
/// Thread-safe.
class RunStore
{
public:
    /// Opens the store at @p root, making the folder if there is none.
    [[nodiscard]] static Result<std::shared_ptr<RunStore>> open(const std::filesystem::path &root);
    ~RunStore();

    /// $XDG_DATA_HOME/rosler, else ~/.local/share/rosler: what the program keeps of the user's.
    [[nodiscard]] static std::filesystem::path dataHome();
    /// $ROSLER_RUNS, else "runs" in dataHome(). The window and
    /// the command line use the same.
    [[nodiscard]] static std::filesystem::path defaultRoot();

    [[nodiscard]] const std::filesystem::path &root() const noexcept;

    /// Makes a folder for each model of @p spec and returns the observer that fills them.
    [[nodiscard]] Result<std::shared_ptr<RunRecorder>> record(const ExperimentSpec &spec, const Dataset &data,
                                                              int threads);

    /// The same for interrupted or stopped runs that go on: appends to their folders. Samples after the
    /// step of their checkpoint are taken back, so that no curve has double points; a run without a
    /// checkpoint begins anew. Either all go on or none is changed.
    /// @param ids  in the order of the models that will be trained
    /// From then on no other process can write them: until its recorder goes, or this process does.
    /// @return NotFound, OutOfRange as load(); Rejected  one of them is finished, or another one writes it;
    ///         Malformed  neither of its checkpoints can be read
    /// @param threads  that the training is given; 0 = all cores
    [[nodiscard]] Result<ContinuedRuns> continueRuns(const std::vector<std::string> &ids, int threads = 0);

    /// All runs, newest first. Folders that are no runs are left out; damaged ones are reported in @p
    /// problems.
    [[nodiscard]] std::vector<RunSummary> list(std::vector<Error> *problems = nullptr) const;

    /// @p id may be an id, a beginning of one, the last four letters of one or a beginning of a group's
    /// name, so long as one run only fits. So in all functions below.
    /// @return NotFound, or OutOfRange when several fit (they are listed)
    /// @return Malformed, Unsupported, Unreadable  one of its files, which is named
    [[nodiscard]] Result<RunRecord> load(const std::string &id) const;

    /// The newest checkpoint that is whole: the one before when the newest is damaged.
    /// @return NotFound  it has none; Malformed  both are damaged; Rejected  they are another trial's
    [[nodiscard]] Result<TrainingState> loadCheckpoint(const std::string &id) const;

    /// The network at the run's end. NotFound before that.
    [[nodiscard]] Result<Network> loadModel(const std::string &id) const;

    /// What was measured of a run on boards (core/store/run_measurements.h).
    [[nodiscard]] Result<std::vector<std::string>> measurements(const std::string &id) const;
    [[nodiscard]] Result<std::string> addMeasurement(const std::string &id, const std::string &json,
                                                     const std::string &label);
    [[nodiscard]] Result<std::string> measurement(const std::string &id, const std::string &name) const;

    [[nodiscard]] Result<void> rename(const std::string &id, const std::string &title);
    [[nodiscard]] Result<void> setStarred(const std::string &id, bool starred);
    [[nodiscard]] Result<void> setTags(const std::string &id, const std::vector<std::string> &tags);
    /// Moves the run to the store's trash folder; restore() brings it back.
    /// @return Rejected  it is still going on
    [[nodiscard]] Result<void> remove(const std::string &id);
    /// @param id  of a removed run, whole
    [[nodiscard]] Result<void> restore(const std::string &id);

    struct Impl;

private:
    explicit RunStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// Writes what an experiment does into its run folders. Hand it to runExperiment(), alone or behind
/// another observer. Never throws: failures to write (a full disk) are kept for errors(), what was saved
/// before stays whole. checkpoint() returns when the file is written, so that no model's training time has
/// another's checkpoint in it; the rest is written beside the training.
class RunRecorder : public ExperimentObserver
{
public:
    [[nodiscard]] virtual const std::vector<std::string> &ids() const noexcept = 0; ///< one for each model
    [[nodiscard]] virtual std::vector<Error> errors() const = 0; ///< failures to write so far
    virtual void log(const std::string &line) = 0;               ///< appended to log.txt of each run
    virtual void flush() = 0; ///< returns when all that was handed in is on the disk
};

} // namespace rosler
