// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLineEdit;
class QPlainTextEdit;

namespace rosler {

/// What a board sends, line by line, and a line to enter commands of the MLPerf Tiny text API. The up and
/// down keys bring back what was said before. GUI thread only.
class BoardConsole : public QWidget
{
    Q_OBJECT

public:
    explicit BoardConsole(QWidget *parent = nullptr);

    void append(const QString &line);
    /// Whether there is a board that receives.
    void setConnected(bool connected);

Q_SIGNALS:
    void commandEntered(const QString &command); ///< without '%'

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void enter();

    QPlainTextEdit *m_text;
    QLineEdit *m_line;
    QStringList m_said;
    qsizetype m_recalled = 0; ///< index in m_said; its size = a new line
};

} // namespace rosler
