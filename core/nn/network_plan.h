// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/result.h"
#include "core/nn/layer_spec.h"

namespace rosler {

/// One layer of a design on data of a known shape: all that its Layer is made from.
///
/// Nominal shapes are those of the design; `read` and `kept` say what is left of them. A hidden layer's
/// sketch narrows the layer before it: of its outputs only `kept` are stored and computed, those that the
/// next layer reads (method page, section 1).
struct PlannedLayer {
    LayerSpec spec;
    std::uint32_t number = 0; ///< place in the network, from 0: the index of its random streams
    ExampleShape in;          ///< nominal, of what it reads from
    ExampleShape out;         ///< nominal
    Index read = 0;           ///< numbers of the layer before (or of the data) that it is given
    Index kept = 0;           ///< numbers of its outputs that are computed: the next layer's `read`
    /// The layer whose output it is given besides, all of it; none = it is given the layer before alone.
    std::optional<std::uint32_t> other;

    [[nodiscard]] bool relu() const noexcept { return spec.activation == Activation::Relu; }
    friend bool operator==(const PlannedLayer &, const PlannedLayer &) = default;
};

/// All shapes of a network, resolved once; trainer, costs, store, packing, window and forecast read them.
struct NetworkPlan {
    ExampleShape example; ///< of the data
    Index classes = 0;
    std::vector<PlannedLayer> layers; ///< first to last, at least one

    [[nodiscard]] Index features() const noexcept { return example.size(); }
    /// Features of the data that the first layer is given.
    [[nodiscard]] Index read() const noexcept { return layers.empty() ? 0 : layers.front().read; }
    /// Whether the network stores which features it reads.
    [[nodiscard]] bool keepsFeatures() const noexcept { return read() < features(); }

    friend bool operator==(const NetworkPlan &, const NetworkPlan &) = default;
};

/// The sketch of each weighted layer, sizes resolved; none where the layer is whole.
[[nodiscard]] std::vector<std::optional<Sketch>> sketchesOf(const NetworkPlan &plan);

/// For each layer the last one that is given its output besides the layer behind it; 0 = none is.
[[nodiscard]] std::vector<std::uint32_t> lastBypass(const NetworkPlan &plan);

/// Resolves @p layers on examples of shape @p in with @p classes classes.
/// @param where  JSON pointer of the model, put before "/layers/2/rank" in errors
/// @return Unsupported  a kind that this build has not
/// @return OutOfRange   no layers, a number, rank or sketch size outside its range (which is named), or a
///                      last layer whose outputs are not the classes
[[nodiscard]] Result<NetworkPlan> planNetwork(std::span<const LayerSpec> layers, const ExampleShape &in,
                                              Index classes, const std::string &where = {});

} // namespace rosler
