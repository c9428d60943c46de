// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "core/base/result.h"
#include "device_link/host/chunk_window.h"
#include "device_link/host/frame_exchange.h"

namespace rosler {

/// Bytes that went out.
struct SentBytes {
    std::uint64_t all = 0; ///< resent ones included
    std::uint64_t again = 0;
};

/// What is sent in chunks: an image or an input.
struct ChunkTransfer {
    std::uint8_t type = RSL_DATA; ///< or RSL_INPUT
    std::uint32_t vector = 0;     ///< number of the input, 0 of an image
    /// Writes a chunk's request; returns its length in bytes.
    std::function<std::size_t(const ChunkWindow::Chunk &chunk, std::uint8_t *payload)> encode;
    std::function<void(std::uint64_t doneBytes)> progress {}; ///< may be empty
};

/// Sends the chunks that @p window lacks, several at a time, until all are acknowledged.
/// @return as FrameExchange's functions
[[nodiscard]] Result<SentBytes> sendChunks(FrameExchange &exchange, ChunkWindow &window,
                                           const ChunkTransfer &transfer, const std::stop_token &stop);

} // namespace rosler
