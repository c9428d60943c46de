// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/flash/uf2.h"

#include <algorithm>
#include <set>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr std::size_t blockBytes = 512;
constexpr std::size_t payloadAt = 32;
constexpr std::size_t payloadBytes = 256; ///< usual; at most 476
constexpr std::size_t mostPayload = 476;
constexpr std::uint32_t magicStart = 0x0A324655;
constexpr std::uint32_t magicSecond = 0x9E5D5157;
constexpr std::uint32_t magicEnd = 0x0AB16F30;
constexpr std::uint32_t notForFlash = 0x00000001;
constexpr std::uint32_t hasFamily = 0x00002000;

void put(std::vector<std::uint8_t> &bytes, std::size_t at, std::uint64_t value)
{
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at)
{
    return static_cast<std::uint32_t>(bytes[at]) | (static_cast<std::uint32_t>(bytes[at + 1]) << 8)
        | (static_cast<std::uint32_t>(bytes[at + 2]) << 16)
        | (static_cast<std::uint32_t>(bytes[at + 3]) << 24);
}

} // namespace

std::vector<std::uint8_t> uf2Of(std::span<const std::uint8_t> firmware, std::uint32_t address,
                                std::uint32_t family)
{
    ROSLER_EXPECTS(!firmware.empty());
    const std::size_t blocks = (firmware.size() + payloadBytes - 1) / payloadBytes;
    std::vector<std::uint8_t> file(blocks * blockBytes);
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::size_t at = block * blockBytes;
        put(file, at, magicStart);
        put(file, at + 4, magicSecond);
        put(file, at + 8, family != 0 ? hasFamily : 0);
        put(file, at + 12, address + block * payloadBytes);
        put(file, at + 16, payloadBytes);
        put(file, at + 20, block);
        put(file, at + 24, blocks);
        put(file, at + 28, family);
        const auto part = firmware.subspan(block * payloadBytes,
                                           std::min(payloadBytes, firmware.size() - block * payloadBytes));
        std::copy(part.begin(), part.end(), file.begin() + static_cast<std::ptrdiff_t>(at + payloadAt));
        put(file, at + blockBytes - 4, magicEnd);
    }
    return file;
}

Result<Uf2Summary> checkUf2(std::span<const std::uint8_t> bytes, const std::string &where)
{
    const auto wrong = [&](std::size_t at, const char *what) {
        return fail(ErrorCode::Malformed, what, where + ":" + std::to_string(at));
    };
    if (bytes.empty() || bytes.size() % blockBytes != 0)
        return wrong(bytes.size(), "a UF2 file is made of blocks of 512 bytes");
    Uf2Summary summary;
    const std::size_t blocks = bytes.size() / blockBytes;
    std::set<std::uint64_t> written;
    bool first = true;
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::size_t at = block * blockBytes;
        if (word(bytes, at) != magicStart || word(bytes, at + 4) != magicSecond)
            return wrong(at, "no UF2 block begins here");
        if (word(bytes, at + blockBytes - 4) != magicEnd)
            return wrong(at + blockBytes - 4, "the UF2 block does not end here");
        const std::uint32_t flags = word(bytes, at + 8);
        const std::uint32_t address = word(bytes, at + 12);
        const std::uint32_t size = word(bytes, at + 16);
        if (size > mostPayload)
            return wrong(at + 16, "a UF2 block holds at most 476 bytes");
        if (word(bytes, at + 20) != block)
            return wrong(at + 20, "the UF2 blocks are not in order");
        if (word(bytes, at + 24) != blocks)
            return wrong(at + 24, "the UF2 file has another number of blocks than it says");
        if ((flags & notForFlash) != 0)
            continue;
        if (size == 0)
            return wrong(at + 16, "the UF2 block is empty");
        if (!written.insert(address).second)
            return wrong(at + 12, "two UF2 blocks have one address");
        const std::uint32_t family = (flags & hasFamily) != 0 ? word(bytes, at + 28) : 0;
        if (first) {
            summary.family = family;
            summary.lowest = address;
        } else if (family != summary.family) {
            return wrong(at + 28, "the UF2 blocks are for several chips");
        }
        first = false;
        ++summary.blocks;
        summary.lowest = std::min(summary.lowest, address);
        summary.end = std::max(summary.end, std::uint64_t {address} + size);
    }
    if (summary.blocks == 0)
        return wrong(0, "the UF2 file has nothing to flash");
    return summary;
}

} // namespace rosler
