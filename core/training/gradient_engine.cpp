// SPDX-License-Identifier: Apache-2.0
#include "core/training/gradient_engine.h"

#include <algorithm>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr Index splitPiece = 32; // examples
// Up to here a gradient for each piece of a batch costs less than cutting every product: 1 MB each.
constexpr Index splitParameters = 262'144;
constexpr Index sumPiece = 8'192; // parameters a task adds up and hands to the optimiser

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

private:
    GradientSink *m_inner;
    Index m_shift;
};

} // namespace

GradientEngine::GradientEngine(const Network &network, Index maxBatch)
    : m_splitsBatch(network.parameterCount() <= splitParameters)
    , m_pieceSize(m_splitsBatch ? splitPiece : maxBatch)
    , m_lanes(static_cast<std::size_t>((maxBatch + m_pieceSize - 1) / m_pieceSize))
{
    for (Lane &lane : m_lanes) {
        for (std::size_t i = 0; i < network.layerCount(); ++i) {
            const Layer &layer = network.layer(i);
            lane.outputs.emplace_back(m_pieceSize, layer.outputs());
            lane.gradients.emplace_back(m_pieceSize, layer.outputs());
            lane.stashes.emplace_back(static_cast<std::size_t>(layer.stashSize(m_pieceSize)));
        }
        lane.gradient.assign(static_cast<std::size_t>(network.parameterCount()), 0.0F);
    }
}

BatchScore GradientEngine::pass(const Network &network, Lane &lane, const ConstMatrixView &x,
                                Index firstExample, std::span<const std::uint16_t> labels, float scale,
                                const Request &request, GradientSink *sink) const
{
    const Index batch = x.rows();
    const std::size_t layers = network.layerCount();
    const auto head = [batch](Matrix &m) { return view(m.data(), batch, m.cols()); };
    const auto inputOf = [&](std::size_t i) { return i == 0 ? x : readOnly(head(lane.outputs[i - 1])); };

    const PassMode mode {true, request.seed, request.step, firstExample};
    for (std::size_t i = 0; i < layers; ++i)
        network.layer(i).forward(inputOf(i), network.parametersOf(i), head(lane.outputs[i]), lane.stashes[i],
                                 mode);

    MatrixView last = head(lane.gradients.back());
    const BatchScore score = softmaxCrossEntropy(readOnly(head(lane.outputs.back())), labels, &last, scale);

    const std::size_t first = network.firstWeighted(); // nothing before it has a gradient
    for (std::size_t i = layers; i-- > first;) {
        const Layer &layer = network.layer(i);
        ShiftedSink shifted(sink, network.offset(i));
        const BackwardRequest wanted {request.factors,
                                      i == first ? request.features : std::span<const std::uint32_t> {},
                                      sink == nullptr ? nullptr : &shifted};
        const MatrixView dx =
            i == first ? view(lane.gradients[i].data(), 0, layer.inputs()) : head(lane.gradients[i - 1]);
        const auto gradient = std::span(lane.gradient)
                                  .subspan(static_cast<std::size_t>(network.offset(i)),
                                           static_cast<std::size_t>(layer.parameterCount()));
        layer.backward(inputOf(i), readOnly(head(lane.outputs[i])), network.parametersOf(i), lane.stashes[i],
                       head(lane.gradients[i]), dx, gradient, wanted);
    }
    return score;
}

void GradientEngine::addUp(const Network &network, std::size_t pieces, const Request &request,
                           GradientSink &sink)
{
    struct Range {
        Index first;
        Index count;
    };
    std::vector<Range> ranges;
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        for (const ParameterBlock &block : network.layer(i).blocks())
            if (block.trained && request.factors.has(block.factor))
                for (Index at = 0; at < block.size(); at += sumPiece)
                    ranges.push_back(
                        {network.offset(i) + block.offset + at, std::min(sumPiece, block.size() - at)});
    tbb::parallel_for(std::size_t {0}, ranges.size(), [&](std::size_t r) {
        float *sum = m_lanes[0].gradient.data() + ranges[r].first;
        for (std::size_t piece = 1; piece < pieces; ++piece) {
            const float *part = m_lanes[piece].gradient.data() + ranges[r].first;
            for (Index i = 0; i < ranges[r].count; ++i)
                sum[i] += part[i];
        }
        sink.ready(ranges[r].first, {sum, static_cast<std::size_t>(ranges[r].count)});
    });
}

BatchScore GradientEngine::run(const Network &network, const ConstMatrixView &x,
                               std::span<const std::uint16_t> labels, const Request &request,
                               GradientSink &sink)
{
    const Index batch = x.rows();
    ROSLER_EXPECTS(batch >= 1 && static_cast<Index>(labels.size()) == batch && x.cols() == network.read());
    const float scale = 1.0F / static_cast<float>(batch);
    if (!m_splitsBatch)
        return pass(network, m_lanes[0], x, 0, labels, scale, request, &sink);

    const auto pieces = static_cast<std::size_t>((batch + m_pieceSize - 1) / m_pieceSize);
    ROSLER_EXPECTS(pieces <= m_lanes.size());
    std::vector<BatchScore> scores(pieces);
    tbb::parallel_for(
        std::size_t {0}, pieces,
        [&](std::size_t piece) {
            const Index first = static_cast<Index>(piece) * m_pieceSize;
            const Index count = std::min(m_pieceSize, batch - first);
            scores[piece] =
                pass(network, m_lanes[piece], rowsOf(x, first, count), first,
                     labels.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)), scale,
                     request, nullptr);
        },
        tbb::simple_partitioner {});
    addUp(network, pieces, request, sink);
    BatchScore total;
    for (const BatchScore &score : scores) {
        total.lossSum += score.lossSum;
        total.correct += score.correct;
    }
    return total;
}

} // namespace rosler
