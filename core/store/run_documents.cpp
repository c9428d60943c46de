// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_documents.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <numeric>

#include "core/store/json_fields.h"

namespace rosler {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char *metaSchema = "rosler.meta/1";
constexpr const char *sessionsSchema = "rosler.sessions/1";
constexpr const char *statusSchema = "rosler.status/1";
constexpr const char *userSchema = "rosler.user/1";

Json environmentJson(const RunEnvironment &environment)
{
    Json libraries = Json::object();
    for (const auto &[name, version] : environment.libraries)
        libraries[name] = version;
    return {{"program",
             {{"version", environment.version},
              {"commit", environment.commit},
              {"modified", environment.modified},
              {"compiler", environment.compiler},
              {"compiler_flags", environment.compilerFlags},
              {"build_type", environment.buildType}}},
            {"libraries", std::move(libraries)},
            {"machine",
             {{"host", environment.host},
              {"cpu", environment.cpu},
              {"cores", environment.cores},
              {"threads", environment.threads},
              {"memory_bytes", environment.memoryBytes},
              {"system", environment.system},
              {"kernel", environment.kernel},
              {"load", jsonNumber(environment.load)}}}};
}

void takeEnvironment(const nlohmann::json &document, JsonFields &fields, RunEnvironment &environment)
{
    fields.takeObject("program", [&](JsonFields &program) {
        program.take("version", environment.version);
        program.take("commit", environment.commit);
        program.take("modified", environment.modified);
        program.take("compiler", environment.compiler);
        program.take("compiler_flags", environment.compilerFlags);
        program.take("build_type", environment.buildType);
    });
    fields.takeObject("machine", [&](JsonFields &machine) {
        std::int64_t cores = 0;
        std::int64_t threads = 0;
        machine.take("host", environment.host);
        machine.take("cpu", environment.cpu);
        machine.take("cores", cores);
        machine.take("threads", threads);
        machine.take("memory_bytes", environment.memoryBytes);
        machine.take("system", environment.system);
        machine.take("kernel", environment.kernel);
        machine.take("load", environment.load);
        environment.cores = static_cast<int>(cores);
        environment.threads = static_cast<int>(threads);
    });
    fields.takeObject("libraries", [](JsonFields &) {});
    if (!fields.outcome())
        return;
    for (const auto &[name, version] : document["libraries"].items())
        if (version.is_string())
            environment.libraries.emplace_back(name, version.get<std::string>());
}

} // namespace

std::string timestamp()
{
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto milliseconds = static_cast<long long>(now.time_since_epoch().count() % 1000);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts {};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 80> text {};
    const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03lldZ",
                                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                     parts.tm_min, parts.tm_sec, milliseconds);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string toJson(const RunMeta &meta)
{
    const auto sum = [](const std::vector<Index> &counts) {
        return std::accumulate(counts.begin(), counts.end(), Index {0});
    };
    Json document {{"schema", metaSchema},
                   {"created", meta.created},
                   {"group", meta.group},
                   {"experiment", meta.experiment},
                   {"model", {{"name", meta.model}, {"number", meta.modelNumber}}},
                   {"seed", meta.seed},
                   {"random", "philox4x32-10"},
                   {"trial_digest", meta.trialDigest},
                   {"dataset",
                    {{"name", meta.dataset},
                     {"source", meta.datasetSource},
                     {"digest", meta.datasetDigest},
                     {"channels", meta.shape.channels},
                     {"height", meta.shape.height},
                     {"width", meta.shape.width},
                     {"classes", meta.classes},
                     {"train", sum(meta.trainExamples)},
                     {"test", sum(meta.testExamples)},
                     {"train_of_class", meta.trainExamples},
                     {"test_of_class", meta.testExamples}}}};
    document.update(environmentJson(meta.environment));
    return documentText(document);
}

Result<RunMeta> parseMeta(std::string_view json, const std::string &where)
{
    const auto document = parseDocument(json, metaSchema, where);
    if (!document)
        return tl::unexpected(document.error());
    RunMeta meta;
    JsonFields fields(*document, where + ":");
    fields.take("created", meta.created);
    fields.take("group", meta.group);
    fields.take("experiment", meta.experiment);
    fields.takeObject("model", [&](JsonFields &model) {
        std::uint64_t number = 0;
        model.take("name", meta.model);
        model.take("number", number);
        meta.modelNumber = number;
    });
    fields.take("seed", meta.seed);
    fields.take("trial_digest", meta.trialDigest);
    fields.takeObject("dataset", [&](JsonFields &dataset) {
        dataset.take("name", meta.dataset);
        dataset.take("source", meta.datasetSource);
        dataset.take("digest", meta.datasetDigest);
        dataset.take("channels", meta.shape.channels);
        dataset.take("height", meta.shape.height);
        dataset.take("width", meta.shape.width);
        dataset.take("classes", meta.classes);
        dataset.take("train_of_class", meta.trainExamples);
        dataset.take("test_of_class", meta.testExamples);
    });
    takeEnvironment(*document, fields, meta.environment);
    if (!fields.outcome())
        return tl::unexpected(fields.outcome().error());
    constexpr Index widest = Index {1} << 20; // so that their product is a number
    for (const Index extent : {meta.shape.channels, meta.shape.height, meta.shape.width})
        if (extent < 1 || extent > widest)
            return fail(ErrorCode::Malformed, "an extent of " + std::to_string(extent), where + ":/dataset");
    return meta;
}

