// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/experiment_spec.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Changes of a model's list of layers that keep its parts together: shapes, ranks and sketch sizes. Pure
/// functions. A count of 0 means "not known yet" (no data) and limits nothing.

struct DesignShape {
    ExampleShape example {0, 0, 0};
    Index classes = 0;

    friend bool operator==(const DesignShape &, const DesignShape &) = default;
};

/// One layer of a design as its row shows it. Nominal sizes, and what sketches leave of them.
struct DesignedLayer {
    Index inputs = 0;  ///< nominal
    Index outputs = 0; ///< nominal
    Index read = 0;    ///< of the inputs
    Index kept = 0;    ///< of the outputs: what the next layer reads
    bool weighted = true;
    bool canBeSketched = true;
    bool readsImages = false; ///< of an image, or of what an image layer gives: all of it
    MatrixSize matrix;        ///< that a sketch stands for: kept x read, or filters x patch
};

[[nodiscard]] std::vector<DesignedLayer> designedLayers(std::span<const LayerSpec> layers,
                                                        const DesignShape &shape);

/// Pushes every number into its range: fields, sketch sizes (1..inputs, all of images), ranks
/// (1..min(matrix)); gives the last layer no size of its own, since it has the classes'.
void fitLayers(std::vector<LayerSpec> &layers, const DesignShape &shape);
/// The same for all models.
void fitDesign(ExperimentSpec &spec, const DesignShape &shape);

/// Whether two lists differ in nothing but their sketches: the same network, sketched in other ways.
[[nodiscard]] bool sameNetwork(std::span<const LayerSpec> a, std::span<const LayerSpec> b);

/// Sets a field of a layer. Sketches that read all of the old width read all of the new one.
void setField(std::vector<LayerSpec> &layers, std::size_t layer, std::string_view field, double value,
              const DesignShape &shape);

/// Puts a layer of kind @p kind before @p position (at most before the last): its width is its
/// neighbour's, and when that is sketched so is the new layer, and the layer after it reads the same share
/// of it as the layers around do.
void insertLayer(std::vector<LayerSpec> &layers, std::size_t position, std::string_view kind,
                 const DesignShape &shape);

/// Takes a layer out, not the last.
void removeLayer(std::vector<LayerSpec> &layers, std::size_t layer, const DesignShape &shape);

/// Makes the network one of fully connected layers of these hidden widths, as a preset does; ranks and
/// sketches stay where there are layers for them.
void setHiddenWidths(std::vector<LayerSpec> &layers, const std::vector<Index> &widths,
                     const DesignShape &shape);
/// The hidden widths of a network of fully connected layers alone; none for any other.
[[nodiscard]] std::optional<std::vector<Index>> hiddenWidths(std::span<const LayerSpec> layers);

/// Sketches a layer that is whole (of rank 16 where that fits, reading all), or makes it whole.
void setSketched(std::vector<LayerSpec> &layers, std::size_t layer, bool sketched, const DesignShape &shape);

/// Sets one rank, within min(inputs, outputs) of its layer; the sketch sizes on both sides of the layer
/// (its own, and the next layer's) are pushed up to it. Of a layer that is not sketched: nothing.
void setRank(std::vector<LayerSpec> &layers, std::size_t layer, Index rank, const DesignShape &shape);
/// Sets one sketch size; the ranks on both sides of it (the layer's own, and that of the layer before)
/// are pushed down to it.
void setSketchSize(std::vector<LayerSpec> &layers, std::size_t layer, Index size, const DesignShape &shape);

/// @p wanted, or with a number behind it when a model of the experiment other than @p except has that
/// name already.
[[nodiscard]] std::string uniqueModelName(const ExperimentSpec &spec, const std::string &wanted,
                                          std::size_t except);

} // namespace rosler
