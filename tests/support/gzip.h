// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <zlib.h>

namespace rosler::testing {

/// @p bytes deflated.
/// @param windowBits  as zlib's deflateInit2() has it: what stands around the stream
inline std::string deflated(std::string_view bytes, int windowBits)
{
    z_stream stream {};
    if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string packed(::deflateBound(&stream, bytes.size()), '\0');
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int outcome = ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    if (outcome != Z_STREAM_END)
        throw std::runtime_error("deflate");
    return packed;
}

/// @p bytes as one gzip member.
inline std::string gzip(std::string_view bytes)
{
    constexpr int asGzip = 16;
    return deflated(bytes, MAX_WBITS + asGzip);
}

} // namespace rosler::testing
