// SPDX-License-Identifier: Apache-2.0
#include "core/training/batch_feeder.h"

#include <algorithm>

#include "core/data/batch_order.h"

namespace rosler {

BatchFeeder::BatchFeeder(std::shared_ptr<const Dataset> data, std::vector<std::uint32_t> examples,
                         std::vector<std::uint32_t> kept, Index batch, std::uint64_t seed)
    : m_data(std::move(data))
    , m_examples(std::move(examples))
    , m_kept(std::move(kept))
    , m_batch(batch)
    , m_seed(seed)
    , m_count(m_examples.empty() ? m_data->train().count() : static_cast<Index>(m_examples.size()))
    , m_stepsPerEpoch((m_count + batch - 1) / batch)
{
    const Index read = m_kept.empty() ? m_data->features() : static_cast<Index>(m_kept.size());
    for (Batch &b : m_batches) {
        b.features.resize(batch, read);
        b.labels.resize(static_cast<std::size_t>(batch));
    }
}

BatchFeeder::~BatchFeeder()
{
    m_ahead.wait();
}

const Batch &BatchFeeder::take(std::int64_t step)
{
    m_ahead.wait();
    Batch &current = m_batches[step % 2];
    if (current.step != step)
        gather(current, step);
    Batch &next = m_batches[(step + 1) % 2];
    m_ahead.run([this, &next, step] { gather(next, step + 1); });
    return current;
}

void BatchFeeder::gather(Batch &into, std::int64_t step)
{
    const std::int64_t epoch = step / m_stepsPerEpoch;
    const Examples &train = m_data->train();
    if (epoch != m_orderEpoch) {
        m_order = epochOrder(m_seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(m_count));
        if (!m_examples.empty())
            for (std::uint32_t &number : m_order)
                number = m_examples[number];
        m_orderEpoch = epoch;
    }
    const Index first = (step % m_stepsPerEpoch) * m_batch;
    into.count = std::min(m_batch, m_count - first);
    for (Index i = 0; i < into.count; ++i) {
        const auto example = static_cast<Index>(m_order[static_cast<std::size_t>(first + i)]);
        float *to = into.features.data() + i * into.features.cols();
        if (m_kept.empty())
            train.features.widen(example, to);
        else
            train.features.gather(example, m_kept, to);
        into.labels[static_cast<std::size_t>(i)] = train.labels[static_cast<std::size_t>(example)];
    }
    into.step = step;
}

} // namespace rosler
