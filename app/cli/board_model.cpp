// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_model.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "app/cli/experiment_session.h"

namespace rosler::cli {

Result<TrainedModel> loadTrainedModel(const std::string &model, const std::string &out)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (fs::is_regular_file(model, ignored))
        return trainedModelFile(model);
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
    return trainedModel(*store, id);
}

Result<BoardModel> loadBoardModel(const BoardModelSource &from, const std::stop_token &stop)
{
    auto model = loadTrainedModel(from.model, from.out);
    if (!model)
        return tl::unexpected(model.error());
    DatasetRequest request = from.dataset;
    if (request.source.empty() && model->record)
        request = model->record->spec.dataset;
    if (request.source.empty())
        return fail(ErrorCode::NotFound, "a model file needs data to be calibrated with: --dataset PATH",
                    from.model);
    auto data = loadWithProgress(request, stop);
    if (!data)
        return tl::unexpected(data.error());
    if (!from.anyData && model->isOfOtherData(**data))
        return fail(
            ErrorCode::Rejected,
            "it is not the data that the run was trained on: its digest differs; --any-data takes it all "
            "the same",
            request.source);
    std::shared_ptr<const Dataset> samples;
    if (from.samples) {
        auto read = samplesOf(**data, request, [&stop](const DatasetRequest &windows) {
            return loadWithProgress(windows, stop);
        });
        if (!read)
            return tl::unexpected(read.error());
        samples = std::move(*read);
    }
    return boardModel(std::move(*model), std::move(*data), std::move(samples));
}

Result<ModelImage> packFor(const BoardModel &model, const std::string &type, const OpenBoard &board)
{
    const Result<rsl_number> number = numberType(type);
    if (!number)
        return tl::unexpected(number.error());
    return packModel(model, *number, board.client->info().preferred);
}

} // namespace rosler::cli
