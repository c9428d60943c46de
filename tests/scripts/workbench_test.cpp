// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

namespace workbench_test {

/// ./workbench on a made-up project, with stand-ins for the tools that it calls.
class WorkbenchTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }

    void argumentsReachCtestWhole();
    void withoutDisplayTheDemoRuns();
    void withDisplayTheWindowRuns();
    void aFailedBuildShowsItsErrorsAndItsLog();
    void aMissingPackageIsNamedToWhoMayNotInstall();
    void whatOnlyTestsNeedIsNotAskedForByRun();
    void theFirmwareIsBuiltWhenItsCompilerIsThere();
    void aHomeThatIsNotThereIsReplaced();
    void aFolderThatWasMovedIsConfiguredAfresh();
    void filesFromTheFutureAreTouched();
    void anUnknownCommandIsAUsageError();

private:
    struct Answer {
        int exitCode;
        QString said; ///< both streams
    };
    /// Runs the script from another folder than its own.
    Answer workbench(const QStringList &arguments, const QStringList &environment = {}) const;
    QString path(const QString &name) const { return m_folder->filePath(name); }
    void write(const QString &name, const QByteArray &text, bool executable = false) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void WorkbenchTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QFile::copy(QStringLiteral(ROSLER_SOURCE_DIR "/workbench"), path(QStringLiteral("workbench"))));
    write(QStringLiteral(".ci/packages"), "# none\n");
    write(QStringLiteral("tools/cmake"),
          "#!/bin/sh\n"
          "echo \"cmake: $*\" >>\"$PROJECT/calls\"\n"
          "[ \"$1\" = --build ] || exit 0\n"
          "mkdir -p \"$PROJECT/build/release/bin\" && cd \"$PROJECT/build/release/bin\"\n"
          "for p in rosler rosler-workbench; do printf '#!/bin/sh\\necho \"%s: $*\"\\n' $p >$p; chmod +x $p; "
          "done\n"
          "echo '[1/2] a.cpp'\n"
          "[ -z \"$BROKEN\" ] || { echo 'b.cpp:7: error: no such thing'; exit 1; }\n",
          true);
    write(QStringLiteral("tools/ctest"),
          "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\necho \" in $PWD, home $HOME\"\n", true);
    write(QStringLiteral("tools/id"), "#!/bin/sh\necho 1000\n", true);
    write(QStringLiteral("tools/sudo"), "#!/bin/sh\nexit 1\n", true);
}

void WorkbenchTest::write(const QString &name, const QByteArray &text, bool executable) const
{
    QVERIFY(QDir(m_folder->path()).mkpath(QFileInfo(name).path()));
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(text), text.size());
    if (executable)
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

WorkbenchTest::Answer WorkbenchTest::workbench(const QStringList &arguments,
                                               const QStringList &environment) const
{
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PROJECT"), m_folder->path());
    all.insert(QStringLiteral("PATH"), path(QStringLiteral("tools:")) + all.value(QStringLiteral("PATH")));
    all.insert(QStringLiteral("HOME"), m_folder->path());
    for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "BROKEN"})
        all.remove(QLatin1String(name));
    for (const QString &setting : environment)
        all.insert(setting.section(QLatin1Char('='), 0, 0), setting.section(QLatin1Char('='), 1));

    QProcess process;
    process.setProcessEnvironment(all);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setWorkingDirectory(QDir::rootPath());
    process.start(path(QStringLiteral("workbench")), arguments);
    process.waitForFinished();
    return {process.exitCode(), QString::fromUtf8(process.readAll())};
}

void WorkbenchTest::argumentsReachCtestWhole()
{
    const Answer answer =
        workbench({QStringLiteral("test"), QStringLiteral("-R"), QStringLiteral("core nn*")});
    QProcess nproc;
    nproc.start(QStringLiteral("nproc"), QStringList());
    QVERIFY(nproc.waitForFinished());
    const QString cores = QString::fromUtf8(nproc.readAllStandardOutput()).trimmed();
    QVERIFY2(answer.exitCode == 0, qPrintable(answer.said));
    QVERIFY2(answer.said.contains(QStringLiteral("<--preset><release><-j><%1><-R><core nn*> in %2,")
                                      .arg(cores, QDir(m_folder->path()).canonicalPath())),
             qPrintable(answer.said));
}

