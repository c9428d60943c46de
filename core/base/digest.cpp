// SPDX-License-Identifier: Apache-2.0
#include "core/base/digest.h"

#include <array>
#include <new>

#include <openssl/evp.h>

#include "core/base/contract.h"

namespace rosler {

struct Sha256::State {
    State()
        : context(EVP_MD_CTX_new())
    {
        if (context == nullptr)
            throw std::bad_alloc();
        if (EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) {
            EVP_MD_CTX_free(context);
            throw std::bad_alloc(); // SHA-256 is always there; only memory can be missing
        }
    }
    ~State() { EVP_MD_CTX_free(context); }
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    EVP_MD_CTX *context;
    bool finished = false;
};

Sha256::Sha256()
    : m_state(std::make_unique<State>())
{
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    ROSLER_EXPECTS(!m_state->finished);
    ROSLER_EXPECTS(EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size()) == 1);
}

void Sha256::add(std::string_view text)
{
    add(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256::hex()
{
    ROSLER_EXPECTS(!m_state->finished);
    m_state->finished = true;
    std::array<unsigned char, 32> digest {};
    ROSLER_EXPECTS(EVP_DigestFinal_ex(m_state->context, digest.data(), nullptr) == 1);
    return hexOf(digest);
}

std::string hexOf(std::span<const unsigned char> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

std::string sha256Hex(std::span<const std::byte> bytes)
{
    Sha256 digest;
    digest.add(bytes);
    return digest.hex();
}

} // namespace rosler
