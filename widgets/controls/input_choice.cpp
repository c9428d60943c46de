// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/input_choice.h"

#include <utility>

namespace rosler {

InputChoice::InputChoice(QWidget *parent)
    : QComboBox(parent)
{
    addItem(tr("features"), false);
    addItem(tr("raw samples"), true);
    setAccessibleName(tr("What the model takes"));
    setSamplesReason(tr("No data are loaded."));
    connect(this, &QComboBox::activated, this, [this] {
        m_wanted = currentData().toBool();
        follow();
    });
}

void InputChoice::setSamplesReason(const QString &reason)
{
    m_possible = reason.isEmpty();
    setEnabled(m_possible);
    setToolTip(reason.isEmpty() ? tr("Features are made here and sent; of raw samples the board makes them "
                                     "itself, which is counted apart from the network.")
                                : reason);
    setAccessibleDescription(reason);
    follow();
}

void InputChoice::setFromSamples(bool samples)
{
    m_wanted = samples;
    follow();
}

bool InputChoice::fromSamples() const
{
    return m_wanted && m_possible;
}

void InputChoice::follow()
{
    const bool samples = fromSamples();
    setCurrentIndex(findData(samples));
    if (std::exchange(m_told, samples) != samples)
        Q_EMIT fromSamplesChanged(samples);
}

} // namespace rosler
