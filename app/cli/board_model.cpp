// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_model.h"

#include <algorithm>
#include <filesystem>

#include "app/cli/experiment_session.h"
#include "core/store/model_file.h"
#include "device_link/host/links/twin_link.h"

namespace rosler::cli {

namespace {

bool sameExamples(const Examples &a, const Examples &b)
{
    return a.labels == b.labels && a.groups == b.groups;
}

/// The same windows of the same recordings, as samples.
Result<std::shared_ptr<const Dataset>> samplesOf(const Dataset &data, DatasetRequest request,
                                                 const std::stop_token &stop)
{
    if (!data.signal() || data.signal()->kind == SignalFeatureKind::Raw)
        return fail(ErrorCode::Unsupported,
                    "a board makes features of signals (fft, log-mel, mfcc); this data has none",
                    request.source);
    request.options.insert_or_assign("features", std::string("raw"));
    auto samples = loadWithProgress(request, stop);
    if (!samples)
        return samples;
    SignalFeatures expected = *data.signal();
    expected.kind = SignalFeatureKind::Raw;
    if (!(*samples)->signal() || *(*samples)->signal() != expected
        || !sameExamples((*samples)->train(), data.train()) || !sameExamples((*samples)->test(), data.test()))
        return fail(ErrorCode::Rejected, "read as samples, the data has other examples", request.source);
    return samples;
}

} // namespace

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
    std::shared_ptr<const Dataset> samples;
    if (from.samples) {
        auto read = samplesOf(**data, request, stop);
        if (!read)
            return tl::unexpected(read.error());
        samples = std::move(*read);
    }
    std::string run = model->record ? model->record->summary.id : std::string();
    return BoardModel {std::move(model->name), std::move(model->network),
                       std::move(*data),       std::move(model->store),
                       std::move(run),         std::move(samples)};
}

Result<ModelImage> packModel(const BoardModel &model, rsl_number type, rsl_layout int8Layout)
{
    PackOptions options;
    options.type = type;
    options.int8Layout = int8Layout;
    options.name = model.name;
    if (model.samples) {
        const FeatureTable &windows = model.samples->train().features;
        options.samples = RawSamples {*model.data->signal(), {}};
        options.samples->example.resize(static_cast<std::size_t>(windows.cols()));
        windows.widen(0, options.samples->example.data());
    }
    const Matrix calibration = calibrationOf(*model.data);
    return packModel(model.network, options, view(calibration), twinInference());
}

Result<ModelImage> packFor(const BoardModel &model, const std::string &type, const OpenBoard &board)
{
    const Result<rsl_number> number = numberType(type);
    if (!number)
        return tl::unexpected(number.error());
    return packModel(model, *number, board.client->info().preferred);
}

Result<Index> countAgreement(const BoardModel &source, const ModelImage &image, rsl_layout int8Layout,
                             Index samples)
{
    BoardModel fed = source;
    fed.samples = nullptr;
    const auto other = packModel(fed, image.type(), int8Layout);
    if (!other)
        return tl::unexpected(other.error());
    const auto answer = [](const ModelImage &model, const Examples &test,
                           Index row) -> std::optional<unsigned> {
        std::vector<float> numbers(static_cast<std::size_t>(test.features.cols()));
        test.features.widen(row, numbers.data());
        std::vector<std::uint8_t> output(model.knownOutput().size());
        if (!twinInference()(model.bytes(), model.input(numbers), output))
            return std::nullopt;
        return model.classOf(output);
    };
    Index equal = 0;
    for (Index i = 0; i < samples; ++i) {
        const auto answered = answer(image, source.samples->test(), i);
        equal += answered && answered == answer(*other, source.data->test(), i) ? 1 : 0;
    }
    return equal;
}

} // namespace rosler::cli
