// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/matrix.h"

namespace rosler {

/// What follows a weighted layer's product: nothing, or max(0, y).
enum class Activation { None, Relu };

/// A sketch that stands for a layer's weight matrix: W ~ C U R (method page, section 1).
struct Sketch {
    Index rank = 1; ///< r, 1 <= r <= min(outputs, size)
    /// s, how many of its inputs the layer reads, rank <= s <= inputs; none = all of them. A hidden layer's
    /// sketch narrows the layer before: outputs that nobody reads are never stored, computed or trained.
    std::optional<Index> size;

    friend bool operator==(const Sketch &, const Sketch &) = default;
};

/// One layer of a model as a person designs it. What it means on data of some shape is a PlannedLayer.
struct LayerSpec {
    std::string kind; ///< a row of layer_catalog.h
    /// The numbers of that kind, by name; the kind's row says which, their ranges, and what is meant by one
    /// that is missing.
    std::map<std::string, double, std::less<>> fields;
    Activation activation = Activation::None; ///< of a weighted layer
    std::optional<Sketch> sketch;             ///< of a weighted layer; none = the whole matrix is trained

    [[nodiscard]] std::optional<double> field(std::string_view name) const
    {
        const auto found = fields.find(name);
        return found == fields.end() ? std::nullopt : std::optional(found->second);
    }
    friend bool operator==(const LayerSpec &, const LayerSpec &) = default;
};

} // namespace rosler
