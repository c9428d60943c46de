// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/byte_source.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/xz.h"

namespace byte_source_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

class ByteSourceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsPlainAndPackedAlike_data();
    void readsPlainAndPackedAlike();
    void readsNumbersMostSignificantByteFirst();
    void knowsHowMuchCanStillCome();
    void sayWhereAFileEndsTooSoonOrTooLate();
    void everyCutOfAPackedStreamIsAnError();
    void noFlippedBitOfAPackedStreamGoesUnseen();
    void membersFollowOneAnother();
    void whatIsNoFileIsRefused();

private:
    fs::path write(const std::string &bytes)
    {
        const fs::path path = fs::path(m_folder.path().toStdString()) / "set" / "data.bin";
        fs::create_directories(path.parent_path());
        fs::remove(path); // ext4 writes a truncated file back at once; thousands of them take seconds
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }

    QTemporaryDir m_folder;
};

namespace {

/// Reads @p count bytes in pieces of @p piece and expects the end.
Result<std::string> readAll(const fs::path &path, std::size_t count, std::size_t piece)
{
    auto source = ByteSource::open(path);
    if (!source)
        return tl::unexpected(source.error());
    std::string bytes(count, '\0');
    for (std::size_t at = 0; at < count; at += piece) {
        const auto into = std::span(bytes).subspan(at, std::min(piece, count - at));
        if (auto read = source->read(std::as_writable_bytes(into)); !read)
            return tl::unexpected(read.error());
    }
    if (auto end = source->expectEnd(); !end)
        return tl::unexpected(end.error());
    return bytes;
}

std::string pattern(std::size_t count)
{
    std::string bytes(count, '\0');
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<char>((i * i + i / 251) % 256);
    return bytes;
}

} // namespace

void ByteSourceTest::readsPlainAndPackedAlike_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("piece");
    QTest::newRow("empty") << 0 << 1;
    QTest::newRow("one byte") << 1 << 1;
    QTest::newRow("two bytes") << 2 << 7;
    QTest::newRow("a buffer's worth") << 262'144 << 262'144;
    QTest::newRow("more than a buffer, odd pieces") << 600'001 << 997;
    QTest::newRow("in one piece") << 1'000'000 << 1'000'000;
}

void ByteSourceTest::readsPlainAndPackedAlike()
{
    QFETCH(int, count);
    QFETCH(int, piece);
    const std::string bytes = pattern(static_cast<std::size_t>(count));
    for (const std::string &file : {bytes, gzip(bytes), xz(bytes)}) {
        const auto read = readAll(write(file), bytes.size(), static_cast<std::size_t>(piece));
        QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
        QVERIFY(*read == bytes);
    }
}

void ByteSourceTest::readsNumbersMostSignificantByteFirst()
{
    auto source = ByteSource::open(write(std::string("\x01\x02\xFE\xFF", 4))).value();
    QCOMPARE(source.readBigEndian32().value(), 0x0102FEFFU);
    QCOMPARE(source.offset(), 4U);
    QVERIFY(source.expectEnd().has_value());
}

void ByteSourceTest::knowsHowMuchCanStillCome()
{
    auto plain = ByteSource::open(write(pattern(100))).value();
    QCOMPARE(plain.mostBytesLeft(), 100U);
    QVERIFY(plain.readBigEndian32().has_value());
    QCOMPARE(plain.mostBytesLeft(), 96U);
    QCOMPARE(plain.fileBytes(), 100U);
    QCOMPARE(plain.fileBytesRead(), 4U);

    // Zeros pack best of all: the bound must still be one.
    const std::string zeros(50'000'000, '\0');
    const std::string packed = gzip(zeros);
    const auto source = ByteSource::open(write(packed)).value();
    QVERIFY(source.mostBytesLeft() >= zeros.size());
    QCOMPARE(source.mostBytesLeft(), packed.size() * 1032);
    QVERIFY(ByteSource::open(write(xz(zeros)))->mostBytesLeft() >= zeros.size());
}

void ByteSourceTest::sayWhereAFileEndsTooSoonOrTooLate()
{
    const std::string bytes = pattern(20);
    for (const std::string &file : {bytes, gzip(bytes), xz(bytes)}) {
        const auto early = readAll(write(file), 21, 16);
        QVERIFY(!early.has_value());
        QCOMPARE(early.error().code, ErrorCode::Malformed);
        QCOMPARE(early.error().where, "set/data.bin:20");
        QCOMPARE(early.error().what, "the file ends after 20 bytes; 5 from byte 16 on are needed");
        const auto late = readAll(write(file), 19, 16);
        QVERIFY(!late.has_value());
        QCOMPARE(late.error().code, ErrorCode::Malformed);
        QCOMPARE(late.error().where, "set/data.bin:19");
    }
}

void ByteSourceTest::everyCutOfAPackedStreamIsAnError()
{
    const std::string bytes = pattern(300);
    for (const std::string &whole : {gzip(bytes), xz(bytes)})
        for (const std::string &cut : truncations(whole)) {
            const auto read = readAll(write(cut), bytes.size(), 64);
            QVERIFY(!read.has_value());
            QCOMPARE(read.error().code, ErrorCode::Malformed);
            QVERIFY(read.error().where.starts_with("set/data.bin:"));
        }
}

void ByteSourceTest::noFlippedBitOfAPackedStreamGoesUnseen()
{
    const std::string bytes = pattern(300);
    for (const std::string &whole : {gzip(bytes), xz(bytes)})
        for (const std::string &flipped : bitFlips(whole)) {
            const auto read = readAll(write(flipped), bytes.size(), 64);
            if (read) // the flip was in a field of the header that does not matter: time, system
                QVERIFY(*read == bytes);
            else
                QCOMPARE(read.error().code, ErrorCode::Malformed);
        }
}

void ByteSourceTest::membersFollowOneAnother()
{
    const std::string bytes = pattern(1000);
    const std::string two = gzip(bytes.substr(0, 400)) + gzip("") + gzip(bytes.substr(400));
    QVERIFY(readAll(write(two), 1000, 100).value() == bytes);
    const auto rubbish = readAll(write(gzip(bytes) + "rubbish"), 1000, 1000);
    QVERIFY(!rubbish.has_value());
    QCOMPARE(rubbish.error().code, ErrorCode::Malformed);
}

void ByteSourceTest::whatIsNoFileIsRefused()
{
    const fs::path folder(m_folder.path().toStdString());
    const auto missing = ByteSource::open(folder / "none.bin");
    QVERIFY(!missing.has_value());
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
    QVERIFY(missing.error().where.ends_with("/none.bin"));
    const auto aFolder = ByteSource::open(folder);
    QVERIFY(!aFolder.has_value());
    QCOMPARE(aFolder.error().code, ErrorCode::Unreadable);
    QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    const auto pipe = ByteSource::open(folder / "pipe"); // must not wait for a writer
    QVERIFY(!pipe.has_value());
    QCOMPARE(pipe.error().code, ErrorCode::Unreadable);
}

QTEST_APPLESS_MAIN(ByteSourceTest)

} // namespace byte_source_test

#include "byte_source_test.moc"
