// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/example_shape.h"
#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// How training examples are varied each time they are trained on; validation and test examples never are.
struct AugmentationSpec {
    /// Images are moved by up to so many pixels down or up and to either side, signals along; zeros move in.
    Index shift = 0;
    bool flip = false; ///< every other image, drawn, is mirrored left to right
    double noise = 0;  ///< standard deviation of what is added to every feature, in the features' unit

    [[nodiscard]] bool any() const noexcept { return shift > 0 || flip || noise > 0; }
    friend bool operator==(const AugmentationSpec &, const AugmentationSpec &) = default;
};

/// Whether examples of this shape can be varied so.
/// @return OutOfRange  a shift that leaves nothing of an example, or signals to be mirrored
[[nodiscard]] Result<void> checkAugmentation(const AugmentationSpec &spec, const ExampleShape &shape);

/// Varies examples. What it draws depends on seed, epoch and the example's number alone, so that it is the
/// same for all models of an experiment, on any number of threads, and after a resume. Thread-safe.
class Augmenter
{
public:
    /// @param spec  fits @p shape (checkAugmentation())
    Augmenter(const AugmentationSpec &spec, const ExampleShape &shape, std::uint64_t seed);

    /// @param from, to  shape.size() floats each, which do not overlap
    void apply(std::uint32_t epoch, std::uint32_t example, const float *from, float *to) const;

private:
    AugmentationSpec m_spec;
    ExampleShape m_shape;
    std::uint64_t m_seed;
};

} // namespace rosler
