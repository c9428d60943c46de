// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "device_link/host/link.h"

namespace rosler {

/// A serial port as the system lists it. Emulators' ptys are not listed (links/emulator.h).
struct SerialPortInfo {
    std::string name;        ///< "ttyACM0"
    std::string path;        ///< "/dev/ttyACM0"
    std::string description; ///< "STM32 STLink"
    std::string manufacturer;
    std::string serialNumber;
    std::uint16_t vendor = 0; ///< USB ids; 0 = none
    std::uint16_t product = 0;

    /// Whether @p other is the same device, wherever it is plugged in now: by USB ids and serial number, or
    /// by path where it has none.
    [[nodiscard]] bool isSameDevice(const SerialPortInfo &other) const;

    friend bool operator==(const SerialPortInfo &, const SerialPortInfo &) = default;
};

/// Those there are now, by name. Any thread; takes some milliseconds, to be asked once a second for hot-plug.
[[nodiscard]] std::vector<SerialPortInfo> serialPorts();

/// Waits for @p device to come back after a reset or replugging.
/// @return TimedOut, Cancelled
[[nodiscard]] Result<SerialPortInfo> waitForPort(const SerialPortInfo &device,
                                                 std::chrono::milliseconds patience,
                                                 const std::stop_token &stop = {});

/// A serial port or pty, 8N1, read all the time on a thread of its own, so that it is known at once when the
/// other end goes. Once gone it stays so; open another. The program needs a QCoreApplication or a QtRuntime
/// (qt_runtime.h), made at the begin of its main(), for as long as it has links.
class SerialLink final : public Link
{
public:
    /// @param port  name or path: "ttyACM0", "/dev/pts/3"
    /// @return NotFound    there is no such port
    /// @return Unreadable  no permission, or another program has it: the text says which
    /// @return Unsupported the rate cannot be had, this build has no serial ports, or the program made no
    ///                     QtRuntime
    [[nodiscard]] static Result<std::unique_ptr<SerialLink>> open(const std::string &port,
                                                                  std::uint32_t baud = 115200);
    ~SerialLink() override;

    std::string name() const override;
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override;
    Result<void> write(std::span<const std::uint8_t> bytes) override;
    Result<void> setBaud(std::uint32_t rate) override;
    std::uint32_t baud() const override;
    void discard() override;

    /// Whether the other end is still there, as far as is known. Any thread.
    [[nodiscard]] bool isGone() const;

private:
    class Private;
    explicit SerialLink(std::unique_ptr<Private> p);

    std::unique_ptr<Private> d;
};

} // namespace rosler