void WorkbenchTest::withoutDisplayTheDemoRuns()
{
    const Answer answer = workbench({QStringLiteral("run"), QStringLiteral("--seed"), QStringLiteral("3")});
    QVERIFY2(answer.said.endsWith(QStringLiteral("\nrosler: demo --seed 3\n")), qPrintable(answer.said));
    QFile calls(path(QStringLiteral("calls")));
    QVERIFY(calls.open(QIODevice::ReadOnly));
    const QByteArray built = calls.readAll().trimmed().split('\n').last();
    // What it runs, and no window and no test.
    QVERIFY2(built.endsWith("--target rosler rosler_firmware_images"), built.constData());
}

void WorkbenchTest::withDisplayTheWindowRuns()
{
    const Answer answer = workbench({QStringLiteral("run"), QStringLiteral("here")},
                                    {QStringLiteral("WAYLAND_DISPLAY=wayland-0")});
    QVERIFY2(answer.said.endsWith(QStringLiteral("\nrosler-workbench: here\n")), qPrintable(answer.said));
}

void WorkbenchTest::aFailedBuildShowsItsErrorsAndItsLog()
{
    const Answer answer = workbench({QStringLiteral("run")}, {QStringLiteral("BROKEN=1")});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.said.contains(QStringLiteral("b.cpp:7: error: no such thing")), qPrintable(answer.said));
    QVERIFY2(answer.said.contains(QStringLiteral("/build/log/build.log")), qPrintable(answer.said));
    QVERIFY2(!answer.said.contains(QStringLiteral("rosler: demo")), qPrintable(answer.said));

    const Answer again = workbench({QStringLiteral("run")});
    QVERIFY2(again.exitCode == 0, qPrintable(again.said));
}

void WorkbenchTest::aMissingPackageIsNamedToWhoMayNotInstall()
{
    write(QStringLiteral(".ci/packages"),
          "# a comment\nbash # is always there\n\nlibsurely-missing-dev   # why\n");
    const Answer answer = workbench({QStringLiteral("build")});
    QCOMPARE(answer.exitCode, 1);
    QVERIFY2(answer.said.contains(QStringLiteral("libsurely-missing-dev\n")), qPrintable(answer.said));
    QVERIFY2(!answer.said.contains(QStringLiteral("why")), qPrintable(answer.said));
    QVERIFY(!QFile::exists(path(QStringLiteral("calls"))));
}

void WorkbenchTest::whatOnlyTestsNeedIsNotAskedForByRun()
{
    write(QStringLiteral(".ci/packages"),
          "bash\n# [window]: that\nlibno-window-dev\n# [tests]\nlibno-test-dev\n");
    const Answer demo = workbench({QStringLiteral("run")});
    QVERIFY2(demo.exitCode == 0, qPrintable(demo.said));
    QFile calls(path(QStringLiteral("calls")));
    QVERIFY(calls.open(QIODevice::ReadOnly));
    const QByteArray said = calls.readAll();
    QVERIFY2(said.contains("-DROSLER_GUI=OFF -DBUILD_TESTING=OFF"), said.constData());
    const Answer window = workbench({QStringLiteral("run")}, {QStringLiteral("DISPLAY=:7")});
    QCOMPARE(window.exitCode, 1);
    QVERIFY2(window.said.contains(QStringLiteral("libno-window-dev\n")), qPrintable(window.said));
    const Answer test = workbench({QStringLiteral("test")});
    QVERIFY2(test.said.contains(QStringLiteral("libno-window-dev libno-test-dev")), qPrintable(test.said));
}

