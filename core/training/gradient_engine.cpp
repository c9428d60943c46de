// SPDX-License-Identifier: Apache-2.0
#include "core/training/gradient_engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr Index sumPiece = 2'048; // parameters a task adds up and hands to the optimiser

/// Moves offsets within a layer to offsets within the network.
class ShiftedSink final : public GradientSink
{
public:
    ShiftedSink(GradientSink *inner, Index shift)
        : m_inner(inner)
        , m_shift(shift)
    {
    }
    void ready(Index offset, std::span<const float> gradient) override
    {
        m_inner->ready(m_shift + offset, gradient);
    }
    void average(Index offset, std::span<const float> values) override
    {
        m_inner->average(m_shift + offset, values);
    }

private:
    GradientSink *m_inner;
    Index m_shift;
};

/// to += from
void add(const float *from, Index count, float *to)
{
    for (Index i = 0; i < count; ++i)
        to[i] += from[i];
}

void add(const Floats &from, Floats &to)
{
    add(from.data(), static_cast<Index>(from.size()), to.data());
}

/// How far apart the last two sums of lanes that are added in pairs lie.
std::size_t lastWidth(std::size_t lanes)
{
    std::size_t width = 1;
    while (2 * width < lanes)
        width *= 2;
    return width;
}

MatrixView rowsIn(Matrix &buffer, Index rows, Index width)
{
    return {buffer.data(), rows, width, Eigen::OuterStride<>(rowStride(width))};
}

std::vector<std::shared_ptr<const Layer>> layersOf(const Network &network)
{
    std::vector<std::shared_ptr<const Layer>> layers;
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        layers.emplace_back(std::shared_ptr<const Layer>(), &network.layer(i)); // the network's, not owned
    return layers;
}

} // namespace

GradientEngine::GradientEngine(const Network &network, Index maxBatch)
    : m_sizes(engineSizes(layersOf(network), maxBatch))
    , m_lanes(static_cast<std::size_t>(m_sizes.lanes))
    , m_halfDone(static_cast<std::size_t>(m_sizes.lanes))
{
    for (Lane &lane : m_lanes) {
        std::array<Index, 2> widest {};
        for (std::size_t i = 0; i < network.layerCount(); ++i) {
            const Layer &layer = network.layer(i);
            const Index stride = rowStride(layer.outputs());
            lane.outputs.emplace_back(m_sizes.piece, stride);
            lane.bypasses.emplace_back(layer.plan().other ? m_sizes.piece : 0, stride);
            widest[i % 2] = std::max(widest[i % 2], stride);
            lane.stashes.emplace_back(static_cast<std::size_t>(layer.stashSize(m_sizes.piece)));
        }
        for (std::size_t i = 0; i < widest.size(); ++i)
            lane.gradients[i].resize(m_sizes.piece, widest[i]);
        lane.gradient.resize(static_cast<std::size_t>(m_sizes.gradient));
        lane.sums.resize(static_cast<std::size_t>(m_sizes.sums));
    }
}

BatchScore GradientEngine::pass(const Network &network, Lane &lane, const ConstMatrixView &x,
                                Index firstExample, std::span<const std::uint16_t> labels, float scale,
                                const Request &request, GradientSink *sink) const
{
    const Index batch = x.rows();
    const std::size_t layers = network.layerCount();
    const auto outputOf = [&](std::size_t i) {
        return rowsIn(lane.outputs[i], batch, network.layer(i).outputs());
    };
    const auto inputOf = [&](std::size_t i) { return i == 0 ? x : readOnly(outputOf(i - 1)); };
    const auto bypassOf = [&](std::size_t i) {
        return rowsIn(lane.bypasses[i], batch, network.layer(i).outputs());
    };
    const auto gradientOf = [&](std::size_t i) {
        return rowsIn(lane.gradients[i % 2], batch, network.layer(i).outputs());
    };

    PassMode mode {true, request.seed, request.step, firstExample};
    for (std::size_t i = 0; i < layers; ++i) {
        const auto other = network.layer(i).plan().other;
        const ConstMatrixView added = other ? readOnly(outputOf(*other)) : inputOf(i);
        mode.other = other ? &added : nullptr;
        network.layer(i).forward(inputOf(i), network.parametersOf(i), outputOf(i), lane.stashes[i], mode);
    }

    MatrixView last = gradientOf(layers - 1);
    const ConstMatrixView logits = readOnly(outputOf(layers - 1));
    const BatchScore score = request.teacher == nullptr
        ? softmaxCrossEntropy(logits, labels, &last, scale)
        : distilledCrossEntropy(logits, labels, rowsOf(*request.teacher, firstExample, batch),
                                request.distillation, last, scale);

    const std::size_t first = network.firstWeighted(); // nothing before it has a gradient
    for (std::size_t i = layers; i-- > first;) {
        const Layer &layer = network.layer(i);
        ShiftedSink shifted(sink, network.offset(i));
        const BackwardRequest wanted {
            request.factors, i == first ? request.features : std::span<const std::uint32_t> {},
            sink == nullptr ? nullptr : &shifted, static_cast<double>(batch) * static_cast<double>(scale),
            firstExample == 0 ? request.productDecay : 0.0F};
        const MatrixView dx =
            i == first ? view(lane.gradients[i % 2].data(), 0, layer.inputs()) : gradientOf(i - 1);
        // What is announced at once needs no room of its own when the next layer's gradient is made.
        const auto offset = static_cast<std::size_t>(sink == nullptr ? network.offset(i) : 0);
        const auto gradient =
            std::span(lane.gradient).subspan(offset, static_cast<std::size_t>(layer.parameterCount()));
        layer.backward(inputOf(i), readOnly(outputOf(i)), network.parametersOf(i), lane.stashes[i],
                       gradientOf(i), dx, gradient, wanted);
        if (i == first)
            break;
        if (layer.plan().other)
            bypassOf(i) = dx;
        // Those that add the output of the layer before, and are all behind this one.
        for (std::size_t j = i + 1; j < layers; ++j)
            if (network.layer(j).plan().other == i - 1)
                gradientOf(i - 1) += bypassOf(j);
    }
    return score;
}

