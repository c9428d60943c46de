// SPDX-License-Identifier: Apache-2.0
#include "core/training/trainer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"
#include "core/compress/float16.h"
#include "core/data/feature_moments.h"
#include "core/nn/layer_catalog.h"
#include "core/nn/loss.h"
#include "core/nn/optimizer.h"
#include "core/nn/orthonormal_factors.h"
#include "core/nn/orthonormal_macs.h"
#include "core/sketch/column_sampling.h"
#include "core/training/batch_feeder.h"
#include "core/training/gradient_engine.h"
#include "core/training/stage_schedule.h"
#include "core/training/teacher.h"
#include "core/training/update_sink.h"

namespace rosler {

namespace {

constexpr Index featureSample = 4'096; // training examples that kept features are chosen by
constexpr Index featureSubspace = 64;  // dimension of the subspace for leverage scores
constexpr std::int64_t samplesPerEpoch = 20;
constexpr Index evaluationPiece = 250; // examples

/// @param chosen  numbers of the examples that count; empty = all
BatchScore evaluate(const Network &network, const Examples &examples,
                    std::span<const std::uint32_t> chosen = {})
{
    const Index all = chosen.empty() ? examples.count() : static_cast<Index>(chosen.size());
    const Index pieces = (all + evaluationPiece - 1) / evaluationPiece;
    std::vector<BatchScore> scores(static_cast<std::size_t>(pieces));
    tbb::parallel_for(
        Index {0}, pieces,
        [&](Index piece) {
            const Index first = piece * evaluationPiece;
            const Index count = std::min(evaluationPiece, all - first);
            const auto from = static_cast<std::size_t>(first);
            const auto size = static_cast<std::size_t>(count);
            BatchScore &score = scores[static_cast<std::size_t>(piece)];
            Matrix room;
            if (chosen.empty()) {
                const Matrix logits = network.predict(examples.features.rows(first, count, room));
                score = softmaxCrossEntropy(view(logits), std::span(examples.labels).subspan(from, size));
                return;
            }
            room.resize(count, examples.features.cols());
            std::vector<std::uint16_t> labels;
            for (const std::uint32_t number : chosen.subspan(from, size)) {
                examples.features.widen(number,
                                        room.data() + static_cast<Index>(labels.size()) * room.cols());
                labels.push_back(examples.labels[number]);
            }
            const Matrix logits = network.predict(view(std::as_const(room)));
            score = softmaxCrossEntropy(view(logits), labels);
        },
        tbb::simple_partitioner {});
    BatchScore total;
    for (const BatchScore &score : scores) {
        total.lossSum += score.lossSum;
        total.correct += score.correct;
    }
    return total;
}

double share(Index part, Index whole)
{
    return static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<std::uint32_t> chooseKeptFeatures(const TrialSpec &spec, Index read, const Examples &train,
                                              const TrainingSplit &split)
{
    const Index all = split.trainingCount(train.count());
    const Index count = std::min(featureSample, all);
    auto examples = sampleUniformly(
        all, count, RandomStream(spec.seed, Draw::KeptFeatures, std::numeric_limits<std::uint32_t>::max()));
    if (!split.validation.empty())
        for (std::uint32_t &number : examples)
            number = split.training[number];
    Matrix sample(count, train.features.cols());
    for (Index i = 0; i < count; ++i)
        train.features.widen(examples[static_cast<std::size_t>(i)], sample.data() + i * sample.cols());
    return chooseFeatures(view(std::as_const(sample)), read, spec.model.sketch.keptFeatures, featureSubspace,
                          spec.seed);
}

} // namespace

struct Trainer::State {
    State(const TrialSpec &trialSpec, std::shared_ptr<const Dataset> dataset, TrainingSplit parts,
          NetworkPlan plan)
        : spec(trialSpec)
        , data(std::move(dataset))
        , split(std::move(parts))
        , trainingExamples(split.trainingCount(data->train().count()))
        , stages(spec, trainingExamples)
        , network(std::move(plan))
        , optimizer(makeOptimizer(spec.training.optimizer))
        , batch(std::min(spec.training.batch, trainingExamples))
        , engine(network, batch)
    {
        optimizerState.assign(static_cast<std::size_t>(network.parameterCount() * optimizer->stateFloats()),
                              0.0F);
        // The R of patches has no columns that are features.
        const std::size_t first = network.firstWeighted();
        const bool readsImages = layerKindNamed(network.layer(first).plan().spec.kind)->images;
        for (const ParameterBlock &block : network.layer(first).blocks())
            if (block.factor == Factor::R && !readsImages) {
                firstR = block;
                firstR.offset += network.offset(first);
            }
        if (sketchesGradient())
            columnUpdates.assign(static_cast<std::size_t>(firstR.cols), 0);
    }

