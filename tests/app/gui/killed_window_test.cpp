// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <memory>
#include <random>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "app/gui/main_window.h"
#include "app/session/app_services.h"
#include "core/store/run_store.h"
#include "tests/app/cli/program.h"
#include "tests/app/eventually.h"
#include "widgets/pages/runs_page.h"

namespace killed_window_test {

using namespace rosler;

/// The program itself is killed while it trains in its window; another window goes on with its runs.
class KilledWindowTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QGuiApplication::setQuitOnLastWindowClosed(false); // windows come and go here
        QVERIFY(m_folder.isValid());
        m_spec = test::writeSmallExperiment(m_folder.filePath(QStringLiteral("small.json")), 24, 12);
    }

    void killedAtAnyMomentEveryRunGoesOnToTheSameDigest()
    {
        QElapsedTimer clock;
        clock.start();
        QProcess whole;
        train(whole, store(QStringLiteral("whole")));
        QVERIFY(whole.waitForFinished(120'000));
        const auto milliseconds = static_cast<int>(clock.elapsed());
        QVERIFY2(whole.exitCode() == 0, whole.readAllStandardError().constData());
        const QMap<QString, QString> wanted = digests(store(QStringLiteral("whole")));
        QCOMPARE(wanted.size(), 2);

        bool given = false;
        const int asked = qEnvironmentVariableIntValue("ROSLER_ROUGH_TIMES", &given);
        std::mt19937 random(1);
        int gone = 0;
        for (int i = 0; i < (given ? asked : 6); ++i) {
            const QString folder = store(QString::number(i));
            QProcess program;
            train(program, folder);
            if (i % 4 == 0) { // as soon as its runs are there
                while (runs(folder).size() < 2 && program.state() == QProcess::Running)
                    program.waitForFinished(1);
            } else {
                program.waitForFinished(std::uniform_int_distribution<int>(0, milliseconds)(random));
            }
            program.kill();
            program.waitForFinished();
            gone += goOn(folder);
            if (QTest::currentTestFailed())
                return;
            const QMap<QString, QString> got = digests(folder);
            QCOMPARE(got.size(), runs(folder).size());
            for (auto model = got.begin(); model != got.end(); ++model)
                QVERIFY2(model.value() == wanted[model.key()],
                         qPrintable(QStringLiteral("kill %1: %2").arg(i).arg(model.key())));
            QDir(folder).removeRecursively();
        }
        QVERIFY(gone > 0);
    }

private:
    QString store(const QString &name) const { return m_folder.filePath(QStringLiteral("runs-") + name); }
    static QStringList runs(const QString &folder)
    {
        return QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    }

    void train(QProcess &program, const QString &folder) const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_folder.filePath(QStringLiteral("config")));
        environment.insert(QStringLiteral("XDG_DATA_HOME"), m_folder.filePath(QStringLiteral("data")));
        program.setProcessEnvironment(environment);
        program.start(QStringLiteral(ROSLER_WORKBENCH),
                      {m_spec, QStringLiteral("--runs"), folder, QStringLiteral("--train-and-export"),
                       m_folder.filePath(QStringLiteral("figures"))});
        QVERIFY(program.waitForStarted());
    }

    /// Resumes in a window what was not finished. @returns how many runs that were
    int goOn(const QString &folder) const
    {
        AppServices services(AppFolders {std::filesystem::path(folder.toStdString()),
                                         m_folder.filePath(QStringLiteral("state"))});
        QStringList ids;
        const auto opened = RunStore::open(folder.toStdString());
        if (!opened)
            return -1;
        for (const RunSummary &run : (*opened)->list())
            if (run.status != RunStatus::Finished)
                ids << QString::fromStdString(run.id);
        if (ids.isEmpty())
            return 0;
        MainWindow window(services, {});
        window.show();
        QStringList problems;
        connect(&window, &MainWindow::problemArose, this, [&](const QString &text) { problems << text; });
        const auto wait = [&] {
            EVENTUALLY(window.dataset() != nullptr);
            TrainingSession &training = services.training();
            QSignalSpy started(&training, &TrainingSession::runsStarted);
            Q_EMIT window.findChild<RunsPage *>()->resumeRequested(ids);
            EVENTUALLY(!started.isEmpty() || !problems.isEmpty());
            EVENTUALLY_EQUAL(training.state(), TrainingSession::State::Idle);
            QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
        };
        wait();
        return static_cast<int>(ids.size());
    }

    /// Of the parameters of each finished run, by its title.
    static QMap<QString, QString> digests(const QString &folder)
    {
        QMap<QString, QString> found;
        const auto opened = RunStore::open(folder.toStdString());
        if (!opened)
            return found;
        for (const RunSummary &run : (*opened)->list()) {
            QFile file(
                QDir(folder).filePath(QString::fromStdString(run.id) + QStringLiteral("/result.json")));
            if (run.status == RunStatus::Finished && file.open(QIODevice::ReadOnly))
                found[QString::fromStdString(run.title)] =
                    QJsonDocument::fromJson(file.readAll())[QStringLiteral("parameter_digest")].toString();
        }
        return found;
    }

    QTemporaryDir m_folder;
    QString m_spec;
};

QTEST_MAIN(KilledWindowTest)

} // namespace killed_window_test

#include "killed_window_test.moc"
