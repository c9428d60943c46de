// SPDX-License-Identifier: Apache-2.0
#include "core/training/gradient_engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

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

/// to += from
void add(const std::vector<float> &from, std::vector<float> &to)
{
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += from[i];
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
{
    for (Lane &lane : m_lanes) {
        std::array<Index, 2> widest {};
        for (std::size_t i = 0; i < network.layerCount(); ++i) {
            const Layer &layer = network.layer(i);
            const Index stride = rowStride(layer.outputs());
            lane.outputs.emplace_back(m_sizes.piece, stride);
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
    const auto gradientOf = [&](std::size_t i) {
        return rowsIn(lane.gradients[i % 2], batch, network.layer(i).outputs());
    };

    const PassMode mode {true, request.seed, request.step, firstExample};
    for (std::size_t i = 0; i < layers; ++i)
        network.layer(i).forward(inputOf(i), network.parametersOf(i), outputOf(i), lane.stashes[i], mode);

    MatrixView last = gradientOf(layers - 1);
    const BatchScore score = softmaxCrossEntropy(readOnly(outputOf(layers - 1)), labels, &last, scale);

    const std::size_t first = network.firstWeighted(); // nothing before it has a gradient
    for (std::size_t i = layers; i-- > first;) {
        const Layer &layer = network.layer(i);
        ShiftedSink shifted(sink, network.offset(i));
        const BackwardRequest wanted {request.factors,
                                      i == first ? request.features : std::span<const std::uint32_t> {},
                                      sink == nullptr ? nullptr : &shifted};
        const MatrixView dx =
            i == first ? view(lane.gradients[i % 2].data(), 0, layer.inputs()) : gradientOf(i - 1);
        // What is announced at once needs no room of its own when the next layer's gradient is made.
        const auto offset = static_cast<std::size_t>(sink == nullptr ? network.offset(i) : 0);
        const auto gradient =
            std::span(lane.gradient).subspan(offset, static_cast<std::size_t>(layer.parameterCount()));
        layer.backward(inputOf(i), readOnly(outputOf(i)), network.parametersOf(i), lane.stashes[i],
                       gradientOf(i), dx, gradient, wanted);
    }
    return score;
}

void GradientEngine::addUp(const Network &network, std::size_t lanes, const Request &request,
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
        for (std::size_t lane = 1; lane < lanes; ++lane) {
            const float *part = m_lanes[lane].gradient.data() + ranges[r].first;
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
    if (!m_sizes.splitsBatch)
        return pass(network, m_lanes[0], x, 0, labels, scale, request, &sink);

    const auto pieces = static_cast<std::size_t>((batch + m_sizes.piece - 1) / m_sizes.piece);
    const std::size_t lanes = std::min(pieces, m_lanes.size());
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
        },
        tbb::simple_partitioner {});
    addUp(network, lanes, request, sink);
    BatchScore total;
    for (const BatchScore &score : scores) {
        total.lossSum += score.lossSum;
        total.correct += score.correct;
    }
    return total;
}

} // namespace rosler
