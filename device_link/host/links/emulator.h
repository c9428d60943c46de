// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device_link/host/board_profile.h"
#include "device_link/host/link.h"

namespace rosler {

/// What an emulated board is started with.
struct EmulatorOptions {
    /// Where firmware images are: <board>.elf. Empty = firmwareFolder().
    std::filesystem::path firmware;
    /// Folder for the file that is the board's model memory, so that a pushed model outlives the emulator,
    /// even one that is killed. Empty = models are lost with it.
    std::filesystem::path memory;
    /// How long it may take no byte, in its own time on the processor: on a busy machine it is slow, not
    /// hung, and a pty says that it has room only after some 4 kB have been taken. One that uses less than a
    /// hundredth of a processor, for it is stopped or waits, is given up after that time by the clock; any,
    /// after twelve times that.
    std::chrono::milliseconds patience {5000};
};

/// A program of QEMU, and what the boards that it plays are built with.
struct EmulatorProgram {
    Architecture architecture;
    const char *title;                  ///< for people: "QEMU"
    const char *program;                ///< "qemu-system-arm"
    const char *package;                ///< of Debian, that has it
    const char *compiler;               ///< packages of Debian: what firmware for it is built with
    std::vector<std::string> arguments; ///< that start a bare firmware there, besides -kernel
};

[[nodiscard]] std::span<const EmulatorProgram> emulatorPrograms();
/// That of a board's architecture; of a board without an emulator, Arm's.
[[nodiscard]] const EmulatorProgram &emulatorProgramFor(const BoardProfile &board);

/// $ROSLER_FIRMWARE; else, beside the program, ../firmware (as built) or ../share/rosler/firmware
/// (installed).
[[nodiscard]] std::filesystem::path firmwareFolder();

/// Why a board cannot be emulated now, and what to do about it; empty = it can.
[[nodiscard]] std::string emulationProblem(const BoardProfile &board, const EmulatorOptions &options = {});

/// A board in QEMU, as long as this object lives: its program with -icount, its serial port a pty. The
/// process is this program's child and ends with it, however it ends; and with the thread that made it.
///
/// Its baud rate has no effect: baud() is 0. What it says while it is written to is kept for read().
class EmulatorLink final : public Link
{
public:
    /// @return NotFound    QEMU or the firmware image is not there: the text says what to install or build
    /// @return Unsupported the profile says nothing of an emulator
    /// @return Unwritable  there is no folder for the model memory, and none can be made
    /// @return Rejected    QEMU ended at once: the text is what it said; or another program runs a board with
    ///                     the same model memory
    [[nodiscard]] static Result<std::unique_ptr<EmulatorLink>> start(const BoardProfile &board,
                                                                     const EmulatorOptions &options = {});
    ~EmulatorLink() override;

    std::string name() const override;
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override;
    Result<void> write(std::span<const std::uint8_t> bytes) override;
    Result<void> setBaud(std::uint32_t rate) override;
    std::uint32_t baud() const override { return 0; }
    void discard() override;

    /// As a cut of the power: SIGKILL. The link is of no more use.
    void kill();
    [[nodiscard]] std::int64_t processId() const;

private:
    class Private;
    explicit EmulatorLink(std::unique_ptr<Private> p);
    std::unique_ptr<Private> d;
};

} // namespace rosler
