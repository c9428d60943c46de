// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/trained/trained_model.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_request.h"
#include "core/nn/network.h"
#include "core/store/run_store.h"
#include "device_link/host/extraction.h"
#include "device_link/host/model_image.h"

namespace rosler {

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

/// @param samples  of samplesOf(); null: the board is handed features
/// @return OutOfRange  the data has other features or classes than the model
[[nodiscard]] Result<BoardModel> boardModel(TrainedModel model, std::shared_ptr<const Dataset> data,
                                            std::shared_ptr<const Dataset> samples);

/// How a board makes the features of @p data itself.
/// @return Unsupported  they are none of signals, or the errors of extractionOf(); `where` is the option of
///                      the data's reader
[[nodiscard]] Result<Extraction> boardExtraction(const Dataset &data);

/// How a dataset is read: loadDataset(), with whatever shows that it takes a while.
using DatasetLoad = std::function<Result<std::shared_ptr<const Dataset>>(const DatasetRequest &)>;

/// The windows of samples that the features of @p data are made of: the same examples in the same order.
/// @param request  that @p data came from
/// @return Unsupported  as boardExtraction() says
/// @return Rejected     read as samples, the source has other examples; or the errors of @p load
[[nodiscard]] Result<std::shared_ptr<const Dataset>> samplesOf(const Dataset &data, DatasetRequest request,
                                                               const DatasetLoad &load);

/// As the model says: features come in, or samples.
/// @return the errors of packModel()
[[nodiscard]] Result<ModelImage> packModel(const BoardModel &model, rsl_number type, rsl_layout int8Layout);

/// In how many of the first test examples the twin's answer to samples is the one to features that were made
/// here. Requires @p source to have samples.
/// @param image    of packModel(), which takes samples
/// @param samples  examples, at most as many as there are
[[nodiscard]] Result<Index> countAgreement(const BoardModel &source, const ModelImage &image,
                                           rsl_layout int8Layout, Index samples);

} // namespace rosler
