// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>
#include <png.h>

namespace rosler::testing {

using Pixels = std::vector<std::uint8_t>; // RGB

/// One colour on the left half, another on the right.
inline Pixels halves(int width, int height, std::array<std::uint8_t, 3> left,
                     std::array<std::uint8_t, 3> right)
{
    Pixels pixels;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                pixels.push_back(x < width / 2 ? left.at(c) : right.at(c));
    return pixels;
}

inline std::string pngOf(const Pixels &pixels, int width, int height, unsigned format = PNG_FORMAT_RGB)
{
    png_image image {};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = format;
    png_alloc_size_t size = 0;
    ::png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr);
    std::string bytes(size, '\0');
    ::png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr);
    bytes.resize(size);
    return bytes;
}

inline std::string jpegOf(const Pixels &pixels, int width, int height, bool progressive = false)
{
    jpeg_compress_struct encoder {};
    jpeg_error_mgr errors {};
    encoder.err = ::jpeg_std_error(&errors);
    ::jpeg_create_compress(&encoder);
    unsigned char *memory = nullptr;
    unsigned long size = 0;
    ::jpeg_mem_dest(&encoder, &memory, &size);
    encoder.image_width = static_cast<JDIMENSION>(width);
    encoder.image_height = static_cast<JDIMENSION>(height);
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    ::jpeg_set_defaults(&encoder);
    ::jpeg_set_quality(&encoder, 95, TRUE);
    if (progressive)
        ::jpeg_simple_progression(&encoder);
    ::jpeg_start_compress(&encoder, TRUE);
    for (int y = 0; y < height; ++y) {
        auto *line = const_cast<JSAMPROW>(pixels.data()) + static_cast<std::ptrdiff_t>(y) * width * 3;
        ::jpeg_write_scanlines(&encoder, &line, 1);
    }
    ::jpeg_finish_compress(&encoder);
    std::string bytes(reinterpret_cast<const char *>(memory), size);
    ::jpeg_destroy_compress(&encoder);
    std::free(memory); // NOLINT(cppcoreguidelines-no-malloc): libjpeg's
    return bytes;
}

} // namespace rosler::testing