std::vector<GradientEngine::Range> GradientEngine::wantedRanges(const Network &network,
                                                                const FactorSet &factors)
{
    std::vector<Range> ranges;
    for (std::size_t i = network.firstWeighted(); i < network.layerCount(); ++i)
        for (const ParameterBlock &block : network.layer(i).blocks())
            if (!block.trained || factors.has(block.factor))
                ranges.push_back({network.offset(i) + block.offset, block.size(), block.trained});
    return ranges;
}

void GradientEngine::addPairs(std::size_t lane, std::size_t lanes, const std::vector<Range> &wanted)
{
    for (std::size_t width = 1; width < lastWidth(lanes); width *= 2) {
        const std::size_t left = lane / (2 * width) * (2 * width);
        const std::size_t right = left + width;
        lane = left;
        if (right >= lanes)
            continue;
        if (!m_halfDone[right].exchange(true, std::memory_order_acq_rel))
            return; // the other half comes later, and adds
        for (const Range &range : wanted)
            add(m_lanes[right].gradient.data() + range.first, range.count,
                m_lanes[left].gradient.data() + range.first);
    }
}

void GradientEngine::addUp(std::size_t lanes, const std::vector<Range> &wanted, GradientSink &sink)
{
    const std::size_t right = lastWidth(lanes);
    std::vector<Range> pieces;
    for (const Range &range : wanted)
        for (Index at = 0; at < range.count; at += sumPiece)
            pieces.push_back({range.first + at, std::min(sumPiece, range.count - at), range.trained});
    // Always the same piece for a thread, which has its parameters and the optimiser's state in its cache.
    tbb::parallel_for(
        std::size_t {0}, pieces.size(),
        [&](std::size_t p) {
            const auto [first, count, trained] = pieces[p];
            float *const sum = m_lanes[0].gradient.data() + first;
            if (right < lanes)
                add(m_lanes[right].gradient.data() + first, count, sum);
            if (trained)
                sink.ready(first, {sum, static_cast<std::size_t>(count)});
            else
                sink.average(first, {sum, static_cast<std::size_t>(count)});
        },
        tbb::static_partitioner {});
}

BatchScore GradientEngine::run(const Network &network, const ConstMatrixView &x,
                               std::span<const std::uint16_t> labels, const Request &request,
                               GradientSink &sink)
{
    const Index batch = x.rows();
    ROSLER_EXPECTS(batch >= 1 && static_cast<Index>(labels.size()) == batch && x.cols() == network.read());
    const float scale = 1.0F / static_cast<float>(batch);
    if (!m_sizes.splitsBatch)
        return pass(network, m_lanes[0], x, 0, labels, scale, request, &sink);

    const auto pieces = static_cast<std::size_t>((batch + m_sizes.piece - 1) / m_sizes.piece);
    const std::size_t lanes = std::min(pieces, m_lanes.size());
    const std::vector<Range> wanted = wantedRanges(network, request.factors);
    for (std::atomic<bool> &done : m_halfDone)
        done.store(false, std::memory_order_relaxed);
    std::vector<BatchScore> scores(pieces);
    tbb::parallel_for(
        std::size_t {0}, lanes,
        [&](std::size_t l) {
            Lane &lane = m_lanes[l];
            const std::size_t begin = l * pieces / lanes;
            const std::size_t end = (l + 1) * pieces / lanes;
            for (std::size_t piece = begin; piece < end; ++piece) {
                if (piece > begin + 1)
                    add(lane.gradient, lane.sums);
                else if (piece > begin)
                    std::swap(lane.gradient, lane.sums);
                const Index first = static_cast<Index>(piece) * m_sizes.piece;
                const Index count = std::min(m_sizes.piece, batch - first);
                scores[piece] =
                    pass(network, lane, rowsOf(x, first, count), first,
                         labels.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                         scale, request, nullptr);
            }
            if (end > begin + 1)
                add(lane.sums, lane.gradient);
            addPairs(l, lanes, wanted);
        },
        tbb::simple_partitioner {});
    addUp(lanes, wanted, sink);
    BatchScore total;
    for (const BatchScore &score : scores) {
        total.lossSum += score.lossSum;
        total.correct += score.correct;
    }
    return total;
}

} // namespace rosler
