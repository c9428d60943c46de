// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/model_exchange.h"

#include <filesystem>
#include <stop_token>
#include <utility>

#include "app/session/file_path.h"
#include "app/session/job_thread.h"
#include "app/trained/board_model.h"
#include "app/trained/model_import.h"
#include "app/trained/trained_model.h"
#include "core/data/dataset_reader.h"
#include "core/nn/start_weights.h"
#include "device_link/host/model_image.h"

namespace rosler {

namespace {

constexpr std::size_t digestLetters = 8; ///< of a model's digest, in its file's name

/// The message names @p place, too, unless it does already.
Error errorAt(Error error, const std::string &place)
{
    if (error.where.find(place) == std::string::npos)
        error.where = error.where.empty() ? place : place + ": " + error.where;
    return error;
}

} // namespace

class ModelExchange::Private
{
public:
    Private(ModelExchange *exchange, std::shared_ptr<RunStore> runs, const QString &imported)
        : q(exchange)
        , store(std::move(runs))
        , folder(filePath(imported))
        , thread([this](const Error &error) { fail(error); })
    {
    }
    ~Private() { ending.request_stop(); }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }
    void fail(const Error &error)
    {
        post([this, error] { Q_EMIT q->failed(error); });
    }
    void tell(const Result<void> &written, const QString &path)
    {
        if (!written)
            fail(errorAt(written.error(), path.toStdString()));
        else
            post([this, path] { Q_EMIT q->exported(path); });
    }

    // On the worker thread.
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> load(const DatasetRequest &request) const;
    [[nodiscard]] Result<BoardModel> calibrated(const QString &run, const OpenData &open, bool samples) const;
    [[nodiscard]] Result<ImportedExperiment> import(const QString &file, const ExperimentSpec &like,
                                                    const OpenData &open) const;

    ModelExchange *q;
    std::shared_ptr<RunStore> store;
    std::filesystem::path folder;
    std::stop_source ending;
    JobThread thread; ///< last: ends before the rest is gone
};

Result<std::shared_ptr<const Dataset>> ModelExchange::Private::load(const DatasetRequest &request) const
{
    ReadProgress progress;
    progress.stop = ending.get_token();
    return loadDataset(request, readLimits(), progress);
}

Result<BoardModel> ModelExchange::Private::calibrated(const QString &run, const OpenData &open,
                                                      bool samples) const
{
    auto model = trainedModel(store, run.toStdString());
    if (!model)
        return tl::unexpected(model.error());
    OpenData own = open;
    if (!own.data || model->isOfOtherData(*own.data)) {
        own.request = model->record->spec.dataset;
        auto loaded = load(own.request);
        if (!loaded)
            return tl::unexpected(loaded.error());
        own.data = std::move(*loaded);
        if (model->isOfOtherData(*own.data))
            return rosler::fail(ErrorCode::Rejected,
                                "it is not the data that the run was trained on any more",
                                own.request.source);
    }
    std::shared_ptr<const Dataset> windows;
    if (samples) {
        auto read = samplesOf(*own.data, own.request,
                              [this](const DatasetRequest &request) { return load(request); });
        if (!read)
            return tl::unexpected(read.error());
        windows = std::move(*read);
    }
    return boardModel(std::move(*model), std::move(own.data), std::move(windows));
}

Result<ImportedExperiment> ModelExchange::Private::import(const QString &file, const ExperimentSpec &like,
                                                          const OpenData &open) const
{
    const std::filesystem::path path = filePath(file);
    if (!open.data)
        return rosler::fail(ErrorCode::NotFound,
                            "no data are open: a model is imported for those that it is to be trained on",
                            path.string());
    const auto bytes = readForeignModel(path);
    if (!bytes)
        return tl::unexpected(bytes.error());
    const auto model = holdsWeightsAlone(*bytes)
        ? parseForeignWeights(*bytes, path, like, "the design", *open.data)
        : parseForeignModel(*bytes, path);
    if (!model)
        return tl::unexpected(errorAt(model.error(), path.string()));
    const std::string name = path.stem().string();
    const std::filesystem::path kept =
        folder / (name + "-" + model->network.digest().substr(0, digestLetters) + ".h5");
    const auto spec = importedExperiment(*model, sketchedLayers(model->network, importedShare), name, kept,
                                         open.request, *open.data);
    if (!spec)
        return tl::unexpected(errorAt(spec.error(), path.string() + " on " + open.data->name()));
    if (const auto written = writeImportedModel(kept, model->network); !written)
        return tl::unexpected(written.error());
    ImportedExperiment made {
        *spec, QString::fromStdString(kept.string()), testAccuracy(model->network, *open.data), {}};
    for (const std::string &note : model->notes)
        made.notes << QString::fromStdString(note);
    return made;
}

ModelExchange::ModelExchange(std::shared_ptr<RunStore> store, const QString &imported, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(store), imported))
{
}

ModelExchange::~ModelExchange() = default;

void ModelExchange::exportFile(const QString &run, ModelFormat format, const QString &file)
{
    d->thread.post([this, run, format, file] {
        const auto model = trainedModel(d->store, run.toStdString());
        d->tell(model ? exportModel(*model, format, filePath(file))
                      : Result<void>(tl::unexpected(model.error())),
                file);
    });
}

void ModelExchange::exportC(const CExportOrder &order, const OpenData &open)
{
    d->thread.post([this, order, open] {
        for (const QString &run : order.runs) {
            const auto model = d->calibrated(run, open, order.fromSamples);
            for (const QString &type : order.types) {
                const QString path = order.folder + QLatin1Char('/') + run + QLatin1Char('_') + type;
                const auto number = numberType(type.toStdString());
                Result<void> written;
                if (!model)
                    written = tl::unexpected(model.error());
                else if (!number)
                    written = tl::unexpected(number.error());
                else if (const auto made = rosler::exportC(*model, *number, order.core, filePath(path));
                         !made)
                    written = tl::unexpected(made.error());
                d->tell(written, path);
            }
        }
    });
}

void ModelExchange::importModel(const QString &file, const ExperimentSpec &like, const OpenData &open)
{
    d->thread.post([this, file, like, open] {
        const auto made = d->import(file, like, open);
        if (!made)
            d->fail(made.error());
        else
            d->post([this, experiment = *made] { Q_EMIT imported(experiment); });
    });
}

} // namespace rosler
