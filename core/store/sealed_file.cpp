// SPDX-License-Identifier: Apache-2.0
#include "core/store/sealed_file.h"

#include <cstdio>
#include <span>

#include "core/base/digest.h"

namespace rosler {

namespace {

constexpr std::string_view pattern = "\nrosler.seal/1 sha256 "
                                     "................................................................"
                                     " bytes "
                                     "....................\n";
static_assert(pattern.size() == sealLength);

/// Whether the fixed letters of a seal stand in @p text, or at least half of them.
bool resemblesSeal(std::string_view text)
{
    std::size_t fixed = 0;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '.')
            continue;
        ++fixed;
        equal += text[i] == pattern[i] ? 1 : 0;
    }
    return 2 * equal >= fixed;
}

std::string sealOf(std::string_view bytes)
{
    std::string count = std::to_string(bytes.size());
    count.insert(0, 20 - count.size(), '0');
    return "\nrosler.seal/1 sha256 " + sha256Hex(std::as_bytes(std::span(bytes))) + " bytes " + count + "\n";
}

} // namespace

std::string sealed(std::string bytes)
{
    bytes += sealOf(bytes);
    return bytes;
}

Result<std::string_view> unsealed(std::string_view bytes, const std::string &where)
{
    if (bytes.size() < sealLength || !resemblesSeal(bytes.substr(bytes.size() - sealLength)))
        return bytes;
    const std::string_view body = bytes.substr(0, bytes.size() - sealLength);
    if (bytes.substr(body.size()) != sealOf(body))
        return fail(ErrorCode::Malformed, "damaged: its bytes are not those that were written (SHA-256)",
                    where);
    return body;
}

} // namespace rosler
