// SPDX-License-Identifier: Apache-2.0
#include "core/store/checkpoint_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "core/base/digest.h"
#include "core/base/text_number.h"
#include "core/experiment/layer_text.h"
#include "core/h5/h5_file.h"
#include "core/nn/layer_catalog.h"
#include "core/store/sealed_file.h"

namespace rosler {

namespace {

constexpr std::string_view checkpointFormat = "rosler.checkpoint/1";

template <typename T>
Result<void> writeVector(h5::Group &root, const char *name, const std::vector<T> &values)
{
    const std::array<Index, 1> extents {static_cast<Index>(values.size())};
    return root.write(name, std::span(values), extents);
}

template <typename T>
Result<void> readVector(const h5::Group &root, const char *name, Index most, std::vector<T> &values)
{
    const auto length = root.length(name, most);
    if (!length)
        return tl::unexpected(length.error());
    values.resize(static_cast<std::size_t>(*length));
    const std::array<Index, 1> extents {*length};
    return root.read(name, std::span(values), extents);
}

/// A number that may not be negative, nor NaN or infinite.
Result<void> readAmount(const h5::Group &root, const char *name, double &value)
{
    const auto found = root.real(name);
    if (!found)
        return tl::unexpected(found.error());
    if (!std::isfinite(*found) || *found < 0)
        return fail(ErrorCode::Malformed, numberText(*found) + " is no amount", root.path() + "@" + name);
    value = *found;
    return {};
}

/// The vectors, none longer than the file has room for.
Result<void> readVectors(const h5::Group &root, std::size_t fileLength, TrainingState &state)
{
    const auto most = static_cast<Index>(fileLength / sizeof(float));
    if (auto done = readVector(root, "parameters", most, state.parameters); !done)
        return done;
    if (auto done = readVector(root, "optimizer_state", most, state.optimizerState); !done)
        return done;
    if (auto done = readVector(root, "kept_features", most, state.keptFeatures); !done)
        return done;
    return readVector(root, "updates", most, state.updates);
}

/// A model as version 1 of the specs said it.
struct VersionOne {
    std::vector<Index> widths; ///< of the hidden layers
    std::vector<Index> rank;   ///< of each layer, when sketched
    std::vector<Index> sketchSize;
};

/// @p model in those words, or none: fully connected layers with ReLU between them, sketched all or none.
std::optional<VersionOne> asVersionOne(const ModelSpec &model)
{
    VersionOne one;
    const bool sketched = model.isSketched();
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSpec &layer = model.layers[i];
        if (layer.sketch.has_value() != sketched || (layer.sketch && !layer.sketch->size))
            return std::nullopt;
        std::optional<Index> units;
        if (i + 1 < model.layers.size()) {
            if (layer.fields.empty())
                return std::nullopt;
            units = static_cast<Index>(layer.fields.begin()->second);
            one.widths.push_back(*units);
        }
        if (layer != fullyConnected(units, layer.sketch))
            return std::nullopt;
        if (layer.sketch) {
            one.rank.push_back(layer.sketch->rank);
            one.sketchSize.push_back(*layer.sketch->size);
        }
    }
    return one;
}

} // namespace

