// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/flash/flash_tool.h"
#include "device_link/host/flash/uf2.h"

namespace flash_tool_test {

using namespace rosler;

namespace {

namespace fs = std::filesystem;
using Kind = FlashTool::Kind;

/// A folder with an image in three forms, tools that are scripts, and a table of mounts.
class Bench
{
public:
    Bench()
        : root(m_folder.path().toStdString())
        , board(*boardProfile("stm32f405"))
    {
        fs::create_directories(root / "bin");
        for (const char *form : {"elf", "bin", "hex"})
            write(std::string("my firmware.") + form, std::string("image as ") + form);
        write("mounts", "");
        places.path = (root / "bin").string();
        places.mounts = root / "mounts";
        image = root / "my firmware.elf";
    }

    void write(const fs::path &file, const std::string &text) const
    {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file, std::ios::binary) << text;
    }
    /// A tool that writes down its arguments, one a line, and then does what @p script says.
    void tool(const std::string &name, const std::string &script) const
    {
        write("bin/" + name,
              "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\" >> '" + (root / "said").string() + "'; done\n"
                  + script + "\n");
        fs::permissions(root / "bin" / name, fs::perms::owner_all);
    }
    [[nodiscard]] std::string said() const { return read("said"); }
    [[nodiscard]] std::string read(const fs::path &file) const
    {
        std::stringstream text;
        text << std::ifstream(root / file, std::ios::binary).rdbuf();
        return text.str();
    }
    [[nodiscard]] FlashTool find(Kind kind) const
    {
        for (const FlashTool &each : availableFlashTools(board, places))
            if (each.kind == kind)
                return each;
        return {};
    }
    [[nodiscard]] FlashTool volume(bool uf2) const
    {
        fs::create_directories(root / "volume");
        return {Kind::Volume, "volume", "copy", root / "volume", uf2, {}};
    }

private:
    QTemporaryDir m_folder;

public:
    fs::path root;
    fs::path image;
    BoardProfile board;
    FlashPlaces places;
};

std::vector<std::uint8_t> bytesOf(const std::string &text)
{
    return {text.begin(), text.end()};
}

} // namespace

