// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/board_catalog.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

#include "device_link/host/links/emulator.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/meter.h"

namespace rosler {

namespace {

constexpr std::string_view emulatedPrefix = "emulated:";
constexpr std::string_view portPrefix = "port:";

std::string knownBoards()
{
    std::string known;
    for (const BoardEntry &board : listBoards())
        known += (known.empty() ? "" : ", ") + board.id;
    return known;
}

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

/// @param forgets  becomes OpenBoard::forgets
Result<std::unique_ptr<Link>> openEmulated(const std::string &id,
                                           const std::function<void(std::string_view)> &console,
                                           std::optional<Error> &forgets)
{
    const Result<BoardProfile> profile = boardProfile(id.substr(emulatedPrefix.size()));
    if (!profile)
        return tl::unexpected(profile.error());
    EmulatorOptions options = emulatorOptions();
    if (options.memory.empty())
        forgets =
            Error {ErrorCode::NotFound, "neither XDG_DATA_HOME nor HOME says where it keeps models", id};
    Result<std::unique_ptr<EmulatorLink>> started = EmulatorLink::start(*profile, options);
    if (!started && started.error().code == ErrorCode::Rejected) {
        // Another program has this board's memory: a board without a past does as well.
        if (console)
            console(message(started.error()) + "; started with a memory of its own");
        forgets = started.error();
        options.memory.clear();
        started = EmulatorLink::start(*profile, options);
    }
    if (!started)
        return tl::unexpected(started.error());
    return std::unique_ptr<Link>(std::move(*started));
}

const MeterKind *meterOf(const SerialPortInfo &port)
{
    for (const MeterKind &meter : meterCatalog())
        if (port.vendor == meter.vendor && port.product == meter.product
            && port.description.find(meter.usbName) != std::string::npos)
            return &meter;
    return nullptr;
}

/// The path of a port's id; empty when it is no port's.
std::string portIn(const std::string &id)
{
    if (id.starts_with(portPrefix))
        return id.substr(portPrefix.size());
    return id.starts_with("/dev/") ? id : std::string();
}

struct Rate {
    std::uint32_t baud;
    int tries;
};
/// The first once more at the end: a board that starts anew when its port is opened may have been silent.
/// 9600 is a board's in energy mode.
constexpr std::array<Rate, 7> rates {
    {{115200, 3}, {921600, 2}, {460800, 2}, {230400, 2}, {57600, 2}, {9600, 1}, {115200, 2}}};
constexpr std::chrono::milliseconds textPatience {300};

/// Says hello at one rate after the other.
/// @return the rate at which the board answered
Result<std::uint32_t> findRate(BoardClient &client, std::span<const Rate> toTry, const std::stop_token &stop)
{
    std::string said;
    bool heard = false;
    std::string asked;
    for (const Rate &rate : toTry) {
        // A rate that the port does not know is no reason to give up the others.
        if (client.link().baud() != rate.baud && !client.link().setBaud(rate.baud))
            continue;
        client.link().discard();
        const std::uint64_t before = client.statistics().bytesReceived;
        const Result<BoardInfo> info = client.hello(stop, rate.tries);
        if (info)
            return rate.baud;
        if (info.error().code != ErrorCode::TimedOut)
            return tl::unexpected(info.error());
        // What it took for a command so far ends here; then it may say its name.
        for (int i = 0; i < 2; ++i) {
            const auto lines = client.textCommand("name", textPatience, stop);
            if (!lines && lines.error().code != ErrorCode::TimedOut)
                return tl::unexpected(lines.error());
            if (!lines)
                break;
            if (i == 1)
                return fail(ErrorCode::Unsupported,
                            "the board speaks the MLPerf Tiny text API alone at " + std::to_string(rate.baud)
                                + " baud (" + (lines->empty() ? "no name" : lines->front())
                                + "); flash the firmware that came with this program",
                            client.link().name());
        }
        if (client.statistics().bytesReceived != before) {
            heard = true;
            if (said.empty() || info.error().what.find("text") != std::string::npos)
                said = info.error().what;
        }
        const std::string text = std::to_string(rate.baud);
        if (asked.find(text) == std::string::npos)
            asked += (asked.empty() ? "" : ", ") + text;
    }
    return fail(ErrorCode::TimedOut,
                (heard && !said.empty()
                     ? said
                     : "nothing answers; is the firmware on the board, and is it this port?")
                    + " (asked at " + asked + " baud)",
                client.link().name());
}

Result<OpenBoard> openPort(const std::string &path, bool mayBeMeter,
                           std::function<void(std::string_view)> console, const std::stop_token &stop,
                           std::optional<std::uint32_t> baud)
{
    for (const SerialPortInfo &port : serialPorts())
        if (const MeterKind *meter = meterOf(port); meter != nullptr && port.path == path && !mayBeMeter)
            return fail(ErrorCode::Rejected,
                        "this is the port of a meter (" + std::string(meter->title) + "), not of a board",
                        path);
    const std::array<Rate, 1> told {{{baud.value_or(0), 3}}};
    const std::span<const Rate> toTry = baud ? std::span<const Rate>(told) : std::span<const Rate>(rates);
    Result<std::unique_ptr<SerialLink>> link = SerialLink::open(path, toTry.front().baud);
    if (!link) {
        Error error = link.error();
        if (error.code == ErrorCode::NotFound)
            error.what += "; there are " + knownBoards();
        return tl::unexpected(std::move(error));
    }
    OpenBoard board;
    board.client = std::make_unique<BoardClient>(std::move(*link));
    board.client->setConsole(console);
    const Result<std::uint32_t> rate = findRate(*board.client, toTry, stop);
    if (!rate)
        return tl::unexpected(rate.error());
    if (*rate != toTry.front().baud)
        board.note = "the board answers at " + std::to_string(*rate) + " baud, not at "
            + std::to_string(toTry.front().baud);
    return board;
}

Result<OpenBoard> openOther(const std::string &id, const std::function<void(std::string_view)> &console,
                            const std::stop_token &stop)
{
    OpenBoard board;
    std::unique_ptr<Link> link;
    if (id == "twin") {
        auto twin = TwinLink::open();
        if (!twin)
            return tl::unexpected(twin.error());
        link = std::move(*twin);
    } else if (id.starts_with(emulatedPrefix)) {
        auto emulated = openEmulated(id, console, board.forgets);
        if (!emulated)
            return tl::unexpected(emulated.error());
        link = std::move(*emulated);
    } else {
        return fail(ErrorCode::NotFound, "no such board; known are " + knownBoards(), id);
    }
    board.client = std::make_unique<BoardClient>(std::move(link));
    board.client->setConsole(console);
    if (const Result<BoardInfo> info = board.client->hello(stop); !info)
        return tl::unexpected(info.error());
    board.emulated = id.starts_with(emulatedPrefix);
    return board;
}

} // namespace

std::vector<BoardEntry> listBoards()
{
    std::vector<BoardEntry> boards;
    for (const BoardProfile &profile : boardProfiles())
        if (profile.emulator)
            boards.push_back({std::string(emulatedPrefix) + profile.id,
                              "Emulated " + profile.core + " (QEMU " + profile.emulator->machine + ")",
                              emulationProblem(profile),
                              BoardEntry::Kind::Emulated,
                              {}});
    // The main board first: a Cortex-M4F is what most people have.
    std::stable_partition(boards.begin(), boards.end(),
                          [](const BoardEntry &board) { return board.id.ends_with("mps2-an386"); });
    std::vector<BoardEntry> meters;
    for (const SerialPortInfo &port : serialPorts()) {
        BoardEntry entry = entryOf(port);
        (entry.kind == BoardEntry::Kind::Meter ? meters : boards).push_back(std::move(entry));
    }
    boards.insert(boards.end(), meters.begin(), meters.end());
    boards.push_back({"twin", "Twin: the firmware inside of this program", {}, BoardEntry::Kind::Twin, {}});
    return boards;
}

BoardEntry entryOf(const SerialPortInfo &port)
{
    BoardEntry entry;
    entry.id = std::string(portPrefix) + port.path;
    entry.kind = BoardEntry::Kind::Port;
    entry.title = port.name;
    const std::string maker =
        port.description.find(port.manufacturer) == std::string::npos ? port.manufacturer : std::string();
    if (!port.description.empty() || !maker.empty())
        entry.title +=
            ": " + port.description + (maker.empty() ? "" : (port.description.empty() ? "" : ", ") + maker);
    if (const MeterKind *meter = meterOf(port)) {
        entry.kind = BoardEntry::Kind::Meter;
        entry.meter = meter->id;
        entry.title = port.name + ": " + std::string(meter->title);
        entry.reason = "this is a meter, no board";
    }
    if (::access(port.path.c_str(), F_OK) == 0 && ::access(port.path.c_str(), R_OK | W_OK) != 0)
        entry.reason = "no permission; on Debian: sudo adduser $USER dialout, and log in again";
    return entry;
}

BoardProfile genericProfile(const BoardInfo &info)
{
    const std::string source = "the board says so";
    BoardProfile profile;
    profile.id = info.board;
    profile.title = info.board + " (" + info.core + ")";
    profile.core = info.core;
    profile.clockHz = {info.clockHz, source};
    std::uint32_t room = 0;
    for (const SlotInfo &slot : info.slots)
        room = std::max(room, slot.capacity);
    profile.flashBytes = {static_cast<double>(room), source};
    profile.ramBytes = {static_cast<double>(info.ramBytes), source};
    return profile;
}

Result<OpenBoard> openBoard(const std::string &id, std::function<void(std::string_view)> console,
                            const std::stop_token &stop, std::optional<std::uint32_t> baud)
{
    const std::string port = portIn(id);
    Result<OpenBoard> board = port.empty() ? openOther(id, console, stop)
                                           : openPort(port, !id.starts_with(portPrefix), console, stop, baud);
    if (!board)
        return board;
    const BoardInfo &info = board->client->info();
    if (const Result<BoardProfile> profile = boardProfile(info.board)) {
        board->profile = *profile;
    } else {
        board->profile = genericProfile(info);
        board->note += (board->note.empty() ? "" : "; ") + std::string("the board calls itself '")
            + info.board + "', of which there is no profile: nothing is modelled for it";
    }
    if (console && !board->note.empty())
        console(board->note);
    return board;
}

} // namespace rosler
