// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/lone_training.h"
#include "app/cli/printable.h"
#include "app/cli/sketch_text.h"
#include "app/cli/text_table.h"
#include "core/base/quantity_text.h"
#include "core/base/staged_file.h"
#include "core/base/text_number.h"
#include "core/experiment/candidate_choice.h"
#include "core/experiment/memory_need.h"
#include "core/experiment/shipped_experiments.h"

namespace rosler::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string spec;
    DataOptions data;
    std::string model;
    std::vector<std::string> ranks;
    std::vector<std::string> sketchSizes;
    std::vector<double> learningRates;
    std::optional<std::uint64_t> seed;
    std::uint64_t seeds = 1;
    std::optional<Index> epochs;
    double within = 0.3;
    int threads = 0;
    std::string save;
    bool json = false;
};

/// "32,10,8"
std::optional<std::vector<Index>> listIn(const std::string &text)
{
    std::vector<Index> values;
    for (std::size_t begin = 0;;) {
        const std::size_t comma = text.find(',', begin);
        const auto value = numberIn<Index>(std::string_view(text).substr(begin, comma - begin));
        if (!value || *value < 1)
            return std::nullopt;
        values.push_back(*value);
        if (comma == std::string::npos)
            return values;
        begin = comma + 1;
    }
}

std::string listCheck(const std::string &text)
{
    return listIn(text) ? std::string() : "\"" + text + "\" is no list of whole numbers like 32,10,8";
}

std::vector<std::vector<Index>> listsIn(const std::vector<std::string> &texts)
{
    std::vector<std::vector<Index>> lists;
    for (const std::string &text : texts)
        lists.push_back(listIn(text).value());
    return lists;
}

Json asJson(const Candidate &candidate)
{
    Json accuracies = Json::array();
    for (const double accuracy : candidate.accuracies)
        accuracies.push_back(std::isnan(accuracy) ? Json(nullptr) : Json(accuracy));
    Json j;
    j["name"] = candidate.model.name;
    putSketches(j, candidate.sketches);
    j["learning_rate"] = candidate.model.learningRate;
    j["bytes_f16"] = candidate.cost.weightBytes(NumberType::Float16);
    const double mean = candidate.mean();
    j["validation_accuracy"] = std::isnan(mean) ? Json(nullptr) : Json(mean);
    j["validation_accuracies"] = accuracies;
    return j;
}

class Chooser
{
public:
    Chooser(const Options &options, ExperimentSpec spec)
        : m_options(options)
        , m_spec(std::move(spec))
    {
    }

    int run()
    {
        std::optional<ModelSpec> model;
        std::optional<ModelSpec> reference;
        for (std::size_t i = 0; i < m_spec.models.size(); ++i) {
            const ModelSpec &m = m_spec.models[i];
            if (!model && (m_options.model.empty() ? m.isSketched() : m.name == m_options.model))
                model = modelAlone(m_spec, i);
            if (!reference && !m.isSketched())
                reference = modelAlone(m_spec, i);
        }
        if (!model)
            return report({ErrorCode::NotFound,
                           m_options.model.empty() ? "no model of the experiment is sketched"
                                                   : "no model is named \"" + m_options.model + '"',
                           m_options.spec});
        auto candidates = candidatesOf(
            *model, {listsIn(m_options.ranks), listsIn(m_options.sketchSizes), m_options.learningRates});
        if (!candidates)
            return report(candidates.error());
        const auto data = loadWithProgress(m_spec.dataset, m_interrupt.token());
        if (!data)
            return reportUnlessCancelled(data.error());
        m_data = *data;
        if (reference)
            m_reference = Candidate {*reference, {}, {}, {}};
        for (Candidate &candidate : *candidates)
            if (const auto planned = plan(candidate); !planned)
                return report(planned.error());
        if (m_reference)
            if (const auto planned = plan(*m_reference); !planned)
                return report(planned.error());
        if (!m_options.save.empty()) // told now, not after all the training
            if (const auto room = StagedFile::write(m_options.save, {}, Outlive::Program); !room)
                return report(room.error());
        const std::size_t all = (candidates->size() + (m_reference ? 1 : 0)) * m_options.seeds;
        std::fprintf(stderr, "%zu trainings of %lld epochs on %lld examples, validated on %lld\n", all,
                     static_cast<long long>(m_spec.training.epochs),
                     static_cast<long long>(trainedExamples()),
                     static_cast<long long>(m_data->train().count() - trainedExamples()));
        if (m_reference)
            if (const auto done = train(*m_reference); !done)
                return reportUnlessCancelled(done.error());
        for (Candidate &candidate : *candidates)
            if (const auto done = train(candidate); !done)
                return reportUnlessCancelled(done.error());
        return conclude(*candidates);
    }

private:
    [[nodiscard]] Index trainedExamples() const
    {
        return trainingCountOf(m_data->train().count(), m_spec.training.validation);
    }

