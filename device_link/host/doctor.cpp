// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/doctor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_link/host/board_profile.h"
#include "device_link/host/child_process.h"
#include "device_link/host/flash/boot_volume.h"
#include "device_link/host/links/emulator.h"
#include "device_link/host/links/port_holder.h"
#include "device_link/host/links/qt_runtime.h"
#include "device_link/host/meter.h"

namespace rosler {

namespace {

namespace fs = std::filesystem;
using State = BoardFinding::State;
using Findings = std::vector<BoardFinding>;

std::string firstLine(const fs::path &file)
{
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
}

std::vector<fs::path> entriesOf(const fs::path &folder)
{
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        entries.push_back(at->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

unsigned hexNumber(const std::string &text)
{
    unsigned number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return number;
}

/// A device on USB.
struct UsbDevice {
    unsigned vendor = 0;
    unsigned product = 0;
    std::string name;

    [[nodiscard]] std::string text() const
    {
        std::array<char, 16> ids {};
        std::snprintf(ids.data(), ids.size(), "%04x:%04x", vendor, product);
        return name.empty() ? std::string(ids.data()) : name + " (" + ids.data() + ")";
    }
};

UsbDevice usbDevice(const fs::path &folder)
{
    return {hexNumber(firstLine(folder / "idVendor")), hexNumber(firstLine(folder / "idProduct")),
            firstLine(folder / "product")};
}

/// The USB device that a tty belongs to: the nearest folder above it that has USB ids.
std::optional<UsbDevice> deviceOfPort(const SystemPlaces &places, const std::string &tty)
{
    std::error_code error;
    fs::path at = fs::canonical(places.sys / "class" / "tty" / tty / "device", error);
    for (int depth = 0; !error && depth < 6 && at.has_relative_path(); ++depth, at = at.parent_path())
        if (fs::exists(at / "idVendor", error))
            return usbDevice(at);
    return std::nullopt;
}

void lookAtQemu(const SystemPlaces &places, const EmulatorProgram &qemu, Findings &findings)
{
    const fs::path program =
        places.path ? findProgram(qemu.program, *places.path) : findProgram(qemu.program);
    if (program.empty()) {
        std::string boards;
        for (const BoardProfile &board : boardProfiles())
            if (board.emulator && board.emulator->architecture == qemu.architecture)
                boards += (boards.empty() ? "" : ", ") + board.id;
        findings.push_back({State::Problem, "qemu", qemu.title, "not installed: it would play " + boards,
                            std::string("sudo apt-get install ") + qemu.package});
        return;
    }
    ChildProcess process;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (process.start(program, {"--version"}))
        while (process.readOutput(std::chrono::milliseconds(200)) && std::chrono::steady_clock::now() < end) {
        }
    const std::string said = process.output().substr(0, process.output().find('\n'));
    if (said.find("version") == std::string::npos)
        findings.push_back({State::Problem, "qemu", qemu.title, program.string() + " does not start: " + said,
                            std::string("sudo apt-get install --reinstall ") + qemu.package});
    else
        findings.push_back({State::Ok, "qemu", qemu.title, said, {}});
}

void lookAtFirmware(const SystemPlaces &places, Findings &findings)
{
    const fs::path folder = places.firmware.empty() ? firmwareFolder() : places.firmware;
    for (const BoardProfile &board : boardProfiles()) {
        if (board.firmware.empty())
            continue;
        std::error_code ignored;
        const bool there = fs::exists(folder / board.firmware, ignored);
        findings.push_back(
            {there ? State::Ok : State::Problem, "firmware", "firmware for " + board.id,
             there ? (folder / board.firmware).string() : board.firmware + " is not in " + folder.string(),
             there ? ""
                   : std::string("sudo apt-get install ") + emulatorProgramFor(board).compiler
                     + ", and build the program again"});
    }
}

std::string userName(const SystemPlaces &places)
{
    if (places.user)
        return *places.user;
    const passwd *entry = ::getpwuid(::getuid());
    return entry != nullptr ? entry->pw_name : "";
}

std::vector<unsigned> sessionGroups(const SystemPlaces &places)
{
    if (places.gids)
        return *places.gids;
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (!groups.empty())
        groups.resize(static_cast<std::size_t>(
            std::max(::getgroups(static_cast<int>(groups.size()), groups.data()), 0)));
    groups.push_back(::getegid());
    return {groups.begin(), groups.end()};
}

struct Group {
    std::string name;
    bool hasUser = false;
};

Group groupOf(const SystemPlaces &places, unsigned gid, const std::string &user)
{
    std::ifstream file(places.groups);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name;
        std::string password;
        std::string number;
        std::string members;
        std::getline(fields, name, ':');
        std::getline(fields, password, ':');
        std::getline(fields, number, ':');
        std::getline(fields, members);
        if (number != std::to_string(gid))
            continue;
        return {name, !user.empty() && ("," + members + ",").find("," + user + ",") != std::string::npos};
    }
    return {"dialout", false};
}

void lookAtPermission(const SystemPlaces &places, const fs::path &port, Findings &findings)
{
    const bool may = places.mayOpen ? places.mayOpen(port) : ::access(port.c_str(), R_OK | W_OK) == 0;
    if (may) {
        findings.push_back({State::Ok, "permission", port.string(), "may be opened", {}});
        return;
    }
    struct stat status {
    };
    const unsigned gid = ::stat(port.c_str(), &status) == 0 ? status.st_gid : 0;
    const Group group = groupOf(places, gid, userName(places));
    const std::vector<unsigned> now = sessionGroups(places);
    const bool inSession = std::find(now.begin(), now.end(), gid) != now.end();
    std::string found = "no permission: it belongs to the group " + group.name;
    std::string remedy = "sudo adduser " + (userName(places).empty() ? "$USER" : userName(places)) + " "
        + group.name + ", then log out and in again";
    if (group.hasUser && !inSession) {
        found = "no permission yet: you were added to the group " + group.name + " after you logged in";
        remedy = "log out and in again";
    } else if (inSession) {
        found = "no permission, though you are in its group " + group.name;
        remedy = "look at its access rights: ls -l " + port.string();
    }
    findings.push_back({State::Problem, "permission", port.string(), found, remedy});
}

/// @return whether there is any
bool lookAtPorts(const SystemPlaces &places, Findings &findings)
{
    bool any = false;
    for (const fs::path &port : entriesOf(places.dev)) {
        const std::string name = port.filename().string();
        if (!name.starts_with("ttyACM") && !name.starts_with("ttyUSB"))
            continue;
        any = true;
        const std::optional<UsbDevice> usb = deviceOfPort(places, name);
        findings.push_back({State::Ok, "port", port.string(), usb ? usb->text() : "a serial port", {}});
        for (const MeterKind &meter : meterCatalog())
            if (usb && usb->vendor == meter.vendor && usb->product == meter.product
                && usb->name.find(meter.usbName) != std::string::npos)
                findings.push_back({State::Ok, "meter", port.string(), std::string(meter.title), {}});
        lookAtPermission(places, port, findings);
        if (const std::string holder = holderOf(port, places.proc); !holder.empty())
            findings.push_back({State::Problem, "held", port.string(), holder + " has it open",
                                "close that program, or end it"});
    }
    return any;
}

/// The kernel module that makes a port of it; empty when it is no serial device.
std::string driverFor(const UsbDevice &device, const fs::path &interface)
{
    const unsigned kind = hexNumber(firstLine(interface / "bInterfaceClass"));
    if (kind == 0x02)
        return hexNumber(firstLine(interface / "bInterfaceSubClass")) == 0x02 ? "cdc_acm" : "";
    if (kind != 0xFF)
        return {};
    switch (device.vendor) {
    case 0x0403:
        return "ftdi_sio";
    case 0x10C4:
        return "cp210x";
    case 0x1A86:
        return "ch341";
    case 0x067B:
        return "pl2303";
    default:
        return {};
    }
}

void lookAtUsb(const SystemPlaces &places, bool anyPort, bool anyVolume, Findings &findings)
{
    const fs::path bus = places.sys / "bus" / "usb" / "devices";
    const std::vector<fs::path> entries = entriesOf(bus);
    bool any = false;
    for (const fs::path &entry : entries) {
        std::error_code ignored;
        if (!fs::exists(entry / "idVendor", ignored)
            || hexNumber(firstLine(entry / "bDeviceClass")) == 0x09) // hubs
            continue;
        any = true;
        const UsbDevice device = usbDevice(entry);
        const std::string prefix = entry.filename().string() + ":";
        for (const fs::path &interface : entries) {
            if (!interface.filename().string().starts_with(prefix))
                continue;
            const std::string driver = driverFor(device, interface);
            if (driver.empty() || fs::exists(interface / "driver", ignored))
                continue;
            findings.push_back(
                {State::Problem, "driver", device.text(),
                 "a serial device on USB without a driver: it has no port",
                 "sudo modprobe " + driver
                     + (driver == "ch341" ? "; if it goes again at once: sudo apt-get remove brltty" : "")});
        }
    }
    if (anyPort || anyVolume)
        return;
    findings.push_back(
        {State::Warning, "usb", "boards on USB", any ? "no serial port" : "nothing is on USB at all",
         any ? "plug in the board at its debug or USB connector; many cables carry power alone: try another, "
               "and another socket"
             : "plug in the board; many cables carry power alone: try another, and another socket"});
}

void lookAtPrograms(const SystemPlaces &places, bool anyPort, Findings &findings)
{
    for (const fs::path &process : entriesOf(places.proc)) {
        const std::string name = firstLine(process / "comm");
        const bool modems = name == "ModemManager";
        if (!modems && name != "brltty")
            continue;
        findings.push_back(
            {anyPort ? State::Warning : State::Ok, "interferes", name,
             modems ? "runs: it may talk to a new port for half a minute"
                    : "runs: it takes ports with a CH340 or CP210x for Braille displays",
             modems ? "wait, or sudo systemctl stop ModemManager" : "sudo apt-get remove brltty"});
    }
}

} // namespace

std::vector<BoardFinding> diagnoseBoards(const SystemPlaces &places)
{
    Findings findings;
    for (const EmulatorProgram &qemu : emulatorPrograms())
        lookAtQemu(places, qemu, findings);
    lookAtFirmware(places, findings);
    if (!hasSerialPorts())
        findings.push_back({State::Problem, "serial", "serial ports",
                            "this program was built without Qt SerialPort: it cannot open any",
                            "sudo apt-get install qt6-serialport-dev, and build it again"});
    const bool anyPort = lookAtPorts(places, findings);
    const std::vector<BootVolume> volumes = bootVolumes(places.proc / "mounts");
    for (const BootVolume &volume : volumes)
        findings.push_back(
            {State::Ok, "volume", volume.name, "a board that waits for firmware at " + volume.folder.string(),
             volume.takesUf2 ? "flash it: it takes .uf2 files" : "flash it: it takes .bin and .hex files"});
    lookAtUsb(places, anyPort, !volumes.empty(), findings);
    lookAtPrograms(places, anyPort, findings);
    return findings;
}

} // namespace rosler
