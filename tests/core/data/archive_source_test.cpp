// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/data/archive_source.h"
#include "core/data/file_tree.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/xz.h"

namespace archive_source_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

using Contents = std::map<std::string, std::string>;

std::string smallTar()
{
    return tarFile("set/", "", '5') + tarFile("./set/a.bin", "first") + tarFile("set/.DS_Store", "x")
        + tarFile("set/link", "", '2', 0, "../../etc/passwd") + tarFile("set/b.bin", std::string(700, 'b'))
        + tarEnd();
}

std::string smallZip()
{
    ZipMaker zip;
    zip.add("set/a.bin", "first", false);
    zip.add("set/b.bin", std::string(700, 'b'), true);
    return zip.bytes();
}

Result<Contents> readTree(const fs::path &path, std::uint64_t mostBytes = 1'000'000)
{
    Contents contents;
    TreeVisit visit;
    visit.wanted = [](std::string_view) { return true; };
    visit.take = [&](TreeFile &file) -> Result<void> {
        const auto bytes = file.readAll(mostBytes);
        if (!bytes)
            return tl::unexpected(bytes.error());
        std::string text;
        for (const std::byte byte : *bytes)
            text.push_back(std::to_integer<char>(byte));
        contents[file.path()] = text;
        return {};
    };
    visit.mostBytes = mostBytes;
    visit.mostFiles = 100;
    if (auto visited = visitFiles(path, visit); !visited)
        return tl::unexpected(visited.error());
    return contents;
}

/// All of them; under sanitizers, where one takes some milliseconds, every 13th.
std::vector<std::string> some(std::vector<std::string> damaged)
{
#ifdef __SANITIZE_ADDRESS__
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < damaged.size(); i += 13)
        kept.push_back(std::move(damaged[i]));
    return kept;
#else
    return damaged;
#endif
}

} // namespace

class ArchiveSourceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryKind_data();
    void readsEveryKind();
    void readsFoldersAndTheirArchives();
    void passesOverWithoutUnpackingMoreThanAllowed();
    void refusesWhatIsWrongAndSaysWhere_data();
    void refusesWhatIsWrongAndSaysWhere();
    void everyCutIsAnError();
    void flippedBitsGiveAnErrorOrFiles();
    void stopsWhenAsked();
};

void ArchiveSourceTest::readsEveryKind_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const std::string &bytes) {
        QTest::newRow(name) << QString(name)
                            << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
    };
    row("x.tar", smallTar());
    row("x.tar.gz", gzip(smallTar()));
    row("x.tgz", gzip(smallTar()));
    row("x.tar.xz", xz(smallTar()));
    row("x.zip", smallZip());
}

void ArchiveSourceTest::readsEveryKind()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const DataFolder folder;
    const fs::path path = folder.write(name.toStdString(), bytes.toStdString());
    QVERIFY(ArchiveSource::isNamed(path));
    const auto read = readTree(path);
    QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
    QCOMPARE(*read, (Contents {{"set/a.bin", "first"}, {"set/b.bin", std::string(700, 'b')}}));
    QCOMPARE(someFiles(path), (std::vector<std::string> {"set/a.bin", "set/b.bin"}));
    QCOMPARE(treeName(path), "x");
}

void ArchiveSourceTest::readsFoldersAndTheirArchives()
{
    const DataFolder folder;
    folder.write("b/c/d.txt", "d");
    folder.write("a.txt", "a");
    folder.write(".hidden", "h");
    folder.write("z.tar", smallTar());
    fs::create_directory_symlink(folder.path(), folder.path() / "b" / "loop"); // ends at the fourth level
    const auto read = readTree(folder.path());
    QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
    QCOMPARE(read->at("a.txt"), "a");
    QCOMPARE(read->at("b/c/d.txt"), "d");
    QCOMPARE(read->at("set/a.bin"), "first");
    QVERIFY(!read->contains(".hidden"));
    QVERIFY(!readTree(folder.path() / "none").has_value());
}

void ArchiveSourceTest::passesOverWithoutUnpackingMoreThanAllowed()
{
    const DataFolder folder;
    const std::string zeros(20'000'000, '\0');
    const std::string tar = tarFile("zeros.bin", zeros) + tarFile("a.bin", "a") + tarEnd();
    ZipMaker zip;
    zip.add("zeros.bin", zeros, true);
    for (const auto &[name, bytes] : {std::pair("x.tar.gz", gzip(tar)), std::pair("x.tar.xz", xz(tar)),
                                      std::pair("x.zip", zip.bytes())}) {
        QVERIFY(bytes.size() < 100'000);
        const auto read = readTree(folder.write(name, bytes));
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::OutOfRange);
        QVERIFY(QString::fromStdString(read.error().where).contains("zeros.bin:"));
        auto archive = ArchiveSource::open(folder.path() / name, 1'000'000).value();
        QVERIFY(archive.next().has_value());
        if (name != std::string("x.zip")) // passed over without unpacking
            QCOMPARE(archive.next().error().code, ErrorCode::OutOfRange);
    }
}

