// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/session/app_services.h"
#include "tests/app/eventually.h"
#include "tests/app/small_data.h"

namespace app_services_test {

using namespace rosler;

class AppServicesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_services = std::make_unique<AppServices>(folders());
    }
    void cleanup()
    {
        m_services.reset();
        m_folder.reset();
    }

    void theDigitsAreLoadedOnAThread()
    {
        DatasetSession &datasets = m_services->datasets();
        std::shared_ptr<const Dataset> data;
        connect(&datasets, &DatasetSession::loaded, this,
                [&](const std::shared_ptr<const Dataset> &loaded) { data = loaded; });
        datasets.load(DatasetRequest("digits"));
        QVERIFY(data == nullptr);
        EVENTUALLY(data != nullptr);
        QCOMPARE(data->features(), Index {784});
    }

    void ofTwoLoadsOnlyTheLastIsAnswered()
    {
        DatasetSession &datasets = m_services->datasets();
        QSignalSpy loaded(&datasets, &DatasetSession::loaded);
        QSignalSpy failed(&datasets, &DatasetSession::failed);
        datasets.load(DatasetRequest("digits"));
        datasets.load(m_folder->filePath(QStringLiteral("nothing-here")).toStdString());
        EVENTUALLY_EQUAL(failed.count(), 1);
        QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::NotFound);
        QCOMPARE(loaded.count(), 0);
    }

    void aCancelledLoadIsNotAnswered()
    {
        DatasetSession &datasets = m_services->datasets();
        QSignalSpy loaded(&datasets, &DatasetSession::loaded);
        QSignalSpy failed(&datasets, &DatasetSession::failed);
        datasets.load(DatasetRequest("digits"));
        datasets.cancel();
        datasets.load(
            m_folder->filePath(QStringLiteral("nothing-here")).toStdString()); // behind it in the queue
        EVENTUALLY_EQUAL(failed.count(), 1);
        QCOMPARE(loaded.count(), 0);
    }

    void runsAreListedLoadedRenamedRemovedAndRestored()
    {
        trainSmall();
        RunLibrary &library = m_services->runs();
        QSignalSpy problems(&library, &RunLibrary::problem);
        QList<RunSummary> runs;
        int lists = 0;
        connect(&library, &RunLibrary::listed, this, [&](const QList<RunSummary> &list) {
            runs = list;
            ++lists;
        });
        library.refresh();
        EVENTUALLY_EQUAL(lists, 1);
        QCOMPARE(runs.size(), 2);
        const QString id = QString::fromStdString(runs.front().id);

        std::shared_ptr<const RunRecord> record;
        connect(&library, &RunLibrary::recordLoaded, this,
                [&](const std::shared_ptr<const RunRecord> &loaded) { record = loaded; });
        library.load(id);
        EVENTUALLY(record != nullptr);
        QVERIFY(!record->metrics.empty());

        library.rename(id, QStringLiteral("best so far"));
        EVENTUALLY_EQUAL(lists, 2);
        QCOMPARE(runs.front().title, std::string("best so far"));
        library.setStarred(id, true);
        library.setTags(id, {QStringLiteral("paper")});
        EVENTUALLY_EQUAL(lists, 4);
        QVERIFY(runs.front().starred);
        QCOMPARE(runs.front().tags, std::vector<std::string> {"paper"});

        library.remove({id});
        EVENTUALLY_EQUAL(lists, 5);
        QCOMPARE(runs.size(), 1);
        library.restore({id});
        EVENTUALLY_EQUAL(lists, 6);
        QCOMPARE(runs.size(), 2);
        QCOMPARE(problems.count(), 0);

        library.load(QStringLiteral("no-such-run"));
        EVENTUALLY_EQUAL(problems.count(), 1);
    }

    void experimentsAreSavedAndOpenedEqual()
    {
        ExperimentFiles &files = m_services->experiments();
        QSignalSpy saved(&files, &ExperimentFiles::saved);
        QSignalSpy failed(&files, &ExperimentFiles::failed);
        const ExperimentSpec spec = test::smallExperiment(3);
        const QString path = m_folder->filePath(QStringLiteral("small.json"));
        files.save(path, spec);
        EVENTUALLY_EQUAL(saved.count(), 1);
        std::optional<ExperimentSpec> opened;
        connect(&files, &ExperimentFiles::opened, this,
                [&](const QString &, const ExperimentSpec &read) { opened = read; });
        files.open(path);
        EVENTUALLY(opened.has_value());
        QVERIFY(*opened == spec);

        files.save(m_folder->filePath(QStringLiteral("no/such/folder/x.json")), spec);
        EVENTUALLY_EQUAL(failed.count(), 1);
        files.open(m_folder->filePath(QStringLiteral("missing.json")));
        EVENTUALLY_EQUAL(failed.count(), 2);
    }

    void figuresAreWrittenInTheFormatsAskedFor()
    {
        FigureExporter &exporter = m_services->figures();
        QSignalSpy written(&exporter, &FigureExporter::written);
        QSignalSpy failed(&exporter, &FigureExporter::failed);
        LineFigure figure;
        figure.x.title = "epoch";
        figure.y.title = "test accuracy (%)";
        figure.series.push_back({"dense", seriesStyle(0), {{0, 10}, {1, 90}}});
        const QString folder = m_folder->filePath(QStringLiteral("figures/new"));
        exporter.write({{{"curve", figure}}, {}, {}, {false, true, false, true}, folder});
        EVENTUALLY_EQUAL(written.count(), 1);
        QCOMPARE(QDir(folder).entryList(QDir::Files, QDir::Name), QStringList({"curve.csv", "curve.svg"}));

        QFile blocker(m_folder->filePath(QStringLiteral("file")));
        QVERIFY(blocker.open(QIODevice::WriteOnly));
        exporter.write({{{"curve", figure}}, {}, {}, {}, blocker.fileName() + QStringLiteral("/figures")});
        EVENTUALLY_EQUAL(failed.count(), 1);
    }

    void messagesOfQtAndOwnReachTheLogPaneAndTheFile()
    {
        QStringList texts;
        connect(&m_services->log(), &LogSink::added, this,
                [&](const LogEntry &entry) { texts << entry.text; });
        m_services->log().add(LogEntry::Level::Info, QStringLiteral("an own message"));
        QTest::ignoreMessage(QtWarningMsg, "a message of Qt's");
        qWarning("a message of Qt's");
        EVENTUALLY_EQUAL(texts, QStringList({"an own message", "a message of Qt's"}));
        const QString file = m_folder->filePath(QStringLiteral("state/log/workbench.log"));
        m_services.reset();
        QFile log(file);
        QVERIFY(log.open(QIODevice::ReadOnly));
        QVERIFY(log.readAll().contains("an own message"));
    }

    void theStateFileKeepsTheLastWrite()
    {
        QCOMPARE(m_services->state().read().value(), QByteArray());
        for (int i = 0; i <= 20; ++i)
            m_services->state().write(QByteArray::number(i));
        m_services.reset(); // waits for the write
        m_services = std::make_unique<AppServices>(folders());
        QCOMPARE(m_services->state().read().value(), QByteArray("20"));
    }

    void withoutAPlaceForRunsTheProgramStillWorks()
    {
        QFile blocker(m_folder->filePath(QStringLiteral("not-a-folder")));
        QVERIFY(blocker.open(QIODevice::WriteOnly));
        AppFolders bad = folders();
        bad.runs = std::filesystem::path(blocker.fileName().toStdString()) / "runs";
        m_services = std::make_unique<AppServices>(bad);
        QVERIFY(m_services->storeProblem().has_value());
        trainSmall();
    }

private:
    [[nodiscard]] AppFolders folders() const
    {
        return {std::filesystem::path(m_folder->filePath(QStringLiteral("runs")).toStdString()),
                m_folder->filePath(QStringLiteral("state"))};
    }

    void trainSmall()
    {
        QSignalSpy finished(&m_services->training(), &TrainingSession::finished);
        m_services->training().start(test::smallExperiment(2), test::smallData());
        EVENTUALLY_EQUAL(finished.count(), 1);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppServices> m_services;
};

QTEST_GUILESS_MAIN(AppServicesTest)

} // namespace app_services_test

#include "app_services_test.moc"
