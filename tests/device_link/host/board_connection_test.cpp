// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "device_link/host/board_connection.h"

namespace board_connection_test {

using namespace rosler;
using State = BoardConnection::State;

class BoardConnectionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesThroughItsStates()
    {
        BoardConnection board;
        QCOMPARE(board.state(), State::Absent);
        board.open("twin", false);
        QCOMPARE(board.state(), State::Opening);
        QVERIFY(board.isBusy() && !board.isOpen());
        board.opened("Twin");
        QCOMPARE(board.state(), State::Idle);
        QVERIFY(!board.isBusy() && board.isOpen());
        QCOMPARE(board.board(), std::string("twin"));
        QCOMPARE(board.title(), std::string("Twin"));
        board.work();
        QCOMPARE(board.state(), State::Working);
        QVERIFY(board.isBusy() && board.isOpen());
        board.opened("Twin"); // its slots have changed
        QCOMPARE(board.state(), State::Working);
        board.rest();
        QCOMPARE(board.state(), State::Idle);
        board.lose({ErrorCode::TimedOut, "silence", {}});
        QCOMPARE(board.state(), State::Lost);
        QCOMPARE(board.loss().what, std::string("silence"));
        QVERIFY(!board.isBusy() && !board.isOpen());
        QCOMPARE(board.board(), std::string("twin"));
        board.opened("Twin");
        QCOMPARE(board.state(), State::Idle);
        board.leave();
        QVERIFY(board == BoardConnection());
    }

    void workThatWaitedForTheBoardBeginsWithIt()
    {
        BoardConnection board;
        board.open("twin", true);
        QVERIFY(!board.isOpen());
        board.opened("Twin");
        QCOMPARE(board.state(), State::Working);
        board.lose({});
        QCOMPARE(board.state(), State::Lost);
        board.rest(); // the order that lost it ends
        QCOMPARE(board.state(), State::Lost);
        board.opened("Twin");
        QCOMPARE(board.state(), State::Idle);
    }

    void workWithoutABoardLeavesNone()
    {
        BoardConnection board;
        board.work();
        QCOMPARE(board.state(), State::Working);
        QVERIFY(!board.isOpen());
        board.rest();
        QCOMPARE(board.state(), State::Absent);
    }

    void lateAnswersChangeNothing()
    {
        BoardConnection board;
        board.opened("Twin");
        QCOMPARE(board.state(), State::Absent);
        board.lose({});
        QCOMPARE(board.state(), State::Absent);
        board.open("twin", false);
        board.lose({}); // never was there
        board.rest();
        board.work();
        QCOMPARE(board.state(), State::Opening);
    }
};

QTEST_APPLESS_MAIN(BoardConnectionTest)

} // namespace board_connection_test

#include "board_connection_test.moc"
