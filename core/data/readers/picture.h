// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/example_shape.h"
#include "core/base/result.h"

namespace rosler {

/// A picture is at most so wide and high, and has at most so many pixels.
inline constexpr std::uint32_t mostPictureSide = 32768;
inline constexpr std::uint64_t mostPicturePixels = 100'000'000;

/// How a picture becomes an example of some size.
enum class PictureFit {
    Crop,    ///< the middle of it, as large as possible in the example's aspect
    Stretch, ///< all of it
};

/// Decodes a JPEG or PNG, known by its first bytes, and averages it down (or up) to @p shape of 1 (grey, by
/// Rec. 601) or 3 channels. A JPEG is decoded at the smallest scale that is no less. What is transparent lies
/// on white; the orientation that a camera notes is not looked at. Same bytes, same pixels; for any thread.
///
/// Nothing is allocated by a size that the file claims before it is compared with the limits above and the
/// file's length.
/// @param pixels  shape.size() bytes, pixel by pixel
/// @param name    of the file, for errors
/// @return Malformed    damaged, or cut off
/// @return Unsupported  neither of both; a JPEG of four inks
/// @return OutOfRange   larger than the limits
[[nodiscard]] Result<void> decodePicture(std::span<const std::byte> file, const ExampleShape &shape,
                                         PictureFit fit, std::span<std::uint8_t> pixels,
                                         const std::string &name);

} // namespace rosler
