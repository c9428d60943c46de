// SPDX-License-Identifier: Apache-2.0
#include "core/data/test_part.h"

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace rosler {

namespace {

// Streams of their own beside those that held_out.cpp draws the validation part from.
constexpr std::uint32_t firstTestStream = 0x10000;
constexpr std::size_t longestName = 100;

} // namespace

std::vector<bool> drawTestPart(const std::vector<std::uint16_t> &labels, std::size_t classes, double share,
                               std::uint64_t seed)
{
    std::vector<std::vector<std::size_t>> ofClass(classes);
    for (std::size_t i = 0; i < labels.size(); ++i)
        ofClass[labels[i]].push_back(i);
    std::vector<bool> test(labels.size());
    for (std::size_t c = 0; c < classes; ++c) {
        const auto count = static_cast<std::uint32_t>(ofClass[c].size());
        if (count < 2)
            continue;
        const double wanted = std::round(share * count);
        const auto taken =
            static_cast<std::uint32_t>(std::clamp(wanted, 1.0, static_cast<double>(count - 1)));
        const auto order = RandomStream(seed, Draw::Split, firstTestStream + static_cast<std::uint32_t>(c))
                               .permutation(count);
        for (std::uint32_t i = 0; i < taken; ++i)
            test[ofClass[c][order[i]]] = true;
    }
    return test;
}

std::pair<Examples, Examples> tornApart(const Examples &all, const std::vector<bool> &test)
{
    std::pair<Examples, Examples> parts;
    for (const bool wanted : {false, true}) {
        Examples &part = wanted ? parts.second : parts.first;
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < test.size(); ++row)
            if (test[row] == wanted) {
                rows.push_back(row);
                part.labels.push_back(all.labels[row]);
                if (!all.groups.empty())
                    part.groups.push_back(all.groups[row]);
            }
        part.features = all.features.select(rows);
    }
    return parts;
}

std::string className(std::string_view text)
{
    std::size_t length = std::min(text.size(), longestName);
    while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length; // not within a character of UTF-8
    std::string name(text.substr(0, length));
    std::ranges::replace_if(
        name, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return name;
}

} // namespace rosler
