// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/nn/layer.h"
#include "core/nn/optimizer.h"

namespace rosler {

/// Hands pieces of the gradient to the optimiser; leaves alone the features of the first layer's R that a
/// gradient sketch has left out. For one step; what it is given must outlive it.
class UpdateSink final : public GradientSink
{
public:
    /// @param state  of the optimiser: stateFloats() for each parameter, kind by kind
    UpdateSink(const Optimizer &optimizer, std::span<float> parameters, std::span<float> state,
               const UpdateSettings &settings);

    /// @p r lies at r.offset in the parameters, row by row; only the columns @p chosen are updated.
    /// @param columnUpdates  how many updates each column of it has had, this one included
    void restrict(const ParameterBlock &r, std::span<const std::uint32_t> chosen,
                  std::span<const std::int64_t> columnUpdates);

    void ready(Index offset, std::span<const float> gradient) override;
    /// A tenth of the way.
    void average(Index offset, std::span<const float> values) override;

private:
    void updateChosen(Index offset, std::span<const float> gradient);
    void updateAt(std::size_t offset, const std::vector<std::size_t> &places, std::span<const float> gradient,
                  std::int64_t updates);

    const Optimizer &m_optimizer;
    std::span<float> m_parameters;
    std::span<float> m_state;
    UpdateSettings m_settings;
    Index m_restrictedFrom = -1;
    Index m_restrictedTo = -1;
    std::vector<std::uint32_t> m_chosen; ///< columns of R, by their number of updates
    std::span<const std::int64_t> m_columnUpdates;
};

} // namespace rosler
