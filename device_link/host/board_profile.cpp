// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/board_profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json_text.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"
#include "core/experiment/spec_names.h"
#include "device_link/host/shipped_boards.h"

namespace rosler {

namespace {

constexpr std::string_view schema = "rosler.board/1";

/// Reads the members of one object; the first fault stays.
class Members
{
public:
    Members(const nlohmann::json &json, std::string where, std::initializer_list<std::string_view> known)
        : m_json(json)
        , m_where(std::move(where))
    {
        if (!json.is_object()) {
            complain(ErrorCode::Malformed, "not an object", m_where);
            return;
        }
        const std::vector<std::string_view> keys(known);
        for (const auto &item : json.items()) {
            if (std::find(keys.begin(), keys.end(), item.key()) != keys.end())
                continue;
            const auto nearest = nearestName(item.key(), keys);
            complain(ErrorCode::Malformed,
                     "unknown key \"" + item.key() + '"'
                         + (nearest.empty() ? "" : "; did you mean \"" + std::string(nearest) + "\"?"),
                     m_where + '/' + item.key());
        }
    }

    void take(const char *key, std::string &value, bool mayBeEmpty = false)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        if (!found->is_string() || (!mayBeEmpty && found->get_ref<const std::string &>().empty()))
            complain(ErrorCode::Malformed, "expected a text", at(key));
        else
            value = found->get<std::string>();
    }

    void take(const char *key, double &value, double least, double most)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        if (!found->is_number()) {
            complain(ErrorCode::Malformed, "expected a number", at(key));
            return;
        }
        value = found->get<double>();
        if (!(value >= least && value <= most)) {
            complain(ErrorCode::OutOfRange,
                     numberText(value, 6) + " is not between " + numberText(least, 6) + " and "
                         + numberText(most, 6),
                     at(key));
        }
    }

    void take(const char *key, StatedNumber &number, double least, double most)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        Members inner(*found, at(key), {"value", "source"});
        inner.take("value", number.value, least, most);
        inner.take("source", number.source);
        adopt(inner);
    }

    void take(const char *key, StatedRange &range, double least, double most)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        Members inner(*found, at(key), {"low", "high", "source"});
        inner.take("low", range.low, least, most);
        inner.take("high", range.high, range.low, most);
        inner.take("source", range.source);
        adopt(inner);
    }

    void take(const char *key, bool &value)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        if (!found->is_boolean())
            complain(ErrorCode::Malformed, "expected true or false", at(key));
        else
            value = found->get<bool>();
    }

    void take(const char *key, Architecture &value)
    {
        std::string name;
        take(key, name);
        if (name == "riscv32")
            value = Architecture::RiscV32;
        else if (name == "arm")
            value = Architecture::Arm;
        else
            complain(ErrorCode::Malformed, "expected \"arm\" or \"riscv32\"", at(key));
    }

    void take(const char *key, std::vector<std::string> &values)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr)
            return;
        values.clear();
        if (!found->is_array())
            complain(ErrorCode::Malformed, "expected a list of texts", at(key));
        else
            for (const nlohmann::json &each : *found) {
                if (!each.is_string() || each.get_ref<const std::string &>().empty()) {
                    complain(ErrorCode::Malformed, "expected a list of texts", at(key));
                    return;
                }
                values.push_back(each.get<std::string>());
            }
    }

    [[nodiscard]] bool has(const char *key) const
    {
        return m_json.is_object() && m_json.contains(key) && !m_json[key].is_null();
    }
    [[nodiscard]] std::string at(const char *key) const { return m_where + '/' + key; }
    [[nodiscard]] const nlohmann::json &json(const char *key) const { return m_json[key]; }

    void adopt(const Members &inner)
    {
        if (m_outcome && !inner.m_outcome)
            m_outcome = inner.m_outcome;
    }

    [[nodiscard]] const Result<void> &outcome() const noexcept { return m_outcome; }

private:
    const nlohmann::json *member(const char *key)
    {
        if (!m_outcome)
            return nullptr;
        if (m_json.contains(key))
            return &m_json[key];
        complain(ErrorCode::Malformed, "missing", at(key));
        return nullptr;
    }

    void complain(ErrorCode code, std::string what, std::string where)
    {
        if (m_outcome)
            m_outcome = fail(code, std::move(what), std::move(where));
    }

    const nlohmann::json &m_json;
    std::string m_where;
    Result<void> m_outcome;
};

