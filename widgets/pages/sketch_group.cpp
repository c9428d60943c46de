// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/sketch_group.h"

#include <algorithm>
#include <functional>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/cost/cost_model.h"
#include "widgets/controls/quiet_wheel.h"
#include "widgets/controls/rank_slider.h"
#include "widgets/controls/size_control.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

namespace rosler {

namespace {

constexpr int defaultRank = 16;
constexpr double defaultRoslerRate = 2e-3;

DesignShape shapeOf(const DesignModel &model)
{
    return {model.features(), model.classes()};
}

/// Top of a scale: without data yet, what the design itself says.
int scaleTop(Index limit, Index present)
{
    const Index top = limit > 0 ? limit : present;
    return static_cast<int>(std::clamp<Index>(top, 1, std::numeric_limits<int>::max()));
}

} // namespace

SketchGroup::SketchGroup(DesignModel *model, QWidget *parent)
    : QGroupBox(tr("Models"), parent)
    , m_model(model)
    , m_models(new QComboBox(this))
    , m_remove(new QToolButton(this))
    , m_name(new QLineEdit(this))
    , m_denseNote(
          new QLabel(tr("The dense reference has no ranks: it is what the others are compared with."), this))
    , m_sliders(new QWidget(this))
    , m_layerLines(new QVBoxLayout)
    , m_link(new QCheckBox(tr("&Link all layers"), this))
    , m_initialisation(new QComboBox(this))
    , m_keptFeatures(new QComboBox(this))
{
    m_denseNote->setWordWrap(true);
    m_link->setObjectName(QStringLiteral("link"));
    m_link->setToolTip(tr("Moving one slider sets all layers to its value"));
    auto *inner = new QVBoxLayout(m_sliders);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->addWidget(m_link);
    inner->addLayout(m_layerLines);
    inner->addWidget(buildOptions());
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(buildChooser());
    layout->addWidget(m_denseNote);
    layout->addWidget(m_sliders);

    connect(m_model, &DesignModel::changed, this, &SketchGroup::refresh);
    connect(m_model, &DesignModel::dataShapeChanged, this, &SketchGroup::refresh);
    refresh();
}

QWidget *SketchGroup::buildChooser()
{
    auto *line = new QWidget(this);
    m_models->setObjectName(QStringLiteral("models"));
    m_models->setAccessibleName(tr("Model that is edited"));
    m_models->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_models->setMinimumContentsLength(8);
    keepWheelForFocus(m_models);
    m_name->setObjectName(QStringLiteral("modelName"));
    m_name->setAccessibleName(tr("Name of the model"));
    m_name->setMaxLength(64);

    auto *menu = new QMenu(this);
    QAction *duplicate = menu->addAction(tr("&Duplicate this model"));
    duplicate->setObjectName(QStringLiteral("duplicateModel"));
    QAction *rosler = menu->addAction(tr("Add a &Rosler model"));
    QAction *dense = menu->addAction(tr("Add a d&ense model"));
    auto *add = new QToolButton(line);
    add->setObjectName(QStringLiteral("addModel"));
    add->setText(QStringLiteral("+"));
    add->setToolTip(tr("Train another model beside these"));
    add->setAccessibleName(tr("Add a model"));
    add->setMenu(menu);
    add->setPopupMode(QToolButton::InstantPopup);
    m_remove->setObjectName(QStringLiteral("removeModel"));
    m_remove->setText(QStringLiteral("\u2212"));
    m_remove->setToolTip(tr("Remove this model"));
    m_remove->setAccessibleName(tr("Remove this model"));

    auto *grid = new QFormLayout(line);
    grid->setContentsMargins(0, 0, 0, 0);
    auto *top = new QHBoxLayout;
    top->addWidget(m_models, 1);
    top->addWidget(add);
    top->addWidget(m_remove);
    auto *edited = new QLabel(tr("Ed&it"), line);
    edited->setBuddy(m_models);
    grid->addRow(edited, top);
    grid->addRow(tr("&Name"), m_name);

    connect(m_models, &QComboBox::activated, this,
            [this](int index) { setCurrent(static_cast<std::size_t>(index)); });
    connect(duplicate, &QAction::triggered, this, [this] {
        if (m_current < m_model->spec().models.size())
            addModel(m_model->spec().models[m_current].kind, true);
    });
    connect(rosler, &QAction::triggered, this, [this] { addModel(ModelKind::Rosler, false); });
    connect(dense, &QAction::triggered, this, [this] { addModel(ModelKind::Dense, false); });
    connect(m_remove, &QToolButton::clicked, this, &SketchGroup::removeModel);
    connect(m_name, &QLineEdit::editingFinished, this, &SketchGroup::rename);
    return line;
}

QWidget *SketchGroup::buildOptions()
{
    m_options = new QWidget(this);
    auto *form = new QFormLayout(m_options);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(form->verticalSpacing() / 2);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_initialisation->setObjectName(QStringLiteral("initialisation"));
    m_initialisation->addItems({tr("Gaussian"), tr("CUR, uniform"), tr("CUR, leverage scores")});
    m_initialisation->setToolTip(tr("How the factors C, U and R are first drawn"));
    m_keptFeatures->setObjectName(QStringLiteral("keptFeatures"));
    m_keptFeatures->addItems({tr("Uniform"), tr("By variance"), tr("By leverage scores")});
    m_keptFeatures->setToolTip(
        tr("How the first layer's kept features are chosen when it does not read all"));
    for (QComboBox *box : {m_initialisation, m_keptFeatures}) {
        box->setMinimumContentsLength(10);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        keepWheelForFocus(box);
    }
    m_gradientSketch = addPercent(QStringLiteral("gradientSketch"), 0.01, tr("Gradient sketch"),
                                  &SketchOptions::gradientSketch);
    m_gradientSketch->setToolTip(tr("Share of the first layer's features whose gradient a step computes"));
    m_successiveFrom = addPercent(QStringLiteral("successiveFrom"), 0.0, tr("Successive training from"),
                                  &SketchOptions::successiveFrom);
    m_successiveFrom->setToolTip(
        tr("After this share of all steps one kind of factor is updated a step: R, U, "
           "C in turn. 100 % = never."));
    form->addRow(tr("Initialisation"), m_initialisation);
    form->addRow(tr("Kept features"), m_keptFeatures);
    form->addRow(tr("Gradient sketch"), m_gradientSketch);
    form->addRow(tr("Successive from"), m_successiveFrom);

    connect(m_initialisation, &QComboBox::activated, this, [this](int index) {
        editOptions(tr("Initialisation"), [index](SketchOptions &options) {
            options.initialisation = static_cast<SketchKind>(index);
        });
    });
    connect(m_keptFeatures, &QComboBox::activated, this, [this](int index) {
        editOptions(tr("Kept features"), [index](SketchOptions &options) {
            options.keptFeatures = static_cast<FeatureSampling>(index);
        });
    });
    return m_options;
}

QDoubleSpinBox *SketchGroup::addPercent(const QString &name, double minimum, const QString &text,
                                        double SketchOptions::*field)
{
    auto *box = new QDoubleSpinBox(m_options);
    box->setObjectName(name);
    box->setDecimals(1);
    box->setRange(100 * minimum, 100);
    box->setSingleStep(5);
    box->setSuffix(tr(" %", "percent"));
    box->setKeyboardTracking(false);
    box->setAlignment(Qt::AlignRight);
    keepWheelForFocus(box);
    connect(box, &QDoubleSpinBox::valueChanged, this, [=, this](double value) {
        editOptions(
            text, [=](SketchOptions &options) { options.*field = value / 100; }, name);
    });
    connect(box, &QDoubleSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
    return box;
}

void SketchGroup::addLayer()
{
    const std::size_t number = m_layers.size();
    Layer layer {};
    layer.block = new QWidget(m_sliders);
    layer.title = new QLabel(layer.block);
    layer.rank = new SizeControl(tr("Rank"), tr("rank"), layer.block);
    layer.sketch = new SizeControl(tr("Reads"), tr("sketch size"), layer.block);
    layer.rank->slider()->setObjectName(QStringLiteral("rank.%1").arg(number));
    layer.sketch->slider()->setObjectName(QStringLiteral("sketch.%1").arg(number));
    layer.rank->spinBox()->setObjectName(QStringLiteral("rankBox.%1").arg(number));
    layer.sketch->spinBox()->setObjectName(QStringLiteral("sketchBox.%1").arg(number));
    layer.rank->setName(tr("Rank of layer %1").arg(number + 1));
    layer.sketch->setName(tr("Sketch size of layer %1").arg(number + 1));
    const int label = std::max(layer.rank->labelWidthHint(), layer.sketch->labelWidthHint());
    layer.rank->setLabelWidth(label);
    layer.sketch->setLabelWidth(label);

    auto *layout = new QVBoxLayout(layer.block);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(layout->spacing() / 3);
    layout->addWidget(layer.title);
    layout->addWidget(layer.rank);
    layout->addWidget(layer.sketch);
    m_layerLines->addWidget(layer.block);

    connect(layer.rank, &SizeControl::valueChanged, this,
            [this, number](int value) { editRank(number, value); });
    connect(layer.sketch, &SizeControl::valueChanged, this,
            [this, number](int value) { editSketch(number, value); });
    for (SizeControl *control : {layer.rank, layer.sketch})
        connect(control, &SizeControl::editingFinished, m_model, &DesignModel::finishMerge);
    m_layers.push_back(layer);
}

void SketchGroup::editRank(std::size_t layer, int value)
{
    const bool all = m_link->isChecked();
    const DesignShape shape = shapeOf(*m_model);
    m_model->edit(
        all ? tr("Rank of all layers") : tr("Rank of layer %1").arg(layer + 1),
        [=, this](ExperimentSpec &spec) {
            for (std::size_t i = 0; i < layerCount(spec); ++i) {
                if (all || i == layer)
                    setRank(spec, m_current, i, value, shape);
            }
        },
        QStringLiteral("rank.%1.%2").arg(m_current).arg(layer));
}

void SketchGroup::editSketch(std::size_t layer, int value)
{
    const bool all = m_link->isChecked();
    const DesignShape shape = shapeOf(*m_model);
    m_model->edit(
        all ? tr("Sketch size of all layers") : tr("Sketch size of layer %1").arg(layer + 1),
        [=, this](ExperimentSpec &spec) {
            for (std::size_t i = 0; i < layerCount(spec); ++i) {
                if (all || i == layer)
                    setSketchSize(spec, m_current, i, value, shape);
            }
        },
        QStringLiteral("sketch.%1.%2").arg(m_current).arg(layer));
}

void SketchGroup::editOptions(const QString &text, const std::function<void(SketchOptions &)> &change,
                              const QString &mergeKey)
{
    m_model->edit(
        text, [&](ExperimentSpec &spec) { change(spec.models.at(m_current).sketch); }, mergeKey);
}

void SketchGroup::addModel(ModelKind kind, bool duplicate)
{
    const std::size_t count = m_model->spec().models.size();
    m_model->edit(duplicate ? tr("Duplicate a model") : tr("Add a model"), [&](ExperimentSpec &spec) {
        ModelSpec added;
        if (duplicate) {
            added = spec.models[m_current];
        } else {
            added.kind = kind;
            added.name = kind == ModelKind::Dense ? "dense" : "rosler";
            if (kind == ModelKind::Rosler)
                added.learningRate = defaultRoslerRate;
        }
        added.name = uniqueModelName(spec, added.name, spec.models.size());
        spec.models.push_back(std::move(added));
    });
    setCurrent(count);
}

void SketchGroup::removeModel()
{
    const std::size_t gone = m_current;
    m_model->edit(tr("Remove a model"), [gone](ExperimentSpec &spec) {
        if (spec.models.size() > 1)
            spec.models.erase(spec.models.begin() + static_cast<std::ptrdiff_t>(gone));
    });
}

void SketchGroup::rename()
{
    const std::string name = m_name->text().trimmed().toStdString();
    if (m_current >= m_model->spec().models.size())
        return;
    if (!name.empty() && name != m_model->spec().models[m_current].name) {
        m_model->edit(tr("Name of a model"), [&](ExperimentSpec &spec) {
            spec.models[m_current].name = uniqueModelName(spec, name, m_current);
        });
    }
    m_name->setText(QString::fromStdString(m_model->spec().models[m_current].name));
}

void SketchGroup::setCurrent(std::size_t model)
{
    if (model == m_current)
        return;
    m_model->finishMerge();
    m_current = model;
    refresh();
}

void SketchGroup::setLastRun(const ExperimentSpec &spec)
{
    m_lastRun = spec;
    refresh();
}

void SketchGroup::refresh()
{
    const ExperimentSpec &spec = m_model->spec();
    if (m_current >= spec.models.size() || (m_models->count() == 0 && !spec.models.empty())) {
        // At first, and when the edited one is gone: the first Rosler model.
        const auto rosler = std::find_if(spec.models.begin(), spec.models.end(), [](const ModelSpec &model) {
            return model.kind == ModelKind::Rosler;
        });
        m_current = rosler == spec.models.end() ? 0 : static_cast<std::size_t>(rosler - spec.models.begin());
    }
    QStringList names;
    for (const ModelSpec &model : spec.models)
        names << QString::fromStdString(model.name);
    QStringList present;
    for (int i = 0; i < m_models->count(); ++i)
        present << m_models->itemText(i);
    if (names != present) {
        m_models->clear();
        m_models->addItems(names);
    }
    m_models->setCurrentIndex(static_cast<int>(m_current));
    m_remove->setEnabled(spec.models.size() > 1);

    const bool any = m_current < spec.models.size();
    const bool rosler = any && spec.models[m_current].kind == ModelKind::Rosler;
    m_name->setEnabled(any);
    if (any && !m_name->isModified())
        m_name->setText(QString::fromStdString(spec.models[m_current].name));
    m_denseNote->setVisible(any && !rosler);
    m_sliders->setVisible(rosler);
    if (rosler) {
        const ModelSpec &model = spec.models[m_current];
        while (m_layers.size() < layerCount(spec))
            addLayer();
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            m_layers[i].block->setVisible(i < layerCount(spec));
            if (i < layerCount(spec))
                refreshLayer(i, model);
        }
        m_initialisation->setCurrentIndex(static_cast<int>(model.sketch.initialisation));
        m_keptFeatures->setCurrentIndex(static_cast<int>(model.sketch.keptFeatures));
        const QSignalBlocker quietGradient(m_gradientSketch);
        const QSignalBlocker quietSuccessive(m_successiveFrom);
        m_gradientSketch->setValue(100 * model.sketch.gradientSketch);
        m_successiveFrom->setValue(100 * model.sketch.successiveFrom);
    }
    Q_EMIT refreshed();
}

void SketchGroup::refreshLayer(std::size_t layer, const ModelSpec &model)
{
    const ExperimentSpec &spec = m_model->spec();
    const DesignShape shape = shapeOf(*m_model);
    const Index inputs = layerInputs(spec, layer, shape);
    const Index outputs = layerOutputs(spec, layer, shape);
    const Index rank = model.sketch.rank[layer];
    const Index sketch = model.sketch.sketchSize[layer];
    const bool last = layer + 1 == layerCount(spec);
    const Index kept = last ? outputs : model.sketch.sketchSize[layer + 1];
    const Layer &row = m_layers[layer];

    const auto count = [](Index value) { return value > 0 ? QString::number(value) : QStringLiteral("?"); };
    QString title = tr("<b>Layer %1</b>&nbsp; %2 \u2192 %3")
                        .arg(QString::number(layer + 1), count(inputs), count(outputs));
    if (kept > 0 && kept < outputs)
        title += tr(", %1 stored", "outputs of a layer").arg(kept);
    row.title->setText(title);
    row.title->setToolTip(
        tr("Inputs and outputs. Outputs that the next layer does not read are not stored."));

    const Index rankLimit = inputs > 0 && outputs > 0 ? std::min(inputs, outputs) : std::max(inputs, outputs);
    row.rank->showValue(static_cast<int>(rank), scaleTop(rankLimit, rank));
    row.sketch->showValue(scaleTop(0, sketch), scaleTop(inputs, sketch));
    RankSlider *rankSlider = row.rank->slider();
    RankSlider *sketchSlider = row.sketch->slider();
    rankSlider->setDefaultValue(std::min(defaultRank, rankSlider->maximum()));
    sketchSlider->setDefaultValue(sketchSlider->maximum());

    const Index free = kept > 0 ? std::min(sketch, kept) : sketch;
    rankSlider->setPushZone(scaleTop(free, 1), std::nullopt);
    const Index before = layer > 0 ? model.sketch.rank[layer - 1] : 0;
    sketchSlider->setPushZone(std::nullopt, static_cast<int>(std::max(rank, before)));
    std::optional<int> breakEven;
    if (inputs > 0 && outputs > 0)
        breakEven = static_cast<int>(breakEvenRank(kept, sketch, outputs, inputs));
    rankSlider->setBreakEven(breakEven);

    std::optional<int> rankGhost;
    std::optional<int> sketchGhost;
    if (m_lastRun && m_lastRun->widths == spec.widths) {
        for (const ModelSpec &ran : m_lastRun->models) {
            if (ran.name != model.name || ran.sketch.rank.size() <= layer
                || ran.sketch.sketchSize.size() <= layer)
                continue;
            rankGhost = static_cast<int>(ran.sketch.rank[layer]);
            sketchGhost = static_cast<int>(ran.sketch.sketchSize[layer]);
        }
    }
    rankSlider->setGhost(rankGhost);
    sketchSlider->setGhost(sketchGhost);
}

} // namespace rosler
