// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sketch_text.h"

#include <algorithm>

namespace rosler::cli {

namespace {

using Sketches = std::span<const std::optional<Sketch>>;

std::optional<Index> rankOf(const Sketch &sketch)
{
    return sketch.rank;
}

std::optional<Index> sizeOf(const Sketch &sketch)
{
    return sketch.size;
}

bool anyOf(Sketches sketches)
{
    return std::any_of(sketches.begin(), sketches.end(),
                       [](const auto &sketch) { return sketch.has_value(); });
}

std::string listText(Sketches sketches, std::optional<Index> (*of)(const Sketch &))
{
    std::string text;
    for (const auto &sketch : sketches) {
        const auto value = sketch ? of(*sketch) : std::nullopt;
        text += (text.empty() ? "" : ",") + (value ? std::to_string(*value) : "-");
    }
    return anyOf(sketches) ? text : "-";
}

nlohmann::ordered_json listJson(Sketches sketches, std::optional<Index> (*of)(const Sketch &))
{
    auto list = nlohmann::ordered_json::array();
    if (!anyOf(sketches))
        return list;
    for (const auto &sketch : sketches) {
        const auto value = sketch ? of(*sketch) : std::nullopt;
        list.push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr));
    }
    return list;
}

} // namespace

std::string rankText(Sketches sketches)
{
    return listText(sketches, &rankOf);
}

std::string sketchSizeText(Sketches sketches)
{
    return listText(sketches, &sizeOf);
}

void putSketches(nlohmann::ordered_json &into, Sketches sketches)
{
    into["rank"] = listJson(sketches, &rankOf);
    into["sketch_size"] = listJson(sketches, &sizeOf);
}

} // namespace rosler::cli
