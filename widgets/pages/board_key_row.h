// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "core/base/result.h"

class QGridLayout;
class QLineEdit;

namespace rosler {

class ElidedLabel;

/// A row of choices: which file holds the key that models get a tag of, and what is in it. Opens no file
/// itself. GUI thread only.
class BoardKeyRow : public QObject
{
    Q_OBJECT

public:
    /// Puts its label, field and button into the first three columns of that row. Goes before its widgets do.
    BoardKeyRow(QGridLayout *grid, int row, QObject *parent);

    void setFile(const QString &path);
    [[nodiscard]] QString file() const; ///< empty = none
    /// What is in the file; passed over when another one is chosen by now.
    void showKey(const QString &path, const QString &name);
    /// @return whether it is the file that is chosen now; then problemGone() tells when it is not any more
    bool showProblem(const QString &path, const Error &error);

Q_SIGNALS:
    void fileRequested(); ///< to be chosen: setFile()
    void fileChanged(const QString &path);
    void problemGone();

private:
    void take();

    QLineEdit *m_file;
    ElidedLabel *m_state;
    QString m_taken; ///< what is written there and was told
    bool m_isBad = false;
};

} // namespace rosler
