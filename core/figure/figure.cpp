// SPDX-License-Identifier: Apache-2.0
#include "core/figure/figure.h"

#include <array>

namespace rosler {
namespace {

constexpr FigureColour fromHex(unsigned rgb)
{
    return {(rgb >> 16U & 0xffU) / 255.0, (rgb >> 8U & 0xffU) / 255.0, (rgb & 0xffU) / 255.0};
}

// Paul Tol's qualitative scheme "bright" (https://personal.sron.nl/~pault/), in his order.
constexpr std::array colours {fromHex(0x4477aa), fromHex(0xee6677), fromHex(0x228833), fromHex(0xccbb44),
                              fromHex(0x66ccee), fromHex(0xaa3377), fromHex(0xbbbbbb)};
constexpr std::array markers {MarkerShape::Circle,  MarkerShape::Square,       MarkerShape::TriangleUp,
                              MarkerShape::Diamond, MarkerShape::TriangleDown, MarkerShape::Cross,
                              MarkerShape::Plus};
constexpr std::array dashes {DashStyle::Solid, DashStyle::Dash, DashStyle::Dot, DashStyle::DashDot};

} // namespace

SeriesStyle seriesStyle(std::size_t i)
{
    // The second round of colours meets the markers one further, so that more than seven series differ.
    const std::size_t round = i / colours.size();
    return {colours[i % colours.size()], markers[(i + round) % markers.size()], dashes[i % dashes.size()]};
}

std::string valueAxisTitle(const BarFigure &figure)
{
    if (!figure.modelled)
        return figure.value.title;
    return figure.value.title.empty() ? "modelled" : figure.value.title + ", modelled";
}

} // namespace rosler
