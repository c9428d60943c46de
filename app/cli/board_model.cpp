// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_model.h"

#include <algorithm>
#include <filesystem>

#include "app/cli/experiment_session.h"
#include "core/store/model_file.h"
#include "device_link/host/links/twin_link.h"

namespace rosler::cli {

Result<BoardModel> loadBoardModel(const BoardModelSource &from, const std::stop_token &stop)
{
    namespace fs = std::filesystem;
    std::string name;
    std::shared_ptr<RunStore> runs;
    std::string run;
    DatasetRequest request = from.dataset;
    const std::string &source = request.source;
    std::string digest;
    Result<Network> network = fail(ErrorCode::NotFound, "no such model", from.model);
    std::error_code ignored;
    if (fs::is_regular_file(from.model, ignored)) {
        if (source.empty())
            return fail(ErrorCode::NotFound, "a model file needs data to be calibrated with: --dataset PATH",
                        from.model);
        name = fs::path(from.model).stem().string();
        network = readModelFile(from.model);
    } else {
        // A run's folder: the last name of its path is its id, the rest is its store.
        std::string id = from.model;
        std::string root = from.out;
        if (from.model.find('/') != std::string::npos && fs::is_directory(from.model, ignored)) {
            const fs::path folder = fs::canonical(from.model, ignored);
            id = folder.filename().string();
            root = folder.parent_path().string();
        }
        const auto store = openStoreToRead(root);
        if (!store)
            return tl::unexpected(store.error());
        const Result<RunRecord> record = (*store)->load(id);
        if (!record)
            return tl::unexpected(record.error());
        name = record->summary.title;
        runs = *store;
        run = record->summary.id;
        digest = record->summary.datasetDigest;
        if (source.empty())
            request = record->spec.dataset;
        network = (*store)->loadModel(run);
    }
    if (!network)
        return tl::unexpected(network.error());
    Result<std::shared_ptr<const Dataset>> data = loadWithProgress(request, stop);
    if (!data)
        return tl::unexpected(data.error());
    if ((*data)->features() != network->features() || (*data)->classes() != network->classes())
        return fail(ErrorCode::OutOfRange,
                    "the model takes " + std::to_string(network->features()) + " features and tells "
                        + std::to_string(network->classes()) + " classes; the data has "
                        + std::to_string((*data)->features()) + " and " + std::to_string((*data)->classes()),
                    source);
    if (!from.anyData && !digest.empty() && (*data)->digest() != digest)
        return fail(
            ErrorCode::Rejected,
            "it is not the data that the run was trained on: its digest differs; --any-data takes it all "
            "the same",
            source);
    return BoardModel {std::move(name), std::move(*network), std::move(*data), std::move(runs),
                       std::move(run)};
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
