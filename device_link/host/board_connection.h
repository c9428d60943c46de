// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"

namespace rosler {

/// How a program stands with the one board that it may be connected to: a single state and what belongs to
/// it. Plain value; the session that talks to the board makes the steps, whoever shows the board reads them.
///
///              open()            opened()          work()
///   Absent ------------> Opening ---------> Idle ----------> Working
///     ^                                      ^  <-----------    |
///     |   leave(), from all                  |     rest()       | lose(), also from Idle
///     +--------------------                  +---- Lost <-------+
///                                        opened()
///
/// Work that needs no connection (flashing firmware) goes from Absent to Working and back. Steps that a state
/// does not have change nothing, since answers of boards may come late.
class BoardConnection
{
public:
    enum class State {
        Absent,  ///< no board is wanted
        Opening, ///< one is looked for, for the first time
        Idle,    ///< it answers, and does nothing
        Working, ///< an order is carried out
        Lost,    ///< it answered once and does no more; it is waited for
    };

    [[nodiscard]] State state() const noexcept { return m_state; }
    /// Id of the board that is wanted ("emulated:mps2-an386"); empty when Absent, and while work needs none.
    [[nodiscard]] const std::string &board() const noexcept { return m_board; }
    /// What the board calls itself; empty before it has answered.
    [[nodiscard]] const std::string &title() const noexcept { return m_title; }
    /// Why it is Lost.
    [[nodiscard]] const Error &loss() const noexcept { return m_loss; }

    /// It can be spoken to.
    [[nodiscard]] bool isOpen() const noexcept;
    /// Nothing else can be asked for.
    [[nodiscard]] bool isBusy() const noexcept
    {
        return m_state == State::Opening || m_state == State::Working;
    }

    /// Another board, or the same anew.
    /// @param andWork  an order waits for it: it is Working as soon as it is open
    void open(const std::string &board, bool andWork);
    void opened(const std::string &title);
    void work();
    /// The order is done: Idle again, or Absent when no board was open.
    void rest();
    void lose(const Error &why);
    void leave();

    friend bool operator==(const BoardConnection &a, const BoardConnection &b) noexcept
    {
        return a.m_state == b.m_state && a.m_board == b.m_board && a.m_title == b.m_title;
    }

private:
    State m_state = State::Absent;
    bool m_workWaits = false; ///< while Opening
    std::string m_board;
    std::string m_title;
    Error m_loss {};
};

} // namespace rosler
