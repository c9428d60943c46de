// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/flash/flash_tool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

#include "device_link/host/child_process.h"
#include "device_link/host/flash/boot_volume.h"
#include "device_link/host/flash/uf2.h"

namespace rosler {

namespace {

namespace fs = std::filesystem;
using Kind = FlashTool::Kind;
using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

struct Program {
    Kind kind;
    const char *name;
    const char *title;
    const char *install;
};
/// Best first.
constexpr std::array<Program, 6> programs {{
    {Kind::OpenOcd, "openocd", "OpenOCD", "sudo apt-get install openocd"},
    {Kind::StFlash, "st-flash", "st-flash", "sudo apt-get install stlink-tools"},
    {Kind::PyOcd, "pyocd", "pyOCD", "pipx install pyocd"},
    {Kind::ProbeRs, "probe-rs", "probe-rs", "see https://probe.rs"},
    {Kind::Picotool, "picotool", "picotool", "see https://github.com/raspberrypi/picotool"},
    {Kind::DfuUtil, "dfu-util", "dfu-util", "sudo apt-get install dfu-util"},
}};

bool isFor(const FlashFacts &facts, Kind kind)
{
    switch (kind) {
    case Kind::Volume:
        return !facts.volumes.empty();
    case Kind::OpenOcd:
        return !facts.openOcdTarget.empty();
    case Kind::StFlash:
        return facts.stFlash;
    case Kind::PyOcd:
        return !facts.pyOcdTarget.empty();
    case Kind::ProbeRs:
        return !facts.probeRsChip.empty();
    case Kind::Picotool:
        return facts.picotool;
    case Kind::DfuUtil:
        return !facts.dfuDevice.empty();
    }
    return false;
}

/// The image in one of the forms, the first that is there.
Result<fs::path> imageAs(const fs::path &image, std::initializer_list<const char *> forms)
{
    std::error_code ignored;
    std::string known;
    for (const char *form : forms) {
        fs::path candidate = image;
        candidate.replace_extension(form);
        if (fs::exists(candidate, ignored))
            return candidate;
        known += (known.empty() ? "" : " or ") + candidate.filename().string();
    }
    return fail(ErrorCode::NotFound, "there is no " + known, image.string());
}

std::string hexAddress(std::uint64_t address)
{
    std::array<char, 24> text {};
    std::snprintf(text.data(), text.size(), "0x%08llX", static_cast<unsigned long long>(address));
    return text.data();
}

std::string lastWords(const std::string &output)
{
    // The last lines that say something.
    std::size_t begin = output.size();
    for (int lines = 0; begin > 0 && lines < 4 && output.size() - begin < 400; ++lines) {
        const std::size_t at = output.find_last_of("\n\r", begin - 1);
        if (at == std::string::npos || at == 0) {
            begin = 0;
            break;
        }
        begin = at;
    }
    std::string words = output.substr(begin);
    while (!words.empty() && (words.back() == '\n' || words.back() == '\r'))
        words.pop_back();
    const std::size_t first = words.find_first_not_of("\n\r");
    return first == std::string::npos ? "it said nothing" : words.substr(first);
}

/// Hands complete lines on; tools end those that they overwrite with a carriage return.
class Lines
{
public:
    explicit Lines(const FlashProgressSink &sink)
        : m_sink(sink)
    {
    }
    void receive(std::string_view text)
    {
        for (const char c : text) {
            m_line += c;
            // Some draw a bar without ending the line.
            if (c != '\n' && c != '\r' && c != '%')
                continue;
            tell();
            if (c != '%')
                m_line.clear();
        }
    }

private:
    void tell()
    {
        if (!m_sink)
            return;
        std::string line = m_line;
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
            line.pop_back();
        if (line.empty())
            return;
        if (const std::optional<double> fraction = flashFraction(line))
            m_fraction = *fraction;
        m_sink({m_fraction, line});
    }

