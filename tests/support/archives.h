// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <zlib.h>

#include "tests/support/gzip.h"

namespace rosler::testing {

/// A header and the bytes of one file in a ustar archive.
/// @param claimed  its size by the header; that of @p bytes unless said
inline std::string tarFile(const std::string &name, std::string_view bytes, char type = '0',
                           std::uint64_t claimed = ~std::uint64_t {0}, const std::string &link = {})
{
    if (claimed == ~std::uint64_t {0})
        claimed = bytes.size();
    std::string header(512, '\0');
    const auto put = [&header](std::size_t at, const std::string &text) {
        header.replace(at, text.size(), text);
    };
    const auto octal = [](std::uint64_t value, int digits) {
        char text[32];
        std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(value));
        return std::string(text);
    };
    put(0, name.substr(0, 100));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, octal(claimed, 11));
    put(136, octal(0, 11));
    put(148, std::string(8, ' '));
    header[156] = type;
    put(157, link.substr(0, 100));
    put(257,
        std::string("ustar\0"
                    "00",
                    8));
    std::uint64_t sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6) + std::string("\0 ", 2));
    std::string file = header + std::string(bytes);
    file.resize((file.size() + 511) / 512 * 512);
    return file;
}

/// What a tar ends with.
inline std::string tarEnd()
{
    return std::string(1024, '\0');
}

/// A zip while it is made.
class ZipMaker
{
public:
    /// @param pack  deflated, else stored
    void add(const std::string &name, std::string_view bytes, bool pack)
    {
        const std::string packed = pack ? deflated(bytes, -MAX_WBITS) : std::string(bytes);
        const auto crc = static_cast<std::uint32_t>(
            ::crc32(0, reinterpret_cast<const Bytef *>(bytes.data()), static_cast<uInt>(bytes.size())));
        std::string common = number(20, 2) + number(0, 2) + number(pack ? 8 : 0, 2) + number(0, 4)
            + number(crc, 4) + number(packed.size(), 4) + number(bytes.size(), 4) + number(name.size(), 2)
            + number(0, 2);
        m_directory += number(0x02014B50, 4) + number(20, 2) + common + number(0, 2) + number(0, 2)
            + number(0, 2) + number(0, 4) + number(m_files.size(), 4) + name;
        m_files += number(0x04034B50, 4) + common + name + packed;
        ++m_count;
    }
    [[nodiscard]] std::string bytes() const
    {
        return m_files + m_directory + number(0x06054B50, 4) + number(0, 4) + number(m_count, 2)
            + number(m_count, 2) + number(m_directory.size(), 4) + number(m_files.size(), 4) + number(0, 2);
    }

private:
    static std::string number(std::uint64_t value, int bytes)
    {
        std::string text;
        for (int i = 0; i < bytes; ++i, value >>= 8U)
            text.push_back(static_cast<char>(value & 0xFFU));
        return text;
    }
    std::string m_files;
    std::string m_directory;
    std::size_t m_count = 0;
};

} // namespace rosler::testing
