// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/emulator.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "device_link/host/child_process.h"

namespace rosler {

namespace {

constexpr auto startTime = std::chrono::seconds(20);
constexpr std::size_t mostKept = 1U << 20; ///< beyond it what the board says waits in the pty

std::filesystem::path imageOf(const BoardProfile &board, const EmulatorOptions &options)
{
    return (options.firmware.empty() ? firmwareFolder() : options.firmware) / (board.id + ".elf");
}

/// The pty that QEMU says it made; empty as long as it has not.
std::string ptyIn(const std::string &said)
{
    const std::size_t begin = said.find("/dev/pts/");
    if (begin == std::string::npos)
        return {};
    const std::size_t end = said.find_first_not_of("0123456789", begin + 9);
    return end == std::string::npos ? std::string() : said.substr(begin, end - begin);
}

/// QEMU's options end at commas; doubled ones are commas.
std::string quoted(std::string text)
{
    for (std::size_t at = 0; (at = text.find(',', at)) != std::string::npos; at += 2)
        text.insert(at, 1, ',');
    return text;
}

std::string withoutLineEnds(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text;
}

} // namespace

class EmulatorLink::Private
{
public:
    ~Private()
    {
        if (port >= 0)
            ::close(port);
        process.kill(); // before its memory is free for others
        if (lock >= 0)
            ::close(lock);
    }

    /// With its last words, when it had any after it said where its pty is, or the signal that ended it.
    tl::unexpected<Error> ended()
    {
        bool open = true;
        while ((open = process.readOutput(std::chrono::milliseconds(50)))
               && process.output().size() < 65536) {
            if (process.output().size() == heard)
                break;
            heard = process.output().size();
        }
        if (!open)
            learnStatus();
        if (status == 128 + SIGBUS && !memory.empty()) // its pages are those of the file
            return fail(ErrorCode::Unwritable,
                        "the emulator has ended: the file of its models cannot be written, as on a full disk",
                        memory.string());
        const std::string &said = process.output();
        std::size_t at = said.find("/dev/pts/");
        at = at == std::string::npos ? at : said.find('\n', at);
        std::string words = at == std::string::npos ? std::string() : said.substr(at + 1);
        words = orSignal(std::move(words));
        return fail(ErrorCode::Unreadable,
                    words.empty() ? "the emulator has ended" : "the emulator has ended: " + words,
                    "emulated:" + id);
    }

    /// It has closed its output.
    void learnStatus()
    {
        if (process.id() > 0)
            status = process.wait();
    }

    /// Its words, or when it had none the signal that ended it.
    [[nodiscard]] std::string orSignal(std::string words) const
    {
        words = withoutLineEnds(std::move(words));
        return words.empty() && status > 128 ? ::strsignal(status - 128) : words;
    }

    std::string id;
    std::size_t heard = 0;
    int status = -1;              ///< its exit code, or 128 + the signal that ended it; -1: it runs
    std::filesystem::path memory; ///< file of its models; empty = they are lost with it
    ChildProcess process;
    /// It took a byte, or is about to be given some.
    void startPatience()
    {
        asked = progress = process.processorTime();
        rounds = 0;
    }

    /// Asked each time that it took no byte for `patience`: whether that is enough.
    [[nodiscard]] bool isHung()
    {
        const std::chrono::nanoseconds now = process.processorTime();
        const bool stands = now - std::exchange(asked, now) < patience / 100;
        return stands || now - progress >= patience || ++rounds >= 12;
    }

    /// Takes what has come, so that the board can go on: until it has been heard it does not listen.
    void keepWhatCame()
    {
        std::array<std::uint8_t, 4096> bytes {};
        const ssize_t n = ::read(port, bytes.data(), bytes.size());
        if (n > 0)
            unread.insert(unread.end(), bytes.begin(), bytes.begin() + n);
    }

