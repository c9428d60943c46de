// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "app/cli/progress_bar.h"
#include "device_link/host/board_client.h"

namespace rosler::cli {

/// Shows how long a board says that it works: behind the bar of what waits for it; where standard error is no
/// terminal in one line, once, when it is long.
class BoardWait
{
public:
    /// @param client  outlives this; tells nobody else meanwhile
    explicit BoardWait(BoardClient &client);
    ~BoardWait();
    BoardWait(const BoardWait &) = delete;
    BoardWait &operator=(const BoardWait &) = delete;

    /// From now on that one waits.
    /// @param bar  null = none; otherwise it is there until the next call, or until this is gone
    void showOn(SimpleProgress *bar) { m_bar = bar; }

private:
    void waits(std::chrono::milliseconds waited, std::chrono::milliseconds expected);

    BoardClient &m_client;
    SimpleProgress *m_bar = nullptr;
    bool m_said = false;
};

} // namespace rosler::cli
