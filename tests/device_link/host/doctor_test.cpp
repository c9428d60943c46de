// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/board_profile.h"
#include "device_link/host/doctor.h"

namespace doctor_test {

using namespace rosler;

namespace {

namespace fs = std::filesystem;
using State = BoardFinding::State;

/// A computer as the doctor sees it: folders made by hand.
class Computer
{
public:
    Computer()
        : root(m_folder.path().toStdString())
    {
        for (const char *folder : {"sys/bus/usb/devices", "sys/class/tty", "proc", "dev", "bin", "firmware"})
            fs::create_directories(root / folder);
        write("group", "root:x:" + std::to_string(::getgid()) + ":\n");
        write("proc/mounts", "");
        places.sys = root / "sys";
        places.proc = root / "proc";
        places.dev = root / "dev";
        places.groups = root / "group";
        places.firmware = root / "firmware";
        places.path = (root / "bin").string();
        places.user = "ada";
        places.gids = std::vector<unsigned> {};
        places.mayOpen = [](const fs::path &) { return true; };
    }

    void write(const fs::path &file, const std::string &text) const
    {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text;
    }
    /// A USB device with an interface, and its tty when there is one.
    void plug(const std::string &ids, const std::string &product, const std::string &kind,
              const std::string &tty = {}) const
    {
        const fs::path device = fs::path("sys/bus/usb/devices/1-2");
        write(device / "idVendor", ids.substr(0, 4) + "\n");
        write(device / "idProduct", ids.substr(5) + "\n");
        write(device / "bDeviceClass", "00\n");
        write(device / "product", product + "\n");
        // Where a real one is inside of its device's folder and linked from here.
        const fs::path interface = fs::path("sys/bus/usb/devices/1-2:1.0");
        write(interface / "bInterfaceClass", kind + "\n");
        write(interface / "bInterfaceSubClass", "02\n");
        if (tty.empty())
            return;
        fs::create_directories(root / interface / "driver");
        write(fs::path("dev") / tty, "");
        fs::create_directories(root / device / "1-2:1.0");
        fs::create_directories(root / "sys/class/tty" / tty);
        fs::create_symlink(root / device / "1-2:1.0", root / "sys/class/tty" / tty / "device");
    }
    void runs(const std::string &pid, const std::string &name, const fs::path &opened = {}) const
    {
        write(fs::path("proc") / pid / "comm", name + "\n");
        fs::create_directories(root / "proc" / pid / "fd");
        if (!opened.empty())
            fs::create_symlink(opened, root / "proc" / pid / "fd" / "3");
    }
    [[nodiscard]] std::vector<BoardFinding> find(const std::string &id) const
    {
        std::vector<BoardFinding> found = diagnoseBoards(places);
        std::erase_if(found, [&](const BoardFinding &finding) { return finding.id != id; });
        return found;
    }

private:
    QTemporaryDir m_folder;

public:
    fs::path root;
    SystemPlaces places;
};

bool says(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

/// "Why is my board missing?" on computers with this and that the matter.
class DoctorTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyComputerIsToldAllItNeeds()
    {
        const Computer computer;
        const auto qemu = computer.find("qemu");
        QCOMPARE(qemu.size(), std::size_t {1});
        QVERIFY(qemu.front().state == State::Problem && says(qemu.front().remedy, "qemu-system-arm"));
        const auto firmware = computer.find("firmware");
        QCOMPARE(firmware.size(), boardProfiles().size() - 1); // the twin needs none
        for (const BoardFinding &finding : firmware)
            QVERIFY(finding.state == State::Problem && says(finding.remedy, "gcc-arm-none-eabi"));
        const auto usb = computer.find("usb");
        QCOMPARE(usb.size(), std::size_t {1});
        QVERIFY(says(usb.front().found, "nothing is on USB") && says(usb.front().remedy, "cable"));
    }

    void qemusVersionIsTold()
    {
        const Computer computer;
        computer.write("bin/qemu-system-arm", "#!/bin/sh\necho 'QEMU emulator version 7.2.9'\n");
        fs::permissions(computer.root / "bin/qemu-system-arm", fs::perms::owner_all);
        computer.write("firmware/mps2-an386.elf", "x");
        const auto qemu = computer.find("qemu");
        QVERIFY(qemu.front().state == State::Ok);
        QCOMPARE(qemu.front().found, std::string("QEMU emulator version 7.2.9"));
        const auto firmware = computer.find("firmware");
        QCOMPARE(std::count_if(firmware.begin(), firmware.end(),
                               [](const BoardFinding &f) { return f.state == State::Ok; }),
                 1);
        computer.write("bin/qemu-system-arm", "#!/bin/sh\necho 'libfoo.so is missing'\n");
        QVERIFY(computer.find("qemu").front().state == State::Problem);
    }

    void aPortIsNamedByItsDevice()
    {
        const Computer computer;
        computer.plug("0483:374b", "STM32 STLink", "02", "ttyACM0");
        const auto ports = computer.find("port");
        QCOMPARE(ports.size(), std::size_t {1});
        QCOMPARE(ports.front().found, std::string("STM32 STLink (0483:374b)"));
        QVERIFY(computer.find("permission").front().state == State::Ok);
        QVERIFY(computer.find("usb").empty());
        QVERIFY(computer.find("driver").empty());
        QVERIFY(computer.find("meter").empty());
    }

    void aMeterIsFound()
    {
        const Computer computer;
        computer.plug("1915:c00a", "PPK2", "02", "ttyACM0");
        QVERIFY(says(computer.find("meter").front().found, "Power Profiler Kit"));
    }

    void permissionIsExplained()
    {
        Computer computer;
        computer.plug("0483:374b", "STM32 STLink", "02", "ttyACM0");
        computer.places.mayOpen = [](const fs::path &) { return false; };
        const std::string gid = std::to_string(::getgid());
        computer.write("group", "games:x:60:\ndialout:x:" + gid + ":bob\n");
        auto found = computer.find("permission").front();
        QVERIFY(found.state == State::Problem);
        QVERIFY2(says(found.remedy, "sudo adduser ada dialout"), found.remedy.c_str());
        computer.write("group", "dialout:x:" + gid + ":bob,ada\n");
        found = computer.find("permission").front();
        QCOMPARE(found.remedy, std::string("log out and in again"));
        computer.places.gids = std::vector<unsigned> {::getgid()};
        found = computer.find("permission").front();
        QVERIFY2(says(found.remedy, "ls -l"), found.remedy.c_str());
    }

    void aDeviceWithoutADriverIsSeen_data()
    {
        QTest::addColumn<QString>("ids");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("module");
        QTest::newRow("CDC") << "2e8a:000a"
                             << "02"
                             << "cdc_acm";
        QTest::newRow("FTDI") << "0403:6001"
                              << "ff"
                              << "ftdi_sio";
        QTest::newRow("CP210x") << "10c4:ea60"
                                << "ff"
                                << "cp210x";
        QTest::newRow("CH340") << "1a86:7523"
                               << "ff"
                               << "ch341";
        QTest::newRow("a keyboard") << "1a86:7523"
                                    << "03"
                                    << "";
        QTest::newRow("another maker's own") << "1234:0001"
                                             << "ff"
                                             << "";
    }

    void aDeviceWithoutADriverIsSeen()
    {
        QFETCH(QString, ids);
        QFETCH(QString, kind);
        QFETCH(QString, module);
        const Computer computer;
        computer.plug(ids.toStdString(), "thing", kind.toStdString());
        const auto found = computer.find("driver");
        QCOMPARE(found.size(), module.isEmpty() ? std::size_t {0} : std::size_t {1});
        if (!found.empty())
            QVERIFY(says(found.front().remedy, qPrintable(module)));
        QVERIFY(says(computer.find("usb").front().found, "no serial port"));
    }

    void whoHoldsAPortIsNamed()
    {
        const Computer computer;
        computer.plug("0483:374b", "STM32 STLink", "02", "ttyACM0");
        computer.runs("4711", "minicom", fs::canonical(computer.root / "dev/ttyACM0"));
        computer.runs("4712", "bash", "/dev/null");
        const auto held = computer.find("held");
        QCOMPARE(held.size(), std::size_t {1});
        QCOMPARE(held.front().found, std::string("minicom (process 4711) has it open"));
    }

    void modemManagerIsMentioned()
    {
        const Computer computer;
        computer.runs("600", "ModemManager");
        QVERIFY(computer.find("interferes").front().state == State::Ok);
        computer.plug("0483:374b", "STM32 STLink", "02", "ttyACM0");
        QVERIFY(computer.find("interferes").front().state == State::Warning);
    }

    void bootLoadersAreSeen()
    {
        const Computer computer;
        fs::create_directories(computer.root / "media/MY BOARD");
        computer.write("media/MY BOARD/INFO_UF2.TXT", "UF2");
        computer.write(
            "proc/mounts",
            "/dev/sda1 /media/ada/RPI-RP2 vfat rw 0 0\n/dev/sdb /media/NODE_F401RE "
            "vfat rw 0 0\n/dev/sdc /home ext4 rw 0 0\n/dev/sdd /media/MYSTICK vfat rw 0 0\n/dev/sde "
                + computer.root.string() + "/media/MY\\040BOARD vfat rw 0 0\nrubbish\n");
        const auto volumes = computer.find("volume");
        QCOMPARE(volumes.size(), std::size_t {3});
        QCOMPARE(volumes[0].what, std::string("RPI-RP2"));
        QVERIFY(says(volumes[0].remedy, ".uf2"));
        QVERIFY(says(volumes[1].remedy, ".bin"));
        QCOMPARE(volumes[2].what, std::string("MY BOARD"));
        QVERIFY(computer.find("usb").empty());
    }

    void thisComputerCanBeLookedAt()
    {
        const auto findings = diagnoseBoards();
        QVERIFY(!findings.empty());
        for (const BoardFinding &finding : findings) {
            QVERIFY(!finding.what.empty() && !finding.found.empty());
            QVERIFY(finding.state == State::Ok || !finding.remedy.empty());
        }
    }
};

QTEST_GUILESS_MAIN(DoctorTest)

} // namespace doctor_test

#include "doctor_test.moc"
