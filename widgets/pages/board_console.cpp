// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/board_console.h"

#include <QFontDatabase>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace rosler {

namespace {
constexpr int linesKept = 5000;
}

BoardConsole::BoardConsole(QWidget *parent)
    : QWidget(parent)
    , m_text(new QPlainTextEdit)
    , m_line(new QLineEdit)
{
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    m_text->setObjectName(QStringLiteral("console"));
    m_text->setAccessibleName(tr("Console"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setMaximumBlockCount(linesKept);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setFont(fixed);
    m_line->setObjectName(QStringLiteral("consoleLine"));
    m_line->setAccessibleName(tr("Command for the board"));
    m_line->setFont(fixed);
    m_line->installEventFilter(this);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_line);
    connect(m_line, &QLineEdit::returnPressed, this, &BoardConsole::enter);
    setConnected(false);
}

void BoardConsole::append(const QString &line)
{
    m_text->appendPlainText(line);
}

void BoardConsole::setConnected(bool connected)
{
    m_line->setEnabled(connected);
    m_line->setPlaceholderText(connected ? tr("name, profile, timestamp, infer 10 1, db load 784, help")
                                         : tr("Connect a board to speak to it"));
}

void BoardConsole::enter()
{
    QString command = m_line->text().trimmed();
    while (command.endsWith(QLatin1Char('%')))
        command.chop(1);
    m_line->clear();
    if (command.isEmpty())
        return;
    m_said.removeAll(command);
    m_said << command;
    m_recalled = m_said.size();
    append(QStringLiteral("> ") + command);
    Q_EMIT commandEntered(command);
}

bool BoardConsole::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down) {
            m_recalled = std::clamp<qsizetype>(m_recalled + (key == Qt::Key_Up ? -1 : 1), 0, m_said.size());
            m_line->setText(m_recalled < m_said.size() ? m_said[m_recalled] : QString());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace rosler