void ArchiveSourceTest::refusesWhatIsWrongAndSaysWhere_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("word");
    const auto row = [](const char *name, const std::string &bytes, ErrorCode code, const char *word) {
        QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                            << static_cast<int>(code) << QString(word);
    };
    const ErrorCode malformed = ErrorCode::Malformed;
    row("upwards", tarFile("set/../../a.bin", "a") + tarEnd(), malformed, "leads out");
    row("from the root", tarFile("/etc/a.bin", "a") + tarEnd(), malformed, "leads out");
    row("escapes", tarFile("a\x1b[2J\\..\\/../b", "a") + tarEnd(), malformed, "a?[2J");
    row("a lie, 8 GB", tarFile("a.bin", "a", '0', 077777777777) + tarEnd(), malformed, "claims 8589934591");
    row("a lie, 600 kB", tarFile("a.bin", "a", '0', 600'000) + tarEnd(), malformed, "claims 600000");
    row("a lie, a block", tarFile("a.bin", "a", '0', 5000) + tarEnd(), malformed, "cut off");
    row("no end", tarFile("a.bin", "a"), malformed, "no mark of its end");
    row("nothing", "", malformed, "");
    row("rubbish", std::string(5000, 'r'), malformed, "damaged");
    row("a long name's lie", tarFile("././@LongLink", "a", 'L', 077777777777) + tarEnd(), malformed, "");
    std::string sparse = tarFile("GNUSparseFile.0/a.bin", "a");
    const std::string pax = "22 GNU.sparse.major=0\n22 GNU.sparse.minor=1\n25 GNU.sparse.name=a.bin\n"
                            "25 GNU.sparse.map=1000,1\n30 GNU.sparse.size=9000000000\n";
    row("sparse", tarFile("PaxHeaders/a.bin", pax, 'x') + sparse + tarEnd(), ErrorCode::Unsupported,
        "sparse");
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += tarFile("f" + std::to_string(i), "");
    row("many files", many + tarEnd(), ErrorCode::OutOfRange, "too many");
}

void ArchiveSourceTest::refusesWhatIsWrongAndSaysWhere()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QString, word);
    const DataFolder folder;
    const auto read = readTree(folder.write("x.tar", bytes.toStdString()));
    QVERIFY(!read.has_value());
    QVERIFY2(static_cast<int>(read.error().code) == code, message(read.error()).c_str());
    QVERIFY2(QString::fromStdString(read.error().what).contains(word), message(read.error()).c_str());
    QVERIFY2(QString::fromStdString(read.error().where).contains("/x.tar"), read.error().where.c_str());
}

void ArchiveSourceTest::everyCutIsAnError()
{
    const DataFolder folder;
    for (const auto &[name, bytes] :
         {std::pair("x.tar", smallTar()), std::pair("x.tar.gz", gzip(smallTar())),
          std::pair("x.tar.xz", xz(smallTar())), std::pair("x.zip", smallZip())}) {
        const std::size_t padding =
            name == std::string("x.tar") ? 512 : 0; // one block of zeros is mark enough
        for (const std::string &cut :
             some(truncations(std::string_view(bytes).substr(0, bytes.size() - padding)))) {
            const auto read = readTree(folder.write(name, cut));
            QVERIFY2(!read.has_value(), qPrintable(QString("%1 of %2").arg(cut.size()).arg(name)));
            QVERIFY(!read.error().where.empty());
        }
    }
}

void ArchiveSourceTest::flippedBitsGiveAnErrorOrFiles()
{
    const DataFolder folder;
    const Contents whole = readTree(folder.write("x.zip", smallZip())).value();
    for (const auto &[name, bytes] : {std::pair("x.tar", smallTar()), std::pair("x.tar.gz", gzip(smallTar())),
                                      std::pair("x.tar.xz", xz(smallTar())), std::pair("x.zip", smallZip())})
        for (const std::string &flipped : some(bitFlips(bytes))) {
            const auto read = readTree(folder.write(name, flipped));
            if (read && std::string_view(name).starts_with("x.tar."))
                QCOMPARE(*read, whole); // the checksums let nothing else pass
            else if (!read)
                QVERIFY(!read.error().where.empty());
        }
}

void ArchiveSourceTest::stopsWhenAsked()
{
    const DataFolder folder;
    const fs::path path = folder.write("x.tar", smallTar());
    std::stop_source stop;
    auto archive = ArchiveSource::open(path, 1'000'000, stop.get_token()).value();
    QVERIFY(archive.next().has_value());
    stop.request_stop();
    std::byte byte {};
    QCOMPARE(archive.readSome({&byte, 1}).error().code, ErrorCode::Cancelled);
    QCOMPARE(archive.next().error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(ArchiveSourceTest)

} // namespace archive_source_test

#include "archive_source_test.moc"
