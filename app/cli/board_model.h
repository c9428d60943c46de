// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/store/run_store.h"
#include "device_link/host/links/board_catalog.h"
#include "device_link/host/model_image.h"

namespace rosler::cli {

/// A trained network, and the run that it is of.
struct TrainedModel {
    std::string name;
    Network network;
    std::shared_ptr<RunStore> store; ///< of the run; none for a file
    std::optional<RunRecord> record; ///< likewise
};

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

/// A trained network and the data that it is calibrated and tested with.
struct BoardModel {
    std::string name;
    Network network;
    std::shared_ptr<const Dataset> data;
    std::shared_ptr<RunStore> store;        ///< of the run; none for a file
    std::string run;                        ///< its id
    std::shared_ptr<const Dataset> samples; ///< the same examples as samples, if the board is to take these

    /// What a board is handed.
    [[nodiscard]] const Dataset &handed() const { return samples ? *samples : *data; }
};

/// @return OutOfRange  the data has other features than the model reads
/// @return Rejected    it is not the data that the run was trained on
/// @return Unsupported samples are wanted of data that has other features than those of signals
[[nodiscard]] Result<BoardModel> loadBoardModel(const BoardModelSource &source, const std::stop_token &stop);

/// As the model's source says: features come in, or samples.
[[nodiscard]] Result<ModelImage> packModel(const BoardModel &model, rsl_number type, rsl_layout int8Layout);

/// @param type  "f32", "f16" or "i8", in the layout that the board prefers
[[nodiscard]] Result<ModelImage> packFor(const BoardModel &model, const std::string &type,
                                         const OpenBoard &board);

/// In how many of the first test examples the twin's answer to samples is the one to features that were made
/// here.
/// @param image    of packModel(), which takes samples
/// @param samples  examples, at most as many as there are
[[nodiscard]] Result<Index> countAgreement(const BoardModel &source, const ModelImage &image,
                                           rsl_layout int8Layout, Index samples);

} // namespace rosler::cli
