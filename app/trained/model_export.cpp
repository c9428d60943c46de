// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trained/model_export.h"

#include <string>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/interchange/keras_weights.h"
#include "core/interchange/onnx_export.h"
#include "core/store/run_environment.h"

namespace rosler {

namespace {

/// What a file for other programs says of a model's origin.
ModelOrigin originOf(const TrainedModel &model)
{
    ModelOrigin origin {.name = model.name, .version = thisEnvironment(0).version};
    if (!model.record)
        return origin;
    const RunSummary &run = model.record->summary;
    origin.classNames = run.classNames;
    origin.properties = {{"rosler.run", run.id},
                         {"rosler.dataset", run.dataset},
                         {"rosler.dataset_digest", run.datasetDigest}};
    return origin;
}

rsl_layout layoutFor(CoreKind core)
{
    switch (core) {
    case CoreKind::Dsp:
        return RSL_LAYOUT_I8_2X2;
    case CoreKind::Helium:
        return RSL_LAYOUT_I8_4X16;
    case CoreKind::Any:
        break;
    }
    return RSL_LAYOUT_I8_4X4;
}

} // namespace

Result<void> exportModel(const TrainedModel &model, ModelFormat format, const std::filesystem::path &file)
{
    const Result<std::string> bytes = format == ModelFormat::Onnx
        ? onnxBytes(onnxModel(model.network, originOf(model)))
        : kerasBytes(model.network);
    if (!bytes)
        return tl::unexpected(bytes.error());
    return writeFileAtomically(file, *bytes);
}

Result<CoreKind> coreKind(std::string_view name)
{
    for (const auto &[known, core] : {std::pair {"any", CoreKind::Any}, std::pair {"dsp", CoreKind::Dsp},
                                      std::pair {"helium", CoreKind::Helium}})
        if (name == known)
            return core;
    return fail(ErrorCode::OutOfRange,
                "'" + std::string(name) + "' is no kind of core; known are any, dsp, helium");
}

Result<CSources> exportC(const BoardModel &model, rsl_number type, CoreKind core,
                         const std::filesystem::path &folder)
{
    const auto image = packModel(model, type, layoutFor(core));
    if (!image)
        return tl::unexpected(image.error());
    auto sources = cSources(*image);
    if (!sources)
        return sources;
    if (const auto written = writeCSources(*sources, folder.string()); !written)
        return tl::unexpected(written.error());
    return sources;
}

} // namespace rosler
