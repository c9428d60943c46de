// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "tests/support/gzip.h"

/// Bytes of small data files, put together by hand as their formats have it.
namespace rosler::testing {

inline std::string bigEndian(std::uint32_t value)
{
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes.push_back(static_cast<char>((value >> shift) & 0xFFU));
    return bytes;
}

inline std::string imageFile(std::uint32_t count, std::uint32_t height, std::uint32_t width,
                             std::string_view pixels)
{
    return bigEndian(0x803) + bigEndian(count) + bigEndian(height) + bigEndian(width) + std::string(pixels);
}

inline std::string labelFile(std::uint32_t count, std::string_view labels)
{
    return bigEndian(0x801) + bigEndian(count) + std::string(labels);
}

/// A .npy file by hand: the header of any version, padded as numpy pads.
inline std::string npy(const std::string &header, const std::string &bytes, int version = 1)
{
    std::string padded = header;
    const std::size_t before = version == 1 ? 10 : 12;
    while ((before + padded.size() + 1) % 64 != 0)
        padded += ' ';
    padded += '\n';
    std::string file("\x93NUMPY");
    file += static_cast<char>(version);
    file += '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        file += static_cast<char>((padded.size() >> (8 * i)) & 0xFFU);
    return file + padded + bytes;
}

inline std::string npyHeader(const std::string &kind, const std::string &shape, bool fortran = false)
{
    return "{'descr': '" + kind + "', 'fortran_order': " + (fortran ? "True" : "False")
        + ", 'shape': " + shape + ", }";
}

template <typename Number>
inline std::string littleEndian(Number number)
{
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    return bytes;
}

/// 16 bit samples, the channels of a frame side by side.
inline std::string wav(const std::vector<std::int16_t> &samples, std::uint32_t rate = 16'000,
                       std::uint16_t channels = 1)
{
    std::string data;
    for (const std::int16_t sample : samples)
        data += littleEndian(sample);
    const auto size = static_cast<std::uint32_t>(data.size());
    const auto frame = static_cast<std::uint16_t>(2 * channels);
    return "RIFF" + littleEndian(36 + size) + "WAVEfmt " + littleEndian(16U) + littleEndian(std::uint16_t {1})
        + littleEndian(channels) + littleEndian(rate) + littleEndian(rate * frame) + littleEndian(frame)
        + littleEndian(std::uint16_t {16}) + "data" + littleEndian(size) + data;
}

inline std::string matElement(std::uint32_t type, const std::string &data)
{
    std::string bytes = littleEndian(type) + littleEndian(static_cast<std::uint32_t>(data.size())) + data;
    bytes.resize((bytes.size() + 7) / 8 * 8);
    return bytes;
}

/// @param kind  of array: 6 is double, 2 a struct     @param type  of its numbers: 9 is double
inline std::string matMatrix(const std::string &name, int rows, int cols, const std::string &numbers,
                             std::uint32_t kind = 6, std::uint32_t type = 9)
{
    return matElement(14,
                      matElement(6, littleEndian(kind) + littleEndian(0U))
                          + matElement(5, littleEndian(rows) + littleEndian(cols)) + matElement(1, name)
                          + (numbers.empty() ? std::string() : matElement(type, numbers)));
}

inline std::string matHeader(std::uint16_t version = 0x0100)
{
    std::string text = "MATLAB 5.0 MAT-file";
    text.resize(124, ' ');
    return text + littleEndian(version) + "IM";
}

template <typename Number = double>
inline std::string matNumbers(int count, double slope = 1)
{
    std::string bytes;
    for (int i = 0; i < count; ++i)
        bytes += littleEndian(static_cast<Number>(slope * i));
    return bytes;
}

inline std::string matPacked(const std::string &variable)
{
    const std::string bytes = deflated(variable, MAX_WBITS);
    return littleEndian(15U) + littleEndian(static_cast<std::uint32_t>(bytes.size())) + bytes;
}

} // namespace rosler::testing
