// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <lzma.h>

namespace rosler::testing {

/// @p bytes as one xz stream with a CRC-64.
inline std::string xz(std::string_view bytes)
{
    std::string packed(::lzma_stream_buffer_bound(bytes.size()), '\0');
    std::size_t length = 0;
    if (::lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                  reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size(),
                                  reinterpret_cast<std::uint8_t *>(packed.data()), &length, packed.size())
        != LZMA_OK)
        throw std::runtime_error("lzma_easy_buffer_encode");
    packed.resize(length);
    return packed;
}

} // namespace rosler::testing