    /// What it costs, and whether there is room for it.
    Result<void> plan(Candidate &candidate)
    {
        ExperimentSpec alone = m_spec;
        alone.models = {candidate.model};
        const Index examples = m_data->train().count();
        const auto network = planOf(trialOf(alone, 0), m_data->shape(), m_data->classes());
        if (!network)
            return tl::unexpected(network.error());
        candidate.sketches = sketchesOf(*network);
        const auto cost = costOf(trialOf(alone, 0), m_data->shape(), m_data->classes(), examples);
        if (!cost)
            return tl::unexpected(cost.error());
        candidate.cost = *cost;
        return checkMemory(alone, m_data->shape(), m_data->classes(), examples);
    }

    /// A model, trained with a seed; its teacher before, unless that has been trained already.
    Result<LoneResult> trained(const ModelSpec &model, std::uint64_t seed)
    {
        std::shared_ptr<const Network> teacher;
        if (model.teacher) {
            auto &kept = m_teachers[{model.teacher->model, seed}];
            if (kept == nullptr) {
                ExperimentSpec pupil = m_spec;
                pupil.models.push_back(model);
                const auto number = teacherOf(pupil, pupil.models.size() - 1);
                if (!number)
                    return fail(ErrorCode::NotFound, "no model is named \"" + model.teacher->model + '"',
                                m_options.spec);
                auto made = trained(modelAlone(m_spec, *number), seed);
                if (!made)
                    return made;
                if (made->diverged)
                    return fail(ErrorCode::OutOfRange, "it diverged, and others learn from it",
                                model.teacher->model);
                kept = std::move(made->network);
            }
            teacher = kept;
        }
        return trainAlone(m_spec, model, std::move(teacher), seed, {m_data, m_options.threads, m_interrupt});
    }

    Result<void> train(Candidate &candidate)
    {
        for (std::uint64_t i = 0; i < m_options.seeds; ++i) {
            auto made = trained(candidate.model, m_spec.seed + i);
            if (!made)
                return tl::unexpected(made.error());
            candidate.accuracies.push_back(made->validationAccuracy);
            if (m_reference && &candidate == &*m_reference && !made->diverged)
                m_teachers[{candidate.model.name, m_spec.seed + i}] = std::move(made->network);
        }
        std::fprintf(stderr, "%s %s %s rate %s: %s\n", printable(candidate.model.name).c_str(),
                     rankText(candidate.sketches).c_str(), sketchSizeText(candidate.sketches).c_str(),
                     numberText(candidate.model.learningRate).c_str(), percentText(candidate.mean()).c_str());
        return {};
    }

    int conclude(const std::vector<Candidate> &candidates)
    {
        const double reference = m_reference ? m_reference->mean() : std::numeric_limits<double>::quiet_NaN();
        const auto chosen = chooseCandidate(candidates, reference, m_options.within / 100.0);
        TextTable table({"model", "rank", "sketch size", "learning rate", "memory f16", "validation", ""});
        const auto row = [&](const Candidate &c, const char *mark) {
            table.add({c.model.name, rankText(c.sketches), sketchSizeText(c.sketches),
                       numberText(c.model.learningRate),
                       bytesText(static_cast<double>(c.cost.weightBytes(NumberType::Float16))),
                       percentText(c.mean()), mark});
        };
        if (m_reference)
            row(*m_reference, "reference");
        for (std::size_t i = 0; i < candidates.size(); ++i)
            row(candidates[i], chosen && i == *chosen ? "chosen" : "");
        std::fprintf(m_options.json ? stderr : stdout,
                     "%sMean validation accuracy of %llu seed%s; the test part was not looked at.\n",
                     table.text().c_str(), static_cast<unsigned long long>(m_options.seeds),
                     m_options.seeds == 1 ? "" : "s");
        if (!chosen)
            return report({ErrorCode::OutOfRange, "every candidate diverged; try lower learning rates",
                           m_options.spec});
        if (m_options.json)
            print(candidates, *chosen);
        return m_options.save.empty() ? static_cast<int>(Done) : save(candidates[*chosen].model);
    }

