// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "app/trained/board_model.h"
#include "app/trained/trained_model.h"
#include "core/base/result.h"
#include "device_link/host/links/board_catalog.h"

namespace rosler::cli {

/// @param model  a run's id or the beginning of one, a run's folder, or the path of a model.h5
/// @param out    the store's folder; empty = RunStore::defaultRoot()
[[nodiscard]] Result<TrainedModel> loadTrainedModel(const std::string &model, const std::string &out);

/// Where a model for a board and its data come from.
struct BoardModelSource {
    std::string model;    ///< a run's id or the beginning of one, a run's folder, or the path of a model.h5
    std::string dataset;  ///< empty = the run's own; a file needs one
    std::string out;      ///< the store's folder; empty = RunStore::defaultRoot()
    bool anyData = false; ///< also other data than the run was trained on
    bool samples = false; ///< the board makes the features: windows of samples go to it
};

/// @return OutOfRange  the data has other features than the model reads
/// @return Rejected    it is not the data that the run was trained on
/// @return Unsupported samples are wanted of data that has other features than those that a board makes
[[nodiscard]] Result<BoardModel> loadBoardModel(const BoardModelSource &source, const std::stop_token &stop);

/// @param type  "f32", "f16" or "i8", in the layout that the board prefers
[[nodiscard]] Result<ModelImage> packFor(const BoardModel &model, const std::string &type,
                                         const OpenBoard &board);

} // namespace rosler::cli
