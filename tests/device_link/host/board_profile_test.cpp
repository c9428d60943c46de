// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <QtTest>

#include "device_link/host/board_profile.h"
#include "device_link/host/shipped_boards.h"

namespace board_profile_test {

using namespace rosler;

class BoardProfileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyShippedBoardIsGood();
    void theBoardsAreThere();
    void aTickIsNeverLongerThanAnInstruction();
    void faultsAreNamedWithTheirPlace_data();
    void faultsAreNamedWithTheirPlace();
    void truncatedTextsAreRefused();
    void timeIsInstructionsTimesCpiOverClock();
    void oneNumberOfCyclesIsForAllTypes();
    void energyIsBlankWithoutStatedPower();
    void theVerdictSaysWhatIsMissing();
};

void BoardProfileTest::everyShippedBoardIsGood()
{
    for (const ShippedBoard &shipped : shippedBoards()) {
        const auto board = parseBoardProfile(shipped.json, std::string(shipped.name));
        QVERIFY2(board, board ? "" : message(board.error()).c_str());
        QCOMPARE(board->id, std::string(shipped.name));
        for (const StatedNumber &n : {board->clockHz, board->flashBytes, board->ramBytes})
            QVERIFY(!n.source.empty());
        for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
            QVERIFY(!board->cyclesPerInstruction.of(type).source.empty());
    }
}

void BoardProfileTest::theBoardsAreThere()
{
    QCOMPARE(boardProfiles().size(), shippedBoards().size());
    for (const char *id : {"mps2-an386", "mps2-an385", "mps2-an500", "mps2-an505", "mps3-an547", "riscv-virt",
                           "stm32f405", "twin"})
        QVERIFY(boardProfile(id));
    QVERIFY(boardProfile("mps2-an386")->emulator->architecture == Architecture::Arm);
    QVERIFY(boardProfile("riscv-virt")->emulator->architecture == Architecture::RiscV32);
    for (const char *id : {"nucleo-f446re", "nucleo-f746zg", "nrf52840-dk", "rpi-pico"}) {
        const auto board = boardProfile(id);
        QVERIFY(board && board->flash && !board->emulator);
        QCOMPARE(board->note, std::string("built, not run on hardware"));
    }
    QVERIFY(boardProfile("mps2-an386")->note.empty());
    const auto none = boardProfile("mps2-an999");
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::NotFound);
    QVERIFY(none.error().what.find("mps2-an386") != std::string::npos);
}

void BoardProfileTest::aTickIsNeverLongerThanAnInstruction()
{
    // 25 MHz at shift 7: 3.2 ticks an instruction; TIM2 at 1 GHz and shift 0: one.
    const auto m4 = boardProfile("mps2-an386");
    for (double n : {1.0, 8.0, 1001.0, 100000.0, 4e8}) {
        QCOMPARE(m4->emulator->instructions(std::floor(n * 3.2)), n);
        QCOMPARE(m4->emulator->instructions(std::ceil(n * 3.2)), n);
    }
    QCOMPARE(boardProfile("stm32f405")->emulator->instructions(12345.0), 12345.0);
    QCOMPARE(boardProfile("riscv-virt")->emulator->instructions(12345.0), 12345.0);
}

void BoardProfileTest::faultsAreNamedWithTheirPlace_data()
{
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value"); // JSON; empty = removed
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");

    const auto row = [](const char *pointer, const char *value, ErrorCode code, const char *where) {
        QTest::addRow("%s=%s", pointer, value) << QString::fromUtf8(pointer) << QString::fromUtf8(value)
                                               << static_cast<int>(code) << QString::fromUtf8(where);
    };
    row("/schema", "", ErrorCode::Malformed, "b.json:/schema");
    row("/schema", "7", ErrorCode::Malformed, "b.json:/schema");
    row("/schema", "\"rosler.board/2\"", ErrorCode::Unsupported, "b.json:/schema");
    row("/id", "", ErrorCode::Malformed, "b.json:/id");
    row("/id", "\"\"", ErrorCode::Malformed, "b.json:/id");
    row("/note", "\"\"", ErrorCode::Malformed, "b.json:/note");
    row("/clock_hz", "25e6", ErrorCode::Malformed, "b.json:/clock_hz");
    row("/clock_hz/source", "", ErrorCode::Malformed, "b.json:/clock_hz/source");
    row("/clock_hz/value", "0", ErrorCode::OutOfRange, "b.json:/clock_hz/value");
    row("/clock_hz/value", "\"fast\"", ErrorCode::Malformed, "b.json:/clock_hz/value");
    row("/cycles_per_instruction/i8/low", "-1", ErrorCode::OutOfRange,
        "b.json:/cycles_per_instruction/i8/low");
    row("/cycles_per_instruction/i8/high", "0.06", ErrorCode::OutOfRange,
        "b.json:/cycles_per_instruction/i8/high"); // below low
    row("/cycles_per_instruction/f16", "1", ErrorCode::Malformed, "b.json:/cycles_per_instruction/f16");
    row("/cycles_per_instruction", "1", ErrorCode::Malformed, "b.json:/cycles_per_instruction");
    row("/clock_khz", "25", ErrorCode::Malformed, "b.json:/clock_khz");
    row("/emulator/icount_shift", "11", ErrorCode::OutOfRange, "b.json:/emulator/icount_shift");
    row("/emulator/icount_shift", "0", ErrorCode::OutOfRange, "b.json:/emulator/timer_hz");
    row("/emulator/architecture", "\"pdp11\"", ErrorCode::Malformed, "b.json:/emulator/architecture");
    row("/emulator/architecture", "[1]", ErrorCode::Malformed, "b.json:/emulator/architecture");
    row("/emulator/memory_bytes", "", ErrorCode::Malformed, "b.json:/emulator/memory_bytes");
    row("/active_watts", "{\"value\": 1e9, \"source\": \"x\"}", ErrorCode::OutOfRange,
        "b.json:/active_watts/value");
}

