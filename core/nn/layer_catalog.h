// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/nn/layer.h"
#include "core/nn/network_plan.h"

namespace rosler {

/// One number that a kind of layer is designed with. Spec files, the design dock and checks read this table.
struct LayerField {
    std::string_view name;        ///< in spec files: "units"
    std::string_view label;       ///< in the window: "Units"
    std::string_view description; ///< one sentence
    double low = 0;               ///< smallest allowed value
    double high = 0;              ///< largest allowed value
    bool integer = true;
    /// Taken where a spec names none; none = it must be named, unless `lastGivesClasses`.
    std::optional<double> preset;
    bool lastGivesClasses = false; ///< missing in the last layer: the number of classes
};

struct MatrixSize {
    Index rows = 0; ///< outputs
    Index cols = 0; ///< inputs
};

/// One kind of layer: all that tells it from the others. A layer is a pair of files that gives such a row,
/// and the row's place in layer_catalog.cpp; nothing else of the program names a kind.
struct LayerKind {
    std::string_view name;        ///< in spec and model files: "dense"
    std::string_view label;       ///< in the window: "Dense"
    std::string_view description; ///< one sentence
    std::span<const LayerField> fields;
    bool weighted = false;  ///< has a matrix of weights and an activation, and an entry in lists of ranks
    bool activates = false; ///< may be followed by an activation, as weighted layers are
    /// Reads and makes images, or signals of one row, and all of each: no sketch narrows what it reads or
    /// gives.
    bool images = false;
    /// How many layers before it are bypassed by what it is given besides: the output of the layer before
    /// those. None = it is given the output of the layer before it, and nothing else.
    Index (*bypassed)(const LayerSpec &spec) = nullptr;
    /// Its parameters are fitted to the training examples before the first step: it is the first layer.
    bool fitted = false;
    /// Nominal shape of its outputs for inputs of shape @p in; a field that is missing in the last layer
    /// means @p classes. No pixels: inputs of this shape are too small for it.
    ExampleShape (*output)(const LayerSpec &spec, const ExampleShape &in, Index classes) = nullptr;
    std::shared_ptr<const Layer> (*make)(const PlannedLayer &plan) = nullptr;
    /// The layer with its matrix sketched; none = this kind cannot be sketched.
    std::shared_ptr<const Layer> (*makeSketched)(const PlannedLayer &plan) = nullptr;
    /// Rows and columns of the matrix that a sketch stands for; none = kept x read.
    MatrixSize (*matrix)(const PlannedLayer &plan) = nullptr;
    /// The layer of this kind that comes nearest to computing @p step, if it is any of its; layerThat()
    /// compares the two. No activation, no sketch.
    std::optional<LayerSpec> (*nearest)(const InferenceStep &step) = nullptr;

    /// The field of this name, which the kind has.
    [[nodiscard]] const LayerField &field(std::string_view name) const;
    /// What @p spec, a layer of this kind, says of that field, or else its preset; a field has one of them.
    [[nodiscard]] double valueOf(const LayerSpec &spec, std::string_view name) const;
};

/// All kinds of layers, in the order in which they are offered.
[[nodiscard]] std::span<const LayerKind> layerKinds();

/// The row of @p name, or none.
[[nodiscard]] const LayerKind *layerKindNamed(std::string_view name);

/// The matrix that a sketch of this layer stands for.
[[nodiscard]] MatrixSize matrixOf(const PlannedLayer &plan);

/// The layer of this plan.
[[nodiscard]] std::shared_ptr<const Layer> makeLayer(const PlannedLayer &plan);

/// The layer that computes @p step in inference, without activation and sketch; none = no kind does.
[[nodiscard]] std::optional<LayerSpec> layerThat(const InferenceStep &step);

/// A fully connected layer: of @p units outputs, or without them the one that gives the classes. With ReLU
/// when it has units, without when not.
[[nodiscard]] LayerSpec fullyConnected(std::optional<Index> units = {}, std::optional<Sketch> sketch = {});

/// A convolution without an activation, its windows one pixel apart.
[[nodiscard]] LayerSpec convolution(Index filters, Index kernel, Index padding,
                                    std::optional<Sketch> sketch = {});

/// The same layers without their sketches.
[[nodiscard]] std::vector<LayerSpec> wholeLayers(std::vector<LayerSpec> layers);

/// Whether any of @p layers is sketched.
[[nodiscard]] bool anySketched(std::span<const LayerSpec> layers) noexcept;

} // namespace rosler
