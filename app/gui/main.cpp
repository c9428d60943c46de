// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <clocale>
#include <filesystem>
#include <memory>
#include <string_view>

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLocale>
#include <QTranslator>

#include "app/gui/main_window.h"
#include "app/gui/quit_signals.h"
#include "app/gui/scripted_run.h"
#include "app/session/app_services.h"
#include "core/base/standard_descriptors.h"

namespace {

/// A path from the command line means the same wherever the program looks at it later.
QString absoluteSource(const QString &source)
{
    return source.isEmpty() || source == QLatin1String("digits") ? source
                                                                 : QFileInfo(source).absoluteFilePath();
}

/// Whether the command line only asks for what needs no display. (QApplication ends a program without one.)
bool asksForWordsAlone(int argc, char *argv[])
{
    return std::any_of(argv + std::min(argc, 1), argv + argc, [](const char *argument) {
        const std::string_view text = argument;
        return text == "--help" || text == "-h" || text == "--help-all" || text == "--version"
            || text == "-v";
    });
}

} // namespace

int main(int argc, char *argv[])
{
    rosler::fillStandardDescriptors();
    const std::unique_ptr<QCoreApplication> app(
        asksForWordsAlone(argc, argv) ? new QCoreApplication(argc, argv) : new QApplication(argc, argv));
    // Qt takes the user's locale for all of the C library: numbers in files stay what they are.
    std::setlocale(LC_NUMERIC, "C");
    QCoreApplication::setOrganizationName(QStringLiteral("rosler"));
    QCoreApplication::setApplicationName(QStringLiteral("workbench"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ROSLER_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Rosler Workbench"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.rosler.Workbench"));

    QTranslator translator;
    const QString translations = QStringLiteral(":/i18n");
    if (translator.load(QLocale(), QStringLiteral("rosler"), QStringLiteral("_"), translations)
        || translator.load(QStringLiteral("rosler_en"), translations))
        QCoreApplication::installTranslator(&translator);

    const auto tr = [](const char *text) { return QCoreApplication::translate("main", text); };
    QCommandLineParser parser;
    parser.setApplicationDescription(
        tr("Trains Rosler and dense networks side by side and shows what each keeps and what each costs."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("SPEC"),
                                 tr("Experiment to begin with: a file, or the name of a shipped one."),
                                 QStringLiteral("[SPEC]"));
    const QCommandLineOption dataset(QStringLiteral("dataset"), tr("Data to load: a path, or \"digits\"."),
                                     QStringLiteral("PATH"));
    const QCommandLineOption runs(QStringLiteral("runs"), tr("Folder that runs are kept in."),
                                  QStringLiteral("DIR"));
    const QCommandLineOption fresh(QStringLiteral("fresh"), tr("Don't restore the last session."));
    const QCommandLineOption script(QStringLiteral("train-and-export"),
                                    tr("Train the experiment, write all figures and a picture of the window "
                                       "into DIR, and end: 0 when all "
                                       "went well. Implies --fresh."),
                                    QStringLiteral("DIR"));
    parser.addOptions({dataset, runs, fresh, script});
    parser.process(*app);

    rosler::AppFolders folders = rosler::AppFolders::standard();
    if (parser.isSet(runs))
        folders.runs = std::filesystem::path(parser.value(runs).toStdU16String());
    rosler::AppServices services(folders);

    rosler::MainWindow::Start start;
    start.experiment = parser.positionalArguments().value(0);
    start.dataset = absoluteSource(parser.value(dataset));
    start.restore = !parser.isSet(fresh) && !parser.isSet(script);
    rosler::MainWindow window(services, start);
    const rosler::QuitSignals quitSignals;
    QObject::connect(&quitSignals, &rosler::QuitSignals::received, &window, &rosler::MainWindow::endNow);
    if (parser.isSet(script))
        new rosler::ScriptedRun(&window, &services, absoluteSource(parser.value(script)));
    QObject::connect(&window, &rosler::MainWindow::ended, app.get(), &QCoreApplication::quit,
                     Qt::QueuedConnection);
    window.show();
    return QApplication::exec();
}
