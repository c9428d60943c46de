// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_wait.h"

#include <cstdio>
#include <string>

namespace rosler::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest {1000}; ///< that is worth a word
constexpr milliseconds longest {5000};  ///< that somebody who sees no bar does not wonder at

std::string seconds(milliseconds time)
{
    return std::to_string(std::chrono::round<std::chrono::seconds>(time).count());
}

} // namespace

BoardWait::BoardWait(BoardClient &client)
    : m_client(client)
{
    client.setWaiting([this](milliseconds waited, milliseconds expected) { waits(waited, expected); });
}

BoardWait::~BoardWait()
{
    m_client.setWaiting({});
}

void BoardWait::waits(milliseconds waited, milliseconds expected)
{
    if (expected < shortest)
        return;
    if (m_bar != nullptr && m_bar->isShown()) {
        m_bar->wait("the board works, " + seconds(waited) + " of about " + seconds(expected) + " s");
    } else if (expected > longest && !m_said) {
        std::fprintf(stderr, "rosler: the board works, and says for about %s s\n", seconds(expected).c_str());
        m_said = true;
    }
}

} // namespace rosler::cli
