// SPDX-License-Identifier: Apache-2.0
#include "core/training/update_sink.h"

#include <algorithm>

namespace rosler {

namespace {

constexpr float step = 0.1F;                // of a running average
constexpr std::size_t gatheredAtOnce = 512; // numbers

} // namespace

UpdateSink::UpdateSink(const Optimizer &optimizer, std::span<float> parameters, std::span<float> state,
                       const UpdateSettings &settings)
    : m_optimizer(optimizer)
    , m_parameters(parameters)
    , m_state(state)
    , m_settings(settings)
{
}

void UpdateSink::restrict(const ParameterBlock &r, std::span<const std::uint32_t> chosen,
                          std::span<const std::int64_t> columnUpdates)
{
    m_restrictedFrom = r.offset;
    m_restrictedTo = r.offset + r.size();
    m_columnUpdates = columnUpdates;
    m_chosen.assign(chosen.begin(), chosen.end());
    std::stable_sort(m_chosen.begin(), m_chosen.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return columnUpdates[a] < columnUpdates[b]; });
}

void UpdateSink::ready(Index offset, std::span<const float> gradient)
{
    if (offset >= m_restrictedFrom && offset < m_restrictedTo) {
        updateChosen(offset, gradient);
        return;
    }
    const auto at = static_cast<std::size_t>(offset);
    m_optimizer.update(m_parameters.subspan(at, gradient.size()), gradient, m_state.data() + at,
                       static_cast<Index>(m_parameters.size()), m_settings);
}

void UpdateSink::average(Index offset, std::span<const float> values)
{
    const auto parameters = m_parameters.subspan(static_cast<std::size_t>(offset), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        parameters[i] += step * (values[i] - parameters[i]);
}

void UpdateSink::updateChosen(Index offset, std::span<const float> gradient)
{
    // Gathered, updated without gaps, and put back; columns with equally many updates at once.
    const auto columns = m_columnUpdates.size();
    const auto first = static_cast<std::size_t>(offset - m_restrictedFrom); // within R
    std::vector<std::size_t> places;                                        // in gradient
    for (std::size_t c = 0; c < m_chosen.size(); ++c) {
        for (std::size_t at = m_chosen[c] + (first + columns - 1 - m_chosen[c]) / columns * columns;
             at < first + gradient.size(); at += columns)
            places.push_back(at - first);
        const std::int64_t updates = m_columnUpdates[m_chosen[c]];
        if (places.size() < gatheredAtOnce && c + 1 < m_chosen.size()
            && m_columnUpdates[m_chosen[c + 1]] == updates)
            continue;
        updateAt(static_cast<std::size_t>(offset), places, gradient, updates);
        places.clear();
    }
}

void UpdateSink::updateAt(std::size_t offset, const std::vector<std::size_t> &places,
                          std::span<const float> gradient, std::int64_t updates)
{
    const std::size_t n = places.size();
    const auto kinds = static_cast<std::size_t>(m_optimizer.stateFloats());
    std::vector<float> parameters(n);
    std::vector<float> gradients(n);
    std::vector<float> state(n * kinds);
    const auto stateAt = [&](std::size_t kind, std::size_t i) -> float & {
        return m_state[kind * m_parameters.size() + offset + places[i]];
    };
    for (std::size_t i = 0; i < n; ++i) {
        parameters[i] = m_parameters[offset + places[i]];
        gradients[i] = gradient[places[i]];
        for (std::size_t kind = 0; kind < kinds; ++kind)
            state[kind * n + i] = stateAt(kind, i);
    }
    UpdateSettings settings = m_settings;
    settings.update = updates;
    m_optimizer.update(parameters, gradients, state.data(), static_cast<Index>(n), settings);
    for (std::size_t i = 0; i < n; ++i) {
        m_parameters[offset + places[i]] = parameters[i];
        for (std::size_t kind = 0; kind < kinds; ++kind)
            stateAt(kind, i) = state[kind * n + i];
    }
}

} // namespace rosler
