// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/picture.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

#include "core/base/contract.h"

namespace rosler {

namespace {

/// Pixels of 1 or 3 channels as they were decoded.
struct Picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t channels = 0;
    std::vector<std::uint8_t> pixels;
};

/// What of a picture becomes the example.
struct Cut {
    std::size_t left = 0;
    std::size_t top = 0;
    std::size_t width = 0;
    std::size_t height = 0;
};

Cut cutOf(std::size_t width, std::size_t height, const ExampleShape &shape, PictureFit fit)
{
    Cut cut {0, 0, width, height};
    if (fit == PictureFit::Stretch)
        return cut;
    const auto w = static_cast<std::size_t>(shape.width);
    const auto h = static_cast<std::size_t>(shape.height);
    if (width * h > height * w)
        cut.width = std::max<std::size_t>(1, height * w / h);
    else
        cut.height = std::max<std::size_t>(1, width * h / w);
    cut.left = (width - cut.width) / 2;
    cut.top = (height - cut.height) / 2;
    return cut;
}

Result<void> checkSize(std::uint64_t width, std::uint64_t height, const std::string &name)
{
    if (width == 0 || height == 0)
        return fail(ErrorCode::Malformed, "a picture without pixels", name);
    if (width > mostPictureSide || height > mostPictureSide || width * height > mostPicturePixels)
        return fail(ErrorCode::OutOfRange,
                    "a picture of " + std::to_string(width) + " x " + std::to_string(height)
                        + " pixels; at most " + std::to_string(mostPictureSide) + " a side and "
                        + std::to_string(mostPicturePixels) + " in all are read",
                    name);
    return {};
}

/// libjpeg's way of failing: a jump to where decoding began.
struct JpegErrors {
    jpeg_error_mgr base {};
    std::jmp_buf start {};
    bool cutOff = false;
    std::array<char, JMSG_LENGTH_MAX> text {};
};

extern "C" {
static void jpegFails(j_common_ptr decoder)
{
    auto *errors = reinterpret_cast<JpegErrors *>(decoder->err); // base is its first member
    (*decoder->err->format_message)(decoder, errors->text.data());
    std::longjmp(errors->start, 1);
}

/// Most warnings are of harmless oddities; two say that pixels are missing.
static void jpegWarns(j_common_ptr decoder, int level)
{
    if (level < 0 && (decoder->err->msg_code == JWRN_JPEG_EOF || decoder->err->msg_code == JWRN_HIT_MARKER))
        jpegFails(decoder);
}

/// A small file can ask for thousands of passes over a large picture.
static void jpegProceeds(j_common_ptr decoder)
{
    constexpr int mostScans = 200;
    if (reinterpret_cast<j_decompress_ptr>(decoder)->input_scan_number > mostScans) {
        std::snprintf(reinterpret_cast<JpegErrors *>(decoder->err)->text.data(), JMSG_LENGTH_MAX,
                      "more than %d scans", mostScans);
        std::longjmp(reinterpret_cast<JpegErrors *>(decoder->err)->start, 1);
    }
}
}

/// One JPEG while it is decoded. All that must outlive a jump is a member.
class JpegDecoder
{
public:
    JpegDecoder()
    {
        m_decoder.err = ::jpeg_std_error(&m_errors.base);
        m_errors.base.error_exit = jpegFails;
        m_errors.base.emit_message = jpegWarns;
        m_progress.progress_monitor = jpegProceeds;
    }
    ~JpegDecoder() { ::jpeg_destroy_decompress(&m_decoder); }
    JpegDecoder(const JpegDecoder &) = delete;
    JpegDecoder &operator=(const JpegDecoder &) = delete;

    /// Reads up to the size. False when the file is damaged.
    bool begin(std::span<const std::byte> file)
    {
        if (setjmp(m_errors.start) != 0) // NOLINT(cert-err52-cpp): libjpeg has no other way
            return false;
        ::jpeg_create_decompress(&m_decoder);
        m_decoder.progress = &m_progress;
        ::jpeg_mem_src(&m_decoder, reinterpret_cast<const unsigned char *>(file.data()), file.size());
        ::jpeg_read_header(&m_decoder, TRUE);
        return true;
    }
    [[nodiscard]] std::size_t width() const { return m_decoder.image_width; }
    [[nodiscard]] std::size_t height() const { return m_decoder.image_height; }
    [[nodiscard]] bool hasInks() const
    {
        return m_decoder.jpeg_color_space == JCS_CMYK || m_decoder.jpeg_color_space == JCS_YCCK;
    }

