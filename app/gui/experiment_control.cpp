// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/experiment_control.h"

#include <algorithm>
#include <utility>

#include <QFileInfo>
#include <QTimer>

#include "app/session/dataset_session.h"
#include "app/session/experiment_files.h"
#include "core/data/data_summary.h"
#include "core/data/dataset_reader.h"
#include "core/experiment/budget.h"
#include "core/experiment/memory_need.h"
#include "core/experiment/shipped_experiments.h"
#include "core/nn/layer_catalog.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

namespace rosler {

namespace {

const std::string builtIn {builtInDigits};

/// Whether the name of a design's data says where they are: "mnist" alone is only a name.
bool isLoadable(const DatasetRequest &request)
{
    return request.source == builtIn || request.source == builtInBearing
        || request.source.find('/') != std::string::npos;
}

bool isFitted(const LayerSpec &layer)
{
    const LayerKind *kind = layerKindNamed(layer.kind);
    return kind != nullptr && kind->fitted;
}

/// Whether every model begins by standardising its features.
bool standardises(const ExperimentSpec &spec)
{
    return std::ranges::all_of(spec.models,
                               [](const ModelSpec &model) { return isFitted(model.layers.front()); });
}

} // namespace

ExperimentControl::ExperimentControl(DesignModel *design, DatasetSession *datasets, ExperimentFiles *files,
                                     std::function<std::optional<std::uint64_t>()> free, QObject *parent)
    : QObject(parent)
    , m_design(design)
    , m_datasets(datasets)
    , m_files(files)
    , m_free(std::move(free))
{
    connect(datasets, &DatasetSession::loaded, this, &ExperimentControl::takeData);
    connect(datasets, &DatasetSession::failed, this, &ExperimentControl::takeFailure);
    connect(design, &DesignModel::changed, this, &ExperimentControl::followDesign);
    connect(files, &ExperimentFiles::opened, this, [this](const QString &path, const ExperimentSpec &spec) {
        m_opening = false;
        take(spec, path);
        Q_EMIT opened(path);
    });
    connect(files, &ExperimentFiles::failed, this, [this](const Error &error) {
        m_opening = false;
        m_startsWithData = false;
        Q_EMIT problem(error);
    });
    connect(files, &ExperimentFiles::saved, design, &DesignModel::setSavedTo);
}

QString ExperimentControl::source() const
{
    return QString::fromStdString(m_request.source.empty() ? m_loading.source : m_request.source);
}

bool ExperimentControl::names(const DatasetRequest &request) const
{
    return request == m_request || (request.source == m_data->name() && request.options == m_request.options);
}

bool ExperimentControl::isForData() const
{
    return m_data != nullptr && names(m_design->spec().dataset);
}

Result<ExperimentControl::Order> ExperimentControl::order() const
{
    if (!m_data)
        return fail(ErrorCode::NotFound, tr("no data is loaded").toStdString(), {});
    Order order {m_design->spec(), m_data};
    if (!isForData()) // never trained over: figures would be called by the name of data that they are not of
        return fail(ErrorCode::Rejected,
                    tr("this experiment is for the data “%1”; loaded is “%2”")
                        .arg(QString::fromStdString(order.spec.dataset.source),
                             QString::fromStdString(m_data->name()))
                        .toStdString(),
                    {});
    order.spec.dataset = m_request;
    if (const Result<void> fits = checkAgainst(order.spec, m_data->shape(), m_data->classes()); !fits)
        return tl::unexpected(fits.error());
    Result<ExperimentSpec> budgeted =
        withinBudget(order.spec, m_data->shape(), m_data->classes(), m_data->train().count());
    if (!budgeted)
        return tl::unexpected(budgeted.error());
    order.spec = std::move(*budgeted);
    if (const Result<void> room =
            checkMemory(order.spec, m_data->shape(), m_data->classes(), m_data->train().count(), m_free());
        !room)
        return tl::unexpected(room.error());
    return order;
}

void ExperimentControl::restore(const ExperimentSpec &design, const QString &file)
{
    m_design->reset(design, file);
}

void ExperimentControl::load(const QString &source)
{
    m_failed = {};
    begin(source.toStdString(), Chosen::ByUser);
}

void ExperimentControl::loadAs(const QString &source, const DatasetOptions &options)
{
    m_failed = {};
    begin({source.toStdString(), options}, Chosen::ByUser);
}

void ExperimentControl::loadUnasked(const QString &source)
{
    const DatasetRequest &design = m_design->spec().dataset;
    const std::string wanted = source.toStdString();
    begin(design.source == wanted ? design : DatasetRequest(wanted), Chosen::ByNobody);
}

void ExperimentControl::begin(const DatasetRequest &request, Chosen chosen)
{
    if (request.source.empty())
        return;
    m_loading = request;
    m_chosen = chosen;
    m_datasets->load(request);
}

void ExperimentControl::setOptions(const DatasetOptions &options)
{
    if (!m_data)
        return;
    m_failed = {};
    m_design->edit(tr("Data options"), [this, &options](ExperimentSpec &spec) {
        spec.dataset = DatasetRequest(m_request.source, options);
    }); // followDesign() loads them
}

void ExperimentControl::cancelLoading()
{
    m_datasets->cancel();
    m_failed = std::exchange(m_loading, {}); // nor tried again by every move of a slider
}

void ExperimentControl::takeData(const std::shared_ptr<const Dataset> &data)
{
    m_data = data;
    m_request = std::exchange(m_loading, {});
    // Before setDataShape(), whose changed() would have the data before loaded again.
    if (m_chosen == Chosen::ByUser && m_design->spec().dataset != m_request)
        useData();
    m_design->setDataShape(m_data->shape(), m_data->classes(), m_data->train().count());
    Q_EMIT loaded();
    if (m_chosen == Chosen::ByUser && !standardises(m_design->spec()))
        if (const FeatureReach reach = featureReach(*m_data); shouldStandardise(*m_data, reach))
            Q_EMIT unscaled(reach.least, reach.most);
    tellReady();
}

void ExperimentControl::takeFailure(const Error &error)
{
    m_failed = std::exchange(m_loading, {});
    Q_EMIT loadFailed(error);
    Q_EMIT problem(error);
    if (!m_data) // those of the last session are gone: there is always something to start with
        begin(builtIn, Chosen::InPlaceOfFailed);
}

/// An experiment that names its data was opened, or a change of data undone.
void ExperimentControl::followDesign()
{
    const DatasetRequest &wanted = m_design->spec().dataset;
    // Data that could not be loaded are not tried again by every move of a slider.
    if (isLoadable(wanted) && wanted != m_request && wanted != m_loading && wanted != m_failed)
        begin(wanted, Chosen::ByNobody);
}

void ExperimentControl::openLater(const QString &nameOrPath)
{
    m_opening = true;
    m_startsWithData = true;
    QTimer::singleShot(0, this, [this, nameOrPath] { open(nameOrPath); });
}

void ExperimentControl::open(const QString &nameOrPath)
{
    m_opening = false;
    if (const Result<ExperimentSpec> spec = shippedExperiment(nameOrPath.toStdString())) {
        take(*spec);
    } else if (nameOrPath.contains(QLatin1Char('/')) || nameOrPath.endsWith(QLatin1String(".json"))) {
        m_opening = true;
        m_files->open(QFileInfo(nameOrPath).absoluteFilePath());
    } else {
        m_startsWithData = false;
        Q_EMIT problem(spec.error());
    }
}

void ExperimentControl::take(const ExperimentSpec &spec, const QString &file)
{
    ExperimentSpec design = spec;
    const DatasetRequest &newest = m_loading.source.empty() ? m_request : m_loading;
    if (std::exchange(m_startsWithData, false) && m_chosen == Chosen::ByUser && !newest.source.empty())
        design.dataset = newest;
    const bool sameData = m_data && names(design.dataset);
    if (sameData)
        design.dataset = m_request;
    m_design->open(tr("Open %1").arg(QString::fromStdString(spec.name)), design, file);
    tellReady();
    if (m_data && !sameData && !isLoadable(design.dataset))
        Q_EMIT dataWanted(QString::fromStdString(design.dataset.source));
}

void ExperimentControl::useData()
{
    if (!m_data)
        return;
    m_design->edit(tr("Use %1").arg(QString::fromStdString(m_data->name())),
                   [request = m_request](ExperimentSpec &spec) { spec.dataset = request; });
}

void ExperimentControl::standardise()
{
    const DesignShape shape {m_design->example(), m_design->classes()};
    m_design->edit(tr("Standardise the features"), [&shape](ExperimentSpec &spec) {
        const auto kind = std::ranges::find_if(layerKinds(), &LayerKind::fitted);
        for (ModelSpec &model : spec.models)
            if (!isFitted(model.layers.front()))
                insertLayer(model.layers, 0, kind->name, shape);
    });
}

void ExperimentControl::tellReady()
{
    if (m_data && m_loading.source.empty() && !m_opening && !std::exchange(m_wasReady, true))
        Q_EMIT ready();
}

} // namespace rosler