std::string toJson(const std::vector<RunSession> &sessions)
{
    Json list = Json::array();
    for (const RunSession &session : sessions) {
        Json entry {{"started", session.started}, {"from_step", session.fromStep}};
        entry.update(environmentJson(session.environment));
        list.push_back(std::move(entry));
    }
    return documentText(Json {{"schema", sessionsSchema}, {"sessions", std::move(list)}});
}

Result<std::vector<RunSession>> parseSessions(std::string_view json, const std::string &where)
{
    const auto document = parseDocument(json, sessionsSchema, where);
    if (!document)
        return tl::unexpected(document.error());
    const auto list = document->find("sessions");
    if (list == document->end() || !list->is_array())
        return fail(ErrorCode::Malformed, "expected a list", where + ":/sessions");
    std::vector<RunSession> sessions;
    for (const nlohmann::json &entry : *list) {
        const std::string at = where + ":/sessions/" + std::to_string(sessions.size());
        if (!entry.is_object())
            return fail(ErrorCode::Malformed, "expected an object", at);
        RunSession session;
        JsonFields fields(entry, at);
        fields.take("started", session.started);
        fields.take("from_step", session.fromStep);
        takeEnvironment(entry, fields, session.environment);
        if (!fields.outcome())
            return tl::unexpected(fields.outcome().error());
        sessions.push_back(std::move(session));
    }
    return sessions;
}

void RunProgress::note(const MetricSample &sample)
{
    step = sample.step;
    epoch = sample.epoch;
    seconds = sample.seconds;
    trainFlops = sample.trainFlops;
    if (!std::isnan(sample.validationAccuracy)) {
        validationAccuracy = sample.validationAccuracy;
        bestValidationAccuracy =
            std::fmax(bestValidationAccuracy, sample.validationAccuracy); // passes over NaN
    }
    if (!std::isnan(sample.testAccuracy))
        testAccuracy = sample.testAccuracy;
}

std::string toJson(const RunProgress &progress)
{
    Json document {{"schema", statusSchema},
                   {"status", nameOf(progress.status)},
                   {"step", progress.step},
                   {"epoch", jsonNumber(progress.epoch)},
                   {"seconds", jsonNumber(progress.seconds)},
                   {"train_flops", jsonNumber(progress.trainFlops)},
                   {"validation_accuracy", jsonNumber(progress.validationAccuracy)},
                   {"best_validation_accuracy", jsonNumber(progress.bestValidationAccuracy)},
                   {"test_accuracy", jsonNumber(progress.testAccuracy)},
                   {"updated", progress.updated},
                   {"process",
                    {{"pid", progress.process.pid},
                     {"started", progress.process.started},
                     {"boot", progress.process.boot},
                     {"namespace", progress.process.pidNamespace},
                     {"host", progress.process.host}}}};
    if (!progress.failure.empty())
        document["failure"] = progress.failure;
    return documentText(document);
}

Result<RunProgress> parseProgress(std::string_view json, const std::string &where)
{
    const auto document = parseDocument(json, statusSchema, where);
    if (!document)
        return tl::unexpected(document.error());
    RunProgress progress;
    std::string status;
    JsonFields fields(*document, where + ":");
    fields.take("status", status);
    fields.take("step", progress.step);
    fields.take("epoch", progress.epoch);
    fields.take("seconds", progress.seconds);
    fields.take("train_flops", progress.trainFlops);
    // Version 1 held out nothing; its "best_test_accuracy" is passed over: nothing is chosen by the test
    // part.
    fields.takeIfThere("validation_accuracy", progress.validationAccuracy);
    fields.takeIfThere("best_validation_accuracy", progress.bestValidationAccuracy);
    fields.take("test_accuracy", progress.testAccuracy);
    fields.take("updated", progress.updated);
    fields.takeIfThere("failure", progress.failure);
    fields.takeObject("process", [&](JsonFields &process) {
        process.take("pid", progress.process.pid);
        process.take("started", progress.process.started);
        process.take("boot", progress.process.boot);
        process.take("namespace", progress.process.pidNamespace);
        process.take("host", progress.process.host);
    });
    if (!fields.outcome())
        return tl::unexpected(fields.outcome().error());
    const auto known = runStatus(status);
    if (!known)
        return fail(ErrorCode::Malformed, "status \"" + status + "\"", where + ":/status");
    progress.status = *known;
    return progress;
}

std::string toJson(const UserNotes &notes)
{
    return documentText(
        {{"schema", userSchema}, {"title", notes.title}, {"starred", notes.starred}, {"tags", notes.tags}});
}

Result<UserNotes> parseNotes(std::string_view json, const std::string &where)
{
    const auto document = parseDocument(json, userSchema, where);
    if (!document)
        return tl::unexpected(document.error());
    UserNotes notes;
    JsonFields fields(*document, where + ":");
    fields.takeIfThere("title", notes.title);
    fields.takeIfThere("starred", notes.starred);
    fields.takeIfThere("tags", notes.tags);
    if (!fields.outcome())
        return tl::unexpected(fields.outcome().error());
    return notes;
}

} // namespace rosler
