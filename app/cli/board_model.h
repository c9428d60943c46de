// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "device_link/host/links/board_catalog.h"
#include "device_link/host/model_image.h"

namespace rosler::cli {

/// A trained network and the data that it is calibrated and tested with.
struct BoardModel {
    std::string name;
    Network network;
    std::shared_ptr<const Dataset> data;
};

/// @param model    a run's id or the beginning of one, or the path of a model.h5
/// @param dataset  empty = the run's own; a file needs one
/// @return OutOfRange  the data has other features than the model reads
[[nodiscard]] Result<BoardModel> loadBoardModel(const std::string &model, const std::string &dataset,
                                                const std::string &out, const std::stop_token &stop);

/// @param type  "f32", "f16" or "i8", in the layout that the board prefers
[[nodiscard]] Result<ModelImage> packFor(const BoardModel &model, const std::string &type,
                                         const OpenBoard &board);

} // namespace rosler::cli
