// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/log_page.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace rosler {

namespace {

QString levelText(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return LogPage::tr("DEBUG");
    case LogLevel::Info:
        return LogPage::tr("INFO");
    case LogLevel::Warning:
        return LogPage::tr("WARNING");
    case LogLevel::Error:
        return LogPage::tr("ERROR");
    }
    return {};
}

} // namespace

LogPage::LogPage(QWidget *parent)
    : QWidget(parent)
    , m_level(new QComboBox(this))
    , m_view(new QPlainTextEdit(this))
{
    setAccessibleName(tr("Log"));
    m_level->setObjectName(QStringLiteral("level"));
    m_level->setAccessibleName(tr("Lowest level shown"));
    m_level->addItems({tr("Everything"), tr("Information"), tr("Warnings"), tr("Errors")});
    m_level->setCurrentIndex(static_cast<int>(LogLevel::Info));
    m_view->setObjectName(QStringLiteral("lines"));
    m_view->setAccessibleName(tr("Log lines"));
    m_view->setReadOnly(true);
    m_view->setUndoRedoEnabled(false);
    m_view->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_view->setMaximumBlockCount(static_cast<int>(maxLines));
    m_view->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_view->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

    auto *label = new QLabel(tr("&Show"), this);
    label->setBuddy(m_level);
    auto *copy = new QToolButton(this);
    copy->setText(tr("Copy all"));
    auto *empty = new QToolButton(this);
    empty->setText(tr("Clear"));
    auto *top = new QHBoxLayout;
    top->addWidget(label);
    top->addWidget(m_level);
    top->addStretch();
    top->addWidget(copy);
    top->addWidget(empty);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_view, 1);

    connect(m_level, &QComboBox::currentIndexChanged, this, &LogPage::showAll);
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(shownText()); });
    connect(empty, &QToolButton::clicked, this, &LogPage::clear);
}

QString LogPage::format(const Line &line)
{
    return QStringLiteral("%1  %2  %3")
        .arg(line.time.toString(QStringLiteral("HH:mm:ss")), levelText(line.level).leftJustified(7),
             line.text);
}

bool LogPage::isShown(const Line &line) const
{
    return static_cast<int>(line.level) >= m_level->currentIndex();
}

QString LogPage::shownText() const
{
    return m_view->toPlainText();
}

QString LogPage::lastLine() const
{
    return m_lines.empty() ? QString() : m_lines.back().text;
}

void LogPage::append(LogLevel level, const QString &text)
{
    const QStringList pieces = text.split(QLatin1Char('\n'));
    for (const QString &piece : pieces) {
        m_lines.push_back({QTime::currentTime(), level, piece});
        if (m_lines.size() > maxLines)
            m_lines.pop_front();
        if (!isShown(m_lines.back()))
            continue;
        m_view->appendPlainText(format(m_lines.back())); // follows the end when it is there already
    }
    Q_EMIT appended(pieces.last());
}

void LogPage::clear()
{
    m_lines.clear();
    m_view->clear();
}

void LogPage::showAll()
{
    QStringList shown;
    for (const Line &line : m_lines) {
        if (isShown(line))
            shown << format(line);
    }
    m_view->setPlainText(shown.join(QLatin1Char('\n')));
    m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum());
}

} // namespace rosler
