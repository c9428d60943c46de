// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_client.h"
#include "device_link/host/board_profile.h"
#include "device_link/host/link.h"

namespace rosler {

/// A board that can be chosen: emulated, on a serial port, or the twin.
struct BoardEntry {
    std::string id;     ///< "emulated:mps2-an386", "port:/dev/ttyACM0", "twin"
    std::string title;  ///< for people
    std::string reason; ///< why it cannot be opened now; empty = it can
};

/// Emulated boards first, then ports, then the twin.
[[nodiscard]] std::vector<BoardEntry> listBoards();

/// A board that answers.
struct OpenBoard {
    std::unique_ptr<BoardClient> client;
    BoardProfile profile; ///< of the board that answered
    bool emulated = false;
};

/// Starts the emulator or opens the port, and says hello.
/// @param id  as in listBoards(); "/dev/..." means the port of that name
/// @return NotFound     no such board, or what it needs is not installed
/// @return Unsupported  the board that answers is not among the profiles
[[nodiscard]] Result<OpenBoard>
openBoard(const std::string &id, std::function<void(std::string_view)> console, const std::stop_token &stop);

} // namespace rosler
