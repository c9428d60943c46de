// SPDX-License-Identifier: Apache-2.0
#include "core/training/teacher.h"

#include <algorithm>
#include <utility>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr Index piece = 32;         ///< examples that a task looks at
constexpr Index preparedAtOnce = 8; ///< pieces

/// Calls look(first, count) for pieces of @p all examples, side by side.
template <typename Look>
void inPieces(Index all, const Look &look)
{
    tbb::parallel_for(
        Index {0}, (all + piece - 1) / piece,
        [&](Index number) {
            const Index first = number * piece;
            look(first, std::min(piece, all - first));
        },
        tbb::simple_partitioner {});
}

} // namespace

Teacher::Teacher(std::shared_ptr<const Network> network, std::shared_ptr<const Dataset> data,
                 std::vector<std::uint32_t> examples, Index batch, std::uint64_t seed,
                 const AugmentationSpec &augmentation)
    : m_network(std::move(network))
    , m_data(std::move(data))
    , m_examples(std::move(examples))
    , m_logits(batch, m_network->classes())
{
    ROSLER_EXPECTS(m_network->features() == m_data->features() && m_network->classes() == m_data->classes());
    if (augmentation.any()) {
        m_feeder.emplace(m_data, m_examples, m_network->keptFeatures(), batch, seed, augmentation);
        return;
    }
    const Index all = m_data->train().count();
    m_ahead = m_examples.empty() ? all : static_cast<Index>(m_examples.size());
    m_known.resize(all, m_network->classes());
}

Index Teacher::exampleAt(Index i) const
{
    return m_examples.empty() ? i : static_cast<Index>(m_examples[static_cast<std::size_t>(i)]);
}

void Teacher::prepare()
{
    const Index from = m_prepared;
    const Index count = std::min(preparedAtOnce * piece, m_ahead - from);
    inPieces(count, [&](Index first, Index size) {
        Matrix x(size, m_data->features());
        for (Index i = 0; i < size; ++i)
            m_data->train().features.widen(exampleAt(from + first + i), x.data() + i * x.cols());
        const Matrix said = m_network->predict(view(std::as_const(x)));
        for (Index i = 0; i < size; ++i)
            m_known.row(exampleAt(from + first + i)) = said.row(i);
    });
    m_prepared += count;
}

ConstMatrixView Teacher::logits(const Batch &batch)
{
    ROSLER_EXPECTS(isPrepared() && batch.count <= m_logits.rows());
    if (!m_feeder) {
        for (Index i = 0; i < batch.count; ++i)
            m_logits.row(i) = m_known.row(static_cast<Index>(batch.examples[static_cast<std::size_t>(i)]));
    } else {
        const Batch &seen = m_feeder->take(batch.step);
        ROSLER_EXPECTS(seen.count == batch.count);
        inPieces(seen.count, [&](Index first, Index size) {
            m_logits.middleRows(first, size) = m_network->predict(rowsOf(view(seen.features), first, size));
        });
    }
    return rowsOf(view(std::as_const(m_logits)), 0, batch.count);
}

std::uint64_t forwardMacs(const Network &network)
{
    std::uint64_t macs = 0;
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        macs += network.layer(i).forwardMacs();
    return macs;
}

} // namespace rosler
