// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/base/result.h"
#include "device_link/protocol/rsl_message.h"

namespace rosler {

/// The secret of a board's owner: models get a tag of it, and a board that has it takes no others
/// (device_link/protocol/PROTOCOL.md, section "Trust").
class ModelKey
{
public:
    /// @param path  a file of 64 hexadecimal digits, and white space around them
    /// @return NotFound, Unreadable; Malformed  it is something else, or all zeros
    [[nodiscard]] static Result<ModelKey> fromFile(const std::filesystem::path &path);
    /// @param bytes  not all zeros
    explicit ModelKey(const std::array<std::uint8_t, RSL_KEY_BYTES> &bytes)
        : m_bytes(bytes)
    {
    }

    [[nodiscard]] const std::array<std::uint8_t, RSL_KEY_BYTES> &bytes() const noexcept { return m_bytes; }
    /// By which boards name it; says nothing else of it.
    [[nodiscard]] std::uint32_t number() const;
    /// HMAC-SHA-256 of an image.
    [[nodiscard]] std::array<std::uint8_t, RSL_TAG_BYTES> tagOf(std::span<const std::uint8_t> image) const;

private:
    std::array<std::uint8_t, RSL_KEY_BYTES> m_bytes;
};

/// "key 4B3A2918".
[[nodiscard]] std::string keyName(std::uint32_t number);

} // namespace rosler
