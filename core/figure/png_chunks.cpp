// SPDX-License-Identifier: Apache-2.0
#include "core/figure/png_chunks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <zlib.h>

#include "core/base/contract.h"

namespace rosler {
namespace {

constexpr std::size_t headerEnd = 8 + 4 + 4 + 13 + 4; // signature, then IHDR: length, type, data, CRC

std::string bigEndian(std::uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<unsigned char>(value >> shift & 0xffU));
    return bytes;
}

std::string chunk(const std::string &type, const std::string &data)
{
    const std::string body = type + data;
    const auto crc = crc32(0, reinterpret_cast<const Bytef *>(body.data()), static_cast<uInt>(body.size()));
    return bigEndian(static_cast<std::uint32_t>(data.size())) + body
        + bigEndian(static_cast<std::uint32_t>(crc));
}

std::string textChunk(const std::string &keyword, const std::string &text)
{
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) > 0; });
    if (ascii)
        return chunk("tEXt", keyword + '\0' + text);
    // Not compressed, no language, no translated keyword.
    return chunk("iTXt", keyword + std::string(5, '\0') + text);
}

} // namespace

std::string describedPng(const std::string &png, double dpi,
                         const std::vector<std::pair<std::string, std::string>> &texts)
{
    ROSLER_EXPECTS(png.size() >= headerEnd && png.compare(12, 4, "IHDR") == 0);
    const auto pixelsPerMetre = bigEndian(static_cast<std::uint32_t>(std::lround(dpi / 0.0254)));
    std::string chunks = chunk("pHYs", pixelsPerMetre + pixelsPerMetre + '\1');
    for (const auto &[keyword, text] : texts)
        if (!text.empty())
            chunks += textChunk(keyword, text);
    return png.substr(0, headerEnd) + chunks + png.substr(headerEnd);
}

} // namespace rosler
