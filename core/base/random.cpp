// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace rosler {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept
{
    constexpr std::uint64_t multiplier0 = 0xD2511F53U;
    constexpr std::uint64_t multiplier1 = 0xCD9E8D57U;
    constexpr std::uint32_t weyl0 = 0x9E3779B9U;
    constexpr std::uint32_t weyl1 = 0xBB67AE85U;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = multiplier0 * counter[0];
        const std::uint64_t product1 = multiplier1 * counter[2];
        counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(product1),
                   static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(product0)};
        key[0] += weyl0;
        key[1] += weyl1;
    }
    return counter;
}

RandomStream::RandomStream(std::uint64_t seed, Draw purpose, std::uint32_t index) noexcept
    : m_key {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}
    , m_tag {static_cast<std::uint32_t>(purpose), index}
{
}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t position) const noexcept
{
    return philox4x32({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32),
                       m_tag[0], m_tag[1]},
                      m_key);
}

float RandomStream::sign(std::uint64_t i) const noexcept
{
    return (block(i)[0] & 1U) != 0 ? 1.0F : -1.0F;
}

float RandomStream::uniform(std::uint64_t i) const noexcept
{
    return static_cast<float>(block(i)[0] >> 8) * 0x1p-24F;
}

std::uint32_t RandomStream::below(std::uint64_t i, std::uint32_t bound) const noexcept
{
    // Lemire's multiply-and-reject over the four words of the block; a block whose four words are all
    // rejected (once in 2^128 for small bounds, at worst 1 in 16) takes further blocks of the same
    // position with a changed high word.
    const std::uint32_t threshold = (0U - bound) % bound;
    for (std::uint64_t retry = 0;; ++retry) {
        for (const std::uint32_t word : block(i ^ (retry << 56))) {
            const std::uint64_t product = std::uint64_t {word} * bound;
            if (static_cast<std::uint32_t>(product) >= threshold)
                return static_cast<std::uint32_t>(product >> 32);
        }
    }
}

double RandomStream::gaussian(std::uint64_t i) const noexcept
{
    const auto words = block(i);
    const std::uint64_t bits0 = (std::uint64_t {words[0]} << 32) | words[1];
    const std::uint64_t bits1 = (std::uint64_t {words[2]} << 32) | words[3];
    const double u = (static_cast<double>(bits0 >> 11) + 1.0) * 0x1p-53; // in (0, 1]
    const double v = static_cast<double>(bits1 >> 11) * 0x1p-53;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::vector<std::uint32_t> RandomStream::permutation(std::uint32_t count) const
{
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    for (std::uint32_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[below(i - 1, i)]);
    return order;
}

} // namespace rosler
