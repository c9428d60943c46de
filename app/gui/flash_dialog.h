// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>
#include <QPointer>

#include "device_link/host/flash/flash_tool.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMessageBox;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace rosler {

class DeviceSession;

/// Brings firmware onto a real board: which board, by which way of those that are there, which image. Shows
/// the command line before it runs, and all that the tool says.
class FlashDialog : public QDialog
{
    Q_OBJECT

public:
    /// @param session  not owned; outlives this
    FlashDialog(DeviceSession *session, QWidget *parent);

    void reject() override; ///< Escape and the frame's cross; asks while a tool runs

private:
    void takeTools(const QString &board, const QList<FlashTool> &tools);
    void chooseBoard();
    void updateCommand();
    void updateButtons();
    void start();
    void end(const QString &words);

    DeviceSession *m_session;
    QList<FlashTool> m_tools;
    bool m_running = false;
    QComboBox *m_board;
    QComboBox *m_tool;
    QLineEdit *m_image;
    QLabel *m_reason;
    QLineEdit *m_command;
    QProgressBar *m_progress;
    QPlainTextEdit *m_output;
    QPushButton *m_flash;
    QPushButton *m_close;
    QPointer<QMessageBox> m_question; ///< whether to stop flashing
};

} // namespace rosler