    const FlashProgressSink &m_sink;
    std::string m_line;
    double m_fraction = -1;
};

Result<void> runCommand(const Words &words, FlashReport &report, const FlashProgressSink &progress,
                        const std::stop_token &stop, Clock::time_point deadline)
{
    constexpr std::chrono::milliseconds slice {100};
    ChildProcess process;
    if (const Result<void> started = process.start(words.front(), {words.begin() + 1, words.end()}); !started)
        return started;
    Lines lines(progress);
    std::size_t heard = 0;
    bool ended = false;
    while (!ended) {
        ended = !process.readOutput(slice);
        lines.receive(std::string_view(process.output()).substr(heard));
        heard = process.output().size();
        if (!ended && stop.stop_requested()) {
            process.kill();
            return fail(ErrorCode::Cancelled, "stopped; the board may be without firmware now",
                        commandLine(words));
        }
        if (!ended && Clock::now() >= deadline) {
            process.kill();
            report.output += process.output();
            return fail(ErrorCode::TimedOut, "the tool does not come to an end: " + lastWords(report.output),
                        commandLine(words));
        }
    }
    const std::string said = process.output();
    const int code = process.wait();
    report.output += said;
    // dfu-util calls it a failure when the board leaves as it was told to.
    if (code != 0 && said.find("File downloaded successfully") == std::string::npos)
        return fail(ErrorCode::Rejected,
                    "it failed (exit code " + std::to_string(code) + "): " + lastWords(said),
                    commandLine(words));
    return {};
}

Result<std::vector<std::uint8_t>> bytesOf(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::Unreadable, "cannot be read", file.string());
    std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (bytes.empty())
        return fail(ErrorCode::Malformed, "the image is empty", file.string());
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

/// What is copied to a volume.
struct Copy {
    std::string name;
    std::vector<std::uint8_t> bytes;
};

Result<Copy> copyFor(const FlashTool &tool, const FlashFacts &facts, const fs::path &image)
{
    const Result<fs::path> file =
        tool.takesUf2 ? imageAs(image, {".uf2", ".bin"}) : imageAs(image, {".hex", ".bin"});
    if (!file)
        return tl::unexpected(file.error());
    Result<std::vector<std::uint8_t>> bytes = bytesOf(*file);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (!tool.takesUf2)
        return Copy {file->filename().string(), std::move(*bytes)};
    if (file->extension() != ".uf2")
        *bytes = uf2Of(*bytes, static_cast<std::uint32_t>(facts.baseAddress), facts.uf2Family);
    const Result<Uf2Summary> summary = checkUf2(*bytes, file->string());
    if (!summary)
        return tl::unexpected(summary.error());
    if (facts.uf2Family != 0 && summary->family != 0 && summary->family != facts.uf2Family)
        return fail(ErrorCode::Malformed, "the UF2 file is for another chip", file->string());
    return Copy {file->stem().string() + ".uf2", std::move(*bytes)};
}

Result<void> copyToVolume(const Copy &copy, const fs::path &folder, const FlashProgressSink &progress,
                          const std::stop_token &stop, Clock::time_point deadline)
{
    constexpr std::size_t piece = 16 * 1024;
    const fs::path target = folder / copy.name;
    const int file = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return fail(ErrorCode::Unwritable, std::strerror(errno), target.string());
    Result<void> outcome;
    std::size_t at = 0;
    while (outcome && at < copy.bytes.size()) {
        if (stop.stop_requested()) {
            outcome =
                fail(ErrorCode::Cancelled, "stopped; the board may be without firmware now", target.string());
            break;
        }
        if (Clock::now() >= deadline) {
            outcome = fail(ErrorCode::TimedOut, "the volume takes no bytes", target.string());
            break;
        }
        const ssize_t n = ::write(file, copy.bytes.data() + at, std::min(piece, copy.bytes.size() - at));
        if (n < 0 && errno != EINTR)
            outcome = fail(ErrorCode::Unwritable, std::strerror(errno), target.string());
        at += n > 0 ? static_cast<std::size_t>(n) : 0;
        if (progress)
            progress({static_cast<double>(at) / static_cast<double>(copy.bytes.size()),
                      std::to_string(at) + " of " + std::to_string(copy.bytes.size()) + " bytes"});
    }
    // The board may start its new firmware, and take the volume away, with the last block.
    if (outcome && ::fsync(file) != 0 && errno != EIO && errno != ENODEV && errno != ENXIO)
        outcome = fail(ErrorCode::Unwritable, std::strerror(errno), target.string());
    ::close(file);
    // A debug probe says in a file why it did not flash.
    std::string refusal;
    std::getline(std::ifstream(folder / "FAIL.TXT"), refusal);
    if (outcome && !refusal.empty())
        outcome = fail(ErrorCode::Rejected, "the board says: " + refusal, target.string());
    return outcome;
}

} // namespace

std::vector<FlashTool> availableFlashTools(const BoardProfile &board, const FlashPlaces &places)
{
    std::vector<FlashTool> tools;
    if (!board.flash)
        return tools;
    if (isFor(*board.flash, Kind::Volume)) {
        for (const BootVolume &volume : bootVolumes(places.mounts))
            if (std::any_of(board.flash->volumes.begin(), board.flash->volumes.end(),
                            [&](const std::string &name) { return volume.name.starts_with(name); }))
                tools.push_back(
                    {Kind::Volume, "volume", "copy to " + volume.name, volume.folder, volume.takesUf2, {}});
        if (tools.empty())
            tools.push_back(
                {Kind::Volume,
                 "volume",
                 "copy to " + board.flash->volumes.front(),
                 {},
                 false,
                 "no such volume is mounted; plug the board in, holding its BOOT button if it has one"});
    }
    for (const Program &program : programs) {
        if (!isFor(*board.flash, program.kind))
            continue;
        FlashTool tool {
            program.kind,  program.name,
            program.title, places.path ? findProgram(program.name, *places.path) : findProgram(program.name),
            false,         {}};
        if (tool.place.empty())
            tool.reason = std::string("not installed: ") + program.install;
        tools.push_back(std::move(tool));
    }
    // What can be used comes first; both parts stay in order.
    std::stable_partition(tools.begin(), tools.end(),
                          [](const FlashTool &tool) { return tool.reason.empty(); });
    return tools;
}

Result<std::vector<Words>> flashCommands(const FlashTool &tool, const BoardProfile &board,
                                         const fs::path &image)
{
    if (!board.flash || !isFor(*board.flash, tool.kind))
        return fail(ErrorCode::Unsupported, "it is not known how " + tool.title + " flashes this board",
                    board.id);
    const FlashFacts &facts = *board.flash;
    const std::string program = tool.place.string();
    const auto file = [&]() -> Result<fs::path> {
        switch (tool.kind) {
        case Kind::OpenOcd:
        case Kind::ProbeRs:
            return imageAs(image, {".elf"});
        case Kind::PyOcd:
            return imageAs(image, {".hex", ".elf"});
        case Kind::Picotool:
            return imageAs(image, {".uf2", ".elf"});
        default:
            return imageAs(image, {".bin"});
        }
    };
    if (tool.kind == Kind::Volume)
        return std::vector<Words> {};
    const Result<fs::path> found = file();
    if (!found)
        return tl::unexpected(found.error());
    const std::string path = found->string();
    switch (tool.kind) {
    case Kind::Volume:
        break;
    case Kind::OpenOcd: {
        if (path.find_first_of("{}\\") != std::string::npos)
            return fail(ErrorCode::Unsupported, "OpenOCD cannot take a path with braces or backslashes",
                        path);
        Words words {program};
        if (!facts.openOcdInterface.empty())
            words.insert(words.end(), {"-f", facts.openOcdInterface});
        words.insert(words.end(),
                     {"-f", facts.openOcdTarget, "-c", "program {" + path + "} verify reset exit"});
        return std::vector<Words> {words};
    }
    case Kind::StFlash:
        return std::vector<Words> {
            {program, "--connect-under-reset", "--reset", "write", path, hexAddress(facts.baseAddress)}};
    case Kind::PyOcd:
        return std::vector<Words> {{program, "flash", "--target", facts.pyOcdTarget, path}};
    case Kind::ProbeRs:
        return std::vector<Words> {{program, "download", "--chip", facts.probeRsChip, path},
                                   {program, "reset", "--chip", facts.probeRsChip}};
    case Kind::Picotool:
        return std::vector<Words> {{program, "load", "-v", "-x", path}};
    case Kind::DfuUtil:
        return std::vector<Words> {{program, "-d", facts.dfuDevice, "-a", "0", "-s",
                                    hexAddress(facts.baseAddress) + ":leave", "-D", path}};
    }
    return std::vector<Words> {};
}

std::string commandLine(const Words &words)
{
    std::string line;
    for (const std::string &word : words) {
        line += line.empty() ? "" : " ";
        const bool plain =
            !word.empty() && word.find_first_of(" \t\n'\"\\$`&|;<>(){}*?[]#~!") == std::string::npos;
        if (plain) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

std::optional<double> flashFraction(std::string_view line)
{
    // OpenOCD tells no numbers, but what it is at.
    if (line.find("** Programming Started **") != std::string_view::npos)
        return 0.1;
    if (line.find("** Programming Finished **") != std::string_view::npos)
        return 0.7;
    if (line.find("** Verified OK **") != std::string_view::npos)
        return 1.0;
    const auto numberBefore = [&](std::size_t end) -> std::optional<double> {
        std::size_t begin = end;
        while (begin > 0 && ((line[begin - 1] >= '0' && line[begin - 1] <= '9') || line[begin - 1] == '.'))
            --begin;
        double value = 0;
        const auto [at, error] = std::from_chars(line.data() + begin, line.data() + end, value);
        if (error != std::errc {} || at != line.data() + end)
            return std::nullopt;
        return value;
    };
    if (const std::size_t percent = line.rfind('%'); percent != std::string_view::npos)
        if (const auto value = numberBefore(percent); value && *value <= 100.0)
            return *value / 100.0;
    // st-flash: "3/12 pages written".
    if (const std::size_t slash = line.find('/');
        slash != std::string_view::npos && line.find("pages written") != std::string_view::npos) {
        std::size_t end = slash + 1;
        while (end < line.size() && line[end] >= '0' && line[end] <= '9')
            ++end;
        const auto done = numberBefore(slash);
        const auto all = numberBefore(end);
        if (done && all && *all > 0 && *done <= *all)
            return *done / *all;
    }
    return std::nullopt;
}

Result<FlashReport> flashFirmware(const FlashTool &tool, const BoardProfile &board, const fs::path &image,
                                  const FlashProgressSink &progress, const std::stop_token &stop,
                                  std::chrono::milliseconds patience)
{
    if (!tool.reason.empty())
        return fail(ErrorCode::NotFound, tool.reason, tool.title);
    const Result<std::vector<Words>> commands = flashCommands(tool, board, image);
    if (!commands)
        return tl::unexpected(commands.error());
    const Clock::time_point begin = Clock::now();
    FlashReport report;
    if (tool.kind == Kind::Volume) {
        const Result<Copy> copy = copyFor(tool, *board.flash, image);
        if (!copy)
            return tl::unexpected(copy.error());
        report.commandLine = commandLine({"cp", copy->name, tool.place.string()});
        if (const Result<void> copied = copyToVolume(*copy, tool.place, progress, stop, begin + patience);
            !copied)
            return tl::unexpected(copied.error());
        report.output = std::to_string(copy->bytes.size()) + " bytes copied";
    }
    for (const Words &words : *commands) {
        report.commandLine += (report.commandLine.empty() ? "" : " && ") + commandLine(words);
        if (progress)
            progress({-1, commandLine(words)});
        if (const Result<void> done = runCommand(words, report, progress, stop, begin + patience); !done)
            return tl::unexpected(done.error());
    }
    report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (progress)
        progress({1.0, "flashed"});
    return report;
}

} // namespace rosler
