// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/flash_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>

#include "app/session/device_session.h"
#include "device_link/host/links/emulator.h"

namespace rosler {

FlashDialog::FlashDialog(DeviceSession *session, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_board(new QComboBox)
    , m_tool(new QComboBox)
    , m_image(new QLineEdit)
    , m_reason(new QLabel)
    , m_command(new QLineEdit)
    , m_progress(new QProgressBar)
    , m_output(new QPlainTextEdit)
    , m_flash(new QPushButton(tr("Flash")))
    , m_close(new QPushButton(tr("Close")))
{
    setWindowTitle(tr("Flash firmware"));
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    for (const BoardProfile &board : boardProfiles())
        if (board.flash) {
            m_board->addItem(QString::fromStdString(board.title), QString::fromStdString(board.id));
            m_board->setItemData(m_board->count() - 1, QString::fromStdString(board.note), Qt::ToolTipRole);
        }
    m_board->setCurrentIndex(m_board->findData(QStringLiteral("stm32f405")));
    m_board->setObjectName(QStringLiteral("flashBoard"));
    m_board->setAccessibleName(tr("Board"));
    m_tool->setObjectName(QStringLiteral("flashTool"));
    m_tool->setAccessibleName(tr("Way to flash it"));
    m_image->setObjectName(QStringLiteral("flashImage"));
    m_image->setAccessibleName(tr("Firmware image"));
    auto *browse = new QPushButton(tr("Choose…"));
    browse->setAccessibleName(tr("Choose a firmware image"));
    auto *image = new QHBoxLayout;
    image->addWidget(m_image, 1);
    image->addWidget(browse);
    m_reason->setObjectName(QStringLiteral("flashReason"));
    m_reason->setWordWrap(true);
    m_command->setObjectName(QStringLiteral("flashCommand"));
    m_command->setAccessibleName(tr("Command line"));
    m_command->setReadOnly(true);
    m_command->setFont(fixed);
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setRange(0, 1000);
    m_output->setObjectName(QStringLiteral("flashOutput"));
    m_output->setAccessibleName(tr("What the tool says"));
    m_output->setReadOnly(true);
    m_output->setTabChangesFocus(true);
    m_output->setFont(fixed);
    m_flash->setObjectName(QStringLiteral("flash"));
    m_flash->setDefault(true);
    auto *form = new QFormLayout;
    form->addRow(tr("&Board"), m_board);
    form->addRow(tr("&Way"), m_tool);
    form->addRow(tr("Image"), image);
    form->addRow(QString(), m_reason);
    form->addRow(tr("Command"), m_command);
    auto *buttons = new QDialogButtonBox;
    buttons->addButton(m_flash, QDialogButtonBox::ActionRole);
    buttons->addButton(m_close, QDialogButtonBox::RejectRole);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_progress);
    layout->addWidget(m_output, 1);
    layout->addWidget(buttons);
    resize(70 * fontMetrics().averageCharWidth(), 24 * fontMetrics().height());

    connect(m_board, &QComboBox::currentIndexChanged, this, &FlashDialog::chooseBoard);
    connect(m_tool, &QComboBox::currentIndexChanged, this, &FlashDialog::updateCommand);
    connect(m_image, &QLineEdit::editingFinished, this, &FlashDialog::updateCommand);
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Firmware image"), m_image->text(),
                                         tr("Firmware (*.elf *.bin *.hex *.uf2);;All files (*)"));
        if (path.isEmpty())
            return;
        m_image->setText(path);
        updateCommand();
    });
    connect(m_flash, &QPushButton::clicked, this, &FlashDialog::start);
    connect(m_close, &QPushButton::clicked, this, [this] {
        if (m_running) // the button says Stop then
            m_session->stop();
        else
            QDialog::reject();
    });
    connect(session, &DeviceSession::flashToolsFound, this, &FlashDialog::takeTools);
    connect(session, &DeviceSession::flashCommandFound, this,
            [this](const QString &line, const QString &problem) {
                m_command->setText(line);
                m_command->setCursorPosition(0);
                if (!problem.isEmpty())
                    m_reason->setText(problem);
                updateButtons();
            });
    connect(session, &DeviceSession::flashing, this, [this](double fraction, const QString &line) {
        m_progress->setRange(0, fraction < 0 ? 0 : 1000);
        m_progress->setValue(static_cast<int>(1000 * fraction));
        if (!line.isEmpty())
            m_output->appendPlainText(line);
    });
    connect(session, &DeviceSession::flashed, this, [this] { end(tr("The firmware is on the board.")); });
    connect(session, &DeviceSession::flashFailed, this,
            [this](const Error &error) { end(QString::fromStdString(message(error))); });
    chooseBoard();
}

