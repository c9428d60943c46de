// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/graph_traveller.h"

#include <algorithm>
#include <array>

namespace rosler {

Index GraphTraveller::extent(Axis axis) const
{
    return axis == Axis::Channels ? shape.channels : axis == Axis::Rows ? shape.height : shape.width;
}

std::vector<std::int64_t> GraphTraveller::extents() const
{
    std::vector<std::int64_t> all {0};
    if (flat)
        all.push_back(width());
    else
        for (const Axis axis : axes)
            all.push_back(extent(axis));
    return all;
}

Index GraphTraveller::feature(Index place) const
{
    Index rest = picks ? static_cast<Index>((*picks)[static_cast<std::size_t>(place)]) : place;
    std::array<Index, 3> at {};
    for (std::size_t i = axes.size(); i-- > 0;) {
        at[static_cast<std::size_t>(axes[i])] = rest % extent(axes[i]);
        rest /= extent(axes[i]);
    }
    return (at[1] * shape.width + at[2]) * shape.channels + at[0];
}

bool GraphTraveller::planes() const
{
    return !flat && axes.front() == Axis::Channels && std::ranges::is_sorted(axes);
}

} // namespace rosler
