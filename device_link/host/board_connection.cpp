// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_connection.h"

namespace rosler {

bool BoardConnection::isOpen() const noexcept
{
    return m_state == State::Idle || (m_state == State::Working && !m_title.empty());
}

void BoardConnection::open(const std::string &board, bool andWork)
{
    m_state = State::Opening;
    m_workWaits = andWork;
    m_board = board;
    m_title.clear();
}

void BoardConnection::opened(const std::string &title)
{
    if (m_state == State::Absent)
        return; // it was left meanwhile
    if (m_state != State::Working)
        m_state = m_workWaits ? State::Working : State::Idle;
    m_workWaits = false;
    m_title = title;
}

void BoardConnection::work()
{
    if (m_state == State::Absent || m_state == State::Idle)
        m_state = State::Working;
}

void BoardConnection::rest()
{
    if (m_state != State::Working)
        return;
    if (m_title.empty())
        leave();
    else
        m_state = State::Idle;
}

void BoardConnection::lose(const Error &why)
{
    if (!isOpen())
        return;
    m_state = State::Lost;
    m_workWaits = false;
    m_loss = why;
}

void BoardConnection::leave()
{
    *this = {};
}

} // namespace rosler
