// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QSpinBox;

namespace rosler {

class RankSlider;

/// A RankSlider with its label before it and a spin box for any integer behind it; one value, one stream of
/// signals, whichever of the two the user moves.
class SizeControl : public QWidget
{
    Q_OBJECT

public:
    /// @param label     before the slider: "Rank"
    /// @param quantity  as RankSlider
    SizeControl(const QString &label, const QString &quantity, QWidget *parent = nullptr);

    [[nodiscard]] RankSlider *slider() const noexcept { return m_slider; }
    [[nodiscard]] QSpinBox *spinBox() const noexcept { return m_spin; }
    [[nodiscard]] int value() const;

    /// Shows another value and scale without a signal.
    void showValue(int value, int maximum);
    /// Names slider and spin box for screen readers: "Rank of layer 2".
    void setName(const QString &name);
    void setLabelWidth(int pixels);
    [[nodiscard]] int labelWidthHint() const;

Q_SIGNALS:
    void valueChanged(int value);
    /// The user let go: what follows is another change.
    void editingFinished();

private:
    QLabel *m_label;
    RankSlider *m_slider;
    QSpinBox *m_spin;
};

} // namespace rosler