    /// The experiment with the chosen model in the place of the one that was varied. Its choices are made: it
    /// trains on everything.
    int save(const ModelSpec &chosen)
    {
        ExperimentSpec spec = m_spec;
        spec.training.validation = ValidationSpec::none();
        for (ModelSpec &model : spec.models)
            if (model.name == chosen.name) {
                model = chosen;
                if (model.teacher)
                    model.teacher->layers.clear(); // its teacher stands beside it
            }
        const auto written = replaceFile(m_options.save, toJson(spec), Outlive::PowerCut);
        return written ? static_cast<int>(Done) : report(written.error());
    }

    void print(const std::vector<Candidate> &candidates, std::size_t chosen)
    {
        Json j;
        j["schema"] = "rosler.choice/1";
        j["dataset"] = {{"name", m_data->name()},
                        {"digest", m_data->digest()},
                        {"train", trainedExamples()},
                        {"validation", m_data->train().count() - trainedExamples()}};
        j["seeds"] = m_options.seeds;
        j["within"] = m_options.within;
        j["reference"] = m_reference ? asJson(*m_reference) : Json(nullptr);
        j["candidates"] = Json::array();
        for (const Candidate &candidate : candidates)
            j["candidates"].push_back(asJson(candidate));
        j["chosen"] = chosen;
        std::printf("%s\n", j.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    }

    const Options &m_options;
    ExperimentSpec m_spec;
    const Interrupt m_interrupt; // before any other thread
    std::shared_ptr<const Dataset> m_data;
    std::optional<Candidate> m_reference;
    /// Trained networks that candidates learn from, by name and seed.
    std::map<std::pair<std::string, std::uint64_t>, std::shared_ptr<const Network>> m_teachers;
};

} // namespace

std::function<int()> chooseCommand(CLI::App &app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("spec", options->spec, "An experiment: a JSON file, or a shipped one")->required();
    addDataOptions(app, options->data);
    app.add_option("--model", options->model, "The sketched model that is varied (default: the first one)");
    app.add_option("--rank", options->ranks,
                   "Ranks to try, one a weighted layer: 32,10,8; may be given again")
        ->check(listCheck);
    app.add_option("--sketch-size", options->sketchSizes,
                   "Sketch sizes to try, one a weighted layer: 448,384,384; may be given again")
        ->check(listCheck);
    app.add_option("--learning-rate", options->learningRates, "Learning rates to try; may be given again")
        ->check(CLI::Range(1e-9, 10.0));
    addSeed(app, options->seed);
    app.add_option("--seeds", options->seeds, "How many seeds are averaged, from the first one on")
        ->check(CLI::Range(std::uint64_t {1}, std::uint64_t {1000}))
        ->capture_default_str();
    app.add_option("--epochs", options->epochs, "Passes over the training data")
        ->check(CLI::Range(1, 100'000));
    app.add_option("--within", options->within,
                   "Points of accuracy that a smaller model may lie below the model without sketches")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    app.add_option("--threads", options->threads, "Threads to train with (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--save", options->save, "File for the experiment with what was chosen");
    app.add_flag("--json", options->json, "Print the result as one JSON object on the last line");
    return [options]() -> int {
        auto spec = loadExperiment(options->spec);
        if (!spec)
            return report(spec.error());
        if (!spec->training.validation.any())
            spec->training.validation = ValidationSpec::tenth(); // there is no choosing without it
        if (const auto applied = applyDataOptions(options->data, *spec); !applied)
            return report(applied.error());
        if (!spec->training.validation.any())
            return report({ErrorCode::OutOfRange, "choosing needs validation examples", "--validation"});
        if (options->seed)
            spec->seed = *options->seed;
        if (options->epochs)
            spec->training.epochs = *options->epochs;
        return Chooser(*options, std::move(*spec)).run();
    };
}

} // namespace rosler::cli
