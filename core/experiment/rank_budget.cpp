// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/rank_budget.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "core/base/contract.h"
#include "core/cost/cost_model.h"
#include "core/experiment/model_label.h"
#include "core/nn/layer_catalog.h"
#include "core/nn/start_weights.h"

namespace rosler {

namespace {

Index numbersAt(const RankedLayer &layer, Index rank)
{
    return rank * layer.numbersARank + rank * rank;
}

double energyOf(const RankedLayer &layer)
{
    return std::accumulate(layer.squares.begin(), layer.squares.end(), 0.0);
}

/// Share of the energy that is behind the first @p rank values.
double lostAt(const RankedLayer &layer, Index rank)
{
    const double all = energyOf(layer);
    const auto first = std::min(static_cast<std::size_t>(rank), layer.squares.size());
    const double left =
        std::accumulate(layer.squares.begin() + static_cast<std::ptrdiff_t>(first), layer.squares.end(), 0.0);
    return all > 0 ? left / all : 0.0;
}

Index sizeOf(const Layer &layer, std::string_view name)
{
    const auto blocks = layer.blocks();
    const auto found = std::ranges::find(blocks, name, &ParameterBlock::name);
    ROSLER_EXPECTS(found != blocks.end());
    return found->size();
}

} // namespace

Result<std::vector<Index>> allotRanks(std::span<const RankedLayer> layers, Index budget)
{
    std::vector<Index> ranks(layers.size(), 1);
    std::vector<double> energies;
    Index used = 0;
    for (const RankedLayer &layer : layers) {
        ROSLER_EXPECTS(layer.mostRank >= 1);
        energies.push_back(energyOf(layer));
        used += numbersAt(layer, 1);
    }
    if (used > budget)
        return fail(ErrorCode::OutOfRange,
                    "rank 1 in every sketch takes " + std::to_string(used) + " numbers, there is room for "
                        + std::to_string(budget));
    for (;;) {
        std::optional<std::size_t> best;
        double most = 0;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const Index step = numbersAt(layers[i], ranks[i] + 1) - numbersAt(layers[i], ranks[i]);
            const auto next = static_cast<std::size_t>(ranks[i]);
            if (ranks[i] >= layers[i].mostRank || used + step > budget || next >= layers[i].squares.size())
                continue;
            const double saved = energies[i] > 0 ? layers[i].squares[next] / energies[i] : 0.0;
            if (saved / static_cast<double>(step) > most) {
                most = saved / static_cast<double>(step);
                best = i;
            }
        }
        if (!best)
            return ranks;
        used += numbersAt(layers[*best], ranks[*best] + 1) - numbersAt(layers[*best], ranks[*best]);
        ++ranks[*best];
    }
}

Result<RankAllotment> allotRanks(const ModelSpec &model, const Network &pilot, const ExampleShape &example,
                                 Index classes, Index budget)
{
    if (!model.isSketched())
        return fail(ErrorCode::OutOfRange, "none of its layers is sketched", model.name);
    RankAllotment allotment;
    allotment.model = model;
    std::vector<LayerSpec> &specs = allotment.model.layers;
    if (pilot.layerCount() != specs.size())
        return fail(ErrorCode::OutOfRange,
                    "it has " + std::to_string(specs.size()) + " layers, its pilot "
                        + std::to_string(pilot.layerCount()),
                    model.name);
    for (LayerSpec &layer : specs)
        if (layer.sketch)
            layer.sketch->rank = 1;
    const auto plan = planNetwork(specs, example, classes);
    if (!plan)
        return tl::unexpected(plan.error());
    std::vector<RankedLayer> ranked;
    std::vector<std::size_t> numbers; // of the layers
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto layer = makeLayer(plan->layers[i]);
        allotment.parameters += layer->parameterCount();
        if (!specs[i].sketch)
            continue;
        RankedLayer one;
        one.squares = squaredSingularValues(pilot, i);
        const Index outputs = sizeOf(*layer, "C"); // at rank 1
        const Index read = sizeOf(*layer, "R");
        const Layer &whole = pilot.layer(i);
        const Index rows = sizeOf(whole, "b");
        one.numbersARank = outputs + read;
        one.mostRank = std::clamp(breakEvenRank(outputs, read, rows, sizeOf(whole, "W") / rows), Index {1},
                                  std::min(outputs, read));
        ranked.push_back(std::move(one));
        numbers.push_back(i);
    }
    Index fixed = allotment.parameters;
    for (const RankedLayer &layer : ranked)
        fixed -= numbersAt(layer, 1);
    const auto ranks = allotRanks(ranked, budget - fixed);
    if (!ranks)
        return fail(ErrorCode::OutOfRange,
                    "with rank 1 in every sketch it has " + std::to_string(allotment.parameters)
                        + " parameters, more than " + std::to_string(budget),
                    model.name);
    allotment.parameters = fixed;
    allotment.lost.assign(specs.size(), 0.0);
    for (std::size_t k = 0; k < ranked.size(); ++k) {
        specs[numbers[k]].sketch->rank = (*ranks)[k];
        allotment.parameters += numbersAt(ranked[k], (*ranks)[k]);
        allotment.lost[numbers[k]] = lostAt(ranked[k], (*ranks)[k]);
    }
    return allotment;
}

ModelSpec denseTwin(const ExperimentSpec &spec, std::size_t model)
{
    ModelSpec twin = spec.models.at(model);
    twin.layers = wholeLayers(std::move(twin.layers));
    twin.name = modelLabel(false);
    twin.learningRate = defaultLearningRate(twin.layers);
    for (const ModelSpec &other : spec.models)
        if (other.layers == twin.layers) {
            twin = other;
            break;
        }
    twin.sketch = {};
    twin.epochs.reset();
    twin.start.reset();
    twin.teacher.reset();
    return twin;
}

} // namespace rosler
