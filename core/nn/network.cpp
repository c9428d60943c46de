// SPDX-License-Identifier: Apache-2.0
#include "core/nn/network.h"

#include <algorithm>
#include <utility>

#include "core/base/contract.h"
#include "core/base/digest.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

Network::Network(NetworkPlan plan)
    : m_plan(std::move(plan))
{
    ROSLER_EXPECTS(!m_plan.layers.empty());
    m_lastBypass = lastBypass(m_plan);
    Index offset = 0;
    for (std::size_t i = 0; i < m_plan.layers.size(); ++i) {
        ROSLER_EXPECTS(i == 0 || m_plan.layers[i].read == m_plan.layers[i - 1].kept);
        m_layers.push_back(makeLayer(m_plan.layers[i]));
        m_offsets.push_back(offset);
        offset += m_layers.back()->parameterCount();
    }
    while (m_firstWeighted + 1 < m_layers.size() && !m_layers[m_firstWeighted]->learns())
        ++m_firstWeighted;
    m_parameters.assign(static_cast<std::size_t>(offset), 0.0F);
}

void Network::setKeptFeatures(std::vector<std::uint32_t> features)
{
    ROSLER_EXPECTS(features.empty() ? read() == this->features()
                                    : static_cast<Index>(features.size()) == read()
                           && static_cast<Index>(features.back()) < this->features()
                           && std::is_sorted(features.begin(), features.end()));
    m_keptFeatures = std::move(features);
}

std::span<const float> Network::parametersOf(std::size_t layer) const
{
    return std::span(m_parameters)
        .subspan(static_cast<std::size_t>(m_offsets.at(layer)),
                 static_cast<std::size_t>(m_layers[layer]->parameterCount()));
}

void Network::initialise(std::uint64_t seed, SketchKind kind)
{
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const auto part = std::span(m_parameters)
                              .subspan(static_cast<std::size_t>(m_offsets[i]),
                                       static_cast<std::size_t>(m_layers[i]->parameterCount()));
        m_layers[i]->initialise(part, seed, static_cast<std::uint32_t>(i), kind);
    }
}

bool Network::isFitted() const
{
    return layerKindNamed(m_plan.layers.front().spec.kind)->fitted;
}

void Network::fit(std::span<const double> mean, std::span<const double> deviation)
{
    const auto part =
        std::span(m_parameters).first(static_cast<std::size_t>(m_layers.front()->parameterCount()));
    m_layers.front()->fit(part, mean, deviation);
}

std::string Network::digest() const
{
    Sha256 hash;
    hash.add(std::as_bytes(std::span(m_parameters)));
    hash.add(std::as_bytes(std::span(m_keptFeatures)));
    return hash.hex();
}

Matrix Network::predict(const ConstMatrixView &x) const
{
    Matrix current;
    const bool picks = x.cols() != read();
    if (picks) {
        ROSLER_EXPECTS(x.cols() == features() && !m_keptFeatures.empty());
        current.resize(x.rows(), read());
        for (Index i = 0; i < x.rows(); ++i)
            for (Index j = 0; j < read(); ++j)
                current(i, j) = x(i, m_keptFeatures[static_cast<std::size_t>(j)]);
    }
    bool untouched = !picks;
    std::vector<float> stash;
    std::vector<Matrix> bypasses(m_layers.size()); // outputs that are added later
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        if (!m_layers[i]->inference().handsOn()) {
            const ConstMatrixView input = untouched ? x : view(std::as_const(current));
            Matrix y(x.rows(), m_layers[i]->outputs());
            stash.resize(static_cast<std::size_t>(m_layers[i]->stashSize(x.rows())));
            const auto other = m_plan.layers[i].other;
            const ConstMatrixView added = other ? view(std::as_const(bypasses[*other])) : input;
            PassMode mode;
            mode.other = other ? &added : nullptr;
            m_layers[i]->forward(input, parametersOf(i), view(y), stash, mode);
            current = std::move(y);
            untouched = false;
            if (other && m_lastBypass[*other] == i)
                bypasses[*other].resize(0, 0);
        }
        if (m_lastBypass[i] > 0)
            bypasses[i] = untouched ? Matrix(x) : current;
    }
    return current;
}

std::vector<std::uint16_t> argmaxRows(const ConstMatrixView &logits)
{
    std::vector<std::uint16_t> best(static_cast<std::size_t>(logits.rows()));
    for (Index i = 0; i < logits.rows(); ++i) {
        Index at = 0;
        for (Index j = 1; j < logits.cols(); ++j)
            if (logits(i, j) > logits(i, at))
                at = j;
        best[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(at);
    }
    return best;
}

} // namespace rosler
