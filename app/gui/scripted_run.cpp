// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/scripted_run.h"

#include <cstdio>
#include <utility>

#include <QCoreApplication>
#include <QDir>
#include <QPixmap>
#include <QTimer>

#include "app/gui/figure_commands.h"
#include "app/gui/main_window.h"
#include "app/session/app_services.h"
#include "widgets/pages/compare_page.h"

namespace rosler {

namespace {
constexpr int settleMilliseconds = 300; ///< until charts are drawn with their last points
}

ScriptedRun::ScriptedRun(MainWindow *window, AppServices *services, QString folder)
    : QObject(window)
    , m_window(window)
    , m_services(services)
    , m_folder(std::move(folder))
{
    connect(window, &MainWindow::ready, window, &MainWindow::train);
    connect(window, &MainWindow::problemArose, this, &ScriptedRun::fail);
    connect(&services->training(), &TrainingSession::finished, this, &ScriptedRun::exportAll);
    connect(&window->figures(), &FigureCommands::written, this, [this](const QStringList &files) {
        for (const QString &file : files)
            std::printf("%s\n", qUtf8Printable(file));
        QTimer::singleShot(settleMilliseconds, this, &ScriptedRun::takePicture);
    });
}

void ScriptedRun::exportAll()
{
    m_window->figures().writeAllTo(m_window->comparePage(), m_folder);
}

void ScriptedRun::takePicture()
{
    const QString file = QDir(m_folder).filePath(QStringLiteral("window.png"));
    if (!m_window->grab().save(file)) {
        fail(tr("%1 cannot be written").arg(file));
        return;
    }
    std::printf("%s\n", qUtf8Printable(file));
    std::fflush(stdout);
    m_window->endNow();
}

void ScriptedRun::fail(const QString &why)
{
    std::fprintf(stderr, "rosler-workbench: %s\n", qUtf8Printable(why));
    QCoreApplication::exit(1);
}

} // namespace rosler
