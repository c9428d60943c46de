// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_model.h"

#include <algorithm>
#include <filesystem>

#include "app/cli/experiment_session.h"
#include "core/store/model_file.h"
#include "device_link/host/links/twin_link.h"

namespace rosler::cli {

Result<BoardModel> loadBoardModel(const std::string &model, const std::string &dataset,
                                  const std::string &out, const std::stop_token &stop)
{
    std::string name;
    std::string source = dataset;
    Result<Network> network = fail(ErrorCode::NotFound, "no such model", model);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(model, ignored)) {
        if (source.empty())
            return fail(ErrorCode::NotFound, "a model file needs data to be calibrated with: --dataset PATH",
                        model);
        name = std::filesystem::path(model).stem().string();
        network = readModelFile(model);
    } else {
        const auto store = openStore(out);
        if (!store)
            return tl::unexpected(store.error());
        const Result<RunRecord> record = (*store)->load(model);
        if (!record)
            return tl::unexpected(record.error());
        name = record->summary.title;
        if (source.empty())
            source = record->spec.dataset;
        network = (*store)->loadModel(record->summary.id);
    }
    if (!network)
        return tl::unexpected(network.error());
    Result<std::shared_ptr<const Dataset>> data = loadWithProgress(source, stop);
    if (!data)
        return tl::unexpected(data.error());
    if ((*data)->features() != network->features() || (*data)->classes() != network->classes())
        return fail(ErrorCode::OutOfRange,
                    "the model takes " + std::to_string(network->features()) + " features and tells "
                        + std::to_string(network->classes()) + " classes; the data has "
                        + std::to_string((*data)->features()) + " and " + std::to_string((*data)->classes()),
                    source);
    return BoardModel {std::move(name), std::move(*network), std::move(*data)};
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
    return packModel(model.network, options, calibrationOf(*model.data), twinInference());
}

} // namespace rosler::cli
