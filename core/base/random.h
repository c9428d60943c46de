// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace rosler {

/// What a stream is drawn for. The numbers are part of every stored run:
/// append, never renumber.
enum class Draw : std::uint32_t {
    Initialise = 1,        ///< dense weights and sketched factors; index = layer
    Sketch = 2,            ///< which rows and columns a CUR sketch takes; index = layer
    Split = 3,             ///< which examples go to which part
    Shuffle = 4,           ///< order of the examples; index = epoch
    KeptFeatures = 5,      ///< which features a layer reads; index = layer
    GradientSketch = 6,    ///< which features' gradients a step computes; index = step
    SyntheticDigit = 7,    ///< one generated digit; index = example
    LayerNoise = 8,        ///< what a layer draws in each training step, as dropout does; index = layer
    Augmentation = 9,      ///< how far and whether an example is moved and mirrored; index = epoch
    FeatureNoise = 10,     ///< what is added to a training example's features; index = epoch
    TestNoise = 11,        ///< white noise on test windows
    SyntheticBearing = 12, ///< one generated recording of a bearing; index = recording
};

/// One independent sequence of random numbers, read by position.
///
/// Position i always holds the same value, whoever asks, in whatever order and
/// on however many threads; so a sketch can be made a tile at a time, and a
/// board can make the same sketch from the seed alone.
///
/// Philox4x32-10 [1]: key = seed; counter = (position low, position high, purpose, index).
/// Checked against the authors' known-answer vectors (tests/core/base/random_test.cpp).
///
/// [1] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
///     numbers: as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405.
class RandomStream
{
public:
    /// @param index  tells streams of one purpose apart, e.g. the layer's number
    RandomStream(std::uint64_t seed, Draw purpose, std::uint32_t index) noexcept;

    /// The four words at block @p position.
    [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t position) const noexcept;

    /// +1 or -1 with equal probability. Bit-exact on every machine.
    [[nodiscard]] float sign(std::uint64_t i) const noexcept;

    /// Uniform on [0, 1): a multiple of 2^-24. Bit-exact on every machine.
    [[nodiscard]] float uniform(std::uint64_t i) const noexcept;

    /// Uniform on {0, ..., bound - 1}, bound >= 1, without bias: block i is its own sequence of
    /// retries. Bit-exact on every machine.
    [[nodiscard]] std::uint32_t below(std::uint64_t i, std::uint32_t bound) const noexcept;

    /// Standard normal, by Box-Muller in double. Uses the C library's log and
    /// cos, so machines may differ in the last bits: never send it over the wire
    /// as a seed, send the values.
    [[nodiscard]] double gaussian(std::uint64_t i) const noexcept;

    /// The numbers 0 .. count - 1 in random order (Fisher-Yates over below()).
    [[nodiscard]] std::vector<std::uint32_t> permutation(std::uint32_t count) const;

private:
    std::array<std::uint32_t, 2> m_key;
    std::array<std::uint32_t, 2> m_tag; // purpose, index
};

/// The bare Philox4x32-10 block function, as its authors define it.
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key) noexcept;

} // namespace rosler
