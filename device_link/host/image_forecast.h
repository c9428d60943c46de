// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/nn/network_plan.h"
#include "device_link/host/board_profile.h"
#include "device_link/host/extraction.h"
#include "device_link/host/image_operations.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// What the image of a network will need, known from its plan before there is a network: to the byte what
/// packModel() makes of it.
struct ImageForecast {
    std::uint64_t imageBytes = 0;
    std::uint64_t ramBytes = 0;             ///< input, outputs and all between on the board
    std::uint64_t macs = 0;                 ///< of one inference, as stored
    std::vector<ImageOperation> operations; ///< in the order of computing

    friend bool operator==(const ImageForecast &, const ImageForecast &) = default;
};

/// @param type        number type of the image
/// @param int8Layout  as in PackOptions
/// @param foldU       as in PackOptions
/// @param extraction  what makes the features of samples, which the image is handed instead; null: it is
///                    handed features. Its tables and its memory count then.
/// @return OutOfRange  no layers, more than an image holds, a width beyond RSL_MAX_WIDTH, or an int8Layout of
/// floats
[[nodiscard]] Result<ImageForecast> imageForecast(const NetworkPlan &plan, rsl_number type,
                                                  rsl_layout int8Layout = RSL_LAYOUT_I8_4X4,
                                                  bool foldU = true, const Extraction *extraction = nullptr);

/// The verdict on a board that need not be there: "fits, ..." or "needs N kB more ...".
[[nodiscard]] FitVerdict fitOn(const BoardProfile &board, const ImageForecast &forecast);

} // namespace rosler
