// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

namespace whole_program_test {

/// The program itself, in a window of its own under Xvfb: trains on the digits and writes the figures.
class WholeProgramTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_environment = QProcessEnvironment::systemEnvironment();
        m_environment.insert(QStringLiteral("ROSLER_RUNS"), m_folder->filePath(QStringLiteral("runs")));
        m_environment.insert(QStringLiteral("XDG_DATA_HOME"), m_folder->filePath(QStringLiteral("data")));
        m_environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_folder->filePath(QStringLiteral("config")));
        m_environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("xcb"));
    }

    void trainsOnTheDigitsAndWritesTheFigures()
    {
        const QString xvfb = QStandardPaths::findExecutable(QStringLiteral("xvfb-run"));
        if (xvfb.isEmpty())
            QSKIP("xvfb-run is not installed");
        QProcess program;
        program.setProcessEnvironment(m_environment);
        const QString figures = m_folder->filePath(QStringLiteral("figures"));
        program.start(xvfb,
                      {QStringLiteral("-a"), QStringLiteral("-s"), QStringLiteral("-screen 0 1400x900x24"),
                       QStringLiteral(ROSLER_WORKBENCH), shortDemo(), QStringLiteral("--train-and-export"),
                       figures});
        QVERIFY(program.waitForFinished(240000));
        const QByteArray errors = program.readAllStandardError();
        QVERIFY2(program.exitStatus() == QProcess::NormalExit && program.exitCode() == 0, errors.constData());

        for (const char *extension : {"png", "svg", "pdf", "csv"})
            QVERIFY2(
                QDir(figures).entryList({QStringLiteral("accuracy*.%1").arg(QLatin1String(extension))}).size()
                    >= 1,
                extension);
        const QImage window(QDir(figures).filePath(QStringLiteral("window.png")));
        QVERIFY(window.width() >= 1024 && window.height() >= 640);
        QCOMPARE(QDir(m_folder->filePath(QStringLiteral("runs"))).entryList({"*digits*"}, QDir::Dirs).size(),
                 2);
    }

    void aSpecThatIsNotThereEndsWithOneAndSaysWhy()
    {
        m_environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        QProcess program;
        program.setProcessEnvironment(m_environment);
        program.start(QStringLiteral(ROSLER_WORKBENCH),
                      {QStringLiteral("no-such-experiment"), QStringLiteral("--train-and-export"),
                       m_folder->filePath(QStringLiteral("figures"))});
        QVERIFY(program.waitForFinished(60000));
        QCOMPARE(program.exitCode(), 1);
        QVERIFY(program.readAllStandardError().contains("no-such-experiment"));
    }

    void theHelpTellsOfEveryOption()
    {
        m_environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        QProcess program;
        program.setProcessEnvironment(m_environment);
        program.start(QStringLiteral(ROSLER_WORKBENCH), {QStringLiteral("--help")});
        QVERIFY(program.waitForFinished(60000));
        const QByteArray help = program.readAllStandardOutput();
        for (const char *option : {"SPEC", "--dataset", "--runs", "--fresh", "--train-and-export"})
            QVERIFY2(help.contains(option), option);
    }

private:
    /// The shipped demo, two epochs of it.
    QString shortDemo()
    {
        QFile shipped(QStringLiteral(ROSLER_SOURCE_DIR "/resources/experiments/digits-demo.json"));
        if (!shipped.open(QIODevice::ReadOnly))
            return {};
        QByteArray json = shipped.readAll();
        const qsizetype at = json.indexOf("\"epochs\":");
        const qsizetype end = json.indexOf(',', at);
        json.replace(at, end - at, "\"epochs\": 2");
        QFile file(m_folder->filePath(QStringLiteral("short.json")));
        if (file.open(QIODevice::WriteOnly))
            file.write(json);
        return file.fileName();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QProcessEnvironment m_environment;
};

QTEST_GUILESS_MAIN(WholeProgramTest)

} // namespace whole_program_test

#include "whole_program_test.moc"
