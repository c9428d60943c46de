// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_info.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/digest.h"

namespace rosler {

namespace {

/// The extensions in misa, in the manual's order: "RISC-V RV32IMAFDC". S and U are modes; a core may keep all
/// to itself, and have zero there.
std::string riscVName(std::uint32_t misa)
{
    std::string extensions;
    for (const char letter : std::string_view("IEMAFDQCBVH"))
        if ((misa >> (letter - 'A') & 1U) != 0)
            extensions += letter;
    return extensions.empty() ? "RISC-V" : "RISC-V RV32" + extensions;
}

/// The part number in an Arm CPUID.
std::string coreName(std::uint32_t cpuid)
{
    static constexpr std::array<std::pair<std::uint32_t, const char *>, 8> parts {{{0xC20, "Cortex-M0"},
                                                                                   {0xC60, "Cortex-M0+"},
                                                                                   {0xC23, "Cortex-M3"},
                                                                                   {0xC24, "Cortex-M4"},
                                                                                   {0xC27, "Cortex-M7"},
                                                                                   {0xD20, "Cortex-M23"},
                                                                                   {0xD21, "Cortex-M33"},
                                                                                   {0xD22, "Cortex-M55"}}};
    if (cpuid == 0)
        return "host";
    for (const auto &[part, name] : parts)
        if (((cpuid >> 4) & 0xFFF) == part)
            return name;
    std::array<char, 24> text {};
    std::snprintf(text.data(), text.size(), "CPUID %08X", cpuid);
    return text.data();
}

/// A name of a fixed field that ends with a zero; a terminal obeys no byte of it.
std::string nameIn(std::span<const char> field)
{
    std::string name(field.begin(), std::find(field.begin(), field.end(), '\0'));
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return name;
}

/// What no board can mean; empty if all is possible.
std::string impossible(const rsl_caps &caps)
{
    if (caps.max_payload < RSL_MAX_PAYLOAD)
        return "takes frames of " + std::to_string(caps.max_payload) + " bytes, the protocol has "
            + std::to_string(RSL_MAX_PAYLOAD);
    if (caps.clock_hz == 0 || caps.timer_hz == 0)
        return "states a clock of " + std::to_string(caps.clock_hz) + " Hz and a timer of "
            + std::to_string(caps.timer_hz) + " Hz";
    // The layouts of another format are not ours to judge; fitOn() refuses the board.
    if (caps.format == RSL_MODEL_FORMAT && (caps.numbers & (1U << RSL_I8)) != 0
        && (!rsl_holds_int8(caps.preferred) || (caps.layouts & RSL_LAYOUT_BIT(caps.preferred)) == 0))
        return "prefers layout " + std::to_string(caps.preferred) + " of int8 weights, which "
            + (rsl_holds_int8(caps.preferred) ? "it does not know itself" : "is none of them");
    if (caps.slots > RSL_MAX_SLOTS)
        return "has " + std::to_string(caps.slots) + " slots";
    for (std::size_t i = 0; i < caps.slots; ++i)
        if (caps.slot[i].state != RSL_SLOT_EMPTY && caps.slot[i].length > caps.slot[i].capacity)
            return "holds " + std::to_string(caps.slot[i].length) + " bytes in slot " + std::to_string(i)
                + ", which has " + std::to_string(caps.slot[i].capacity);
    if (caps.active != RSL_NO_ACTIVE_SLOT
        && (caps.active >= caps.slots || caps.slot[caps.active].state != RSL_SLOT_VALID))
        return "computes from slot " + std::to_string(caps.active) + ", which holds no model";
    return {};
}

} // namespace

const SlotInfo *BoardInfo::activeSlot() const
{
    for (const SlotInfo &slot : slots)
        if (slot.active)
            return &slot;
    return nullptr;
}

Result<BoardInfo> boardInfoOf(const rsl_caps &caps, const std::string &where)
{
    if (std::string fault = impossible(caps); !fault.empty())
        return fail(ErrorCode::Malformed, "the board says what cannot be: it " + fault, where);
    BoardInfo info;
    info.board = nameIn(caps.board);
    info.firmware = nameIn(caps.firmware);
    info.core = (caps.features & RSL_IS_RISCV) != 0 ? riscVName(caps.core) : coreName(caps.core);
    info.fpu = (caps.features & RSL_HAS_FPU) != 0;
    info.dsp = (caps.features & RSL_HAS_DSP) != 0;
    info.helium = (caps.features & RSL_HAS_HELIUM) != 0;
    info.countsCycles = (caps.features & RSL_HAS_CYCLE_COUNTER) != 0;
    info.hasWindowPin = (caps.features & RSL_HAS_WINDOW_PIN) != 0;
    info.keepsModels = (caps.features & RSL_KEEPS_MODELS) != 0;
    info.isTwin = (caps.features & RSL_IS_TWIN) != 0;
    info.setsBaud = (caps.features & RSL_SETS_BAUD) != 0;
    info.clockHz = caps.clock_hz;
    info.timerHz = caps.timer_hz;
    info.ramBytes = caps.ram_bytes;
    info.baud = caps.baud;
    info.credits = std::max<std::uint8_t>(caps.credits, 1);
    info.numbers = caps.numbers;
    info.layouts = caps.layouts;
    if (rsl_holds_int8(caps.preferred))
        info.preferred = static_cast<rsl_layout>(caps.preferred);
    info.kinds = caps.kinds;
    info.groups = caps.groups;
    info.key = caps.key;
    info.startCause = caps.start_cause;
    info.format = caps.format;
    info.kernelAbi = caps.kernel_abi;
    for (std::size_t i = 0; i < std::min<std::size_t>(caps.slots, RSL_MAX_SLOTS); ++i) {
        const rsl_slot_info &raw = caps.slot[i];
        SlotInfo slot;
        slot.state = static_cast<SlotInfo::State>(std::min<std::uint8_t>(raw.state, RSL_SLOT_REJECTED));
        slot.active = caps.active == i;
        slot.name = nameIn(raw.name);
        if (raw.state != RSL_SLOT_EMPTY)
            slot.sha256 = hexOf(raw.sha256);
        slot.bytes = raw.length;
        slot.capacity = raw.capacity;
        slot.generation = raw.generation;
        info.slots.push_back(std::move(slot));
    }
    return info;
}

Result<FitVerdict> fitOn(const BoardInfo &board, const ModelImage &image)
{
    if (board.format != RSL_MODEL_FORMAT)
        return fail(ErrorCode::Unsupported,
                    "the board's firmware reads model format " + std::to_string(board.format)
                        + ", this program writes " + std::to_string(RSL_MODEL_FORMAT)
                        + "; flash the firmware that came with it",
                    board.board);
    if (board.kernelAbi != RSL_KERNEL_ABI)
        return fail(ErrorCode::Unsupported,
                    "the board's firmware computes by version " + std::to_string(board.kernelAbi)
                        + " of the arithmetic, this program by " + std::to_string(RSL_KERNEL_ABI)
                        + "; flash the firmware that came with it",
                    board.board);
    const rsl_needs needs = image.needs();
    if ((board.numbers & (1U << image.type())) == 0)
        return fail(ErrorCode::Unsupported,
                    "the board cannot compute with " + std::string(nameOf(image.type())), board.board);
    if ((needs.layouts & ~board.layouts) != 0)
        return fail(ErrorCode::Unsupported, "the board does not know this layout of weights", board.board);
    if ((needs.kinds & ~board.kinds) != 0)
        return fail(ErrorCode::Unsupported, "the model has an operation that the board does not know",
                    board.board);
    FitVerdict verdict {image.bytes().size(), 0, image.ramBytes(), board.ramBytes, false};
    // The active slot is never overwritten while there is another.
    for (const SlotInfo &slot : board.slots)
        if (!slot.active || board.slots.size() == 1)
            verdict.imageRoom = std::max<std::uint64_t>(verdict.imageRoom, slot.capacity);
    verdict.losesActive = board.slots.size() == 1 && board.slots.front().active;
    return verdict;
}

} // namespace rosler