void BoardProfileTest::faultsAreNamedWithTheirPlace()
{
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(int, code);
    QFETCH(QString, where);

    std::string_view good;
    for (const ShippedBoard &shipped : shippedBoards())
        if (shipped.name == "mps2-an386")
            good = shipped.json;
    auto json = nlohmann::json::parse(good);
    const nlohmann::json::json_pointer at(pointer.toStdString());
    if (value.isEmpty())
        json[at.parent_pointer()].erase(at.back());
    else
        json[at] = nlohmann::json::parse(value.toStdString());
    const auto board = parseBoardProfile(json.dump(), "b.json");
    QVERIFY(!board);
    QCOMPARE(static_cast<int>(board.error().code), code);
    QCOMPARE(QString::fromStdString(board.error().where), where);
}

void BoardProfileTest::truncatedTextsAreRefused()
{
    const std::string_view good = shippedBoards().front().json;
    const std::size_t whole = good.rfind('}') + 1;
    for (std::size_t length = 0; length < whole; ++length)
        QVERIFY(!parseBoardProfile(good.substr(0, length), "b.json"));
    QVERIFY(parseBoardProfile(good.substr(0, whole), "b.json"));
}

void BoardProfileTest::timeIsInstructionsTimesCpiOverClock()
{
    const auto board = boardProfile("mps2-an386");
    for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8}) {
        const StatedRange &cycles = board->cyclesPerInstruction.of(type);
        const Quantity seconds = modelledSeconds(*board, type, 1e6);
        QVERIFY(cycles.low < cycles.high);
        QCOMPARE(seconds.value(), 1e6 * cycles.middle() / 25e6);
        QCOMPARE(seconds.low(), 1e6 * cycles.low / 25e6);
        QCOMPARE(seconds.high(), 1e6 * cycles.high / 25e6);
        QVERIFY(seconds.isModelled() && seconds.hasRange());
        QVERIFY(seconds.assumptions().find("25 MHz") != std::string::npos);
        QVERIFY(text(seconds).starts_with("~"));
        QVERIFY(text(seconds).ends_with(" ms)"));
    }
    QVERIFY(modelledSeconds(*board, RSL_I8, 1e6) != modelledSeconds(*board, RSL_F32, 1e6));
}

void BoardProfileTest::oneNumberOfCyclesIsForAllTypes()
{
    auto json = nlohmann::json::parse(shippedBoards().front().json);
    json["cycles_per_instruction"] = {{"value", 1.25}, {"source", "a document"}};
    const auto board = parseBoardProfile(json.dump(), "b.json");
    QVERIFY(board);
    for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
        QVERIFY(board->cyclesPerInstruction.of(type) == (StatedRange {1.25, 1.25, "a document"}));
    QVERIFY(!modelledSeconds(*board, RSL_I8, 1e6).hasRange());
}

void BoardProfileTest::energyIsBlankWithoutStatedPower()
{
    auto board = boardProfile("mps2-an386");
    const Quantity seconds = modelledSeconds(*board, RSL_I8, 1e6);
    const auto joules = modelledJoules(*board, seconds);
    QVERIFY(joules);
    QCOMPARE(joules->value(), seconds.value() * board->activeWatts->value);
    QCOMPARE(joules->low(), seconds.low() * board->activeWatts->value);
    QCOMPARE(joules->high(), seconds.high() * board->activeWatts->value);
    // Of a measured time too: power is only stated.
    QVERIFY(modelledJoules(*board, Quantity::measured(1.0, Unit::Seconds))->isModelled());
    board->activeWatts.reset();
    QVERIFY(!modelledJoules(*board, seconds));
}

void BoardProfileTest::theVerdictSaysWhatIsMissing()
{
    auto board = *boardProfile("mps2-an386");
    board.flashBytes.value = 100'000;
    board.ramBytes.value = 10'000;
    QVERIFY(fitOn(board, 100'000, 10'000).fits());
    QCOMPARE(fitOn(board, 60'000, 4'000).text(),
             std::string("fits, 40.0 kB of model memory and 6.00 kB of RAM left"));
    QVERIFY(!fitOn(board, 100'001, 0).fits());
    QCOMPARE(fitOn(board, 104'100, 4'000).text(), std::string("needs 4.10 kB more model memory"));
    QCOMPARE(fitOn(board, 104'100, 12'000).text(),
             std::string("needs 4.10 kB more model memory and 2.00 kB more RAM"));
}

QTEST_APPLESS_MAIN(BoardProfileTest)

} // namespace board_profile_test

#include "board_profile_test.moc"
