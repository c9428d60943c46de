// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/free_memory.h"

namespace free_memory_test {

using namespace rosler;
namespace fs = std::filesystem;

namespace {

/// A file system in which /proc and /sys say what a test wants.
struct Machine {
    QTemporaryDir folder;
    fs::path root = fs::path(folder.path().toStdString());

    void says(const fs::path &path, const std::string &text) const
    {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
    }
};

std::uint64_t freeOn(const Machine &machine)
{
    return freeMemory(machine.root).value_or(0);
}

} // namespace

class FreeMemoryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thisMachineHasSome();
    void nothingIsKnownWhereNothingIsSaid();
    void availableIsThatOfTheMachine();
    void whatIsNoNumberSaysNothing_data();
    void whatIsNoNumberSaysNothing();
    void theTightestGroupCounts();
    void droppableCacheIsFree();
    void groupsOfVersionOne();
    void aGroupAboveItsLimitLeavesNothing();
    void theLimitOfAddressSpaceCounts();
};

void FreeMemoryTest::thisMachineHasSome()
{
    const auto free = freeMemory();
    QVERIFY(free && *free > 1'000'000);
}

void FreeMemoryTest::nothingIsKnownWhereNothingIsSaid()
{
    QVERIFY(!freeMemory(Machine().root));
}

void FreeMemoryTest::availableIsThatOfTheMachine()
{
    const Machine machine;
    machine.says("proc/meminfo", "MemTotal:       24684000 kB\nMemFree: 7 kB\nMemAvailable:    3000000 kB\n");
    QCOMPARE(freeOn(machine), std::uint64_t {3'072'000'000});
}

void FreeMemoryTest::whatIsNoNumberSaysNothing_data()
{
    QTest::addColumn<QString>("text");
    int number = 0;
    for (const char *text :
         {"", "\n\n", "MemAvailable:", "MemAvailable: \n3000", "MemAvailable: -1 kB\n",
          "MemAvailable: 1e9 kB\n", "MemAvailable: 0x10 kB\n", "MemAvailable:3000 kB\n",
          "memavailable: 3000 kB\n", "XMemAvailable: 3000 kB\n", "MemAvailable: 18446744073709551615 kB\n",
          "MemAvailable: 99999999999999999999999999 kB\n", "MemAvailable: kB 3000\n", "\x01\xFF\xFE\x80"})
        QTest::addRow("%d", number++) << QString::fromLatin1(text);
    QTest::newRow("a long line") << QString(1'000'000, 'x');
    QTest::newRow("a zero byte") << QString("MemAvailable: 3") + QChar(0) + "000 kB\n";
}

void FreeMemoryTest::whatIsNoNumberSaysNothing()
{
    QFETCH(QString, text);
    const Machine machine;
    machine.says("proc/meminfo", text.toLatin1().toStdString());
    QVERIFY(!freeMemory(machine.root));
    machine.says("proc/self/cgroup", text.toLatin1().toStdString() + "\n0::/\n");
    machine.says("sys/fs/cgroup/memory.max", text.toLatin1().toStdString());
    machine.says("sys/fs/cgroup/memory.current", text.toLatin1().toStdString());
    machine.says("sys/fs/cgroup/memory.stat", text.toLatin1().toStdString());
    QVERIFY(!freeMemory(machine.root));
}

void FreeMemoryTest::theTightestGroupCounts()
{
    const Machine machine;
    machine.says("proc/meminfo", "MemAvailable:    3000000 kB\n");
    machine.says("proc/self/cgroup", "0::/outer/inner\n");
    machine.says("sys/fs/cgroup/outer/inner/memory.max", "max\n");
    machine.says("sys/fs/cgroup/outer/inner/memory.current", "100000000\n");
    QCOMPARE(freeOn(machine), std::uint64_t {3'072'000'000});
    machine.says("sys/fs/cgroup/outer/memory.max", "1000000000\n");
    machine.says("sys/fs/cgroup/outer/memory.current", "400000000\n");
    QCOMPARE(freeOn(machine), std::uint64_t {600'000'000});
    machine.says("sys/fs/cgroup/memory.max", "500000000\n"); // as a container sees its own
    machine.says("sys/fs/cgroup/memory.current", "400000000\n");
    QCOMPARE(freeOn(machine), std::uint64_t {100'000'000});
}

void FreeMemoryTest::droppableCacheIsFree()
{
    const Machine machine;
    machine.says("proc/self/cgroup", "0::/\n");
    machine.says("sys/fs/cgroup/memory.max", "1000000000\n");
    machine.says("sys/fs/cgroup/memory.current", "900000000\n");
    machine.says("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 700000000\nactive_file 9\n");
    QCOMPARE(freeOn(machine), std::uint64_t {800'000'000});
}

void FreeMemoryTest::groupsOfVersionOne()
{
    const Machine machine;
    machine.says("proc/self/cgroup", "11:cpu,cpuacct:/a\n4:memory:/a\n0::/elsewhere\n");
    machine.says("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2000000000\n");
    machine.says("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "500000000\n");
    machine.says("sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 100000000\n");
    QCOMPARE(freeOn(machine), std::uint64_t {1'600'000'000});
}

void FreeMemoryTest::aGroupAboveItsLimitLeavesNothing()
{
    const Machine machine;
    machine.says("proc/meminfo", "MemAvailable:    3000000 kB\n");
    machine.says("proc/self/cgroup", "0::/\n");
    machine.says("sys/fs/cgroup/memory.max", "1000\n");
    machine.says("sys/fs/cgroup/memory.current", "2000\n");
    QCOMPARE(freeMemory(machine.root), std::optional<std::uint64_t>(0));
}

void FreeMemoryTest::theLimitOfAddressSpaceCounts()
{
    const Machine machine;
    machine.says("proc/meminfo", "MemAvailable:    900000000000 kB\n");
    machine.says("proc/self/statm", "1000 500 300 10 0 200 0\n");
    rlimit before {};
    QCOMPARE(::getrlimit(RLIMIT_AS, &before), 0);
    rlimit tight = before;
    tight.rlim_cur =
        std::min<rlim_t>(before.rlim_max, rlim_t {1} << 45); // no process of this test is near it
    QCOMPARE(::setrlimit(RLIMIT_AS, &tight), 0);
    const std::uint64_t free = freeOn(machine);
    QCOMPARE(::setrlimit(RLIMIT_AS, &before), 0);
    QCOMPARE(free, tight.rlim_cur - 1000 * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

QTEST_APPLESS_MAIN(FreeMemoryTest)

} // namespace free_memory_test

#include "free_memory_test.moc"