void WorkbenchTest::theFirmwareIsBuiltWhenItsCompilerIsThere()
{
    QFile release(QStringLiteral("/etc/os-release"));
    if (!release.open(QIODevice::ReadOnly) || !release.readAll().contains("bookworm"))
        QSKIP("packages are installed on Debian 12 only");
    write(QStringLiteral(".ci/packages"), "bash\n# [firmware]: that\narm-compiler\n# [running]\nemulator\n");
    write(QStringLiteral("tools/id"), "#!/bin/sh\necho 0\n", true);
    write(QStringLiteral("tools/dpkg"), "#!/bin/sh\n", true);
    write(QStringLiteral("tools/apt-cache"), "#!/bin/sh\n", true);
    write(QStringLiteral("tools/dpkg-query"),
          "#!/bin/sh\nprintf '%s installed\\n' bash $(cat \"$PROJECT/installed\" 2>/dev/null)\n", true);
    write(QStringLiteral("tools/apt-get"),
          "#!/bin/sh\necho \"apt-get: $*\" >>\"$PROJECT/calls\"\necho arm-compiler emulator "
          ">\"$PROJECT/installed\"\n",
          true);
    const auto calls = [this] {
        QFile file(path(QStringLiteral("calls")));
        const QByteArray all = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        file.remove();
        return all;
    };
    const Answer answer = workbench({QStringLiteral("run")});
    QVERIFY2(answer.exitCode == 0, qPrintable(answer.said));
    const QByteArray first = calls();
    QVERIFY2(first.contains("--no-install-recommends arm-compiler emulator"), first.constData());
    QCOMPARE(first.count("--preset release"), 2);
    QVERIFY2(first.trimmed().endsWith("--target rosler_firmware_images"), first.constData());

    QCOMPARE(workbench({QStringLiteral("run")}).exitCode, 0);
    const QByteArray again = calls();
    QVERIFY2(!again.contains("apt-get"), again.constData());
    QCOMPARE(again.count("--preset release"), 1);

    // Tests have programs of their own for the firmware: all is built again.
    QVERIFY(QFile::remove(path(QStringLiteral("installed"))));
    QCOMPARE(workbench({QStringLiteral("test")}).exitCode, 0);
    const QByteArray tested = calls();
    QVERIFY2(tested.contains("--no-install-recommends arm-compiler emulator"), tested.constData());
    QCOMPARE(tested.count("cmake: --build"), 2);
    QVERIFY2(!tested.contains("--target"), tested.constData());

    // A group alone.
    QVERIFY(QFile::remove(path(QStringLiteral("installed"))));
    QCOMPARE(workbench({QStringLiteral("packages"), QStringLiteral("running")}).exitCode, 0);
    const QByteArray some = calls();
    QVERIFY2(some.trimmed().endsWith("--no-install-recommends emulator"), some.constData());
    QCOMPARE(workbench({QStringLiteral("packages"), QStringLiteral("runing")}).exitCode, 1);
    QVERIFY(calls().isEmpty());
}

void WorkbenchTest::aHomeThatIsNotThereIsReplaced()
{
    const Answer answer = workbench({QStringLiteral("test")}, {QStringLiteral("HOME=/nonexistent")});
    QVERIFY2(answer.exitCode == 0, qPrintable(answer.said));
    QVERIFY2(answer.said.contains(
                 QStringLiteral("home %1/build/home").arg(QDir(m_folder->path()).canonicalPath())),
             qPrintable(answer.said));
}

void WorkbenchTest::aFolderThatWasMovedIsConfiguredAfresh()
{
    write(QStringLiteral("build/release/CMakeCache.txt"), "CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n");
    const Answer answer = workbench({QStringLiteral("build")});
    QVERIFY2(answer.exitCode == 0, qPrintable(answer.said));
    QVERIFY(!QFile::exists(path(QStringLiteral("build/release/CMakeCache.txt"))));
}

void WorkbenchTest::filesFromTheFutureAreTouched()
{
    write(QStringLiteral("CMakeLists.txt"), "\n");
    QFile file(path(QStringLiteral("CMakeLists.txt")));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(2), QFileDevice::FileModificationTime));
    file.close();
    QCOMPARE(workbench({QStringLiteral("build")}).exitCode, 0);
    QVERIFY(QFileInfo(file.fileName()).lastModified() <= QDateTime::currentDateTime());
}

void WorkbenchTest::anUnknownCommandIsAUsageError()
{
    const Answer answer = workbench({QStringLiteral("tets")});
    QCOMPARE(answer.exitCode, 2);
    QVERIFY2(answer.said.startsWith(QStringLiteral("usage:")), qPrintable(answer.said));
    QCOMPARE(workbench({QStringLiteral("help")}).exitCode, 0);
}

QTEST_GUILESS_MAIN(WorkbenchTest)

} // namespace workbench_test

#include "workbench_test.moc"
