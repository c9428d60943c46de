// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/board_key_row.h"

#include <utility>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "widgets/controls/elided_label.h"

namespace rosler {

BoardKeyRow::BoardKeyRow(QGridLayout *grid, int row, QObject *parent)
    : QObject(parent)
    , m_file(new QLineEdit)
    , m_state(new ElidedLabel(Qt::ElideRight))
{
    m_file->setObjectName(QStringLiteral("keyFile"));
    m_file->setAccessibleName(tr("File with the board's key"));
    m_file->setPlaceholderText(tr("none: for boards that take only tagged models"));
    m_file->setToolTip(
        tr("64 hexadecimal digits, as “openssl rand -hex 32” prints. Models for a board that has a "
           "key get a tag of it; others are sent without one."));
    m_file->setClearButtonEnabled(true);
    auto *words = new QLabel(tr("&Key"));
    words->setBuddy(m_file);
    auto *choose = new QPushButton(tr("Choose…"));
    choose->setObjectName(QStringLiteral("chooseKey"));
    choose->setAccessibleName(tr("Choose the key's file"));
    m_state->setObjectName(QStringLiteral("keyState"));
    auto *beside = new QHBoxLayout;
    beside->addWidget(choose);
    beside->addWidget(m_state, 1);
    grid->addWidget(words, row, 0);
    grid->addWidget(m_file, row, 1);
    grid->addLayout(beside, row, 2);
    connect(choose, &QPushButton::clicked, this, &BoardKeyRow::fileRequested);
    connect(m_file, &QLineEdit::editingFinished, this, &BoardKeyRow::take);
    connect(m_file, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (text.isEmpty()) // its button was pressed
            take();
    });
}

void BoardKeyRow::setFile(const QString &path)
{
    m_file->setText(path);
    take();
}

QString BoardKeyRow::file() const
{
    return m_file->text().trimmed();
}

void BoardKeyRow::showKey(const QString &path, const QString &name)
{
    if (path == m_taken)
        m_state->setText(QStringLiteral("✓ %1").arg(name));
}

bool BoardKeyRow::showProblem(const QString &path, const Error &error)
{
    if (path != m_taken)
        return false;
    m_state->setText(QStringLiteral("✗ %1").arg(QString::fromStdString(error.what)));
    m_isBad = true;
    return true;
}

void BoardKeyRow::take()
{
    const QString path = file();
    if (path == m_taken)
        return;
    m_taken = path;
    m_state->setText({});
    if (std::exchange(m_isBad, false))
        Q_EMIT problemGone();
    Q_EMIT fileChanged(path);
}

} // namespace rosler
