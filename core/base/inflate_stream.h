// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

namespace rosler {

/// zlib's state while one stream with zlib's head is inflated, given back at the end.
class InflateStream
{
public:
    InflateStream() { m_ready = inflateInit(&z) == Z_OK; }
    InflateStream(const InflateStream &) = delete;
    InflateStream &operator=(const InflateStream &) = delete;
    ~InflateStream() { inflateEnd(&z); }

    /// False where there is no memory for it.
    [[nodiscard]] bool ready() const noexcept { return m_ready; }

    z_stream z {};

private:
    bool m_ready = false;
};

} // namespace rosler