void FlashDialog::chooseBoard()
{
    m_tools.clear();
    m_tool->clear();
    const QString id = m_board->currentData().toString();
    if (const Result<BoardProfile> profile = boardProfile(id.toStdString()))
        m_image->setText(QString::fromStdString((firmwareFolder() / profile->firmware).string()));
    m_session->findFlashTools(id);
    updateButtons();
}

void FlashDialog::takeTools(const QString &board, const QList<FlashTool> &tools)
{
    if (board != m_board->currentData().toString())
        return;
    m_tools = tools;
    m_tool->clear();
    int first = -1;
    for (const FlashTool &tool : tools) {
        const bool usable = tool.reason.empty();
        const QString title = QString::fromStdString(tool.title);
        m_tool->addItem(usable ? title : tr("%1 (not now)").arg(title));
        m_tool->setItemData(m_tool->count() - 1, QString::fromStdString(tool.reason), Qt::ToolTipRole);
        if (usable && first < 0)
            first = m_tool->count() - 1;
    }
    m_tool->setCurrentIndex(std::max(first, 0));
    updateCommand();
}

void FlashDialog::updateCommand()
{
    m_command->clear();
    m_reason->clear();
    const int index = m_tool->currentIndex();
    if (index >= 0 && index < m_tools.size()) {
        const FlashTool &tool = m_tools[index];
        m_reason->setText(QString::fromStdString(tool.reason));
        if (tool.reason.empty())
            m_session->findFlashCommand({m_board->currentData().toString(), tool, m_image->text()});
    }
    updateButtons();
}

void FlashDialog::updateButtons()
{
    m_flash->setEnabled(!m_running && !m_command->text().isEmpty() && !m_session->connection().isBusy());
    m_close->setText(m_running ? tr("Stop") : tr("Close"));
    for (QWidget *each :
         {static_cast<QWidget *>(m_board), static_cast<QWidget *>(m_tool), static_cast<QWidget *>(m_image)})
        each->setEnabled(!m_running);
}

void FlashDialog::start()
{
    m_running = true;
    m_output->clear();
    m_output->appendPlainText(QStringLiteral("$ ") + m_command->text());
    m_progress->setRange(0, 0);
    m_session->flash(
        {m_board->currentData().toString(), m_tools.at(m_tool->currentIndex()), m_image->text()});
    updateButtons();
}

void FlashDialog::end(const QString &words)
{
    m_running = false;
    if (m_question != nullptr)
        m_question->close(); // there is nothing left to stop
    m_progress->setRange(0, 1000);
    m_progress->setValue(0);
    m_output->appendPlainText(words);
    updateButtons();
}

void FlashDialog::reject()
{
    if (!m_running) {
        QDialog::reject();
        return;
    }
    if (m_question != nullptr) {
        m_question->raise();
        return;
    }
    m_question = new QMessageBox(QMessageBox::Warning, tr("Firmware is being flashed"),
                                 tr("Stop flashing? The board may be left without working firmware."),
                                 QMessageBox::NoButton, this);
    m_question->setObjectName(QStringLiteral("flashQuestion"));
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    auto *stop = m_question->addButton(tr("&Stop flashing"), QMessageBox::DestructiveRole);
    stop->setObjectName(QStringLiteral("stopFlashing"));
    auto *go = m_question->addButton(tr("&Go on"), QMessageBox::RejectRole);
    m_question->setDefaultButton(go);
    m_question->setEscapeButton(go);
    connect(stop, &QAbstractButton::clicked, m_session, &DeviceSession::stop);
    m_question->open();
}

} // namespace rosler
