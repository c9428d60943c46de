// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/store/run_store.h"

namespace rosler {

/// A trained network, and the run that it is of.
struct TrainedModel {
    std::string name;
    Network network;
    std::shared_ptr<RunStore> store; ///< of the run; none for a file
    std::optional<RunRecord> record; ///< likewise

    /// Whether a run says that it was trained on other data than @p data.
    [[nodiscard]] bool isOfOtherData(const Dataset &data) const;
};

/// The model of a run of @p store.
/// @return the errors of RunStore::load() and loadModel()
[[nodiscard]] Result<TrainedModel> trainedModel(std::shared_ptr<RunStore> store, const std::string &run);

/// The one of a model.h5, called by the file's name.
/// @return the errors of readModelFile()
[[nodiscard]] Result<TrainedModel> trainedModelFile(const std::filesystem::path &file);

} // namespace rosler
