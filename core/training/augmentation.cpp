// SPDX-License-Identifier: Apache-2.0
#include "core/training/augmentation.h"

#include <algorithm>
#include <string>

#include "core/base/contract.h"
#include "core/base/random.h"

namespace rosler {

Result<void> checkAugmentation(const AugmentationSpec &spec, const ExampleShape &shape)
{
    const Index least = shape.height > 1 ? std::min(shape.height, shape.width) : shape.width;
    if (spec.shift >= least && spec.shift > 0)
        return fail(ErrorCode::OutOfRange,
                    "shift is " + std::to_string(spec.shift) + ", allowed are 0 to "
                        + std::to_string(least - 1) + " for examples of " + std::to_string(shape.height)
                        + " x " + std::to_string(shape.width) + " pixels",
                    "/training/augmentation/shift");
    if (spec.flip && shape.height == 1)
        return fail(ErrorCode::OutOfRange, "images alone are flipped, and the data are not images",
                    "/training/augmentation/flip");
    return {};
}

Augmenter::Augmenter(const AugmentationSpec &spec, const ExampleShape &shape, std::uint64_t seed)
    : m_spec(spec)
    , m_shape(shape)
    , m_seed(seed)
{
    ROSLER_EXPECTS(checkAugmentation(spec, shape).has_value());
}

void Augmenter::apply(std::uint32_t epoch, std::uint32_t example, const float *from, float *to) const
{
    const RandomStream random(m_seed, Draw::Augmentation, epoch);
    const std::uint64_t place = std::uint64_t {4} * example;
    const auto drawn = [&](std::uint64_t which) {
        const auto choices = static_cast<std::uint32_t>(2 * m_spec.shift + 1);
        return static_cast<Index>(random.below(place + which, choices)) - m_spec.shift;
    };
    const bool flips = m_spec.flip && random.sign(place) > 0.0F;
    const Index down = m_shape.height > 1 ? drawn(1) : 0;
    const Index right = drawn(2);

    const Index channels = m_shape.channels;
    const Index row = m_shape.width * channels;
    const Index first = std::max<Index>(0, right); // pixels of a row that come from the example
    const Index last = std::min(m_shape.width, m_shape.width + right);
    for (Index y = 0; y < m_shape.height; ++y) {
        float *const line = to + y * row;
        const Index source = y - down;
        if (source < 0 || source >= m_shape.height) {
            std::fill_n(line, row, 0.0F);
            continue;
        }
        const float *const original = from + source * row;
        if (!flips) {
            std::fill_n(line, first * channels, 0.0F);
            std::copy_n(original + (first - right) * channels, (last - first) * channels,
                        line + first * channels);
            std::fill_n(line + last * channels, row - last * channels, 0.0F);
            continue;
        }
        for (Index x = 0; x < m_shape.width; ++x) {
            const Index pixel = m_shape.width - 1 - x - right;
            if (pixel < 0 || pixel >= m_shape.width)
                std::fill_n(line + x * channels, channels, 0.0F);
            else
                std::copy_n(original + pixel * channels, channels, line + x * channels);
        }
    }
    if (m_spec.noise > 0) {
        const RandomStream noise(m_seed, Draw::FeatureNoise, epoch);
        const auto size = static_cast<std::uint64_t>(m_shape.size());
        for (std::uint64_t i = 0; i < size; ++i)
            to[i] += static_cast<float>(m_spec.noise * noise.gaussian(size * example + i));
    }
}

} // namespace rosler