/// One number for all types, or a range for each.
void takeCycles(Members &from, CyclesPerInstruction &cycles)
{
    constexpr double least = 0.05;
    constexpr double most = 100.0;
    constexpr const char *key = "cycles_per_instruction";
    if (from.has(key) && from.json(key).is_object() && from.json(key).contains("value")) {
        StatedNumber one;
        from.take(key, one, least, most);
        cycles.f32 = cycles.f16 = cycles.i8 = {one.value, one.value, one.source};
        return;
    }
    static const nlohmann::json nothing = nlohmann::json::object();
    Members inner(from.has(key) ? from.json(key) : nothing, from.at(key), {"f32", "f16", "i8"});
    inner.take("f32", cycles.f32, least, most);
    inner.take("f16", cycles.f16, least, most);
    inner.take("i8", cycles.i8, least, most);
    from.adopt(inner);
}

void takeFlash(Members &from, FlashFacts &facts)
{
    double number = 0.0;
    from.take("base_address", number, 0.0, 4294967295.0);
    facts.baseAddress = static_cast<std::uint64_t>(number);
    const std::pair<const char *, std::string &> texts[] = {{"openocd_interface", facts.openOcdInterface},
                                                            {"openocd_target", facts.openOcdTarget},
                                                            {"pyocd_target", facts.pyOcdTarget},
                                                            {"probe_rs_chip", facts.probeRsChip},
                                                            {"dfu_device", facts.dfuDevice}};
    for (const auto &[key, value] : texts)
        if (from.has(key))
            from.take(key, value);
    if (from.has("st_flash"))
        from.take("st_flash", facts.stFlash);
    if (from.has("picotool"))
        from.take("picotool", facts.picotool);
    if (from.has("uf2_family")) {
        from.take("uf2_family", number, 0.0, 4294967295.0);
        facts.uf2Family = static_cast<std::uint32_t>(number);
    }
    if (from.has("volumes"))
        from.take("volumes", facts.volumes);
    from.take("source", facts.source);
}

std::string kilobytes(std::uint64_t bytes)
{
    return bytesText(static_cast<double>(bytes));
}

} // namespace

double EmulatedMachine::instructions(double ticks) const
{
    return std::round(ticks * 1e9 / (timerHz * std::ldexp(1.0, icountShift)));
}

Result<BoardProfile> parseBoardProfile(std::string_view text, const std::string &where)
{
    const auto document = parseJson<nlohmann::json>(text, where, text.size());
    if (!document)
        return tl::unexpected(document.error());
    const nlohmann::json &json = *document;
    if (!json.is_object() || !json.contains("schema") || !json["schema"].is_string())
        return fail(ErrorCode::Malformed, "no board profile: \"schema\" is missing", where + ":/schema");
    if (json["schema"] != schema)
        return fail(ErrorCode::Unsupported,
                    "schema \"" + json["schema"].get<std::string>() + "\" is not known; this build knows \""
                        + std::string(schema) + '"',
                    where + ":/schema");

    BoardProfile board;
    Members top(json, where + ":",
                {"schema", "id", "title", "core", "note", "clock_hz", "cycles_per_instruction", "flash_bytes",
                 "ram_bytes", "active_watts", "emulator", "flash", "firmware"});
    top.take("id", board.id);
    top.take("title", board.title);
    top.take("core", board.core);
    if (top.has("note"))
        top.take("note", board.note);
    top.take("clock_hz", board.clockHz, 1e3, 1e11);
    takeCycles(top, board.cyclesPerInstruction);
    top.take("flash_bytes", board.flashBytes, 1024.0, 1e12);
    top.take("ram_bytes", board.ramBytes, 256.0, 1e12);
    top.take("firmware", board.firmware, true);
    if (top.has("active_watts")) {
        board.activeWatts.emplace();
        top.take("active_watts", *board.activeWatts, 1e-6, 1e3);
    }
    if (top.has("emulator")) {
        EmulatedMachine &machine = board.emulator.emplace();
        Members inner(top.json("emulator"), top.at("emulator"),
                      {"architecture", "machine", "icount_shift", "timer_hz", "memory", "memory_bytes"});
        double shift = 0.0;
        double bytes = 0.0;
        if (inner.has("architecture"))
            inner.take("architecture", machine.architecture);
        inner.take("machine", machine.machine);
        inner.take("icount_shift", shift, 0.0, 10.0);
        inner.take("timer_hz", machine.timerHz, 1e6, 1e10);
        machine.icountShift = static_cast<int>(shift);
        if (inner.has("memory")) {
            inner.take("memory", machine.memoryName);
            inner.take("memory_bytes", bytes, 4096.0, 1e10);
            machine.memoryBytes = static_cast<std::uint64_t>(bytes);
        }
        top.adopt(inner);
        if (top.outcome() && machine.timerHz * std::ldexp(1e-9, machine.icountShift) < 1.0)
            return fail(ErrorCode::OutOfRange,
                        "a tick of this timer is longer than an instruction at this shift, so that "
                        "instructions could not be counted exactly",
                        where + ":/emulator/timer_hz");
    }
    if (top.has("flash")) {
        Members inner(top.json("flash"), top.at("flash"),
                      {"base_address", "openocd_interface", "openocd_target", "pyocd_target", "probe_rs_chip",
                       "dfu_device", "st_flash", "picotool", "uf2_family", "volumes", "source"});
        takeFlash(inner, board.flash.emplace());
        top.adopt(inner);
    }
    if (!top.outcome())
        return tl::unexpected(top.outcome().error());
    return board;
}

