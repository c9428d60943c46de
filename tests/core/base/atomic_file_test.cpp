// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"

namespace atomic_file_test {

using namespace rosler;
namespace fs = std::filesystem;

namespace {

/// What the library asked of the system, in order, and what it is to be told.
struct SystemCalls {
    std::vector<std::string> seen;
    bool failFileSync = false;
    bool failRename = false;
};
SystemCalls
    calls; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): read by the C functions below

} // namespace

// These stand before the C library's, so that a test sees and refuses what the library asks.
extern "C" int fsync(int descriptor)
{
    struct stat status {
    };
    ::fstat(descriptor, &status);
    calls.seen.emplace_back(S_ISDIR(status.st_mode) ? "sync folder" : "sync file");
    if (calls.failFileSync && !S_ISDIR(status.st_mode)) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int rename(const char *from, const char *to) noexcept
{
    calls.seen.emplace_back("rename");
    if (calls.failRename) {
        errno = EACCES;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace {

/// Lets no file grow beyond @p bytes, as a full disk would, until it goes.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
        : m_oldHandler(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &m_old);
        const rlimit small {bytes, m_old.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_old);
        std::signal(SIGXFSZ, m_oldHandler);
    }
    FullDisk(const FullDisk &) = delete;
    FullDisk &operator=(const FullDisk &) = delete;

private:
    rlimit m_old {};
    void (*m_oldHandler)(int);
};

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

class AtomicFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void writesANewFileAndReplacesAnOldOne();
    void syncsTheFileThenRenamesThenSyncsTheFolder();
    void aFullDiskLeavesTheOldFile_data();
    void aFullDiskLeavesTheOldFile();
    void aFailedSyncOrRenameLeavesTheOldFile();
    void aWriterThatFailsOrThrowsLeavesTheOldFile();
    void aMissingFolderIsAnError();
    void linksAndPermissionsStay();
    void aFileInTheWorkingFolderNeedsNoFolderName();
    void readsWholeFilesWithinTheLimit();

private:
    [[nodiscard]] fs::path file() const { return fs::path(m_folder->path().toStdString()) / "run.json"; }
    [[nodiscard]] std::ptrdiff_t filesInFolder() const
    {
        return std::distance(fs::directory_iterator(file().parent_path()), fs::directory_iterator());
    }

    std::optional<QTemporaryDir> m_folder;
};

void AtomicFileTest::init()
{
    m_folder.emplace();
    QVERIFY(m_folder->isValid());
    calls = {};
}

void AtomicFileTest::writesANewFileAndReplacesAnOldOne()
{
    QVERIFY(writeFileAtomically(file(), "first").has_value());
    QCOMPARE(contentOf(file()), "first");
    const std::string bytes("a\0b\n", 4);
    QVERIFY(writeFileAtomically(file(), bytes).has_value());
    QCOMPARE(contentOf(file()), bytes);
    QVERIFY(writeFileAtomically(file(), "").has_value());
    QCOMPARE(contentOf(file()), "");
    QCOMPARE(filesInFolder(), 1);
}

void AtomicFileTest::syncsTheFileThenRenamesThenSyncsTheFolder()
{
    QVERIFY(writeFileAtomically(file(), "x").has_value());
    QCOMPARE(calls.seen, (std::vector<std::string> {"sync file", "rename", "sync folder"}));
}

void AtomicFileTest::aFullDiskLeavesTheOldFile_data()
{
    QTest::addColumn<int>("room");
    QTest::newRow("no byte fits") << 0;
    QTest::newRow("half fits") << 50'000;
    QTest::newRow("all but one fits") << 99'999;
}

void AtomicFileTest::aFullDiskLeavesTheOldFile()
{
    QFETCH(int, room);
    QVERIFY(writeFileAtomically(file(), "old").has_value());
    Result<void> written;
    {
        const FullDisk disk(static_cast<rlim_t>(room));
        written = writeFileAtomically(file(), std::string(100'000, 'n'));
    }
    QVERIFY(!written.has_value());
    QCOMPARE(written.error().code, ErrorCode::Unwritable);
    QCOMPARE(written.error().where, file().string());
    QVERIFY(written.error().what.find("File too large") != std::string::npos);
    QCOMPARE(contentOf(file()), "old");
    QCOMPARE(filesInFolder(), 1);
}

void AtomicFileTest::aFailedSyncOrRenameLeavesTheOldFile()
{
    QVERIFY(writeFileAtomically(file(), "old").has_value());
    calls.failFileSync = true;
    QVERIFY(!writeFileAtomically(file(), "new").has_value());
    calls.failFileSync = false;
    calls.failRename = true;
    const auto renamed = writeFileAtomically(file(), "new");
    calls.failRename = false;
    QVERIFY(!renamed.has_value());
    QCOMPARE(renamed.error().code, ErrorCode::Unwritable);
    QCOMPARE(contentOf(file()), "old");
    QCOMPARE(filesInFolder(), 1);
}

void AtomicFileTest::aWriterThatFailsOrThrowsLeavesTheOldFile()
{
    QVERIFY(writeFileAtomically(file(), "old").has_value());
    const auto refused = replaceFileAtomically(file(), [](const fs::path &temporary) -> Result<void> {
        std::ofstream(temporary) << "half";
        return fail(ErrorCode::Rejected, "changed its mind", "writer");
    });
    QVERIFY(!refused.has_value());
    QCOMPARE(refused.error(), (Error {ErrorCode::Rejected, "changed its mind", "writer"}));
    bool thrown = false;
    try {
        static_cast<void>(replaceFileAtomically(
            file(), [](const fs::path &) -> Result<void> { throw std::runtime_error("no"); }));
    } catch (const std::runtime_error &) {
        thrown = true;
    }
    QVERIFY(thrown);
    QCOMPARE(contentOf(file()), "old");
    QCOMPARE(filesInFolder(), 1);
}

void AtomicFileTest::aMissingFolderIsAnError()
{
    const fs::path path = file().parent_path() / "missing" / "run.json";
    const auto written = writeFileAtomically(path, "x");
    QVERIFY(!written.has_value());
    QCOMPARE(written.error().code, ErrorCode::Unwritable);
    QCOMPARE(written.error().where, path.string());
}

void AtomicFileTest::linksAndPermissionsStay()
{
    QVERIFY(writeFileAtomically(file(), "old").has_value());
    fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    const fs::path link = file().parent_path() / "latest.json";
    fs::create_symlink("run.json", link);
    QVERIFY(writeFileAtomically(link, "new").has_value());
    QVERIFY(fs::is_symlink(link));
    QCOMPARE(contentOf(file()), "new");
    QCOMPARE(fs::status(file()).permissions(),
             fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

void AtomicFileTest::aFileInTheWorkingFolderNeedsNoFolderName()
{
    const fs::path before = fs::current_path();
    fs::current_path(file().parent_path());
    const auto written = writeFileAtomically("bare.json", "x");
    fs::current_path(before);
    QVERIFY(written.has_value());
    QCOMPARE(contentOf(file().parent_path() / "bare.json"), "x");
}

void AtomicFileTest::readsWholeFilesWithinTheLimit()
{
    const std::string bytes(10'000, 'b');
    QVERIFY(writeFileAtomically(file(), bytes).has_value());
    QCOMPARE(readWholeFile(file(), 10'000).value(), bytes);
    const auto tooLong = readWholeFile(file(), 9'999);
    QVERIFY(!tooLong.has_value());
    QCOMPARE(tooLong.error().code, ErrorCode::OutOfRange);
    QCOMPARE(tooLong.error().where, file().string());
    const auto missing = readWholeFile(file().parent_path() / "none", 10);
    QVERIFY(!missing.has_value());
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
    const auto folder = readWholeFile(file().parent_path(), 10);
    QVERIFY(!folder.has_value());
    QCOMPARE(folder.error().code, ErrorCode::Unreadable);
    // A file that says it is empty, and is not.
    QVERIFY(readWholeFile("/proc/self/status", 1'000'000).value().size() > 100);
    QCOMPARE(readWholeFile("/proc/self/status", 10).error().code, ErrorCode::OutOfRange);
}

QTEST_APPLESS_MAIN(AtomicFileTest)

} // namespace atomic_file_test

#include "atomic_file_test.moc"
