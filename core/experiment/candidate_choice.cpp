// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/candidate_choice.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

/// The list itself, or one empty entry that changes nothing.
template <typename Value>
std::vector<std::vector<Value>> orUnchanged(const std::vector<std::vector<Value>> &list)
{
    return list.empty() ? std::vector<std::vector<Value>> {{}} : list;
}

/// Lays ranks and sizes over the sketched layers; empty lists change nothing.
Result<void> layOver(ModelSpec &model, const std::vector<Index> &ranks, const std::vector<Index> &sizes)
{
    std::vector<LayerSpec *> weighted;
    for (LayerSpec &layer : model.layers)
        if (layerKindNamed(layer.kind)->weighted)
            weighted.push_back(&layer);
    for (const auto *list : {&ranks, &sizes})
        if (!list->empty() && list->size() != weighted.size())
            return fail(ErrorCode::OutOfRange,
                        std::to_string(list->size()) + " values for " + std::to_string(weighted.size())
                            + " weighted layers",
                        model.name);
    for (std::size_t i = 0; i < weighted.size(); ++i) {
        auto &sketch = weighted[i]->sketch;
        if (!sketch)
            continue; // stays whole, whatever the lists say of it
        if (!ranks.empty())
            sketch->rank = ranks[i];
        if (!sizes.empty())
            sketch->size = sizes[i];
    }
    return {};
}

/// Whether two differ by nothing but name and rate.
bool sameButRate(const ModelSpec &a, const ModelSpec &b)
{
    ModelSpec other = b;
    other.name = a.name;
    other.learningRate = a.learningRate;
    return a == other;
}

} // namespace

double Candidate::mean() const noexcept
{
    return accuracies.empty()
        ? std::numeric_limits<double>::quiet_NaN()
        : std::accumulate(accuracies.begin(), accuracies.end(), 0.0) / static_cast<double>(accuracies.size());
}

Result<std::vector<Candidate>> candidatesOf(const ModelSpec &model, const CandidateGrid &grid)
{
    if (!model.isSketched())
        return fail(ErrorCode::OutOfRange, "none of its layers is sketched", model.name);
    std::vector<Candidate> candidates;
    for (const auto &ranks : orUnchanged(grid.ranks))
        for (const auto &sizes : orUnchanged(grid.sketchSizes)) {
            ModelSpec laid = model;
            if (auto done = layOver(laid, ranks, sizes); !done)
                return tl::unexpected(done.error());
            if (grid.learningRates.empty())
                candidates.push_back({laid, {}, {}, {}});
            for (const double rate : grid.learningRates) {
                laid.learningRate = rate;
                candidates.push_back({laid, {}, {}, {}});
            }
        }
    return candidates;
}

std::optional<std::size_t> chooseCandidate(const std::vector<Candidate> &candidates, double reference,
                                           double within)
{
    std::optional<std::size_t> highest;
    std::optional<std::size_t> smallest;
    const auto bytes = [&](std::size_t i) { return candidates[i].cost.weightBytes(NumberType::Float16); };
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double mean = candidates[i].mean();
        if (std::isnan(mean))
            continue;
        if (!highest || mean > candidates[*highest].mean())
            highest = i;
        bool bestRate = true;
        for (const Candidate &other : candidates)
            bestRate = bestRate && !(sameButRate(candidates[i].model, other.model) && other.mean() > mean);
        const bool good = mean >= reference - within; // never with a reference that is NaN
        if (good && bestRate
            && (!smallest || bytes(i) < bytes(*smallest)
                || (bytes(i) == bytes(*smallest) && mean > candidates[*smallest].mean())))
            smallest = i;
    }
    return smallest ? smallest : highest;
}

} // namespace rosler
