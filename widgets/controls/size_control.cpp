// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/size_control.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include "widgets/controls/quiet_wheel.h"
#include "widgets/controls/rank_slider.h"

namespace rosler {

SizeControl::SizeControl(const QString &label, const QString &quantity, QWidget *parent)
    : QWidget(parent)
    , m_label(new QLabel(label, this))
    , m_slider(new RankSlider(quantity, this))
    , m_spin(new QSpinBox(this))
{
    m_spin->setAccelerated(true);
    m_spin->setKeyboardTracking(false);
    m_spin->setAlignment(Qt::AlignRight);
    keepWheelForFocus(m_spin);
    m_label->setBuddy(m_slider);

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    // The track, the label's text and the spin box on one line; room for five digits whatever the range,
    // so that the sliders of all layers are equally long.
    const int middle = m_spin->sizeHint().height() / 2;
    m_label->setContentsMargins(0, qMax(0, middle - m_label->sizeHint().height() / 2), 0, 0);
    auto *lowered = new QVBoxLayout;
    lowered->setContentsMargins(0, qMax(0, middle - qRound(m_slider->trackY())), 0, 0);
    lowered->addWidget(m_slider);
    m_spin->setRange(1, 99'999);
    m_spin->setMinimumWidth(m_spin->minimumSizeHint().width());
    m_spin->setRange(1, 1);
    layout->addWidget(m_label, 0, Qt::AlignTop);
    layout->addLayout(lowered, 1);
    layout->addWidget(m_spin, 0, Qt::AlignTop);

    connect(m_slider, &RankSlider::valueChanged, this, [this](int value) {
        const QSignalBlocker quiet(m_spin);
        m_spin->setValue(value);
        Q_EMIT valueChanged(value);
    });
    connect(m_slider, &RankSlider::dragFinished, this, &SizeControl::editingFinished);
    connect(m_spin, &QSpinBox::valueChanged, this, [this](int value) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(value);
        Q_EMIT valueChanged(value);
    });
    connect(m_spin, &QSpinBox::editingFinished, this, &SizeControl::editingFinished);
}

int SizeControl::value() const
{
    return m_slider->value();
}

void SizeControl::showValue(int value, int maximum)
{
    const QSignalBlocker quietSlider(m_slider);
    const QSignalBlocker quietSpin(m_spin);
    m_slider->setMaximum(maximum);
    m_slider->setValue(value);
    m_spin->setMaximum(maximum);
    m_spin->setValue(value);
}

void SizeControl::setName(const QString &name)
{
    m_slider->setAccessibleName(name);
    m_spin->setAccessibleName(name);
}

void SizeControl::setLabelWidth(int pixels)
{
    m_label->setFixedWidth(pixels);
}

int SizeControl::labelWidthHint() const
{
    return m_label->sizeHint().width();
}

} // namespace rosler
