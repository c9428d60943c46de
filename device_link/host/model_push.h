// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "device_link/host/board_client.h"
#include "device_link/host/model_image.h"
#include "device_link/host/model_key.h"

namespace rosler {

struct PushReport {
    bool wasThere = false;       ///< a slot held it already: nothing was sent
    bool replaced = false;       ///< the board has one slot: its model was given up before this one came
    std::uint64_t resumedAt = 0; ///< bytes that the board had from an earlier push
    std::uint64_t sentBytes = 0; ///< of the image, resent ones included
    std::uint64_t resentBytes = 0;
    double seconds = 0.0;
    std::uint8_t slot = 0;
    std::uint32_t generation = 0;
};

/// Sends a model, activates it and holds its outputs against the twin's. The old one answers until then, and
/// goes on doing so whatever happens; but for boards with one slot (FitVerdict::losesActive of fitOn()),
/// whose model is lost as soon as the new one begins to come. An interrupted push goes on where it was. A
/// board that holds the model already is sent nothing.
/// @param key  makes the image's tag for a board that has this key; null: without one
/// @return Rejected     it does not fit (before a byte is sent), the board has a key and this one is another
/// or
///                      none, or the board's outputs are not the twin's: then the old model is back
/// @return Unsupported  of fitOn()
/// @return as BoardClient's functions
[[nodiscard]] Result<PushReport> pushModel(BoardClient &client, const ModelImage &image,
                                           const BoardProgressSink &progress = {},
                                           const std::stop_token &stop = {}, const ModelKey *key = nullptr);

} // namespace rosler
