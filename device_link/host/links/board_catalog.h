// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_client.h"
#include "device_link/host/board_profile.h"
#include "device_link/host/link.h"
#include "device_link/host/links/serial_link.h"

namespace rosler {

/// A board that can be chosen: emulated, on a serial port, or the twin; or a meter, which is none but has a
/// port too.
struct BoardEntry {
    enum class Kind { Emulated, Port, Twin, Meter };
    std::string id;     ///< "emulated:mps2-an386", "port:/dev/ttyACM0", "twin"
    std::string title;  ///< for people
    std::string reason; ///< why it cannot be opened now, and what helps; empty = it can
    Kind kind = Kind::Emulated;
    std::string meter; ///< id in meterCatalog() of a meter; empty for boards
};

/// Emulated boards first, then ports, then meters, then the twin.
[[nodiscard]] std::vector<BoardEntry> listBoards();

/// A port as listBoards() has it.
[[nodiscard]] BoardEntry entryOf(const SerialPortInfo &port);

/// A board that answers.
struct OpenBoard {
    std::unique_ptr<BoardClient> client;
    BoardProfile profile; ///< of the board that answered
    bool emulated = false;
    /// Why an emulated board that keeps models forgets what is pushed to it now: another program has the file
    /// that it keeps them in, or there is no place for one.
    std::optional<Error> forgets;
    std::string
        note; ///< what was not as expected, for people: another baud rate, no profile; empty = nothing
};

/// What is known of a board without a profile: what it says of itself. There is no modelled figure of it, and
/// its cycles per instruction are 0.
[[nodiscard]] BoardProfile genericProfile(const BoardInfo &info);

/// Starts the emulator or opens the port, and says hello. A port that stays silent is asked at the other
/// usual rates as well (921600, 460800, 230400, 57600, 9600), unless @p baud names the one. Takes up to nine
/// seconds to find nobody. Ports need a QtRuntime or a QCoreApplication (qt_runtime.h).
/// @param id       as in listBoards(); "/dev/..." means the port of that name
/// @param console  receives the board's text, and OpenBoard::note
/// @return NotFound     no such board, or what it needs is not installed
/// @return Rejected     the port is a meter's
/// @return TimedOut     nobody of ours answers: the text says what came instead, and at which rates
/// @return Unsupported  it speaks the MLPerf text API alone, or its firmware is of another version
[[nodiscard]] Result<OpenBoard> openBoard(const std::string &id,
                                          std::function<void(std::string_view)> console,
                                          const std::stop_token &stop,
                                          std::optional<std::uint32_t> baud = {});

} // namespace rosler