    std::chrono::milliseconds patience {};
    std::chrono::nanoseconds progress {}; ///< of its processor time, when it took a byte
    std::chrono::nanoseconds asked {};    ///< the same, when isHung() was asked
    int rounds = 0;
    std::vector<std::uint8_t> unread;
    int port = -1; ///< our end of the pty
    int lock = -1; ///< of the model memory
};

std::span<const EmulatorProgram> emulatorPrograms()
{
    static const std::array programs {
        EmulatorProgram {Architecture::Arm,
                         "QEMU",
                         "qemu-system-arm",
                         "qemu-system-arm",
                         "gcc-arm-none-eabi picolibc-arm-none-eabi",
                         {}},
        EmulatorProgram {Architecture::RiscV32,
                         "QEMU for RISC-V",
                         "qemu-system-riscv32",
                         "qemu-system-misc",
                         "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
                         {"-bios", "none"}}, // else OpenSBI comes first
    };
    return programs;
}

const EmulatorProgram &emulatorProgramFor(const BoardProfile &board)
{
    const Architecture wanted = board.emulator ? board.emulator->architecture : Architecture::Arm;
    const std::span<const EmulatorProgram> all = emulatorPrograms();
    return *std::find_if(all.begin(), all.end(),
                         [&](const EmulatorProgram &each) { return each.architecture == wanted; });
}

std::filesystem::path firmwareFolder()
{
    if (const char *told = std::getenv("ROSLER_FIRMWARE"); told != nullptr && *told != '\0')
        return told;
    std::error_code ignored;
    const std::filesystem::path bin = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const char *folder : {"../firmware", "../share/rosler/firmware"})
        if (std::filesystem::exists(bin / folder, ignored))
            return (bin / folder).lexically_normal();
    return (bin / "../firmware").lexically_normal();
}

std::string emulationProblem(const BoardProfile &board, const EmulatorOptions &options)
{
    if (!board.emulator)
        return "there is no emulator for it";
    const EmulatorProgram &qemu = emulatorProgramFor(board);
    if (findProgram(qemu.program).empty())
        return std::string(qemu.title) + " is not installed (Debian: apt-get install " + qemu.package + ')';
    std::error_code ignored;
    const std::filesystem::path image = imageOf(board, options);
    if (!std::filesystem::exists(image, ignored))
        return "its firmware image " + image.string() + " is not there; it is built where " + qemu.compiler
            + " are installed";
    return {};
}

Result<std::unique_ptr<EmulatorLink>> EmulatorLink::start(const BoardProfile &board,
                                                          const EmulatorOptions &options)
{
    const std::string where = "emulated:" + board.id;
    if (const std::string problem = emulationProblem(board, options); !problem.empty())
        return fail(board.emulator ? ErrorCode::NotFound : ErrorCode::Unsupported, problem, where);
    const EmulatedMachine &machine = *board.emulator;
    auto d = std::make_unique<Private>();
    d->id = board.id;
    d->patience = options.patience;
    std::vector<std::string> arguments {"-display", "none",
                                        "-monitor", "none",
                                        "-serial",  "pty",
                                        "-icount",  "shift=" + std::to_string(machine.icountShift),
                                        "-kernel",  imageOf(board, options).string()};
    const EmulatorProgram &qemu = emulatorProgramFor(board);
    arguments.insert(arguments.end(), qemu.arguments.begin(), qemu.arguments.end());
    std::string name = machine.machine;
    if (!options.memory.empty() && !machine.memoryName.empty()) {
        std::error_code error;
        std::filesystem::create_directories(options.memory, error);
        if (error)
            return fail(ErrorCode::Unwritable, "cannot make the folder: " + error.message(),
                        options.memory.string());
        const std::filesystem::path file = options.memory / (board.id + ".memory");
        d->lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (d->lock < 0)
            return fail(ErrorCode::Unreadable, std::strerror(errno), file.string());
        if (::flock(d->lock, LOCK_EX | LOCK_NB) != 0)
            return fail(ErrorCode::Rejected, "another program runs this emulated board", file.string());
        d->memory = file;
        name += ",memory-backend=models";
        arguments.insert(arguments.end(),
                         {"-object",
                          "memory-backend-file,id=models,size=" + std::to_string(machine.memoryBytes)
                              + ",share=on,mem-path=" + quoted(file.string())});
    }
    arguments.insert(arguments.end(), {"-machine", name});
    if (const Result<void> started = d->process.start(findProgram(qemu.program), arguments); !started)
        return tl::unexpected(started.error());

    const Clock::time_point deadline = Clock::now() + startTime;
    while (ptyIn(d->process.output()).empty()) {
        const bool open = d->process.readOutput(std::chrono::milliseconds(500));
        if (open && Clock::now() <= deadline)
            continue;
        if (!open)
            d->learnStatus();
        return fail(ErrorCode::Rejected, "QEMU does not start: " + d->orSignal(d->process.output()), where);
    }
    const std::string path = ptyIn(d->process.output());
    d->port = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    termios line {};
    if (d->port < 0 || ::tcgetattr(d->port, &line) != 0)
        return fail(ErrorCode::Unreadable, std::strerror(errno), path);
    ::cfmakeraw(&line);
    if (::tcsetattr(d->port, TCSANOW, &line) != 0)
        return fail(ErrorCode::Unreadable, std::strerror(errno), path);
    return std::unique_ptr<EmulatorLink>(new EmulatorLink(std::move(d)));
}

