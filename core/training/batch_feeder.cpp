// SPDX-License-Identifier: Apache-2.0
#include "core/training/batch_feeder.h"

#include <algorithm>

#include <tbb/parallel_for.h>

#include "core/data/batch_order.h"

namespace rosler {

namespace {

constexpr Index gatheredPiece = 16;   // examples a task gathers
constexpr Index prefetchDistance = 2; // examples; each lies anywhere in memory

} // namespace

BatchFeeder::BatchFeeder(std::shared_ptr<const Dataset> data, std::vector<std::uint32_t> examples,
                         std::vector<std::uint32_t> kept, Index batch, std::uint64_t seed,
                         const AugmentationSpec &augmentation)
    : m_data(std::move(data))
    , m_examples(std::move(examples))
    , m_kept(std::move(kept))
    , m_batch(batch)
    , m_seed(seed)
    , m_count(m_examples.empty() ? m_data->train().count() : static_cast<Index>(m_examples.size()))
    , m_stepsPerEpoch((m_count + batch - 1) / batch)
{
    const Index read = m_kept.empty() ? m_data->features() : static_cast<Index>(m_kept.size());
    m_now.features.resize(batch, read);
    m_now.labels.resize(static_cast<std::size_t>(batch));
    if (augmentation.any())
        m_augmenter.emplace(augmentation, m_data->shape(), seed);
}

void BatchFeeder::gather(Index i, std::uint32_t example, std::uint32_t epoch)
{
    const Examples &train = m_data->train();
    float *const to = m_now.features.data() + i * m_now.features.cols();
    m_now.labels[static_cast<std::size_t>(i)] = train.labels[example];
    if (!m_augmenter) {
        if (m_kept.empty())
            train.features.widen(example, to);
        else
            train.features.gather(example, m_kept, to);
        return;
    }
    const auto size = static_cast<std::size_t>(train.features.cols());
    Floats room(m_kept.empty() ? size : 2 * size);
    train.features.widen(example, room.data());
    float *const varied = m_kept.empty() ? to : room.data() + size;
    m_augmenter->apply(epoch, example, room.data(), varied);
    for (std::size_t j = 0; j < m_kept.size(); ++j)
        to[j] = varied[m_kept[j]];
}

const Batch &BatchFeeder::take(std::int64_t step)
{
    if (m_now.step == step)
        return m_now;
    const std::int64_t epoch = step / m_stepsPerEpoch;
    if (epoch != m_orderEpoch) {
        m_order = epochOrder(m_seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(m_count));
        if (!m_examples.empty())
            for (std::uint32_t &number : m_order)
                number = m_examples[number];
        m_orderEpoch = epoch;
    }
    const Examples &train = m_data->train();
    const Index first = (step % m_stepsPerEpoch) * m_batch;
    m_now.count = std::min(m_batch, m_count - first);
    const auto exampleAt = [&](Index i) {
        return static_cast<Index>(m_order[static_cast<std::size_t>(first + i)]);
    };
    const Index pieces = (m_now.count + gatheredPiece - 1) / gatheredPiece;
    tbb::parallel_for(
        Index {0}, pieces,
        [&](Index piece) {
            const Index begin = piece * gatheredPiece;
            const Index end = std::min(begin + gatheredPiece, m_now.count);
            for (Index i = begin; i < std::min(begin + prefetchDistance, end); ++i)
                train.features.prefetch(exampleAt(i));
            for (Index i = begin; i < end; ++i) {
                if (i + prefetchDistance < end)
                    train.features.prefetch(exampleAt(i + prefetchDistance));
                gather(i, static_cast<std::uint32_t>(exampleAt(i)), static_cast<std::uint32_t>(epoch));
            }
        },
        tbb::simple_partitioner {});
    m_now.examples =
        std::span(m_order).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(m_now.count));
    m_now.step = step;
    return m_now;
}

} // namespace rosler
