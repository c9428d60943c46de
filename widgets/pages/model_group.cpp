// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model_group.h"

#include <algorithm>

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

#include "core/experiment/model_label.h"
#include "core/nn/layer_catalog.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/quiet_wheel.h"
#include "widgets/models/design_edits.h"
#include "widgets/pages/layer_row.h"

namespace rosler {

namespace {

constexpr std::size_t mostLayers = 16;

struct Preset {
    const char *name; ///< translated where it is shown
    std::vector<Index> widths;
};

const std::vector<Preset> &presets()
{
    static const std::vector<Preset> list {
        {QT_TRANSLATE_NOOP("rosler::ModelGroup", "Small, 128-64"), {128, 64}},
        {QT_TRANSLATE_NOOP("rosler::ModelGroup", "Medium, 256-256"), {256, 256}},
        {QT_TRANSLATE_NOOP("rosler::ModelGroup", "Large, 512-512"), {512, 512}},
        {QT_TRANSLATE_NOOP("rosler::ModelGroup", "Very large, 1024-1024"), {1024, 1024}},
        {QT_TRANSLATE_NOOP("rosler::ModelGroup", "Deep, 512-512-512"), {512, 512, 512}},
    };
    return list;
}

DesignShape shapeOf(const DesignModel &model)
{
    return {model.example(), model.classes()};
}

/// "784 \u2192 1024 \u2192 10"
QString arrowed(const std::vector<LayerSpec> &layers, const DesignShape &shape)
{
    const auto count = [](Index value) { return value > 0 ? QString::number(value) : QStringLiteral("?"); };
    QStringList parts {count(shape.example.size())};
    for (const DesignedLayer &layer : designedLayers(layers, shape))
        if (layer.weighted)
            parts << count(layer.outputs);
    return parts.join(QStringLiteral(" \u2192 "));
}

} // namespace

ModelGroup::ModelGroup(DesignModel *model, QWidget *parent)
    : QGroupBox(tr("Models"), parent)
    , m_model(model)
    , m_models(new QComboBox(this))
    , m_remove(new QToolButton(this))
    , m_name(new QLineEdit(this))
    , m_presets(new QComboBox(this))
    , m_shape(new QLabel(this))
    , m_alike(new QCheckBox(tr("Same &network in all models"), this))
    , m_link(new QCheckBox(tr("&Link all layers"), this))
    , m_lines(new QVBoxLayout)
    , m_add(new QToolButton(this))
    , m_initialisation(new QComboBox(this))
    , m_keptFeatures(new QComboBox(this))
{
    m_alike->setObjectName(QStringLiteral("alike"));
    m_alike->setChecked(true);
    m_alike->setToolTip(tr("Layers that come, go or change their size do so in all models that have the same "
                           "network; ranks and sketches stay each model's own"));
    m_link->setObjectName(QStringLiteral("link"));
    m_link->setToolTip(tr("Moving one slider sets all layers to its value"));
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(buildChooser());
    layout->addWidget(buildStart());
    layout->addWidget(buildNetwork());
    layout->addWidget(m_link);
    layout->addLayout(m_lines);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_shape, 1);
    bottom->addWidget(m_add);
    layout->addLayout(bottom);
    layout->addWidget(buildOptions());
    layout->addWidget(buildTeaching());

    connect(m_model, &DesignModel::changed, this, &ModelGroup::refresh);
    connect(m_model, &DesignModel::dataShapeChanged, this, &ModelGroup::refresh);
    refresh();
}

