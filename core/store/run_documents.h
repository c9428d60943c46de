// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/store/process_identity.h"
#include "core/store/run_environment.h"
#include "core/store/run_store.h"

namespace rosler {

/// The small JSON files of a run folder (fields and version rules: core/store/README.md). Each has a text,
/// and is read from it with errors like "RUN/meta.json:/dataset/name".

/// Names in a run folder.
namespace run_file {
inline constexpr const char *experiment = "experiment.json";
inline constexpr const char *meta = "meta.json";
inline constexpr const char *sessions = "sessions.json";
inline constexpr const char *status = "status.json";
inline constexpr const char *user = "user.json";
inline constexpr const char *result = "result.json";
inline constexpr const char *metrics = "metrics.csv";
inline constexpr const char *log = "log.txt";
inline constexpr const char *model = "model.h5";
inline constexpr const char *checkpoint = "checkpoint.h5";
inline constexpr const char *olderCheckpoint = "checkpoint.1.h5";
inline constexpr const char *lock = "lock";                 ///< taken by the run's writer (RunLock)
inline constexpr const char *measurements = "measurements"; ///< a folder
} // namespace run_file

/// At most this many bytes of such a file are read.
inline constexpr std::size_t longestDocument = std::size_t {4} << 20;

/// meta.json: what is known when a run begins; never changed.
struct RunMeta {
    std::string created; ///< "2026-11-21T06:12:04.123Z"
    std::string group;
    std::string experiment;
    std::string model;           ///< its name
    std::size_t modelNumber = 0; ///< in the experiment
    std::uint64_t seed = 0;      ///< of Philox4x32-10
    std::string trialDigest;     ///< trialDigest()
    std::string dataset;         ///< its name
    std::string datasetSource;
    std::string datasetDigest;
    ExampleShape shape;
    std::vector<std::string> classes;
    std::vector<Index> trainExamples; ///< of each class
    std::vector<Index> testExamples;
    RunEnvironment environment;
};

[[nodiscard]] std::string toJson(const RunMeta &meta);
[[nodiscard]] Result<RunMeta> parseMeta(std::string_view json, const std::string &where);

/// sessions.json: who went on with the run, in this order; missing where nobody did.
[[nodiscard]] std::string toJson(const std::vector<RunSession> &sessions);
[[nodiscard]] Result<std::vector<RunSession>> parseSessions(std::string_view json, const std::string &where);

/// status.json: how far a run has come; replaced at every checkpoint and at its end.
struct RunProgress {
    RunStatus status = RunStatus::Running;
    std::int64_t step = 0;
    double epoch = 0;
    double seconds = 0;
    double trainFlops = 0;
    double validationAccuracy = std::numeric_limits<double>::quiet_NaN();
    double bestValidationAccuracy = std::numeric_limits<double>::quiet_NaN();
    double testAccuracy = std::numeric_limits<double>::quiet_NaN();
    std::string updated; ///< when this was written
    std::string failure; ///< why it failed
    ProcessIdentity process;

    /// Takes in a sample's figures.
    void note(const MetricSample &sample);
};

[[nodiscard]] std::string toJson(const RunProgress &progress);
[[nodiscard]] Result<RunProgress> parseProgress(std::string_view json, const std::string &where);

/// user.json: what the user said of a run.
struct UserNotes {
    std::string title; ///< empty: the model's name
    bool starred = false;
    std::vector<std::string> tags;
};

[[nodiscard]] std::string toJson(const UserNotes &notes);
[[nodiscard]] Result<UserNotes> parseNotes(std::string_view json, const std::string &where);

/// Now, in UTC, with milliseconds: "2026-11-21T06:12:04.123Z".
[[nodiscard]] std::string timestamp();

} // namespace rosler
