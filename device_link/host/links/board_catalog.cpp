// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/board_catalog.h"

#include <algorithm>
#include <cstdlib>

#include "device_link/host/links/emulator.h"
#include "device_link/host/links/twin_link.h"

namespace rosler {

namespace {

constexpr std::string_view emulatedPrefix = "emulated:";

/// Where emulated boards keep their models: $XDG_DATA_HOME/rosler/boards.
EmulatorOptions emulatorOptions()
{
    const char *data = std::getenv("XDG_DATA_HOME");
    const char *home = std::getenv("HOME");
    EmulatorOptions options;
    if (data != nullptr && *data != '\0')
        options.memory = std::filesystem::path(data) / "rosler" / "boards";
    else if (home != nullptr && *home != '\0')
        options.memory = std::filesystem::path(home) / ".local/share/rosler/boards";
    return options;
}

Result<std::unique_ptr<Link>> openLink(const std::string &id,
                                       const std::function<void(std::string_view)> &console)
{
    if (id == "twin") {
        auto twin = TwinLink::open();
        if (!twin)
            return tl::unexpected(twin.error());
        return std::unique_ptr<Link>(std::move(*twin));
    }
    if (id.starts_with(emulatedPrefix)) {
        const Result<BoardProfile> profile = boardProfile(id.substr(emulatedPrefix.size()));
        if (!profile)
            return tl::unexpected(profile.error());
        EmulatorOptions options = emulatorOptions();
        Result<std::unique_ptr<EmulatorLink>> started = EmulatorLink::start(*profile, options);
        if (!started && started.error().code == ErrorCode::Rejected) {
            // Another program has this board's memory: a board without a past does as well.
            if (console)
                console(message(started.error()) + "; started with a memory of its own");
            options.memory.clear();
            started = EmulatorLink::start(*profile, options);
        }
        if (!started)
            return tl::unexpected(started.error());
        return std::unique_ptr<Link>(std::move(*started));
    }
    std::string known = "twin";
    for (const BoardEntry &board : listBoards())
        if (board.id != "twin")
            known += ", " + board.id;
    return fail(ErrorCode::NotFound, "no such board; known are " + known, id);
}

} // namespace

std::vector<BoardEntry> listBoards()
{
    std::vector<BoardEntry> boards;
    for (const BoardProfile &profile : boardProfiles())
        if (profile.emulator)
            boards.push_back({std::string(emulatedPrefix) + profile.id,
                              "Emulated " + profile.core + " (QEMU " + profile.emulator->machine + ")",
                              emulationProblem(profile)});
    // The main board first: a Cortex-M4F is what most people have.
    std::stable_partition(boards.begin(), boards.end(),
                          [](const BoardEntry &board) { return board.id.ends_with("mps2-an386"); });
    boards.push_back({"twin", "Twin: the firmware inside of this program", {}});
    return boards;
}

Result<OpenBoard> openBoard(const std::string &id, std::function<void(std::string_view)> console,
                            const std::stop_token &stop)
{
    Result<std::unique_ptr<Link>> link = openLink(id, console);
    if (!link)
        return tl::unexpected(link.error());
    OpenBoard board;
    board.client = std::make_unique<BoardClient>(std::move(*link));
    board.client->setConsole(std::move(console));
    const Result<BoardInfo> info = board.client->hello(stop);
    if (!info)
        return tl::unexpected(info.error());
    board.emulated = id.starts_with(emulatedPrefix);
    const Result<BoardProfile> profile = boardProfile(info->board);
    if (!profile)
        return fail(ErrorCode::Unsupported,
                    "the board calls itself '" + info->board + "', of which there is no profile", id);
    board.profile = *profile;
    return board;
}

} // namespace rosler
