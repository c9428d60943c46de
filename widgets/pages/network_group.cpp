// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/network_group.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/controls/quiet_wheel.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

namespace rosler {

namespace {

constexpr std::size_t maxHiddenLayers = 8;

struct Preset {
    const char *name; ///< translated where it is shown
    std::vector<Index> widths;
};

const std::vector<Preset> &presets()
{
    static const std::vector<Preset> list {
        {QT_TRANSLATE_NOOP("rosler::NetworkGroup", "Small, 128-64"), {128, 64}},
        {QT_TRANSLATE_NOOP("rosler::NetworkGroup", "Medium, 256-256"), {256, 256}},
        {QT_TRANSLATE_NOOP("rosler::NetworkGroup", "Large, 512-512"), {512, 512}},
        {QT_TRANSLATE_NOOP("rosler::NetworkGroup", "Very large, 1024-1024"), {1024, 1024}},
        {QT_TRANSLATE_NOOP("rosler::NetworkGroup", "Deep, 512-512-512"), {512, 512, 512}},
    };
    return list;
}

QString arrowed(const ExperimentSpec &spec, const DesignShape &shape)
{
    const auto count = [](Index value) { return value > 0 ? QString::number(value) : QStringLiteral("?"); };
    QStringList parts {count(shape.features)};
    for (const Index width : spec.widths)
        parts << count(width);
    parts << count(shape.classes);
    return parts.join(QStringLiteral(" \u2192 "));
}

} // namespace

NetworkGroup::NetworkGroup(DesignModel *model, QWidget *parent)
    : QGroupBox(tr("Network"), parent)
    , m_model(model)
    , m_presets(new QComboBox(this))
    , m_shape(new QLabel(this))
    , m_lines(new QVBoxLayout)
    , m_add(new QToolButton(this))
{
    m_presets->setObjectName(QStringLiteral("preset"));
    m_presets->setAccessibleName(tr("Architecture preset"));
    for (const Preset &preset : presets())
        m_presets->addItem(tr(preset.name));
    m_presets->setPlaceholderText(tr("Custom"));
    keepWheelForFocus(m_presets);
    m_shape->setObjectName(QStringLiteral("shape"));
    m_shape->setWordWrap(true);
    m_shape->setToolTip(tr("Features of the data, widths of the hidden layers, classes"));
    m_add->setObjectName(QStringLiteral("addLayer"));
    m_add->setText(tr("Add layer"));
    m_add->setToolTip(tr("Add a hidden layer at the end"));

    auto *preset = new QLabel(tr("&Preset"), this);
    preset->setBuddy(m_presets);
    auto *top = new QHBoxLayout;
    top->addWidget(preset);
    top->addWidget(m_presets, 1);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_shape, 1);
    bottom->addWidget(m_add);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(m_lines);
    layout->addLayout(bottom);

    connect(m_presets, &QComboBox::activated, this, &NetworkGroup::choosePreset);
    connect(m_add, &QToolButton::clicked, this, [this] {
        const DesignShape shape {m_model->features(), m_model->classes()};
        m_model->edit(tr("Add a hidden layer"), [shape](ExperimentSpec &spec) {
            const Index width = spec.widths.empty() ? 128 : spec.widths.back();
            insertHiddenLayer(spec, spec.widths.size(), width, shape);
        });
    });
    connect(m_model, &DesignModel::changed, this, &NetworkGroup::refresh);
    connect(m_model, &DesignModel::dataShapeChanged, this, &NetworkGroup::refresh);
    refresh();
}

void NetworkGroup::addRow()
{
    const std::size_t position = m_rows.size();
    Row row {};
    row.line = new QWidget(this);
    row.label = new QLabel(tr("Hidden layer %1").arg(position + 1), row.line);
    row.width = new QSpinBox(row.line);
    row.width->setObjectName(QStringLiteral("width.%1").arg(position));
    row.width->setRange(1, static_cast<int>(maxLayerWidth));
    row.width->setSingleStep(16);
    row.width->setAccelerated(true);
    row.width->setKeyboardTracking(false); // a width that is being typed is none yet
    row.width->setAlignment(Qt::AlignRight);
    row.width->setAccessibleName(tr("Width of hidden layer %1").arg(position + 1));
    keepWheelForFocus(row.width);
    row.label->setBuddy(row.width);
    row.remove = new QToolButton(row.line);
    row.remove->setObjectName(QStringLiteral("removeLayer.%1").arg(position));
    row.remove->setText(QStringLiteral("\u2212"));
    row.remove->setAutoRaise(true);
    row.remove->setToolTip(tr("Remove hidden layer %1").arg(position + 1));
    row.remove->setAccessibleName(row.remove->toolTip());
    auto *layout = new QHBoxLayout(row.line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row.label, 1);
    layout->addWidget(row.width);
    layout->addWidget(row.remove);

    connect(row.width, &QSpinBox::valueChanged, this, [this, position](int value) {
        const DesignShape shape {m_model->features(), m_model->classes()};
        m_model->edit(
            tr("Width of hidden layer %1").arg(position + 1),
            [=](ExperimentSpec &spec) { setHiddenWidth(spec, position, value, shape); },
            QStringLiteral("width.%1").arg(position));
    });
    connect(row.width, &QSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
    connect(row.remove, &QToolButton::clicked, this, [this, position] {
        m_model->edit(tr("Remove hidden layer %1").arg(position + 1),
                      [position](ExperimentSpec &spec) { removeHiddenLayer(spec, position); });
    });
    m_lines->addWidget(row.line);
    m_rows.push_back(row);
}

void NetworkGroup::choosePreset(int index)
{
    const std::vector<Index> &widths = presets().at(static_cast<std::size_t>(index)).widths;
    const DesignShape shape {m_model->features(), m_model->classes()};
    m_model->edit(tr("Preset \u201c%1\u201d").arg(m_presets->itemText(index)),
                  [&](ExperimentSpec &spec) { setHiddenWidths(spec, widths, shape); });
    refresh();
}

void NetworkGroup::refresh()
{
    const ExperimentSpec &spec = m_model->spec();
    while (m_rows.size() < spec.widths.size())
        addRow();
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        m_rows[i].line->setVisible(i < spec.widths.size());
        if (i >= spec.widths.size())
            continue;
        const QSignalBlocker quiet(m_rows[i].width);
        m_rows[i].width->setValue(static_cast<int>(spec.widths[i]));
    }
    m_add->setEnabled(spec.widths.size() < maxHiddenLayers);
    m_shape->setText(arrowed(spec, {m_model->features(), m_model->classes()}));
    const auto match = std::find_if(presets().begin(), presets().end(),
                                    [&](const Preset &preset) { return preset.widths == spec.widths; });
    m_presets->setCurrentIndex(match == presets().end() ? -1 : static_cast<int>(match - presets().begin()));
}

} // namespace rosler
