// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_model.h"

#include <algorithm>
#include <filesystem>

#include "app/cli/experiment_session.h"
#include "core/store/model_file.h"
#include "device_link/host/links/twin_link.h"

namespace rosler::cli {

Result<TrainedModel> loadTrainedModel(const std::string &model, const std::string &out)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (fs::is_regular_file(model, ignored)) {
        auto network = readModelFile(model);
        if (!network)
            return tl::unexpected(network.error());
        return TrainedModel {fs::path(model).stem().string(), std::move(*network), {}, {}};
    }
    // A run's folder: the last name of its path is its id, the rest is its store.
    std::string id = model;
    std::string root = out;
    if (model.find('/') != std::string::npos && fs::is_directory(model, ignored)) {
        const fs::path folder = fs::canonical(model, ignored);
        id = folder.filename().string();
        root = folder.parent_path().string();
    }
    const auto store = openStoreToRead(root);
    if (!store)
        return tl::unexpected(store.error());
    auto record = (*store)->load(id);
    if (!record)
        return tl::unexpected(record.error());
    auto network = (*store)->loadModel(record->summary.id);
    if (!network)
        return tl::unexpected(network.error());
    std::string name = record->summary.title;
    return TrainedModel {std::move(name), std::move(*network), *store, std::move(*record)};
}

Result<BoardModel> loadBoardModel(const BoardModelSource &from, const std::stop_token &stop)
{
    auto model = loadTrainedModel(from.model, from.out);
    if (!model)
        return tl::unexpected(model.error());
    DatasetRequest request = from.dataset;
    if (request.source.empty() && model->record)
        request = model->record->spec.dataset;
    const std::string &source = request.source;
    if (source.empty())
        return fail(ErrorCode::NotFound, "a model file needs data to be calibrated with: --dataset PATH",
                    from.model);
    const Network &network = model->network;
    Result<std::shared_ptr<const Dataset>> data = loadWithProgress(request, stop);
    if (!data)
        return tl::unexpected(data.error());
    if ((*data)->features() != network.features() || (*data)->classes() != network.classes())
        return fail(ErrorCode::OutOfRange,
                    "the model takes " + std::to_string(network.features()) + " features and tells "
                        + std::to_string(network.classes()) + " classes; the data has "
                        + std::to_string((*data)->features()) + " and " + std::to_string((*data)->classes()),
                    source);
    const std::string digest = model->record ? model->record->summary.datasetDigest : std::string();
    if (!from.anyData && !digest.empty() && (*data)->digest() != digest)
        return fail(
            ErrorCode::Rejected,
            "it is not the data that the run was trained on: its digest differs; --any-data takes it all "
            "the same",
            source);
    std::string run = model->record ? model->record->summary.id : std::string();
    return BoardModel {std::move(model->name), std::move(model->network), std::move(*data),
                       std::move(model->store), std::move(run)};
}

Result<ModelImage> packFor(const BoardModel &model, const std::string &type, const OpenBoard &board)
{
    const Result<rsl_number> number = numberType(type);
    if (!number)
        return tl::unexpected(number.error());
    PackOptions options;
    options.type = *number;
    options.int8Layout = board.client->info().preferred;
    options.name = model.name;
    const Matrix calibration = calibrationOf(*model.data);
    return packModel(model.network, options, view(calibration), twinInference());
}

} // namespace rosler::cli
