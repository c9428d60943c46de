// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/board_profile.h"
#include "device_link/host/model_image.h"
#include "device_link/protocol/rsl_message.h"

namespace rosler {

/// A place for a model on a board.
struct SlotInfo {
    enum class State { Empty, Receiving, Valid, Rejected };
    State state = State::Empty;
    bool active = false;
    std::string name;   ///< of a valid model
    std::string sha256; ///< in hexadecimal; empty when it holds nothing
    std::uint32_t bytes = 0;
    std::uint32_t capacity = 0;
    std::uint32_t generation = 0;

    friend bool operator==(const SlotInfo &, const SlotInfo &) = default;
};

/// What a board says of itself.
struct BoardInfo {
    std::string board;    ///< profile's id: "mps2-an386"
    std::string firmware; ///< version
    std::string core;     ///< "Cortex-M4", or the CPUID in hexadecimal; "host" for a twin
    bool fpu = false;
    bool dsp = false;
    bool helium = false;
    bool countsCycles = false; ///< its ticks are clock cycles
    bool hasWindowPin = false;
    bool keepsModels = false; ///< over loss of power
    bool isTwin = false;
    bool setsBaud = false;
    double clockHz = 0.0;
    double timerHz = 0.0;
    std::uint32_t ramBytes = 0; ///< for a model
    std::uint32_t baud = 0;
    std::uint8_t credits = 1;
    std::uint32_t groups = 0;                 ///< of messages: mask 1 << rsl_group
    std::uint32_t numbers = 0;                ///< mask 1 << rsl_number
    std::uint32_t layouts = 0;                ///< mask RSL_LAYOUT_BIT()
    std::uint32_t kinds = 0;                  ///< of operations: mask 1 << kind, of the first 32
    rsl_layout preferred = RSL_LAYOUT_I8_4X4; ///< of int8 images
    std::uint32_t key = 0; ///< number of the key that models need a tag of; 0 = any model is taken
    std::uint8_t startCause = RSL_START_UNKNOWN; ///< rsl_start_cause
    std::uint16_t format = 0;
    std::uint16_t kernelAbi = 0;
    std::vector<SlotInfo> slots;

    [[nodiscard]] const SlotInfo *activeSlot() const;

    friend bool operator==(const BoardInfo &, const BoardInfo &) = default;
};

/// What the board's greeting says, checked like a file: a field that this program computes with, and that no
/// board can mean, refuses all of it.
/// @param where  the link, for the error
/// @return Malformed  a clock of 0 Hz, a preferred layout that holds no int8 weights or is not offered, a
/// model
///                    longer than its slot, an active slot without a model, frames too short for this
///                    protocol
[[nodiscard]] Result<BoardInfo> boardInfoOf(const rsl_caps &caps, const std::string &where);

/// Whether @p image would run there: sizes as a verdict; everything else the board lacks as an error.
/// @return Unsupported  another format or kernel ABI, a number type, layout or layer that it does not know
[[nodiscard]] Result<FitVerdict> fitOn(const BoardInfo &board, const ModelImage &image);

} // namespace rosler
