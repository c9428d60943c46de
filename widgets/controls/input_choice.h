// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QString>

namespace rosler {

/// What a model on a board is handed: features, or raw samples that the board makes them of. Where it cannot
/// make them, the choice is greyed out and its tool tip says why. GUI thread only.
class InputChoice : public QComboBox
{
    Q_OBJECT

public:
    explicit InputChoice(QWidget *parent = nullptr);

    /// @param reason  why there are no samples to be handed; empty = there are. Then what was chosen before
    ///                counts again.
    void setSamplesReason(const QString &reason);
    void setFromSamples(bool samples);
    /// Whether samples are chosen and can be.
    [[nodiscard]] bool fromSamples() const;

Q_SIGNALS:
    void fromSamplesChanged(bool samples);

private:
    void follow();

    bool m_possible = false;
    bool m_wanted = false; ///< samples, by the user
    bool m_told = false;   ///< by fromSamplesChanged()
};

} // namespace rosler
