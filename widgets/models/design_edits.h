// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "core/experiment/experiment_spec.h"

namespace rosler {

/// Changes of an experiment that keep its parts together: widths, and with them the ranks and sketch
/// sizes of every Rosler model. Pure functions; layer l reads width l - 1 (layer 0 the features) and the
/// last layer gives the classes. A count of 0 means "not known yet" and limits nothing.

struct DesignShape {
    Index features = 0;
    Index classes = 0;

    friend bool operator==(const DesignShape &, const DesignShape &) = default;
};

[[nodiscard]] std::size_t layerCount(const ExperimentSpec &spec) noexcept;
[[nodiscard]] Index layerInputs(const ExperimentSpec &spec, std::size_t layer, const DesignShape &shape);
[[nodiscard]] Index layerOutputs(const ExperimentSpec &spec, std::size_t layer, const DesignShape &shape);

/// Pushes every rank and sketch size into range: sketch size in 1..inputs, rank in 1..min(sketch size,
/// stored outputs), where the next layer's sketch size says how many outputs are stored; gives missing
/// ones their neighbour's rank and a full sketch; drops those beyond the last layer. Dense models lose
/// what only Rosler models have.
void fitDesign(ExperimentSpec &spec, const DesignShape &shape);

/// Sets the width of a hidden layer. Sketches that read all of the old width read all of the new one.
void setHiddenWidth(ExperimentSpec &spec, std::size_t position, Index width, const DesignShape &shape);

/// Adds a hidden layer before hidden layer @p position (or at the end): its rank is its neighbour's, and
/// the layer after it reads the same share of it as the layers around do.
void insertHiddenLayer(ExperimentSpec &spec, std::size_t position, Index width, const DesignShape &shape);

/// Takes a hidden layer out, with its ranks.
void removeHiddenLayer(ExperimentSpec &spec, std::size_t position);

/// Replaces all hidden layers, as a preset does.
void setHiddenWidths(ExperimentSpec &spec, const std::vector<Index> &widths, const DesignShape &shape);

/// Sets one rank, within min(inputs, outputs) of its layer; the sketch sizes on both sides of the layer
/// (its own, and the next layer's) are pushed up to it.
void setRank(ExperimentSpec &spec, std::size_t model, std::size_t layer, Index rank,
             const DesignShape &shape);
/// Sets one sketch size; the ranks on both sides of it (the layer's own, and that of the layer before)
/// are pushed down to it.
void setSketchSize(ExperimentSpec &spec, std::size_t model, std::size_t layer, Index size,
                   const DesignShape &shape);

/// @p wanted, or with a number behind it when a model of the experiment other than @p except has that
/// name already.
[[nodiscard]] std::string uniqueModelName(const ExperimentSpec &spec, const std::string &wanted,
                                          std::size_t except);

} // namespace rosler
