// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/measurement.h"
#include "device_link/protocol/rsl_model.h"

namespace rosler {

/// A number that somebody stated, and who did.
struct StatedNumber {
    double value = 0.0;
    std::string source; ///< for people: document, or the assumption that it is

    friend bool operator==(const StatedNumber &, const StatedNumber &) = default;
};

/// A number that documents leave a range for.
struct StatedRange {
    double low = 0.0;
    double high = 0.0; ///< low or more
    std::string source;

    [[nodiscard]] double middle() const noexcept { return (low + high) / 2.0; }

    friend bool operator==(const StatedRange &, const StatedRange &) = default;
};

/// Cycles an instruction of the board's kernels, from the mix of their instructions: one factor a number
/// type, as a board has one form and one layout of kernels for each.
struct CyclesPerInstruction {
    StatedRange f32;
    StatedRange f16;
    StatedRange i8;

    [[nodiscard]] const StatedRange &of(rsl_number type) const noexcept
    {
        return type == RSL_F32 ? f32 : type == RSL_F16 ? f16 : i8;
    }

    friend bool operator==(const CyclesPerInstruction &, const CyclesPerInstruction &) = default;
};

/// What QEMU has programs for.
enum class Architecture { Arm, RiscV32 };

/// How an emulator plays a board.
struct EmulatedMachine {
    Architecture architecture = Architecture::Arm;
    std::string machine;           ///< QEMU's name of it: "mps2-an386"
    int icountShift = 7;           ///< 2^shift ns of virtual time an instruction
    double timerHz = 0.0;          ///< of the timer that the firmware counts with
    std::string memoryName;        ///< of the RAM that is kept in a file; empty = models do not outlive it
    std::uint64_t memoryBytes = 0; ///< of that RAM, exact

    /// Instructions in @p ticks of the timer, exactly, as long as a tick is shorter than an instruction.
    [[nodiscard]] double instructions(double ticks) const;

    friend bool operator==(const EmulatedMachine &, const EmulatedMachine &) = default;
};

/// What tools need to know to flash a board. What is empty, or false, cannot be done with it.
struct FlashFacts {
    std::uint64_t baseAddress = 0;    ///< where the firmware begins
    std::string openOcdInterface;     ///< "interface/stlink.cfg"
    std::string openOcdTarget;        ///< "target/stm32f4x.cfg"
    std::string pyOcdTarget;          ///< "stm32f405rgtx"
    std::string probeRsChip;          ///< "STM32F405RGTx"
    std::string dfuDevice;            ///< USB ids of its boot loader: "0483:df11"
    bool stFlash = false;             ///< an STM32
    bool picotool = false;            ///< an RP2040 or RP2350
    std::uint32_t uf2Family = 0;      ///< 0 = none
    std::vector<std::string> volumes; ///< begins of the names of its boot loader's or probe's volume
    std::string source;               ///< of all these, for people

    friend bool operator==(const FlashFacts &, const FlashFacts &) = default;
};

/// What is known of a board before it is asked: what a forecast and modelled figures stand on.
struct BoardProfile {
    std::string id;    ///< as the firmware calls itself, and the file: "mps2-an386"
    std::string title; ///< for people: "Cortex-M4F (Arm MPS2, AN386)"
    std::string core;  ///< "Cortex-M4F"; "host" for the twin
    std::string note;  ///< what one has to know of it: "built, not run on hardware"; empty when nothing
    StatedNumber clockHz;
    CyclesPerInstruction cyclesPerInstruction; ///< all 0 = not known
    StatedNumber flashBytes;                   ///< for one model
    StatedNumber ramBytes;                     ///< for a model's input, outputs and scratch
    std::optional<StatedNumber> activeWatts;   ///< none: energy stays blank
    std::optional<EmulatedMachine> emulator;
    std::optional<FlashFacts> flash; ///< none: it is emulated, or the twin
    std::string firmware; ///< file name of its firmware image: "mps2-an386.elf"; empty for the twin

    friend bool operator==(const BoardProfile &, const BoardProfile &) = default;
};

/// @param where  how errors call the text: "boards/mine.json"
/// @return Malformed    no JSON, no such schema, a member is missing, unknown (with the nearest known one) or
///                      of the wrong type
/// @return Unsupported  a later schema
/// @return OutOfRange   a number that no board has
[[nodiscard]] Result<BoardProfile> parseBoardProfile(std::string_view json, const std::string &where);

/// The boards that the programs know: resources/boards/*.json, put into the library when it is built; by id.
[[nodiscard]] std::span<const BoardProfile> boardProfiles();

/// @return NotFound  with the known ids
[[nodiscard]] Result<BoardProfile> boardProfile(std::string_view id);

/// Instructions of kernels of @p type x cycles an instruction / clock, all stated; with the range of the
/// cycles.
[[nodiscard]] Quantity modelledSeconds(const BoardProfile &board, rsl_number type, double instructions);

/// Modelled or measured seconds x stated power: always modelled; none without a stated power.
[[nodiscard]] std::optional<Quantity> modelledJoules(const BoardProfile &board, const Quantity &seconds);

/// Whether a model fits a board, before a byte is sent.
struct FitVerdict {
    std::uint64_t imageBytes = 0;
    std::uint64_t imageRoom = 0;
    std::uint64_t ramBytes = 0;
    std::uint64_t ramRoom = 0;
    /// There is one place for a model, and one in it: it is lost as soon as this one begins to come.
    bool losesActive = false;

    [[nodiscard]] bool fits() const noexcept { return imageBytes <= imageRoom && ramBytes <= ramRoom; }
    /// "fits, 12 kB flash and 3 kB RAM left", or "needs 4.1 kB more RAM"; and that the model there is lost.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const FitVerdict &, const FitVerdict &) = default;
};

[[nodiscard]] FitVerdict fitOn(const BoardProfile &board, std::uint64_t imageBytes, std::uint64_t ramBytes);

} // namespace rosler
