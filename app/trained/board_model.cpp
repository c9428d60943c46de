// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trained/board_model.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "device_link/host/links/twin_link.h"

namespace rosler {

namespace {

bool sameExamples(const Examples &a, const Examples &b)
{
    return a.labels == b.labels && a.groups == b.groups;
}

} // namespace

Result<BoardModel> boardModel(TrainedModel model, std::shared_ptr<const Dataset> data,
                              std::shared_ptr<const Dataset> samples)
{
    const Network &network = model.network;
    if (data->features() != network.features() || data->classes() != network.classes())
        return fail(ErrorCode::OutOfRange,
                    "the model takes " + std::to_string(network.features()) + " features and tells "
                        + std::to_string(network.classes()) + " classes; the data has "
                        + std::to_string(data->features()) + " and " + std::to_string(data->classes()),
                    data->source());
    std::string run = model.record ? model.record->summary.id : std::string();
    return BoardModel {std::move(model.name),  std::move(model.network), std::move(data),
                       std::move(model.store), std::move(run),           std::move(samples)};
}

Result<Extraction> boardExtraction(const Dataset &data)
{
    if (!data.signal() || data.signal()->kind == SignalFeatureKind::Raw)
        return fail(ErrorCode::Unsupported,
                    "a board makes features of signals (fft, log-mel, mfcc); this data has none",
                    data.source());
    return extractionOf(*data.signal());
}

Result<std::shared_ptr<const Dataset>> samplesOf(const Dataset &data, DatasetRequest request,
                                                 const DatasetLoad &load)
{
    if (const auto made = boardExtraction(data); !made)
        return tl::unexpected(made.error());
    request.options.insert_or_assign("features", std::string("raw"));
    auto samples = load(request);
    if (!samples)
        return samples;
    SignalFeatures expected = *data.signal();
    expected.kind = SignalFeatureKind::Raw;
    if (!(*samples)->signal() || *(*samples)->signal() != expected
        || !sameExamples((*samples)->train(), data.train()) || !sameExamples((*samples)->test(), data.test()))
        return fail(ErrorCode::Rejected, "read as samples, the data has other examples", request.source);
    return samples;
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

} // namespace rosler