/// Ways to flash; the tools are scripts that play them.
class FlashToolTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLadderIsVolumeThenPrograms()
    {
        const Bench bench;
        auto tools = availableFlashTools(bench.board, bench.places);
        const std::vector<std::string> ids {"volume", "openocd", "st-flash", "pyocd", "probe-rs", "dfu-util"};
        QCOMPARE(tools.size(), ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            QCOMPARE(tools[i].id, ids[i]);
            QVERIFY(!tools[i].reason.empty());
        }
        QVERIFY(tools[1].reason.find("apt-get install openocd") != std::string::npos);
        // What is there comes first.
        bench.tool("st-flash", "");
        tools = availableFlashTools(bench.board, bench.places);
        QCOMPARE(tools.front().id, std::string("st-flash"));
        QVERIFY(tools.front().reason.empty());
        bench.write("mounts",
                    "/dev/sda /media/DAPLINK vfat rw 0 0\n/dev/sdb /media/NODE_F401RE vfat rw 0 0\n");
        tools = availableFlashTools(bench.board, bench.places);
        QCOMPARE(tools.front().title, std::string("copy to DAPLINK"));
        QCOMPARE(tools[1].id, std::string("st-flash"));
        QVERIFY(availableFlashTools(*boardProfile("mps2-an386"), bench.places).empty());
    }

    void everyToolHasItsCommand_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("arguments");
        QTest::newRow("openocd") << int(Kind::OpenOcd)
                                 << "-f interface/stlink.cfg -f target/stm32f4x.cfg -c 'program {%1.elf} "
                                    "verify reset exit'";
        QTest::newRow("st-flash") << int(Kind::StFlash)
                                  << "--connect-under-reset --reset write '%1.bin' 0x08000000";
        QTest::newRow("pyocd") << int(Kind::PyOcd) << "flash --target stm32f405rgtx '%1.hex'";
        QTest::newRow("probe-rs") << int(Kind::ProbeRs) << "download --chip STM32F405RGTx '%1.elf'";
        QTest::newRow("dfu-util") << int(Kind::DfuUtil)
                                  << "-d 0483:df11 -a 0 -s 0x08000000:leave -D '%1.bin'";
    }

    void everyToolHasItsCommand()
    {
        QFETCH(int, kind);
        QFETCH(QString, arguments);
        const Bench bench;
        const std::string name = QTest::currentDataTag();
        bench.tool(name, "");
        const auto commands = flashCommands(bench.find(static_cast<Kind>(kind)), bench.board, bench.image);
        QVERIFY2(commands, commands ? "" : message(commands.error()).c_str());
        const std::string base = (bench.root / "my firmware").string();
        QCOMPARE(QString::fromStdString(commandLine(commands->front())),
                 QString::fromStdString((bench.root / "bin" / name).string() + ' ')
                     + arguments.arg(QString::fromStdString(base)));
    }

    void picotoolTakesAnImageOfItsChip()
    {
        Bench bench;
        bench.tool("picotool", "");
        QVERIFY(bench.find(Kind::Picotool).id != "picotool");
        bench.board.flash->picotool = true;
        const auto commands = flashCommands(bench.find(Kind::Picotool), bench.board, bench.image);
        QVERIFY(commands);
        QCOMPARE(commands->front()[1], std::string("load"));
        QCOMPARE(commands->front().back(), bench.image.string());
    }

    void aFlashedBoardIsReportedWithAllThatWasSaid()
    {
        const Bench bench;
        bench.tool("st-flash", "printf '1/4 pages written\\r4/4 pages written\\n'; echo 'Flash written' >&2");
        std::vector<double> fractions;
        const auto report = flashFirmware(bench.find(Kind::StFlash), bench.board, bench.image,
                                          [&](const FlashProgress &at) { fractions.push_back(at.fraction); });
        QVERIFY2(report, report ? "" : message(report.error()).c_str());
        QCOMPARE(bench.said(),
                 "--connect-under-reset\n--reset\nwrite\n" + (bench.root / "my firmware.bin").string()
                     + "\n0x08000000\n");
        QVERIFY(report->output.find("Flash written") != std::string::npos);
        QVERIFY(report->commandLine.find("--reset write '") != std::string::npos);
        QVERIFY(std::find(fractions.begin(), fractions.end(), 0.25) != fractions.end());
        QCOMPARE(fractions.back(), 1.0);
    }

    void severalCommandsRunOneAfterTheOther()
    {
        const Bench bench;
        bench.tool("probe-rs", "");
        const auto report = flashFirmware(bench.find(Kind::ProbeRs), bench.board, bench.image);
        QVERIFY(report);
        QVERIFY(report->commandLine.find(" && ") != std::string::npos);
        QVERIFY(bench.said().find("reset\n") != std::string::npos);
        bench.tool("probe-rs", "echo 'Error: no probe was found'; exit 1");
        bench.write("said", "");
        QVERIFY(!flashFirmware(bench.find(Kind::ProbeRs), bench.board, bench.image));
        QVERIFY(bench.said().find("reset\n") == std::string::npos);
    }

    void aToolsOwnWordsSayWhyItFailed()
    {
        const Bench bench;
        bench.tool("openocd", "echo 'Open On-Chip Debugger'; echo 'Error: open failed' >&2; exit 1");
        const auto report = flashFirmware(bench.find(Kind::OpenOcd), bench.board, bench.image);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Rejected);
        QVERIFY2(report.error().what.find("exit code 1") != std::string::npos, report.error().what.c_str());
        QVERIFY2(report.error().what.find("Error: open failed") != std::string::npos,
                 report.error().what.c_str());
        QVERIFY(report.error().where.find("verify reset exit") != std::string::npos);
    }

    void leavingTheBootLoaderIsNoFailure()
    {
        const Bench bench;
        bench.tool("dfu-util",
                   "echo 'File downloaded successfully'; echo 'Error during download get_status'; exit 74");
        QVERIFY(flashFirmware(bench.find(Kind::DfuUtil), bench.board, bench.image));
        bench.tool("dfu-util", "echo 'No DFU capable USB device available'; exit 74");
        QVERIFY(!flashFirmware(bench.find(Kind::DfuUtil), bench.board, bench.image));
    }

    void aStopRequestEndsTheTool()
    {
        const Bench bench;
        bench.tool("pyocd", "echo $$ > '" + (bench.root / "pid").string() + "'; echo started; exec sleep 60");
        std::stop_source source;
        const auto report = flashFirmware(
            bench.find(Kind::PyOcd), bench.board, bench.image,
            [&](const FlashProgress &at) {
                if (at.line == "started")
                    source.request_stop();
            },
            source.get_token());
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Cancelled);
        QVERIFY(!fs::exists("/proc/" + std::to_string(std::stoi(bench.read("pid")))));
    }

    void aToolThatHangsIsEnded()
    {
        const Bench bench;
        bench.tool("pyocd", "echo waiting for a probe; exec sleep 60");
        const auto report = flashFirmware(bench.find(Kind::PyOcd), bench.board, bench.image, {}, {},
                                          std::chrono::milliseconds(300));
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::TimedOut);
        QVERIFY(report.error().what.find("waiting for a probe") != std::string::npos);
    }

    void progressIsReadFromEachToolsLines_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<double>("fraction"); // -1 = none
        QTest::newRow("dfu-util") << "Download\t[============             ]  48%        12288 bytes" << 0.48;
        QTest::newRow("pyocd") << "[====================] 100%" << 1.0;
        QTest::newRow("picotool") << "Loading into Flash:   [==    ]  7.5%" << 0.075;
        QTest::newRow("st-flash") << "  3/12 pages written" << 0.25;
        QTest::newRow("openocd starts") << "** Programming Started **" << 0.1;
        QTest::newRow("openocd verified") << "** Verified OK **" << 1.0;
        QTest::newRow("no number") << "Info : clock speed 2000 kHz" << -1.0;
        QTest::newRow("a lone sign") << "%" << -1.0;
        QTest::newRow("beyond all") << "900%" << -1.0;
        QTest::newRow("pages beyond all") << "13/12 pages written" << -1.0;
        QTest::newRow("pages of none") << "0/0 pages written" << -1.0;
        QTest::newRow("nothing") << "" << -1.0;
    }

    void progressIsReadFromEachToolsLines()
    {
        QFETCH(QString, line);
        QFETCH(double, fraction);
        QCOMPARE(flashFraction(line.toStdString()).value_or(-1.0), fraction);
    }

    void aHexIsCopiedToAProbesVolume()
    {
        const Bench bench;
        const auto report = flashFirmware(bench.volume(false), bench.board, bench.image);
        QVERIFY2(report, report ? "" : message(report.error()).c_str());
        QCOMPARE(bench.read("volume/my firmware.hex"), std::string("image as hex"));
        QVERIFY(report->commandLine.starts_with("cp 'my firmware.hex' "));
        bench.write("volume/FAIL.TXT", "The application file is too big\r\n");
        const auto refused = flashFirmware(bench.volume(false), bench.board, bench.image);
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("too big") != std::string::npos);
    }

    void aBootLoadersVolumeIsGivenUf2()
    {
        Bench bench;
        bench.board.flash->uf2Family = 0xE48BFF56;
        bench.board.flash->baseAddress = 0x10000000;
        QVERIFY(flashFirmware(bench.volume(true), bench.board, bench.image));
        const auto summary = checkUf2(bytesOf(bench.read("volume/my firmware.uf2")), "copied");
        QVERIFY(summary);
        QCOMPARE(summary->family, 0xE48BFF56U);
        QCOMPARE(summary->lowest, 0x10000000U);
        // One that is there is taken as it is, if it is for this chip.
        const auto other = uf2Of(bytesOf("abc"), 0x10000000, 0x57755A57);
        bench.write("my firmware.uf2", {other.begin(), other.end()});
        const auto refused = flashFirmware(bench.volume(true), bench.board, bench.image);
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("another chip") != std::string::npos);
        bench.write("my firmware.uf2", "rubbish");
        QCOMPARE(flashFirmware(bench.volume(true), bench.board, bench.image).error().code,
                 ErrorCode::Malformed);
    }

    void whatIsMissingIsNamed()
    {
        const Bench bench;
        const FlashTool missing = bench.find(Kind::OpenOcd);
        const auto report = flashFirmware(missing, bench.board, bench.image);
        QCOMPARE(report.error().code, ErrorCode::NotFound);
        bench.tool("st-flash", "");
        fs::remove(bench.root / "my firmware.bin");
        const auto noImage = flashFirmware(bench.find(Kind::StFlash), bench.board, bench.image);
        QCOMPARE(noImage.error().code, ErrorCode::NotFound);
        QVERIFY(noImage.error().what.find("my firmware.bin") != std::string::npos);
        QVERIFY(!flashCommands(bench.find(Kind::StFlash), *boardProfile("twin"), bench.image));
        bench.tool("openocd", "");
        bench.write("{x}.elf", "image");
        QCOMPARE(flashCommands(bench.find(Kind::OpenOcd), bench.board, bench.root / "{x}.elf").error().code,
                 ErrorCode::Unsupported);
    }

    void uf2GoesThereAndBack()
    {
        for (const std::size_t size : {1U, 255U, 256U, 257U, 5000U}) {
            const auto file = uf2Of(std::vector<std::uint8_t>(size, 7), 0x2000, 1);
            const auto summary = checkUf2(file, "f");
            QVERIFY(summary);
            QCOMPARE(std::size_t {summary->blocks}, (size + 255) / 256);
            QCOMPARE(summary->end, std::uint64_t {0x2000} + (size + 255) / 256 * 256);
        }
    }

    void damagedUf2IsRefused()
    {
        const auto good = uf2Of(std::vector<std::uint8_t>(600, 7), 0x2000, 1);
        for (std::size_t length = 0; length < good.size(); ++length)
            QVERIFY(!checkUf2(std::span(good).first(length), "f"));
        // Any bit of what a block says of itself, except flags and addresses that mean something else.
        int refused = 0;
        for (std::size_t block = 0; block < 3; ++block)
            for (const std::size_t at : {0U, 4U, 20U, 24U, 508U})
                for (std::size_t bit = 0; bit < 32; ++bit) {
                    auto bad = good;
                    bad[block * 512 + at + bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
                    refused += checkUf2(bad, "f") ? 0 : 1;
                }
        QCOMPARE(refused, 3 * 5 * 32);
        auto bad = good;
        bad[16] = 0xDD; // 477 bytes
        bad[17] = 0x01;
        QVERIFY(!checkUf2(bad, "f"));
        bad = good;
        bad[512 + 12] = bad[12]; // the first block's address
        bad[512 + 13] = bad[13];
        QCOMPARE(checkUf2(bad, "f").error().what, std::string("two UF2 blocks have one address"));
        bad = good;
        bad[512 + 28] = 2;
        QVERIFY(!checkUf2(bad, "f"));
    }

    void commandLinesCanBePasted()
    {
        QCOMPARE(commandLine({"a", "b c", "it's", "", "$x"}), std::string("a 'b c' 'it'\\''s' '' '$x'"));
    }
};

QTEST_GUILESS_MAIN(FlashToolTest)

} // namespace flash_tool_test

#include "flash_tool_test.moc"