QWidget *ModelGroup::buildNetwork()
{
    auto *box = new QWidget(this);
    m_presets->setObjectName(QStringLiteral("preset"));
    m_presets->setAccessibleName(tr("Architecture preset"));
    for (const Preset &preset : presets())
        m_presets->addItem(tr(preset.name));
    m_presets->setPlaceholderText(tr("Custom"));
    m_presets->setMinimumContentsLength(10);
    m_presets->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    keepWheelForFocus(m_presets);
    m_shape->setObjectName(QStringLiteral("shape"));
    m_shape->setWordWrap(true);
    m_shape->setToolTip(tr("Features of the data, outputs of the layers with weights, classes"));
    m_add->setObjectName(QStringLiteral("addLayer"));
    m_add->setText(tr("Add layer"));
    m_add->setToolTip(tr("Add a layer before the last one"));
    auto *kinds = new QMenu(m_add);
    for (const LayerKind &kind : layerKinds()) {
        const auto name = std::string(kind.name);
        QAction *action = kinds->addAction(QString::fromStdString(std::string(kind.label)));
        action->setObjectName(QStringLiteral("addLayer.%1").arg(QString::fromStdString(name)));
        action->setToolTip(QString::fromStdString(std::string(kind.description)));
        const auto add = [this, name] {
            editNetwork(tr("Add a layer"), [&](Layers &layers) {
                insertLayer(layers, layers.size() - 1, name, shapeOf(*m_model));
            });
        };
        connect(action, &QAction::triggered, this, add);
        if (&kind == &layerKinds().front())
            connect(m_add, &QToolButton::clicked, this, add);
    }
    kinds->setToolTipsVisible(true);
    if (layerKinds().size() > 1) {
        m_add->setMenu(kinds);
        m_add->setPopupMode(QToolButton::MenuButtonPopup);
    }
    auto *form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("&Preset"), m_presets);
    form->addRow(m_alike);

    connect(m_presets, &QComboBox::activated, this, [this](int index) {
        const std::vector<Index> &widths = presets().at(static_cast<std::size_t>(index)).widths;
        editNetwork(tr("Preset \u201c%1\u201d").arg(m_presets->itemText(index)),
                    [&](Layers &layers) { setHiddenWidths(layers, widths, shapeOf(*m_model)); });
        refresh();
    });
    return box;
}

QWidget *ModelGroup::buildChooser()
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
            addModel(false, true);
    });
    connect(rosler, &QAction::triggered, this, [this] { addModel(true, false); });
    connect(dense, &QAction::triggered, this, [this] { addModel(false, false); });
    connect(m_remove, &QToolButton::clicked, this, &ModelGroup::removeModel);
    connect(m_name, &QLineEdit::editingFinished, this, &ModelGroup::rename);
    return line;
}

QWidget *ModelGroup::buildStart()
{
    m_start = new QWidget(this);
    m_startText = new ElidedLabel(Qt::ElideMiddle, m_start);
    m_startText->setObjectName(QStringLiteral("start"));
    auto *drop = new QToolButton(m_start);
    drop->setObjectName(QStringLiteral("dropStart"));
    drop->setText(tr("Drop"));
    drop->setToolTip(tr("Begin with drawn weights in place of these"));
    drop->setAccessibleName(tr("Drop the weights that the model begins with"));
    auto *row = new QHBoxLayout(m_start);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_startText, 1);
    row->addWidget(drop);
    connect(drop, &QToolButton::clicked, this, [this] {
        m_model->edit(tr("Begin with drawn weights"),
                      [this](ExperimentSpec &spec) { spec.models.at(m_current).start.reset(); });
    });
    return m_start;
}

void ModelGroup::refreshStart(const ModelSpec &model)
{
    m_start->setVisible(model.start.has_value());
    if (!model.start)
        return;
    constexpr int shownDigits = 8;
    const QString path = QString::fromStdString(model.start->file);
    const QString digest = QString::fromStdString(model.start->digest);
    const QString file = path.section(QLatin1Char('/'), -1);
    m_startText->setText(digest.isEmpty()
                             ? tr("Begins with %1").arg(file)
                             : tr("Begins with %1 (sha %2)").arg(file, digest.left(shownDigits)));
    m_startText->setToolTip(digest.isEmpty() ? path : tr("%1\nSHA-256 %2").arg(path, digest));
    m_startText->setAccessibleDescription(m_startText->toolTip());
}

