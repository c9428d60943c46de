// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rosler {

/// One thing that was looked at.
struct BoardFinding {
    enum class State { Ok, Warning, Problem };
    State state = State::Ok;
    std::string id;     ///< of the check: "qemu", "firmware", "port", "permission", "driver", "usb", "held",
                        ///< "interferes", "meter", "volume", "serial"
    std::string what;   ///< "QEMU", "/dev/ttyACM0"
    std::string found;  ///< "version 7.2.9", "no permission"
    std::string remedy; ///< what to do; empty when there is nothing to do
};

/// Where to look. The system's own places, unless a test has others.
struct SystemPlaces {
    std::filesystem::path sys = "/sys";
    std::filesystem::path proc = "/proc";
    std::filesystem::path dev = "/dev";
    std::filesystem::path groups = "/etc/group";
    std::filesystem::path firmware;            ///< empty = firmwareFolder()
    std::optional<std::string> path;           ///< none = $PATH
    std::optional<std::string> user;           ///< none = who runs this program
    std::optional<std::vector<unsigned>> gids; ///< groups of this session; none = as the system says
    /// Whether a device may be read and written; none = as the system says.
    std::function<bool(const std::filesystem::path &)> mayOpen;
};

/// "Why is my board missing?": everything that boards, emulated or real, and meters need, with what to do
/// where something is not as it should be. Opens no port. Starts QEMU for its version. Takes up to some
/// seconds; not for a thread that draws.
[[nodiscard]] std::vector<BoardFinding> diagnoseBoards(const SystemPlaces &places = {});

} // namespace rosler
