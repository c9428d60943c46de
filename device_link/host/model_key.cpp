// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/model_key.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "device_link/protocol/rsl_hmac.h"

namespace rosler {

namespace {

int digitOf(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

Result<ModelKey> ModelKey::fromFile(const std::filesystem::path &path)
{
    constexpr std::size_t most = 1024; // of a file that can be a key
    std::ifstream file(path, std::ios::binary);
    std::error_code unknown;
    if (!file)
        return std::filesystem::exists(path, unknown)
            ? fail(ErrorCode::Unreadable, "the key cannot be read", path.string())
            : fail(ErrorCode::NotFound, "no such key file", path.string());
    std::string text(most, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    const auto end = std::find_if_not(text.rbegin(), text.rend(), isSpace).base();
    text.assign(std::find_if_not(text.begin(), end, isSpace), end);
    std::array<std::uint8_t, RSL_KEY_BYTES> bytes {};
    bool good = text.size() == 2 * bytes.size();
    for (std::size_t i = 0; good && i < bytes.size(); ++i) {
        const int high = digitOf(text[2 * i]);
        const int low = digitOf(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        bytes[i] = static_cast<std::uint8_t>(16 * high + low);
    }
    if (!good || std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; }))
        return fail(ErrorCode::Malformed,
                    "a key is 64 hexadecimal digits that are not all 0, as `openssl rand -hex 32` prints",
                    path.string());
    return ModelKey(bytes);
}

std::uint32_t ModelKey::number() const
{
    return rsl_key_number(m_bytes.data());
}

std::array<std::uint8_t, RSL_TAG_BYTES> ModelKey::tagOf(std::span<const std::uint8_t> image) const
{
    std::array<std::uint8_t, RSL_TAG_BYTES> tag {};
    rsl_hmac hmac {};
    rsl_hmac_start(&hmac, m_bytes.data());
    rsl_hmac_add(&hmac, image.data(), image.size());
    rsl_hmac_finish(&hmac, tag.data());
    return tag;
}

std::string keyName(std::uint32_t number)
{
    std::array<char, 16> text {};
    std::snprintf(text.data(), text.size(), "key %08X", number);
    return text.data();
}

} // namespace rosler
