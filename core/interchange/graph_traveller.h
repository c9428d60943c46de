// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/matrix.h"

namespace rosler {

/// One axis of what travels through a graph, behind the batch's.
enum class Axis { Channels, Rows, Columns };

/// What travels: an example of some shape, and how the graph has it.
struct GraphTraveller {
    ExampleShape shape;
    std::vector<Axis> axes;                         ///< in the graph's order, before it was flattened
    bool flat = false;                              ///< one axis of numbers
    std::optional<std::vector<std::int64_t>> picks; ///< flat: which of them are left

    /// Extents in the graph, 0 for the batch's: what Reshape takes for "as it is".
    [[nodiscard]] std::vector<std::int64_t> extents() const;
    /// Numbers of a flat one.
    [[nodiscard]] Index width() const { return picks ? static_cast<Index>(picks->size()) : shape.size(); }
    /// Which feature, pixel by pixel, is number @p place of a flat one.
    [[nodiscard]] Index feature(Index place) const;
    /// Whether it is an image plane by plane.
    [[nodiscard]] bool planes() const;

private:
    [[nodiscard]] Index extent(Axis axis) const;
};

} // namespace rosler
