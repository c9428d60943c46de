// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_profile.h"

namespace rosler {

/// A way to bring firmware onto a board.
struct FlashTool {
    enum class Kind { Volume, OpenOcd, StFlash, PyOcd, ProbeRs, Picotool, DfuUtil };
    Kind kind = Kind::Volume;
    std::string id;    ///< "volume", "openocd", "st-flash", "pyocd", "probe-rs", "picotool", "dfu-util"
    std::string title; ///< for people: "OpenOCD", "copy to RPI-RP2"
    std::filesystem::path place; ///< of the program, or the volume's folder
    bool takesUf2 = false;       ///< of a volume
    std::string reason;          ///< why it cannot be used now, and what helps; empty = it can
};

/// Where to look. The system's own places, unless a test has others.
struct FlashPlaces {
    std::optional<std::string> path; ///< none = $PATH
    std::filesystem::path mounts = "/proc/mounts";
};

/// All ways that @p board may have, best first: copying to a volume, then programs. Those that cannot be used
/// say why. Empty when the profile says nothing of flashing (emulated boards, the twin).
[[nodiscard]] std::vector<FlashTool> availableFlashTools(const BoardProfile &board,
                                                         const FlashPlaces &places = {});

/// What will be run, program first, one after the other; for a volume, none.
/// @param image  .elf, .bin, .hex or .uf2; where a tool needs another one, that with the same name beside it
/// @return NotFound     the image, or the form of it that the tool needs, is not there
/// @return Unsupported  the profile does not say what the tool needs to know, or the tool cannot take the
/// path
[[nodiscard]] Result<std::vector<std::vector<std::string>>>
flashCommands(const FlashTool &tool, const BoardProfile &board, const std::filesystem::path &image);

/// As one would type it, for people to see and to paste.
[[nodiscard]] std::string commandLine(const std::vector<std::string> &words);

struct FlashProgress {
    double fraction = -1; ///< 0..1; -1 = not known
    std::string line;     ///< what the tool said last
};
using FlashProgressSink = std::function<void(const FlashProgress &)>;

struct FlashReport {
    std::string commandLine; ///< what was done; several commands joined by " && "
    std::string output;      ///< all that the tool said
    double seconds = 0.0;
};

/// How far a tool is by one line of what it says; none when the line does not tell.
[[nodiscard]] std::optional<double> flashFraction(std::string_view line);

/// Flashes. Programs run without a shell. Synchronous; returns within 0.3 s of a stop request, which may
/// leave the board without firmware.
/// @return as flashCommands(); Rejected  the tool failed: the text has its own last words and the command
/// line
/// @return TimedOut  it took longer than @p patience; Cancelled; Malformed  the image is no good UF2 file
/// @return Unreadable  the image or the volume cannot be read or written
[[nodiscard]] Result<FlashReport> flashFirmware(const FlashTool &tool, const BoardProfile &board,
                                                const std::filesystem::path &image,
                                                const FlashProgressSink &progress = {},
                                                const std::stop_token &stop = {},
                                                std::chrono::milliseconds patience = std::chrono::minutes(3));

} // namespace rosler
