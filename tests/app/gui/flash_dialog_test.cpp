// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QFile>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/gui/flash_dialog.h"
#include "app/session/app_services.h"
#include "tests/app/eventually.h"
#include "tests/support/accessibility_audit.h"

namespace flash_dialog_test {

using namespace rosler;

/// The dialog that flashes boards, with a tool that takes its time.
class FlashDialogTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = qgetenv("PATH");
        QFile script(m_folder->filePath(QStringLiteral("st-flash")));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\necho begun\nwhile [ ! -e '" + m_folder->filePath("go").toUtf8()
                     + "' ]; do sleep 0.05; done\n");
        script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile image(m_folder->filePath(QStringLiteral("firmware.bin")));
        QVERIFY(image.open(QIODevice::WriteOnly));
        image.write("12345678");
        qputenv("PATH", m_folder->path().toUtf8() + ':' + m_path);
        AppFolders folders;
        folders.runs = m_folder->filePath(QStringLiteral("runs")).toStdString();
        folders.state = m_folder->filePath(QStringLiteral("state"));
        m_services = std::make_unique<AppServices>(folders);
        m_dialog = std::make_unique<FlashDialog>(&m_services->devices(), nullptr);
        m_dialog->open();
    }
    void cleanup()
    {
        m_dialog.reset();
        m_services.reset();
        qputenv("PATH", m_path);
        m_folder.reset();
    }

    void escapeAsksBeforeAToolIsKilled()
    {
        beginFlashing();
        QSignalSpy failed(&m_services->devices(), &DeviceSession::flashFailed);
        QSignalSpy flashed(&m_services->devices(), &DeviceSession::flashed);
        QTest::keyClick(m_dialog.get(), Qt::Key_Escape);
        auto *question = m_dialog->findChild<QMessageBox *>(QStringLiteral("flashQuestion"));
        QVERIFY(question != nullptr);
        ROSLER_VERIFY_ACCESSIBLE(question);
        QTest::keyClick(question, Qt::Key_Escape); // goes on
        EVENTUALLY(m_dialog->findChild<QMessageBox *>(QStringLiteral("flashQuestion")) == nullptr);
        QVERIFY(m_services->devices().connection().isBusy());
        QVERIFY(m_dialog->isVisible());
        QCOMPARE(failed.count(), 0);
        QFile go(m_folder->filePath(QStringLiteral("go")));
        QVERIFY(go.open(QIODevice::WriteOnly));
        EVENTUALLY_EQUAL(flashed.count(), 1);
        QTest::keyClick(m_dialog.get(), Qt::Key_Escape);
        QVERIFY(!m_dialog->isVisible());
    }

    void whoWantsToStopStops()
    {
        beginFlashing();
        QSignalSpy failed(&m_services->devices(), &DeviceSession::flashFailed);
        m_dialog->close(); // the frame's cross
        QVERIFY(m_dialog->isVisible());
        auto *stop = m_dialog->findChild<QPushButton *>(QStringLiteral("stopFlashing"));
        QVERIFY(stop != nullptr);
        stop->click();
        EVENTUALLY_EQUAL(failed.count(), 1);
        EVENTUALLY(m_dialog->findChild<QMessageBox *>(QStringLiteral("flashQuestion")) == nullptr);
    }

private:
    void beginFlashing()
    {
        auto *board = m_dialog->findChild<QComboBox *>(QStringLiteral("flashBoard"));
        board->setCurrentIndex(board->findData(QStringLiteral("stm32f405")));
        auto *tool = m_dialog->findChild<QComboBox *>(QStringLiteral("flashTool"));
        const auto row = [&] {
            for (int i = 0; i < tool->count(); ++i)
                if (tool->itemText(i).contains(QLatin1String("st-flash")))
                    return i;
            return -1;
        };
        EVENTUALLY(row() >= 0);
        tool->setCurrentIndex(row());
        auto *image = m_dialog->findChild<QLineEdit *>(QStringLiteral("flashImage"));
        image->setText(m_folder->filePath(QStringLiteral("firmware.bin")));
        Q_EMIT image->editingFinished();
        auto *flash = m_dialog->findChild<QPushButton *>(QStringLiteral("flash"));
        EVENTUALLY(flash->isEnabled());
        QSignalSpy said(&m_services->devices(), &DeviceSession::flashing);
        flash->click();
        EVENTUALLY(said.count() > 0);
        QVERIFY(m_services->devices().connection().isBusy());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppServices> m_services;
    std::unique_ptr<FlashDialog> m_dialog;
    QByteArray m_path;
};

QTEST_MAIN(FlashDialogTest)

} // namespace flash_dialog_test

#include "flash_dialog_test.moc"
