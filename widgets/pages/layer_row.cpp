// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/layer_row.h"

#include <algorithm>
#include <limits>

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/contract.h"
#include "core/cost/cost_model.h"
#include "core/nn/layer_catalog.h"
#include "widgets/controls/quiet_wheel.h"
#include "widgets/controls/rank_slider.h"
#include "widgets/controls/size_control.h"

namespace rosler {

namespace {

constexpr int defaultRank = 16;
constexpr std::size_t fieldsInALine = 2;

QString text(std::string_view words)
{
    return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

/// Top of a scale: without data yet, what the design itself says.
int scaleTop(Index limit, Index present)
{
    const Index top = limit > 0 ? limit : present;
    return static_cast<int>(std::clamp<Index>(top, 1, std::numeric_limits<int>::max()));
}

} // namespace

LayerRow::LayerRow(const std::string &kind, std::size_t number, QWidget *parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_number(number)
    , m_title(new QLabel(this))
    , m_remove(new QToolButton(this))
    , m_sketched(new QCheckBox(tr("Sketch"), this))
    , m_rank(new SizeControl(tr("Rank"), tr("rank"), this))
    , m_size(new SizeControl(tr("Reads"), tr("sketch size"), this))
{
    const LayerKind *row = layerKindNamed(kind);
    ROSLER_EXPECTS(row != nullptr);
    const QString place = QString::number(number + 1);
    m_title->setObjectName(QStringLiteral("layerTitle.%1").arg(number));
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a narrow dock cuts it
    m_remove->setObjectName(QStringLiteral("removeLayer.%1").arg(number));
    m_remove->setText(QStringLiteral("\u2212"));
    m_remove->setAutoRaise(true);
    m_remove->setToolTip(tr("Remove layer %1").arg(place));
    m_remove->setAccessibleName(m_remove->toolTip());
    m_sketched->setObjectName(QStringLiteral("sketched.%1").arg(number));
    m_sketched->setAccessibleName(tr("Sketch layer %1").arg(place));
    m_sketched->setToolTip(tr("Learn this layer as a sketch C U R in place of its whole matrix"));
    m_sketched->setVisible(row->makeSketched != nullptr);
    m_rank->slider()->setObjectName(QStringLiteral("rank.%1").arg(number));
    m_size->slider()->setObjectName(QStringLiteral("sketch.%1").arg(number));
    m_rank->spinBox()->setObjectName(QStringLiteral("rankBox.%1").arg(number));
    m_size->spinBox()->setObjectName(QStringLiteral("sketchBox.%1").arg(number));
    m_rank->setName(tr("Rank of layer %1").arg(place));
    m_size->setName(tr("Sketch size of layer %1").arg(place));
    const int label = std::max(m_rank->labelWidthHint(), m_size->labelWidthHint());
    m_rank->setLabelWidth(label);
    m_size->setLabelWidth(label);

    auto *head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_remove);
    auto *numbers = new QHBoxLayout;
    numbers->addWidget(m_sketched);
    numbers->addStretch();
    auto *more = new QHBoxLayout; // what does not fit beside the checkbox in a narrow dock
    more->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(layout->spacing() / 3);
    layout->addLayout(head);
    layout->addLayout(numbers);
    layout->addLayout(more);
    layout->addWidget(m_rank);
    layout->addWidget(m_size);
    for (std::size_t i = 0; i < row->fields.size(); ++i)
        addField(row->fields[i], i < fieldsInALine ? numbers : more);

    connect(m_remove, &QToolButton::clicked, this, &LayerRow::removeRequested);
    connect(m_sketched, &QCheckBox::clicked, this, &LayerRow::sketchToggled);
    connect(m_rank, &SizeControl::valueChanged, this, &LayerRow::rankEdited);
    connect(m_size, &SizeControl::valueChanged, this, &LayerRow::sketchSizeEdited);
    for (SizeControl *control : {m_rank, m_size})
        connect(control, &SizeControl::editingFinished, this, &LayerRow::editingFinished);
}

void LayerRow::addField(const LayerField &field, QBoxLayout *into)
{
    auto *line = new QWidget(this);
    auto *name = new QLabel(text(field.label), line);
    const QString object = QStringLiteral("%1.%2").arg(text(field.name)).arg(m_number);
    const auto dress = [&](auto *box) {
        box->setObjectName(object);
        box->setToolTip(text(field.description));
        box->setAccessibleName(tr("%1 of layer %2").arg(text(field.label)).arg(m_number + 1));
        box->setKeyboardTracking(false); // a number that is being typed is none yet
        box->setAlignment(Qt::AlignRight);
        keepWheelForFocus(box);
        name->setBuddy(box);
        connect(box, &QAbstractSpinBox::editingFinished, this, &LayerRow::editingFinished);
        auto *layout = new QHBoxLayout(line);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(name);
        layout->addWidget(box);
    };
    std::function<void(double)> show;
    if (field.integer) {
        auto *box = new QSpinBox(line);
        box->setRange(static_cast<int>(field.low), static_cast<int>(field.high));
        box->setSingleStep(field.high > 1000 ? 16 : 1);
        box->setAccelerated(true);
        dress(box);
        connect(box, &QSpinBox::valueChanged, this,
                [this, field](int value) { Q_EMIT fieldEdited(text(field.name), value); });
        show = [box](double value) {
            const QSignalBlocker quiet(box);
            box->setValue(static_cast<int>(value));
        };
    } else {
        auto *box = new QDoubleSpinBox(line);
        box->setDecimals(3);
        box->setRange(field.low, field.high);
        box->setSingleStep((field.high - field.low) / 20);
        dress(box);
        connect(box, &QDoubleSpinBox::valueChanged, this,
                [this, field](double value) { Q_EMIT fieldEdited(text(field.name), value); });
        show = [box](double value) {
            const QSignalBlocker quiet(box);
            box->setValue(value);
        };
    }
    into->addWidget(line);
    m_fields.push_back({line, std::move(show)});
}

void LayerRow::showLayer(const LayerSpec &layer, const Surroundings &around)
{
    const LayerKind *kind = layerKindNamed(m_kind);
    const auto count = [](Index value) { return value > 0 ? QString::number(value) : QStringLiteral("?"); };
    const DesignedLayer &shape = around.shape;
    const bool narrowed = shape.kept > 0 && shape.kept < shape.outputs;
    const QString outputs = narrowed
        ? tr("%1 of %2", "outputs stored, outputs in all").arg(shape.kept).arg(shape.outputs)
        : count(shape.outputs);
    const QString title =
        tr("<b>Layer %1</b>&nbsp; %2 %3 \u2192 %4")
            .arg(QString::number(m_number + 1), text(kind->label), count(shape.inputs), outputs);
    m_title->setText(title);
    m_title->setToolTip(
        text(kind->description) + QStringLiteral(". ")
        + tr("Inputs and outputs. Outputs that the next layer does not read are not stored."));
    m_remove->setVisible(!around.last);
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        const auto value = layer.field(kind->fields[i].name);
        m_fields[i].line->setVisible(value.has_value());
        if (value)
            m_fields[i].show(*value);
    }
    m_sketched->setChecked(layer.sketch.has_value());
    m_rank->setVisible(layer.sketch.has_value());
    m_size->setVisible(layer.sketch.has_value() && !shape.readsImages);
    if (layer.sketch)
        showSketch(*layer.sketch, around);
}

void LayerRow::showSketch(const Sketch &sketch, const Surroundings &around)
{
    const bool images = layerKindNamed(m_kind)->images;
    const MatrixSize matrix = around.shape.matrix;
    const Index inputs = images ? matrix.cols : around.shape.inputs; // nominal, of the matrix
    const Index outputs = images ? matrix.rows : around.shape.outputs;
    const Index kept = matrix.rows;
    const Index rankLimit = inputs > 0 && outputs > 0 ? std::min(inputs, outputs) : std::max(inputs, outputs);
    const Index size = images ? inputs : sketch.size.value_or(inputs);
    m_rank->showValue(static_cast<int>(sketch.rank), scaleTop(rankLimit, sketch.rank));
    m_size->showValue(scaleTop(0, size), scaleTop(inputs, size));
    RankSlider *rank = m_rank->slider();
    RankSlider *reads = m_size->slider();
    rank->setDefaultValue(std::min(defaultRank, rank->maximum()));
    reads->setDefaultValue(reads->maximum());
    rank->setPushZone(scaleTop(kept > 0 ? std::min(size, kept) : size, 1), std::nullopt);
    reads->setPushZone(std::nullopt, static_cast<int>(std::max(sketch.rank, around.rankBefore)));
    std::optional<int> breakEven;
    if (inputs > 0 && outputs > 0)
        breakEven = static_cast<int>(breakEvenRank(kept, size, outputs, inputs));
    rank->setBreakEven(breakEven);
    const Sketch *ran = around.ran;
    rank->setGhost(ran != nullptr ? std::optional(static_cast<int>(ran->rank)) : std::nullopt);
    reads->setGhost(ran != nullptr ? std::optional(scaleTop(0, ran->size.value_or(inputs))) : std::nullopt);
}

} // namespace rosler
