// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/links/board_catalog.h"
#include "tests/device_link/support/qemu_board.h"

namespace board_catalog_test {

using namespace rosler;

/// The one list of boards, and opening by its ids.
class BoardCatalogTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_DATA_HOME", m_folder.path().toLocal8Bit());
        qputenv("ROSLER_FIRMWARE", ROSLER_FIRMWARE);
    }

    void theMainBoardComesFirstAndTheTwinLast()
    {
        const std::vector<BoardEntry> boards = listBoards();
        QCOMPARE(boards.front().id, std::string("emulated:mps2-an386"));
        QVERIFY(boards.front().kind == BoardEntry::Kind::Emulated);
        QCOMPARE(boards.back().id, std::string("twin"));
        QVERIFY(boards.back().kind == BoardEntry::Kind::Twin);
        QVERIFY(boards.back().reason.empty());
        std::set<std::string> ids;
        std::ptrdiff_t emulated = 0;
        for (const BoardEntry &board : boards) {
            QVERIFY2(ids.insert(board.id).second, board.id.c_str());
            QVERIFY(!board.title.empty());
            emulated += board.kind == BoardEntry::Kind::Emulated ? 1 : 0;
        }
        const auto profiles = boardProfiles();
        QCOMPARE(emulated, std::count_if(profiles.begin(), profiles.end(), [](const BoardProfile &board) {
                     return board.emulator.has_value();
                 }));
    }

    void withoutQemuTheListSaysWhatHelps()
    {
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", m_folder.path().toLocal8Bit());
        const std::vector<BoardEntry> boards = listBoards();
        const auto opened = openBoard("emulated:mps2-an386", {}, {});
        qputenv("PATH", path);
        for (const BoardEntry &board : boards)
            if (board.kind == BoardEntry::Kind::Emulated)
                QVERIFY2(board.reason.find("is not installed (Debian: apt-get install qemu-system-")
                             != std::string::npos,
                         board.reason.c_str());
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::NotFound);
    }

    void theTwinOpens()
    {
        const auto board = openBoard("twin", {}, {});
        QVERIFY(board);
        QVERIFY(!board->emulated);
        QVERIFY(board->client->info().isTwin);
        QCOMPARE(board->profile.id, std::string("twin"));
    }

    void anEmulatedBoardOpensEvenWhenItsMemoryIsTaken()
    {
        const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE));
        if (!missing.isEmpty())
            QSKIP(qPrintable(missing));
        const auto first = openBoard("emulated:mps2-an386", {}, {});
        QVERIFY2(first, first ? "" : message(first.error()).c_str());
        QVERIFY(first->emulated);
        QVERIFY(!first->forgets);
        QCOMPARE(first->profile.id, std::string("mps2-an386"));
        std::string heard;
        const auto second =
            openBoard("emulated:mps2-an386", [&](std::string_view text) { heard += text; }, {});
        QVERIFY2(second, second ? "" : message(second.error()).c_str());
        QVERIFY2(heard.find("a memory of its own") != std::string::npos, heard.c_str());
        QVERIFY(second->forgets);
        QCOMPARE(second->forgets->code, ErrorCode::Rejected);
        QVERIFY(second->forgets->where.find("mps2-an386.memory") != std::string::npos);
    }

    void whatIsNoBoardIsNamedWithThoseThatAre()
    {
        for (const char *id : {"", "nothing", "emulated:nothing", "Twin"}) {
            const auto board = openBoard(id, {}, {});
            QVERIFY(!board);
            QCOMPARE(board.error().code, ErrorCode::NotFound);
            QVERIFY2(board.error().what.find("mps2-an386") != std::string::npos, board.error().what.c_str());
        }
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(BoardCatalogTest)

} // namespace board_catalog_test

#include "board_catalog_test.moc"