QWidget *ModelGroup::buildOptions()
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
    m_productDecay = new QDoubleSpinBox(m_options);
    m_productDecay->setObjectName(QStringLiteral("productDecay"));
    m_productDecay->setDecimals(7);
    m_productDecay->setRange(0, 10);
    m_productDecay->setSingleStep(1e-5);
    m_productDecay->setToolTip(
        tr("Adds half of this times the squared norm of C U R, of each layer, to the loss; 0 = none"));
    connectOption(m_productDecay, 1, tr("Product decay"), &SketchOptions::productDecay);
    m_orthonormalise = new QSpinBox(m_options);
    m_orthonormalise->setObjectName(QStringLiteral("orthonormalise"));
    m_orthonormalise->setRange(0, static_cast<int>(mostStepsApart));
    m_orthonormalise->setSpecialValueText(tr("Never"));
    m_orthonormalise->setSuffix(tr(" steps"));
    m_orthonormalise->setToolTip(
        tr("After so many steps each, C and R are made orthonormal again, and U takes what "
           "that changes: their product stays"));
    m_orthonormalise->setKeyboardTracking(false);
    m_orthonormalise->setAlignment(Qt::AlignRight);
    keepWheelForFocus(m_orthonormalise);
    connect(m_orthonormalise, &QSpinBox::valueChanged, this, [this](int steps) {
        editOptions(
            tr("Orthonormalise"), [steps](SketchOptions &options) { options.orthonormalise = steps; },
            QStringLiteral("orthonormalise"));
    });
    connect(m_orthonormalise, &QSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
    form->addRow(tr("Initialisation"), m_initialisation);
    form->addRow(tr("Kept features"), m_keptFeatures);
    form->addRow(tr("Gradient sketch"), m_gradientSketch);
    form->addRow(tr("Successive from"), m_successiveFrom);
    form->addRow(tr("Product decay"), m_productDecay);
    form->addRow(tr("Orthonormalise"), m_orthonormalise);

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

QWidget *ModelGroup::buildTeaching()
{
    m_teaching = new QWidget(this);
    auto *form = new QFormLayout(m_teaching);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(form->verticalSpacing() / 2);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_teacher = new QComboBox(m_teaching);
    m_teacher->setObjectName(QStringLiteral("teacher"));
    m_teacher->setMinimumContentsLength(10);
    m_teacher->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_teacher->setToolTip(
        tr("Another model, trained first, whose outputs this one learns besides the labels. "
           "Asking it counts as training"));
    keepWheelForFocus(m_teacher);
    const auto number = [this, form](const QString &name, const QString &label, double low, double high,
                                     double unit, double Distillation::*field) {
        auto *box = new QDoubleSpinBox(m_teaching);
        box->setObjectName(name);
        box->setDecimals(1);
        box->setRange(low, high);
        box->setKeyboardTracking(false);
        box->setAlignment(Qt::AlignRight);
        keepWheelForFocus(box);
        form->addRow(label, box);
        connect(box, &QDoubleSpinBox::valueChanged, this, [=, this](double value) {
            editTeacher(
                label, [=](Distillation &distillation) { distillation.*field = value / unit; }, name);
        });
        connect(box, &QDoubleSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
        return box;
    };
    form->addRow(tr("Teacher"), m_teacher);
    m_temperature =
        number(QStringLiteral("temperature"), tr("Temperature"), 0.1, 1'000, 1, &Distillation::temperature);
    m_temperature->setToolTip(
        tr("By which outputs of both are divided before they are compared: the higher, the "
           "more the classes count that the teacher thinks less likely"));
    m_teacherShare =
        number(QStringLiteral("teacherShare"), tr("Teacher's share"), 0.1, 100, 100, &Distillation::share);
    m_teacherShare->setSuffix(tr(" %", "percent"));
    m_teacherShare->setSingleStep(5);
    m_teacherShare->setToolTip(tr("Of the loss; the labels have the rest"));
    connect(m_teacher, &QComboBox::activated, this, &ModelGroup::setTeacher);
    return m_teaching;
}

void ModelGroup::setTeacher(int index)
{
    m_model->edit(tr("Teacher"), [this, index](ExperimentSpec &spec) {
        auto &teacher = spec.models.at(m_current).teacher;
        if (index <= 0) {
            teacher.reset();
            return;
        }
        if (!teacher)
            teacher.emplace();
        teacher->model = spec.models.at(static_cast<std::size_t>(index - 1)).name;
        teacher->layers.clear();
    });
}

void ModelGroup::editTeacher(const QString &text, const std::function<void(Distillation &)> &change,
                             const QString &mergeKey)
{
    m_model->edit(
        text,
        [&](ExperimentSpec &spec) {
            if (auto &teacher = spec.models.at(m_current).teacher)
                change(teacher->distillation);
        },
        mergeKey);
}

void ModelGroup::refreshTeaching(const ExperimentSpec &spec)
{
    static const std::optional<TeacherSpec> none;
    const auto &teacher = m_current < spec.models.size() ? spec.models[m_current].teacher : none;
    m_teaching->setVisible(m_current > 0 || teacher);
    m_teacher->clear();
    m_teacher->addItem(tr("None"));
    int chosen = teacher ? -1 : 0; // a teacher that is none of the models is not in the list
    for (std::size_t i = 0; i < std::min(m_current, spec.models.size()); ++i) {
        m_teacher->addItem(QString::fromStdString(spec.models[i].name));
        if (teacher && teacher->model == spec.models[i].name)
            chosen = static_cast<int>(i) + 1;
    }
    m_teacher->setCurrentIndex(chosen);
    const Distillation shown = teacher ? teacher->distillation : Distillation {};
    const QSignalBlocker quietTemperature(m_temperature);
    const QSignalBlocker quietShare(m_teacherShare);
    m_temperature->setValue(shown.temperature);
    m_teacherShare->setValue(100 * shown.share);
    m_temperature->setEnabled(teacher.has_value());
    m_teacherShare->setEnabled(teacher.has_value());
}

QDoubleSpinBox *ModelGroup::addPercent(const QString &name, double minimum, const QString &text,
                                       double SketchOptions::*field)
{
    auto *box = new QDoubleSpinBox(m_options);
    box->setObjectName(name);
    box->setDecimals(1);
    box->setRange(100 * minimum, 100);
    box->setSingleStep(5);
    box->setSuffix(tr(" %", "percent"));
    connectOption(box, 100, text, field);
    return box;
}

void ModelGroup::connectOption(QDoubleSpinBox *box, double unit, const QString &text,
                               double SketchOptions::*field)
{
    const QString name = box->objectName();
    box->setKeyboardTracking(false);
    box->setAlignment(Qt::AlignRight);
    keepWheelForFocus(box);
    connect(box, &QDoubleSpinBox::valueChanged, this, [=, this](double value) {
        editOptions(
            text, [=](SketchOptions &options) { options.*field = value / unit; }, name);
    });
    connect(box, &QDoubleSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
}

LayerRow *ModelGroup::addRow(const std::string &kind, std::size_t number)
{
    auto *row = new LayerRow(kind, number, this);
    connect(row, &LayerRow::fieldEdited, this, [this, number](const QString &field, double value) {
        const auto name = field.toStdString();
        QString label = field;
        for (const LayerField &known : layerKindNamed(m_rows[number]->kind())->fields)
            if (known.name == name)
                label = QString::fromStdString(std::string(known.label));
        editNetwork(
            tr("%1 of layer %2").arg(label).arg(number + 1),
            [&](Layers &layers) { setField(layers, number, name, value, shapeOf(*m_model)); },
            QStringLiteral("%1.%2").arg(field).arg(number));
    });
    connect(row, &LayerRow::sketchToggled, this, [this, number](bool sketched) {
        editLayers(sketched ? tr("Sketch layer %1").arg(number + 1) : tr("Whole layer %1").arg(number + 1),
                   [&](Layers &layers) { setSketched(layers, number, sketched, shapeOf(*m_model)); });
        refresh(); // also when nothing came of it
    });
    connect(row, &LayerRow::rankEdited, this, [this, number](int value) {
        editSketches({tr("Rank of all layers"), tr("Rank of layer %1"), QStringLiteral("rank"), &setRank},
                     number, value);
    });
    connect(row, &LayerRow::sketchSizeEdited, this, [this, number](int value) {
        editSketches({tr("Sketch size of all layers"), tr("Sketch size of layer %1"),
                      QStringLiteral("sketch"), &setSketchSize},
                     number, value);
    });
    connect(row, &LayerRow::removeRequested, this, [this, number] {
        editNetwork(tr("Remove layer %1").arg(number + 1), [&](Layers &layers) {
            if (number + 1 < layers.size())
                removeLayer(layers, number, shapeOf(*m_model));
        });
    });
    connect(row, &LayerRow::editingFinished, m_model, &DesignModel::finishMerge);
    return row;
}

void ModelGroup::editLayers(const QString &text, const std::function<void(Layers &)> &change,
                            const QString &mergeKey)
{
    if (m_current < m_model->spec().models.size())
        m_model->edit(
            text, [&](ExperimentSpec &spec) { change(spec.models.at(m_current).layers); }, mergeKey);
}

void ModelGroup::editNetwork(const QString &text, const std::function<void(Layers &)> &change,
                             const QString &mergeKey)
{
    if (m_current >= m_model->spec().models.size())
        return;
    const bool all = m_alike->isChecked();
    m_model->edit(
        text,
        [&](ExperimentSpec &spec) {
            const Layers before = spec.models.at(m_current).layers;
            for (std::size_t i = 0; i < spec.models.size(); ++i)
                if (i == m_current || (all && sameNetwork(spec.models[i].layers, before)))
                    change(spec.models[i].layers);
        },
        mergeKey);
}

void ModelGroup::editSketches(const SketchEdit &edit, std::size_t layer, int value)
{
    const bool all = m_link->isChecked();
    editLayers(
        all ? edit.ofAll : edit.ofOne.arg(layer + 1),
        [&](Layers &layers) {
            for (std::size_t i = 0; i < layers.size(); ++i)
                if (all || i == layer)
                    edit.set(layers, i, value, shapeOf(*m_model));
        },
        QStringLiteral("%1.%2.%3").arg(edit.key).arg(m_current).arg(layer));
}

void ModelGroup::editOptions(const QString &text, const std::function<void(SketchOptions &)> &change,
                             const QString &mergeKey)
{
    m_model->edit(
        text, [&](ExperimentSpec &spec) { change(spec.models.at(m_current).sketch); }, mergeKey);
}

void ModelGroup::addModel(bool sketched, bool duplicate)
{
    const std::size_t count = m_model->spec().models.size();
    m_model->edit(duplicate ? tr("Duplicate a model") : tr("Add a model"), [&](ExperimentSpec &spec) {
        ModelSpec added;
        if (m_current < spec.models.size())
            added = spec.models[m_current];
        if (added.layers.empty())
            added.layers = {fullyConnected(128), fullyConnected()};
        if (!duplicate) {
            added.sketch = {};
            for (std::size_t i = 0; i < added.layers.size(); ++i) {
                setSketched(added.layers, i, false, shapeOf(*m_model));
                if (sketched && layerKindNamed(added.layers[i].kind)->makeSketched != nullptr)
                    setSketched(added.layers, i, true, shapeOf(*m_model));
            }
            added.name = modelLabel(added.layers);
            added.learningRate = defaultLearningRate(added.layers);
        }
        added.name = uniqueModelName(spec, added.name, spec.models.size());
        spec.models.push_back(std::move(added));
    });
    setCurrent(count);
}

void ModelGroup::removeModel()
{
    const std::size_t gone = m_current;
    m_model->edit(tr("Remove a model"), [gone](ExperimentSpec &spec) {
        if (spec.models.size() < 2)
            return;
        for (ModelSpec &model : spec.models)
            if (model.teacher && model.teacher->model == spec.models[gone].name)
                model.teacher.reset();
        spec.models.erase(spec.models.begin() + static_cast<std::ptrdiff_t>(gone));
    });
}

void ModelGroup::rename()
{
    const std::string name = m_name->text().trimmed().toStdString();
    if (m_current >= m_model->spec().models.size())
        return;
    if (!name.empty() && name != m_model->spec().models[m_current].name) {
        m_model->edit(tr("Name of a model"), [&](ExperimentSpec &spec) {
            const std::string before = spec.models[m_current].name;
            spec.models[m_current].name = uniqueModelName(spec, name, m_current);
            for (ModelSpec &model : spec.models)
                if (model.teacher && model.teacher->model == before)
                    model.teacher->model = spec.models[m_current].name;
        });
    }
    m_name->setText(QString::fromStdString(m_model->spec().models[m_current].name));
}

void ModelGroup::setCurrent(std::size_t model)
{
    if (model == m_current)
        return;
    m_model->finishMerge();
    m_current = model;
    refresh();
}

void ModelGroup::setLastRun(const ExperimentSpec &spec)
{
    m_lastRun = spec;
    refresh();
}

void ModelGroup::refresh()
{
    const ExperimentSpec &spec = m_model->spec();
    if (m_current >= spec.models.size() || (m_models->count() == 0 && !spec.models.empty())) {
        // At first, and when the edited one is gone: the first model with sketches.
        const auto sketched = std::find_if(spec.models.begin(), spec.models.end(),
                                           [](const ModelSpec &model) { return model.isSketched(); });
        m_current =
            sketched == spec.models.end() ? 0 : static_cast<std::size_t>(sketched - spec.models.begin());
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

    static const ModelSpec none;
    const bool any = m_current < spec.models.size();
    const ModelSpec &model = any ? spec.models[m_current] : none;
    m_name->setEnabled(any);
    m_add->setEnabled(any && model.layers.size() < mostLayers);
    m_presets->setEnabled(any);
    if (any && !m_name->isModified())
        m_name->setText(QString::fromStdString(model.name));
    m_alike->setVisible(spec.models.size() > 1);
    m_link->setVisible(model.isSketched());
    m_options->setVisible(model.isSketched());
    refreshStart(model);
    refreshRows(model);
    m_shape->setText(any ? arrowed(model.layers, shapeOf(*m_model)) : QString());
    const auto widths = hiddenWidths(model.layers);
    const auto match = std::find_if(presets().begin(), presets().end(),
                                    [&](const Preset &preset) { return widths == preset.widths; });
    m_presets->setCurrentIndex(match == presets().end() ? -1 : static_cast<int>(match - presets().begin()));
    m_initialisation->setCurrentIndex(static_cast<int>(model.sketch.initialisation));
    m_keptFeatures->setCurrentIndex(static_cast<int>(model.sketch.keptFeatures));
    const QSignalBlocker quietGradient(m_gradientSketch);
    const QSignalBlocker quietSuccessive(m_successiveFrom);
    const QSignalBlocker quietDecay(m_productDecay);
    m_gradientSketch->setValue(100 * model.sketch.gradientSketch);
    m_successiveFrom->setValue(100 * model.sketch.successiveFrom);
    m_productDecay->setValue(model.sketch.productDecay);
    const QSignalBlocker quietOrthonormalise(m_orthonormalise);
    m_orthonormalise->setValue(static_cast<int>(model.sketch.orthonormalise));
    refreshTeaching(spec);
    Q_EMIT refreshed();
}

void ModelGroup::fitRows(const Layers &layers)
{
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (i < m_rows.size() && m_rows[i]->kind() == layers[i].kind)
            continue;
        LayerRow *row = addRow(layers[i].kind, i);
        m_lines->insertWidget(static_cast<int>(i), row);
        if (i == m_rows.size()) {
            m_rows.push_back(row);
        } else {
            // Its buttons may be what is being clicked.
            m_rows[i]->setObjectName(QString());
            for (QWidget *child : m_rows[i]->findChildren<QWidget *>())
                child->setObjectName(QString());
            m_rows[i]->hide();
            m_lines->removeWidget(m_rows[i]); // else rows behind it would come a place too early
            m_rows[i]->deleteLater();
            m_rows[i] = row;
        }
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_rows[i]->setVisible(i < layers.size());
}

void ModelGroup::refreshRows(const ModelSpec &model)
{
    fitRows(model.layers);
    const ModelSpec *ran = nullptr;
    if (m_lastRun)
        for (const ModelSpec &candidate : m_lastRun->models)
            if (candidate.name == model.name && sameNetwork(candidate.layers, model.layers))
                ran = &candidate;
    const auto designed = designedLayers(model.layers, shapeOf(*m_model));
    Index rankBefore = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        LayerRow::Surroundings around {designed[i], i + 1 == model.layers.size(), rankBefore, nullptr};
        if (ran != nullptr && ran->layers[i].sketch)
            around.ran = &*ran->layers[i].sketch;
        m_rows[i]->showLayer(model.layers[i], around);
        if (designed[i].weighted)
            rankBefore = model.layers[i].sketch ? model.layers[i].sketch->rank : 0;
    }
}

} // namespace rosler