std::span<const BoardProfile> boardProfiles()
{
    static const std::vector<BoardProfile> boards = [] {
        std::vector<BoardProfile> all;
        for (const ShippedBoard &shipped : shippedBoards()) {
            auto board = parseBoardProfile(shipped.json, "boards/" + std::string(shipped.name) + ".json");
            if (board) // a test sees to it that each does
                all.push_back(std::move(*board));
        }
        return all;
    }();
    return boards;
}

Result<BoardProfile> boardProfile(std::string_view id)
{
    std::string known;
    for (const BoardProfile &board : boardProfiles()) {
        if (board.id == id)
            return board;
        known += (known.empty() ? "" : ", ") + board.id;
    }
    return fail(ErrorCode::NotFound, "no board \"" + std::string(id) + "\" is known; there are " + known);
}

Quantity modelledSeconds(const BoardProfile &board, rsl_number type, double instructions)
{
    const StatedRange &cycles = board.cyclesPerInstruction.of(type);
    const double seconds = instructions * cycles.middle() / board.clockHz.value;
    std::array<char, 128> text {};
    if (!(cycles.low < cycles.high && seconds > 0.0)) {
        std::snprintf(text.data(), text.size(), "instructions x %.3g cycles / %.4g MHz", cycles.low,
                      board.clockHz.value / 1e6);
        return Quantity::modelled(seconds, Unit::Seconds, text.data());
    }
    std::snprintf(text.data(), text.size(), "instructions x %.3g to %.3g cycles / %.4g MHz", cycles.low,
                  cycles.high, board.clockHz.value / 1e6);
    const double each = instructions / board.clockHz.value;
    return Quantity::modelled(seconds, Unit::Seconds, text.data(), each * cycles.low, each * cycles.high);
}

std::optional<Quantity> modelledJoules(const BoardProfile &board, const Quantity &seconds)
{
    if (!board.activeWatts)
        return std::nullopt;
    std::array<char, 64> text {};
    std::snprintf(text.data(), text.size(), "%.4g mW stated", board.activeWatts->value * 1e3);
    std::string assumptions = std::string(text.data()) + " x ";
    assumptions += seconds.isModelled() ? "(" + seconds.assumptions() + ")"
                                        : std::string(nameOf(seconds.source())) + " time";
    const double watts = board.activeWatts->value;
    if (seconds.hasRange())
        return Quantity::modelled(seconds.value() * watts, Unit::Joules, std::move(assumptions),
                                  seconds.low() * watts, seconds.high() * watts);
    return Quantity::modelled(seconds.value() * watts, Unit::Joules, std::move(assumptions));
}

std::string FitVerdict::text() const
{
    if (fits())
        return "fits, " + kilobytes(imageRoom - imageBytes) + " of model memory and "
            + kilobytes(ramRoom - ramBytes) + " of RAM left"
            + (losesActive ? "; the model that is there is lost while this one comes" : "");
    std::string needs;
    if (imageBytes > imageRoom)
        needs = kilobytes(imageBytes - imageRoom) + " more model memory";
    if (ramBytes > ramRoom)
        needs += (needs.empty() ? "" : " and ") + kilobytes(ramBytes - ramRoom) + " more RAM";
    return "needs " + needs;
}

FitVerdict fitOn(const BoardProfile &board, std::uint64_t imageBytes, std::uint64_t ramBytes)
{
    return {imageBytes, static_cast<std::uint64_t>(board.flashBytes.value), ramBytes,
            static_cast<std::uint64_t>(board.ramBytes.value), false};
}

} // namespace rosler
