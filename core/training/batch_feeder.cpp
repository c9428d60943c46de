// SPDX-License-Identifier: Apache-2.0
#include "core/training/batch_feeder.h"

#include <algorithm>
#include <cstring>

#include "core/data/batch_order.h"

namespace rosler {

BatchFeeder::BatchFeeder(std::shared_ptr<const Dataset> data, std::vector<std::uint32_t> kept, Index batch,
                         std::uint64_t seed)
    : m_data(std::move(data))
    , m_kept(std::move(kept))
    , m_batch(batch)
    , m_seed(seed)
    , m_stepsPerEpoch((m_data->train().count() + batch - 1) / batch)
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
        m_order =
            epochOrder(m_seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(train.count()));
        m_orderEpoch = epoch;
    }
    const Index first = (step % m_stepsPerEpoch) * m_batch;
    into.count = std::min(m_batch, train.count() - first);
    for (Index i = 0; i < into.count; ++i) {
        const auto example = static_cast<Index>(m_order[static_cast<std::size_t>(first + i)]);
        const float *from = train.features.data() + example * train.features.cols();
        float *to = into.features.data() + i * into.features.cols();
        if (m_kept.empty()) {
            std::memcpy(to, from, static_cast<std::size_t>(into.features.cols()) * sizeof(float));
        } else {
            for (std::size_t j = 0; j < m_kept.size(); ++j)
                to[j] = from[m_kept[j]];
        }
        into.labels[static_cast<std::size_t>(i)] = train.labels[static_cast<std::size_t>(example)];
    }
    into.step = step;
}

} // namespace rosler
