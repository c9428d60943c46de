// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rosler {

/// SHA-256 of bytes that arrive in pieces. Equal digests mean equal bytes; runs, datasets and
/// parameters are told apart by it.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256 &) = delete;
    Sha256 &operator=(const Sha256 &) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);

    /// 64 lower-case hexadecimal digits. Call once, at the end.
    [[nodiscard]] std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Two lower-case hexadecimal digits a byte.
[[nodiscard]] std::string hexOf(std::span<const unsigned char> bytes);

/// SHA-256 of one piece of memory, in hexadecimal.
[[nodiscard]] std::string sha256Hex(std::span<const std::byte> bytes);

} // namespace rosler
