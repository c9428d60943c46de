// SPDX-License-Identifier: Apache-2.0
// One writer a run, among processes and in one. The other process is a fork of this one.
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "core/store/resume_request.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "tests/core/store/sample_runs.h"

namespace run_lock_test {

using namespace rosler;
using namespace rosler::test;
namespace fs = std::filesystem;

namespace {

using WayToLock = int (*)(int) noexcept;

/// A process that takes the lock by @p way, says so, and sleeps until it is killed.
pid_t holdElsewhere(const fs::path &file, WayToLock way)
{
    int ready[2] = {-1, -1};
    if (::pipe(ready) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT, 0666);
        const char outcome = descriptor >= 0 && way(descriptor) == 0 ? '1' : '0';
        (void)!::write(ready[1], &outcome, 1);
        for (;;)
            ::pause();
    }
    char outcome = '0';
    (void)!::read(ready[0], &outcome, 1);
    ::close(ready[0]);
    ::close(ready[1]);
    return outcome == '1' ? child : -1;
}

void kill(pid_t child)
{
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

} // namespace

class RunLockTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneHolderInOneProcess()
    {
        const QTemporaryDir folder;
        auto first = RunLock::take(folder.path().toStdString());
        QVERIFY(first.has_value());
        const auto second = RunLock::take(folder.path().toStdString());
        QCOMPARE(second.error().code, ErrorCode::Rejected);
        const std::string holder = "process " + std::to_string(::getpid()) + " on ";
        QVERIFY2(second.error().what.find(holder) != std::string::npos, second.error().what.c_str());
        RunLock moved = std::move(*first);
        QVERIFY(!RunLock::take(folder.path().toStdString()));
        moved.release();
        QVERIFY(RunLock::take(folder.path().toStdString()).has_value());
    }

    void aDeadHolderHoldsNothing_data()
    {
        QTest::addColumn<int>("way");
        QTest::newRow("flock") << 0;
        QTest::newRow("open file description lock") << 1;
    }
    void aDeadHolderHoldsNothing()
    {
        QFETCH(int, way);
        const WayToLock lock = way == 0 ? &file_lock::tryFlock : &file_lock::tryDescriptionLock;
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "lock";
        const pid_t child = holdElsewhere(file, lock);
        QVERIFY(child > 0);
        const int here = ::open(file.c_str(), O_RDWR | O_CREAT, 0666);
        QCOMPARE(lock(here), EWOULDBLOCK);
        if (way == 0)
            QCOMPARE(RunLock::take(folder.path().toStdString()).error().code, ErrorCode::Rejected);
        kill(child);
        QCOMPARE(lock(here), 0);
        // Another descriptor of the same process does not have it as well.
        const int again = ::open(file.c_str(), O_RDWR, 0666);
        QCOMPARE(lock(again), EWOULDBLOCK);
        ::close(again);
        QCOMPARE(lock(here), 0);
        ::close(here);
    }

    void whatIsWrittenInTheFileIsNotBelieved()
    {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "lock";
        const pid_t child = holdElsewhere(file, &file_lock::tryFlock);
        QVERIFY(child > 0);
        std::ofstream(file) << "process \033[2J on x\n";
        const auto taken = RunLock::take(folder.path().toStdString());
        kill(child);
        QVERIFY2(taken.error().what.ends_with("another process writes it"), taken.error().what.c_str());
    }

    void aPipeInItsPlaceDoesNotHang()
    {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "lock";
        QCOMPARE(::mkfifo(file.c_str(), 0666), 0);
        (void)RunLock::take(folder.path().toStdString());
        fs::remove(file);
        QCOMPARE(::symlink("/dev/null", file.c_str()), 0);
        QVERIFY(!RunLock::take(folder.path().toStdString()));
    }

    void aRunHasOneWriterWhileItGoesOn()
    {
        const QTemporaryDir folder;
        const auto store = RunStore::open(folder.path().toStdString()).value();
        std::string id;
        {
            const auto recorder = store->record(sampleSpec(), *sampleData(), 1).value();
            id = recorder->ids()[0];
            QVERIFY(!RunLock::take(store->root() / id));
        } // interrupted: it could go on
        const pid_t other = holdElsewhere(store->root() / id / "lock", &file_lock::tryFlock);
        QVERIFY(other > 0);
        const auto refused = prepareResume(*store, {id}, *sampleData());
        const auto removed = store->remove(id);
        kill(other);
        QCOMPARE(refused.error().code, ErrorCode::Rejected);
        QVERIFY2(refused.error().what.find("still going on") != std::string::npos,
                 refused.error().what.c_str());
        QCOMPARE(removed.error().code, ErrorCode::Rejected);

        auto resumed = prepareResume(*store, {id}, *sampleData());
        QVERIFY2(resumed.has_value(), resumed ? "" : message(resumed.error()).c_str());
        QCOMPARE(resumed->states.size(), 1U);
        QVERIFY(!resumed->states[0].has_value()); // killed before its first checkpoint: from the start
        QVERIFY(!prepareResume(*store, {id}, *sampleData()));
        resumed->recorder.reset();
        QVERIFY(store->remove(id).has_value());
    }
};

QTEST_GUILESS_MAIN(RunLockTest)

} // namespace run_lock_test

#include "run_lock_test.moc"