EmulatorLink::EmulatorLink(std::unique_ptr<Private> p)
    : d(std::move(p))
{
}

EmulatorLink::~EmulatorLink() = default;

std::string EmulatorLink::name() const
{
    return "emulated:" + d->id;
}

Result<std::size_t> EmulatorLink::read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout)
{
    if (!d->unread.empty()) {
        const std::size_t count = std::min(buffer.size(), d->unread.size());
        std::copy_n(d->unread.begin(), count, buffer.begin());
        d->unread.erase(d->unread.begin(), d->unread.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }
    pollfd wait {d->port, POLLIN, 0};
    const int ready = d->port < 0 ? -1 : ::poll(&wait, 1, static_cast<int>(timeout.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR && d->port >= 0))
        return std::size_t {0};
    if (ready > 0 && (wait.revents & POLLIN) != 0) {
        const ssize_t n = ::read(d->port, buffer.data(), buffer.size());
        if (n > 0)
            return static_cast<std::size_t>(n);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return std::size_t {0};
    }
    return d->ended();
}

Result<void> EmulatorLink::write(std::span<const std::uint8_t> bytes)
{
    std::size_t done = 0;
    d->startPatience();
    Clock::time_point deadline = Clock::now() + d->patience;
    while (done < bytes.size()) {
        const bool listens = d->unread.size() < mostKept;
        pollfd wait {d->port, static_cast<short>(listens ? POLLIN | POLLOUT : POLLOUT), 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        const int ready =
            d->port < 0 ? -1 : ::poll(&wait, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready < 0 && errno == EINTR && d->port >= 0)
            continue;
        if (ready < 0 || (wait.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
            return d->ended();
        if ((wait.revents & POLLIN) != 0)
            d->keepWhatCame();
        if ((wait.revents & POLLOUT) != 0) {
            const ssize_t n = ::write(d->port, bytes.data() + done, bytes.size() - done);
            if (n < 0 && errno != EAGAIN && errno != EINTR)
                return d->ended();
            if (n > 0) {
                done += static_cast<std::size_t>(n);
                d->startPatience();
                deadline = Clock::now() + d->patience;
                continue;
            }
        }
        if (Clock::now() >= deadline) {
            if (d->isHung())
                return fail(ErrorCode::TimedOut, "the emulator takes no bytes", name());
            deadline = Clock::now() + d->patience;
        }
    }
    return {};
}

Result<void> EmulatorLink::setBaud(std::uint32_t rate)
{
    return fail(ErrorCode::Unsupported,
                "an emulated port has no rate, not " + std::to_string(rate) + " either", name());
}

void EmulatorLink::discard()
{
    std::array<std::uint8_t, 4096> rubbish {};
    for (;;) {
        const Result<std::size_t> read = this->read(rubbish, std::chrono::milliseconds(0));
        if (!read || *read == 0)
            return;
    }
}

void EmulatorLink::kill()
{
    d->process.kill();
}

std::int64_t EmulatorLink::processId() const
{
    return d->process.id();
}

} // namespace rosler
