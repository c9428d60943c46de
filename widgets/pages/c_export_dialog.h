// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <QStringList>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;

namespace rosler {

class InputChoice;

/// How models are to become C.
struct CExportSettings {
    QStringList types {QStringLiteral("i8")}; ///< of "i8", "f32"
    QString core {QStringLiteral("any")}; ///< "any", "dsp" or "helium": whom int8 weights are laid out for
    bool fromSamples = false;             ///< the C is handed samples and makes the features
    QString folder;                       ///< each model becomes a folder below it
};

/// Asks how models are to become C, and where. GUI thread only.
class CExportDialog : public QDialog
{
    Q_OBJECT

public:
    /// @param models         how many become C, for the words
    /// @param samplesReason  why there is no C that takes samples; empty = there is
    CExportDialog(int models, const CExportSettings &start, const QString &samplesReason,
                  QWidget *parent = nullptr);

    [[nodiscard]] CExportSettings settings() const;

Q_SIGNALS:
    void exportRequested(const rosler::CExportSettings &settings);

private:
    void updateAccept();

    QCheckBox *m_int8;
    QCheckBox *m_float32;
    QComboBox *m_core;
    InputChoice *m_input;
    QLineEdit *m_folder;
    QPushButton *m_accept;
};

} // namespace rosler
