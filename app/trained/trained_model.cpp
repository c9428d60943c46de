// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trained/trained_model.h"

#include <utility>

#include "core/store/model_file.h"

namespace rosler {

bool TrainedModel::isOfOtherData(const Dataset &data) const
{
    return record && !record->summary.datasetDigest.empty() && record->summary.datasetDigest != data.digest();
}

Result<TrainedModel> trainedModel(std::shared_ptr<RunStore> store, const std::string &run)
{
    auto record = store->load(run);
    if (!record)
        return tl::unexpected(record.error());
    auto network = store->loadModel(record->summary.id);
    if (!network)
        return tl::unexpected(network.error());
    std::string name = record->summary.title;
    return TrainedModel {std::move(name), std::move(*network), std::move(store), std::move(*record)};
}

Result<TrainedModel> trainedModelFile(const std::filesystem::path &file)
{
    auto network = readModelFile(file);
    if (!network)
        return tl::unexpected(network.error());
    return TrainedModel {file.stem().string(), std::move(*network), {}, {}};
}

} // namespace rosler