    [[nodiscard]] bool sketchesGradient() const noexcept
    {
        return firstR.size() > 0 && spec.model.sketch.gradientSketch < 1.0;
    }

    void makeFeeder()
    {
        feeder = std::make_unique<BatchFeeder>(data, split.training, network.keptFeatures(), batch, spec.seed,
                                               spec.training.augmentation);
    }

    BatchScore takeStep();
    /// Validation, where examples are held out, and test: at the end, or always where none are.
    void evaluateInto(MetricSample &point);
    std::vector<std::uint32_t> sketchGradient(const ConstMatrixView &x);

    TrialSpec spec;
    std::shared_ptr<const Dataset> data;
    TrainingSplit split;
    Index trainingExamples;
    StageSchedule stages;
    Network network;
    std::unique_ptr<const Optimizer> optimizer;
    Index batch;
    GradientEngine engine;
    std::unique_ptr<BatchFeeder> feeder;
    std::optional<Teacher> teacher;
    double teacherFlops = 0; ///< of one example
    ParameterBlock firstR;   ///< R that reads the data, offset in the network; empty when there is none

    Floats optimizerState;
    std::array<std::int64_t, factorKinds> updates {};
    std::vector<std::int64_t> columnUpdates; ///< of firstR's columns, with a gradient sketch
    std::int64_t step = 0;
    double seconds = 0;
    double trainFlops = 0;