    /// Decodes at @p eighths of the size.
    bool decode(unsigned eighths, bool grey)
    {
        if (setjmp(m_errors.start) != 0) // NOLINT(cert-err52-cpp)
            return false;
        m_decoder.scale_num = eighths;
        m_decoder.scale_denom = 8;
        m_decoder.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
        m_decoder.dct_method = JDCT_ISLOW;
        ::jpeg_start_decompress(&m_decoder);
        m_picture.width = m_decoder.output_width;
        m_picture.height = m_decoder.output_height;
        m_picture.channels = grey ? 1 : 3;
        m_picture.pixels.resize(m_picture.width * m_picture.height * m_picture.channels);
        while (m_decoder.output_scanline < m_decoder.output_height) {
            JSAMPROW line =
                m_picture.pixels.data() + m_decoder.output_scanline * m_picture.width * m_picture.channels;
            ::jpeg_read_scanlines(&m_decoder, &line, 1);
        }
        ::jpeg_finish_decompress(&m_decoder);
        return true;
    }
    [[nodiscard]] const Picture &picture() const { return m_picture; }
    [[nodiscard]] std::string text() const { return m_errors.text.data(); }

private:
    jpeg_decompress_struct m_decoder {};
    jpeg_progress_mgr m_progress {};
    JpegErrors m_errors;
    Picture m_picture;
};

/// The example's pixel is the mean of what it covers, weighted by how much of each pixel that is. In whole
/// numbers, so that every machine has the same bytes.
void average(const Picture &picture, const Cut &cut, const ExampleShape &shape,
             std::span<std::uint8_t> pixels)
{
    struct Weight {
        std::size_t from;
        std::uint64_t share;
    };
    const auto weightsOf = [](std::size_t size, std::size_t steps) {
        std::vector<std::vector<Weight>> weights(
            steps); // step s covers s * size .. (s + 1) * size, in steps-ths
        for (std::size_t s = 0; s < steps; ++s)
            for (std::size_t at = s * size; at < (s + 1) * size;) {
                const std::size_t from = at / steps;
                const std::size_t end = std::min((from + 1) * steps, (s + 1) * size);
                weights[s].push_back({from, end - at});
                at = end;
            }
        return weights;
    };
    const auto across = weightsOf(cut.width, static_cast<std::size_t>(shape.width));
    const auto down = weightsOf(cut.height, static_cast<std::size_t>(shape.height));
    const std::uint64_t all = static_cast<std::uint64_t>(cut.width) * cut.height;
    const std::size_t channels = picture.channels;
    std::vector<std::uint64_t> sums(across.size() * channels);
    std::uint8_t *to = pixels.data();
    for (const auto &rows : down) {
        std::ranges::fill(sums, 0);
        for (const Weight &row : rows) {
            const std::uint8_t *line =
                picture.pixels.data() + ((cut.top + row.from) * picture.width + cut.left) * channels;
            for (std::size_t x = 0; x < across.size(); ++x)
                for (std::size_t c = 0; c < channels; ++c) {
                    std::uint64_t sum = 0;
                    for (const Weight &column : across[x])
                        sum += column.share * line[column.from * channels + c];
                    sums[x * channels + c] += row.share * sum;
                }
        }
        for (const std::uint64_t sum : sums)
            *to++ = static_cast<std::uint8_t>((sum + all / 2) / all);
    }
}

Result<void> decodeJpeg(std::span<const std::byte> file, const ExampleShape &shape, PictureFit fit,
                        std::span<std::uint8_t> pixels, const std::string &name)
{
    JpegDecoder decoder;
    if (!decoder.begin(file))
        return fail(ErrorCode::Malformed, "the JPEG is damaged or cut off: " + decoder.text(), name);
    if (auto checked = checkSize(decoder.width(), decoder.height(), name); !checked)
        return checked;
    // A block of 8 x 8 pixels takes a bit at least, in each of three colours at most of a fourth of them.
    if (decoder.width() * decoder.height() / 64 > file.size() * 8 * 4)
        return fail(ErrorCode::Malformed,
                    "a JPEG of " + std::to_string(file.size()) + " bytes that claims "
                        + std::to_string(decoder.width()) + " x " + std::to_string(decoder.height())
                        + " pixels",
                    name);
    if (decoder.hasInks())
        return fail(ErrorCode::Unsupported, "a JPEG of four inks (CMYK)", name);
    const Cut whole = cutOf(decoder.width(), decoder.height(), shape, fit);
    unsigned eighths = 1;
    while (eighths < 8
           && (whole.width * eighths / 8 < static_cast<std::size_t>(shape.width)
               || whole.height * eighths / 8 < static_cast<std::size_t>(shape.height)))
        ++eighths;
    if (!decoder.decode(eighths, shape.channels == 1))
        return fail(ErrorCode::Malformed, "the JPEG is damaged or cut off: " + decoder.text(), name);
    const Picture &picture = decoder.picture();
    average(picture, cutOf(picture.width, picture.height, shape, fit), shape, pixels);
    return {};
}

Result<void> decodePng(std::span<const std::byte> file, const ExampleShape &shape, PictureFit fit,
                       std::span<std::uint8_t> pixels, const std::string &name)
{
    struct Image : png_image {
        Image()
            : png_image()
        {
            version = PNG_IMAGE_VERSION;
        }
        ~Image() { ::png_image_free(this); }
        Image(const Image &) = delete;
        Image &operator=(const Image &) = delete;
    } image;
    const auto damaged = [&] {
        return fail(ErrorCode::Malformed, std::string("the PNG is damaged or cut off: ") + image.message,
                    name);
    };
    if (::png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0)
        return damaged();
    if (auto checked = checkSize(image.width, image.height, name); !checked)
        return checked;
    constexpr std::uint64_t mostPixelsOfAByte = 1032 * 8; // deflate's best, of pixels of one bit
    if (static_cast<std::uint64_t>(image.width) * image.height > file.size() * mostPixelsOfAByte)
        return fail(ErrorCode::Malformed,
                    "a PNG of " + std::to_string(file.size()) + " bytes that claims "
                        + std::to_string(image.width) + " x " + std::to_string(image.height) + " pixels",
                    name);
    image.format = PNG_FORMAT_RGB;
    Picture picture {image.width, image.height, 3, {}};
    picture.pixels.resize(picture.width * picture.height * 3);
    const png_color white {255, 255, 255};
    if (::png_image_finish_read(&image, &white, picture.pixels.data(), 0, nullptr) == 0)
        return damaged();
    if (shape.channels == 1) {
        picture.channels = 1;
        for (std::size_t i = 0; i < picture.width * picture.height; ++i) {
            const std::uint8_t *rgb = picture.pixels.data() + 3 * i;
            picture.pixels[i] = static_cast<std::uint8_t>(
                (19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >> 16U); // as libjpeg does
        }
    }
    average(picture, cutOf(picture.width, picture.height, shape, fit), shape, pixels);
    return {};
}

} // namespace

Result<void> decodePicture(std::span<const std::byte> file, const ExampleShape &shape, PictureFit fit,
                           std::span<std::uint8_t> pixels, const std::string &name)
{
    ROSLER_EXPECTS((shape.channels == 1 || shape.channels == 3) && shape.width > 0 && shape.height > 0);
    ROSLER_EXPECTS(pixels.size() == static_cast<std::size_t>(shape.size()));
    constexpr std::string_view png = "\x89PNG\r\n\x1A\n";
    constexpr std::string_view jpeg = "\xFF\xD8\xFF";
    const auto begins = [&](std::string_view magic) {
        return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
    };
    if (begins(jpeg))
        return decodeJpeg(file, shape, fit, pixels, name);
    if (begins(png))
        return decodePng(file, shape, fit, pixels, name);
    return fail(file.empty() ? ErrorCode::Malformed : ErrorCode::Unsupported,
                file.empty() ? "an empty file" : "neither a JPEG nor a PNG by its first bytes", name);
}

} // namespace rosler
