// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/measure_model.h"

#include <algorithm>
#include <memory>

#include "core/base/digest.h"
#include "device_link/host/image_operations.h"
#include "device_link/host/model_push.h"

namespace rosler {

namespace {

/// Instructions (emulated) or ticks of a window, less what a window with nothing in it costs. Each reading
/// is rounded by itself, as PROTOCOL.md says: of the difference the count could be one off.
double netCount(bool emulated, const BoardProfile &profile, std::uint32_t ticks, std::uint32_t emptyTicks)
{
    const auto count = [&](std::uint32_t t) {
        return emulated && profile.emulator ? profile.emulator->instructions(t) : static_cast<double>(t);
    };
    return std::max(0.0, count(ticks) - count(emptyTicks));
}

/// Runs the samples on board and twin.
Result<void> compare(BoardClient &client, const ModelImage &image, const Examples &test, Index samples,
                     const ReferenceInference &reference, MeasuredModel &measured,
                     const MeasureProgress &progress, const std::stop_token &stop)
{
    const std::size_t classes = image.outputs();
    const std::vector<std::uint64_t> none(classes, 0);
    measured.confusion.board.assign(classes, none);
    measured.confusion.twin = measured.confusion.board;
    std::uint64_t boardRight = 0;
    std::uint64_t twinRight = 0;
    bool equal = true;
    std::vector<float> features(static_cast<std::size_t>(test.features.cols()));
    std::vector<std::uint8_t> wanted(image.knownOutput().size());
    for (Index i = 0; i < samples; ++i) {
        test.features.widen(i, features.data());
        const std::vector<std::uint8_t> input = image.input(features);
        const Result<RunReply> reply = client.run(input, stop);
        if (!reply)
            return tl::unexpected(reply.error());
        if (!reference(image.bytes(), input, wanted))
            return fail(ErrorCode::Rejected, "the twin refuses the image", image.name());
        equal = equal && reply->outputBytes == wanted;
        const std::size_t label = test.labels[static_cast<std::size_t>(i)];
        const std::size_t twin = image.classOf(wanted);
        if (label < classes && reply->classIndex < classes) {
            ++measured.confusion.board[label][reply->classIndex];
            ++measured.confusion.twin[label][twin];
        }
        boardRight += reply->classIndex == label ? 1 : 0;
        twinRight += twin == label ? 1 : 0;
        if (progress)
            progress(MeasureStep::KnownVectors, static_cast<double>(i + 1) / static_cast<double>(samples),
                     std::to_string(i + 1) + " of " + std::to_string(samples));
    }
    Measurement &m = measured.measurement;
    m.samples = static_cast<std::uint64_t>(samples);
    if (samples > 0) {
        m.outputsEqualTwin = equal;
        m.boardAccuracy = static_cast<double>(boardRight) / static_cast<double>(samples);
        m.twinAccuracy = static_cast<double>(twinRight) / static_cast<double>(samples);
    }
    return {};
}

} // namespace

MeasureRequest measureRequest(std::string model, const Dataset &data, Index samples)
{
    MeasureRequest request;
    request.model = std::move(model);
    request.samples = samples;
    request.classNames = data.classNames();
    request.dataset = data.name();
    request.datasetDigest = data.digest();
    return request;
}

void setTimes(Measurement &measurement, const BoardProfile &profile, const BoardInfo &info,
              const BenchReply &bench, std::vector<double> *latencies)
{
    if (info.isTwin || bench.ticks.empty())
        return;
    std::vector<double> counts;
    for (const std::uint32_t ticks : bench.ticks)
        counts.push_back(netCount(measurement.emulated, profile, ticks, bench.emptyTicks));
    std::vector<double> seconds;
    if (measurement.emulated) {
        measurement.instructions = spreadOf(counts, Quantity::counted(0, Unit::Instructions));
        const rsl_number type = numberType(measurement.type).value_or(RSL_I8);
        for (const double count : counts)
            seconds.push_back(modelledSeconds(profile, type, count).value());
        measurement.latency = spreadOf(seconds, modelledSeconds(profile, type, 1));
    } else {
        if (info.countsCycles)
            measurement.cycles = spreadOf(counts, Quantity::measured(0, Unit::Cycles));
        for (const double count : counts)
            seconds.push_back(count / bench.timerHz);
        measurement.latency = spreadOf(seconds, Quantity::measured(0, Unit::Seconds));
    }
    std::vector<double> joules;
    for (const double each : seconds)
        if (const std::optional<Quantity> energy =
                modelledJoules(profile, measurement.latency->median.withValue(each)))
            joules.push_back(energy->value());
    if (!joules.empty())
        measurement.energy = spreadOf(joules, *modelledJoules(profile, measurement.latency->median));
    if (latencies != nullptr)
        *latencies = std::move(seconds);
}

Result<MeasuredModel> measureModel(BoardClient &client, const BoardProfile &profile, const ModelImage &image,
                                   const Examples &test, const MeasureRequest &request,
                                   const ReferenceInference &reference, const MeasureProgress &progress,
                                   const std::stop_token &stop)
{
    const auto tell = [&](MeasureStep step, double fraction, const std::string &note) {
        if (progress)
            progress(step, fraction, note);
    };
    if (test.features.cols() != static_cast<Index>(image.inputs()))
        return fail(ErrorCode::OutOfRange,
                    "the data has " + std::to_string(test.features.cols()) + " features, the model takes "
                        + std::to_string(image.inputs()),
                    image.name());
    tell(MeasureStep::Send, 0, {});
    const Result<PushReport> pushed = pushModel(
        client, image,
        [&](const BoardProgress &at) {
            const double fraction =
                at.total > 0 ? static_cast<double>(at.done) / static_cast<double>(at.total) : 0.0;
            if (at.step == BoardProgress::Step::Push)
                tell(MeasureStep::Send, fraction,
                     std::to_string(at.done) + " of " + std::to_string(at.total) + " bytes");
            else
                tell(MeasureStep::Verify, fraction, {});
        },
        stop, request.key);
    if (!pushed)
        return tl::unexpected(pushed.error());
    tell(MeasureStep::Send, 1,
         pushed->wasThere ? "was there already" : std::to_string(image.bytes().size()) + " bytes");
    tell(MeasureStep::Verify, 1, "SHA-256 and known answer are right");

    MeasuredModel measured;
    Measurement &m = measured.measurement;
    m.board = profile.id;
    m.emulated = request.emulated;
    m.model = request.model;
    m.type = nameOf(image.type());
    m.modelSha256 = hexOf(image.sha256());
    m.dataset = request.dataset;
    m.datasetDigest = request.datasetDigest;
    m.macs = image.macs();
    m.imageBytes = image.bytes().size();
    m.ramBytes = image.ramBytes();
    measured.confusion.classNames = request.classNames;

    const Index samples = std::min(request.samples, test.count());
    if (const Result<void> compared =
            compare(client, image, test, samples, reference, measured, progress, stop);
        !compared)
        return tl::unexpected(compared.error());
    tell(MeasureStep::KnownVectors, 1,
         !m.outputsEqualTwin       ? "no samples were run"
             : *m.outputsEqualTwin ? std::to_string(samples) + " equal to the twin, bit for bit"
                                   : "outputs differ from the twin");

    tell(MeasureStep::Measure, -1, {});
    BoardClient::BenchRequest bench;
    bench.runs = request.runs;
    const Result<BenchReply> timed = client.bench(bench, stop);
    if (!timed)
        return tl::unexpected(timed.error());
    setTimes(m, profile, client.info(), *timed, &measured.latencies);
    bench.layers = true;
    bench.runs = 1;
    const Result<BenchReply> layers = client.bench(bench, stop);
    if (!layers)
        return tl::unexpected(layers.error());
    const std::vector<ImageOperation> operations = operationsOf(image.model());
    if (!client.info().isTwin && (m.emulated || client.info().countsCycles))
        for (std::size_t i = 0; i < layers->layerTicks.size() && i < operations.size(); ++i) {
            const double net = netCount(m.emulated, profile, layers->layerTicks[i], layers->emptyTicks);
            const Quantity quantity = m.emulated && profile.emulator
                ? Quantity::counted(net, Unit::Instructions)
                : Quantity::measured(net, Unit::Cycles);
            m.layers.push_back({std::to_string(i + 1) + " " + operations[i].name, quantity,
                                operations[i].macs, operations[i].makesFeatures});
        }
    if (request.meter != nullptr) {
        Result<MeasuredEnergy> energy = measureEnergy(
            client, *request.meter, request.energy, m,
            [&](double fraction, const std::string &note) { tell(MeasureStep::Measure, fraction, note); },
            stop);
        if (!energy)
            return tl::unexpected(energy.error());
        auto trace = std::make_shared<const PowerTrace>(std::move(energy->trace));
        measured.power =
            NamedTrace {m.model + " " + m.type, trace, std::move(energy->windows), powerPoints(*trace)};
        measured.energyNote = std::move(energy->reason);
    }
    tell(MeasureStep::Measure, 1,
         std::to_string(request.runs) + " runs"
             + (measured.energyNote.empty() ? "" : "; no energy: " + measured.energyNote));
    return measured;
}

} // namespace rosler