std::string trialDigest(const TrialSpec &spec)
{
    // What version 1 of the specs could say is digested as it was then: checkpoints of that time stay good.
    const auto one = asVersionOne(spec.model);
    std::string text = one ? "rosler.trial/1\n" : "rosler.trial/2\n";
    const auto line = [&text](std::string_view name, const std::string &value) {
        text.append(name).append(" ").append(value).append("\n");
    };
    const auto list = [](const std::vector<Index> &values) {
        std::string joined;
        for (const Index value : values)
            joined += (joined.empty() ? "" : ",") + std::to_string(value);
        return joined;
    };
    const auto number = [](auto value) { return std::to_string(static_cast<int>(value)); };
    if (one) {
        line("widths", list(one->widths));
        line("kind", number(spec.model.isSketched()));
    } else {
        line("layers", textOf(spec.model.layers));
    }
    if (spec.model.start)
        line("start", spec.model.start->digest);
    if (spec.model.teacher) {
        line("teacher", textOf(spec.model.teacher->layers));
        line("temperature", numberText(spec.model.teacher->distillation.temperature));
        line("share", numberText(spec.model.teacher->distillation.share));
    }
    line("rate", numberText(spec.model.learningRate));
    if (spec.model.isSketched()) {
        const SketchOptions &sketch = spec.model.sketch;
        if (one) {
            line("rank", list(one->rank));
            line("sketch", list(one->sketchSize));
        }
        line("initialisation", number(sketch.initialisation));
        line("kept", number(sketch.keptFeatures));
        line("gradient", numberText(sketch.gradientSketch));
        line("successive", numberText(sketch.successiveFrom));
        if (sketch.productDecay > 0) // what has none is digested as it was before there was any
            line("product decay", numberText(sketch.productDecay));
        if (sketch.orthonormalise > 0)
            line("orthonormalise", std::to_string(sketch.orthonormalise));
    }
    const TrainingSpec &training = spec.training;
    line("epochs", std::to_string(training.epochs));
    line("batch", std::to_string(training.batch));
    line("optimizer", number(training.optimizer));
    line("schedule", number(training.schedule));
    if (training.warmup > 0)
        line("warmup", numberText(training.warmup));
    line("momentum", numberText(training.momentum));
    line("decay", numberText(training.weightDecay));
    if (training.validation.any()) {
        line("validation share", numberText(training.validation.share));
        line("validation count", std::to_string(training.validation.count));
    }
    if (training.augmentation.any()) {
        line("shift", std::to_string(training.augmentation.shift));
        line("flip", number(training.augmentation.flip));
        line("noise", numberText(training.augmentation.noise));
    }
    line("seed", std::to_string(spec.seed));
    return sha256Hex(std::as_bytes(std::span(text)));
}

Result<std::string> checkpointBytes(const TrainingState &state, const std::string &trialDigest)
{
    auto file = h5::File::create("checkpoint.h5");
    if (!file)
        return tl::unexpected(file.error());
    {
        auto root = file->root();
        if (!root)
            return tl::unexpected(root.error());
        for (const Result<void> &done :
             {root->setText("format", checkpointFormat), root->setText("trial_digest", trialDigest),
              root->setInteger("step", state.step), root->setReal("seconds", state.seconds),
              root->setReal("train_flops", state.trainFlops),
              writeVector(*root, "parameters", state.parameters),
              writeVector(*root, "optimizer_state", state.optimizerState),
              writeVector(*root, "updates", state.updates),
              writeVector(*root, "kept_features", state.keptFeatures)})
            if (!done)
                return tl::unexpected(done.error());
    }
    return file->bytes().map([](std::string bytes) { return sealed(std::move(bytes)); });
}

Result<TrainingState> parseCheckpoint(std::string_view bytes, const std::string &trialDigest,
                                      const std::string &where)
{
    const auto body = unsealed(bytes, where);
    if (!body)
        return tl::unexpected(body.error());
    const auto file = h5::File::open(*body, where);
    if (!file)
        return tl::unexpected(file.error());
    const auto root = file->root();
    if (!root)
        return tl::unexpected(root.error());
    const auto version = root->text("format");
    if (!version)
        return tl::unexpected(version.error());
    if (*version != checkpointFormat)
        return fail(ErrorCode::Unsupported,
                    "format \"" + *version + "\"; this version knows " + std::string(checkpointFormat),
                    where + ":@format");
    const auto digest = root->text("trial_digest");
    if (!digest)
        return tl::unexpected(digest.error());
    if (*digest != trialDigest)
        return fail(ErrorCode::Rejected, "the checkpoint is another trial's", where + ":@trial_digest");

    TrainingState state;
    const auto step = root->integer("step");
    if (!step)
        return tl::unexpected(step.error());
    if (*step < 0)
        return fail(ErrorCode::Malformed, "step " + std::to_string(*step), where + ":@step");
    state.step = *step;
    if (auto done = readAmount(*root, "seconds", state.seconds); !done)
        return tl::unexpected(done.error());
    if (auto done = readAmount(*root, "train_flops", state.trainFlops); !done)
        return tl::unexpected(done.error());
    if (auto done = readVectors(*root, body->size(), state); !done)
        return tl::unexpected(done.error());
    if (std::ranges::any_of(state.updates, [](std::int64_t count) { return count < 0; }))
        return fail(ErrorCode::Malformed, "a negative number of updates", where + ":/updates");
    return state;
}

} // namespace rosler