    // Since the last sample.
    double lossSum = 0;
    Index correct = 0;
    Index seen = 0;
    bool testsAtEnd = true;
    double lastValidationAccuracy = std::numeric_limits<double>::quiet_NaN();
    double lastTestAccuracy = std::numeric_limits<double>::quiet_NaN();
};

void Trainer::State::evaluateInto(MetricSample &point)
{
    if (!split.validation.empty()) {
        const auto count = static_cast<Index>(split.validation.size());
        const BatchScore score = evaluate(network, data->train(), split.validation);
        point.validationLoss = score.lossSum / static_cast<double>(count);
        point.validationAccuracy = share(score.correct, count);
        lastValidationAccuracy = point.validationAccuracy;
        if (step < stages.totalSteps())
            return; // nobody looks at the test part before the end
    }
    if (!testsAtEnd)
        return;
    const Examples &test = data->test();
    const BatchScore score = evaluate(network, test);
    point.testLoss = score.lossSum / static_cast<double>(test.count());
    point.testAccuracy = share(score.correct, test.count());
    lastTestAccuracy = point.testAccuracy;
}

std::vector<std::uint32_t> Trainer::State::sketchGradient(const ConstMatrixView &x)
{
    std::vector<double> weights(static_cast<std::size_t>(x.cols()), 0.0);
    for (Index i = 0; i < x.rows(); ++i)
        for (Index j = 0; j < x.cols(); ++j)
            weights[static_cast<std::size_t>(j)] +=
                static_cast<double>(x(i, j)) * static_cast<double>(x(i, j));
    for (double &w : weights)
        w = std::sqrt(w);
    return sampleByWeight(weights, sketchedFeatures(x.cols(), spec.model.sketch.gradientSketch),
                          RandomStream(spec.seed, Draw::GradientSketch, static_cast<std::uint32_t>(step)));
}

BatchScore Trainer::State::takeStep()
{
    const Batch &batchNow = feeder->take(step);
    const ConstMatrixView x = rowsOf(view(batchNow.features), 0, batchNow.count);
    const FactorSet factors = stages.factors(step);

    UpdateSettings settings;
    settings.learningRate = stages.learningRate(step);
    settings.weightDecay = spec.training.weightDecay;
    settings.momentum = spec.training.momentum;
    for (std::size_t k = 0; k < factorKinds; ++k)
        if (factors.has(static_cast<Factor>(k)))
            settings.update = ++updates[k]; // equal for all kinds as long as all are trained
    UpdateSink sink(*optimizer, network.parameters(), optimizerState, settings);

    std::vector<std::uint32_t> features;
    if (factors.r && sketchesGradient()) {
        features = sketchGradient(x);
        for (const std::uint32_t f : features)
            ++columnUpdates[f];
        sink.restrict(firstR, features, columnUpdates);
    }

    const auto labels = std::span(batchNow.labels).first(static_cast<std::size_t>(batchNow.count));
    GradientEngine::Request wanted {factors, features, spec.seed, step};
    if (spec.model.isSketched())
        wanted.productDecay = static_cast<float>(spec.model.sketch.productDecay);
    std::optional<ConstMatrixView> taught;
    if (teacher) {
        taught.emplace(teacher->logits(batchNow));
        wanted.teacher = &*taught;
        wanted.distillation = spec.model.teacher->distillation;
        if (spec.training.augmentation.any())
            trainFlops += teacherFlops * static_cast<double>(batchNow.count);
    }
    const BatchScore score = engine.run(network, x, labels, wanted, sink);

    const std::size_t first = network.firstWeighted();
    std::uint64_t macs = features.empty() ? 0 : static_cast<std::uint64_t>(x.cols()); // norms of the columns
    for (std::size_t i = first; i < network.layerCount(); ++i) {
        const Layer &layer = network.layer(i);
        const bool picks = i == first && !features.empty();
        macs += layer.forwardMacs()
            + layer.backwardMacs(factors, picks ? static_cast<Index>(features.size()) : layer.inputs(),
                                 i > first);
    }
    trainFlops += 2.0 * static_cast<double>(macs) * static_cast<double>(batchNow.count);
    ++step;
    if (stages.orthonormalisesAfter(step) && std::isfinite(score.lossSum)) {
        orthonormaliseSketches(network, *optimizer, optimizerState);
        for (std::size_t i = first; i < network.layerCount(); ++i)
            trainFlops += 2.0 * static_cast<double>(orthonormaliseMacs(network.layer(i)));
    }
    lossSum += score.lossSum;
    correct += score.correct;
    seen += batchNow.count;
    return score;
}

Trainer::Trainer(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer &&) noexcept = default;
Trainer &Trainer::operator=(Trainer &&) noexcept = default;

Result<Trainer> Trainer::create(const TrialSpec &spec, std::shared_ptr<const Dataset> data)
{
    auto plan = planOf(spec, data->shape(), data->classes());
    if (!plan)
        return tl::unexpected(plan.error());
    auto split = splitTraining(data->train(), data->classes(), spec.training.validation);
    if (!split)
        return tl::unexpected(split.error());
    auto state = std::make_unique<State>(spec, std::move(data), std::move(*split), std::move(*plan));
    Network &network = state->network;
    network.initialise(spec.seed, spec.model.sketch.initialisation);
    if (network.plan().keepsFeatures())
        network.setKeptFeatures(chooseKeptFeatures(spec, network.read(), state->data->train(), state->split));
    if (network.isFitted()) {
        const FeatureMoments moments =
            momentsOf(state->data->train().features, state->split.training, network.keptFeatures());
        network.fit(moments.mean, moments.deviation);
    }
    state->makeFeeder();
    return Trainer(std::move(state));
}

Result<void> Trainer::restore(TrainingState from)
{
    State &s = *m_state;
    const auto mismatch = [](const char *what, std::size_t got, std::size_t expected) {
        return fail(ErrorCode::Malformed,
                    std::string("the checkpoint holds ") + std::to_string(got) + ' ' + what
                        + ", this trial needs " + std::to_string(expected));
    };
    if (from.parameters.size() != s.network.parameters().size())
        return mismatch("parameters", from.parameters.size(), s.network.parameters().size());
    if (from.optimizerState.size() != s.optimizerState.size())
        return mismatch("numbers of optimiser state", from.optimizerState.size(), s.optimizerState.size());
    const std::size_t counters = factorKinds + s.columnUpdates.size();
    if (from.updates.size() != factorKinds && from.updates.size() != counters)
        return mismatch("update counters", from.updates.size(), counters);
    if (from.keptFeatures.size() != s.network.keptFeatures().size())
        return mismatch("kept features", from.keptFeatures.size(), s.network.keptFeatures().size());
    if (from.step < 0 || from.step > s.stages.totalSteps())
        return fail(ErrorCode::Malformed,
                    "the checkpoint stands at step " + std::to_string(from.step) + " of "
                        + std::to_string(s.stages.totalSteps()));
    for (std::size_t i = 0; i < from.keptFeatures.size(); ++i)
        if (static_cast<Index>(from.keptFeatures[i]) >= s.network.features()
            || (i > 0 && from.keptFeatures[i] <= from.keptFeatures[i - 1]))
            return fail(ErrorCode::Malformed,
                        "the checkpoint's kept features are not ascending numbers below "
                            + std::to_string(s.network.features()));
    std::copy(from.parameters.begin(), from.parameters.end(), s.network.parameters().begin());
    std::copy(from.optimizerState.begin(), from.optimizerState.end(), s.optimizerState.begin());
    std::copy_n(from.updates.begin(), factorKinds, s.updates.begin());
    // Until columns were counted, all of them went by the number of their kind.
    std::fill(s.columnUpdates.begin(), s.columnUpdates.end(), s.updates[static_cast<std::size_t>(Factor::R)]);
    std::copy(from.updates.begin() + factorKinds, from.updates.end(), s.columnUpdates.begin());
    s.network.setKeptFeatures(std::move(from.keptFeatures));
    s.step = from.step;
    s.seconds = from.seconds;
    s.trainFlops = from.trainFlops;
    s.makeFeeder();
    return {};
}

Result<void> Trainer::learnFrom(std::shared_ptr<const Network> teacher)
{
    State &s = *m_state;
    ROSLER_EXPECTS(s.spec.model.teacher && teacher != nullptr);
    if (teacher->features() != s.data->features() || teacher->classes() != s.data->classes())
        return fail(ErrorCode::Rejected,
                    "the teacher reads " + std::to_string(teacher->features()) + " features and tells "
                        + std::to_string(teacher->classes()) + " classes, the data have "
                        + std::to_string(s.data->features()) + " and " + std::to_string(s.data->classes()),
                    s.spec.model.teacher->model);
    s.teacherFlops = 2.0 * static_cast<double>(forwardMacs(*teacher));
    s.teacher.emplace(std::move(teacher), s.data, s.split.training, s.batch, s.spec.seed,
                      s.spec.training.augmentation);
    return {};
}

TrainingState Trainer::state() const
{
    const State &s = *m_state;
    TrainingState state;
    state.parameters.assign(s.network.parameters().begin(), s.network.parameters().end());
    state.optimizerState.assign(s.optimizerState.begin(), s.optimizerState.end());
    state.step = s.step;
    state.updates.assign(s.updates.begin(), s.updates.end());
    state.updates.insert(state.updates.end(), s.columnUpdates.begin(), s.columnUpdates.end());
    state.keptFeatures = s.network.keptFeatures();
    state.seconds = s.seconds;
    state.trainFlops = s.trainFlops;
    return state;
}

Trainer::Advance Trainer::advance(TrainerObserver &observer, const std::stop_token &stop, PauseGate &gate,
                                  const std::atomic<bool> *yield)
{
    using Clock = std::chrono::steady_clock;
    State &s = *m_state;
    const std::int64_t perEpoch = s.stages.stepsPerEpoch();
    const std::int64_t total = s.stages.totalSteps();
    const std::int64_t every = std::max<std::int64_t>(1, perEpoch / samplesPerEpoch);
    if (s.step >= total) {
        if (std::isnan(s.lastTestAccuracy)) { // restored at its end
            MetricSample unseen;
            s.evaluateInto(unseen);
        }
        return Advance::Finished;
    }
    const std::int64_t epochEnd = (s.step / perEpoch + 1) * perEpoch;
    // In the first epoch the curves should not keep anyone waiting for a first point.
    const auto evaluatesEarly = [&](std::int64_t step) {
        return step < perEpoch
            && (step == (perEpoch + 15) / 16 || step == perEpoch / 4 || step == perEpoch / 2);
    };

    auto since = Clock::now();
    const auto stopWatch = [&] {
        const auto now = Clock::now();
        s.seconds += std::chrono::duration<double>(now - since).count();
        since = now;
    };
    const auto sample = [&](bool evaluated) {
        MetricSample point;
        point.step = s.step;
        point.epoch = epoch();
        point.seconds = s.seconds;
        point.trainFlops = s.trainFlops;
        if (s.seen > 0) {
            point.trainLoss = s.lossSum / static_cast<double>(s.seen);
            point.trainAccuracy = share(s.correct, s.seen);
        }
        s.lossSum = 0;
        s.correct = 0;
        s.seen = 0;
        if (evaluated)
            s.evaluateInto(point);
        observer.sampled(point);
        since = Clock::now(); // evaluation is not training
    };

    // Whether to leave before the next step.
    const auto interrupted = [&]() -> std::optional<Advance> {
        if (gate.isClosed()) {
            stopWatch();
            gate.pass(stop);
            since = Clock::now();
        }
        const bool stops = stop.stop_requested();
        if (!stops && (yield == nullptr || !yield->load(std::memory_order_relaxed)))
            return std::nullopt;
        stopWatch();
        return stops ? Advance::Stopped : Advance::Yielded;
    };
    ROSLER_EXPECTS(s.teacher.has_value() == s.spec.model.teacher.has_value());
    while (s.teacher && !s.teacher->isPrepared()) {
        if (const auto how = interrupted())
            return *how;
        s.teacher->prepare();
        // Once: what goes on from a state later has it counted already.
        if (s.teacher->isPrepared() && s.step == 0 && s.trainFlops == 0)
            s.trainFlops = s.teacherFlops * static_cast<double>(s.trainingExamples);
    }

    while (s.step < epochEnd) {
        if (const auto how = interrupted())
            return *how;
        const BatchScore score = s.takeStep();
        if (!std::isfinite(score.lossSum)) {
            stopWatch();
            sample(false);
            return Advance::Diverged;
        }
        if (s.step < epochEnd && (s.step % every == 0 || evaluatesEarly(s.step))) {
            stopWatch();
            sample(evaluatesEarly(s.step));
        }
    }
    stopWatch();
    sample(true);
    return s.step >= total ? Advance::Finished : Advance::EpochEnded;
}

const Network &Trainer::network() const noexcept
{
    return m_state->network;
}

std::int64_t Trainer::step() const noexcept
{
    return m_state->step;
}

std::int64_t Trainer::totalSteps() const noexcept
{
    return m_state->stages.totalSteps();
}

double Trainer::epoch() const noexcept
{
    return static_cast<double>(m_state->step) / static_cast<double>(m_state->stages.stepsPerEpoch());
}

double Trainer::seconds() const noexcept
{
    return m_state->seconds;
}

double Trainer::trainFlops() const noexcept
{
    return m_state->trainFlops;
}

void Trainer::leaveTestPartAlone() noexcept
{
    m_state->testsAtEnd = false;
}

Index Trainer::trainingExamples() const noexcept
{
    return m_state->trainingExamples;
}

Index Trainer::validationExamples() const noexcept
{
    return static_cast<Index>(m_state->split.validation.size());
}

double Trainer::lastValidationAccuracy() const noexcept
{
    return m_state->lastValidationAccuracy;
}

double Trainer::lastTestAccuracy() const noexcept
{
    return m_state->lastTestAccuracy;
}

double Trainer::testAccuracyFloat16() const
{
    const Examples &test = m_state->data->test();
    return share(evaluate(withFloat16Weights(m_state->network), test).correct, test.count());
}

} // namespace rosler
