// SPDX-License-Identifier: Apache-2.0
// Serial ports in a build without Qt SerialPort: there are none, and the texts say why.
#include "device_link/host/links/qt_runtime.h"
#include "device_link/host/links/serial_link.h"

namespace rosler {

namespace {
tl::unexpected<Error> missing(std::string where)
{
    return fail(
        ErrorCode::Unsupported,
        "this program was built without Qt SerialPort; on Debian: sudo apt install qt6-serialport-dev, and "
        "build it again",
        std::move(where));
}
} // namespace

bool hasSerialPorts() noexcept
{
    return false;
}

struct QtRuntime::Private {
};
QtRuntime::QtRuntime() = default;
QtRuntime::~QtRuntime() = default;

bool SerialPortInfo::isSameDevice(const SerialPortInfo &other) const
{
    return path == other.path;
}

std::vector<SerialPortInfo> serialPorts()
{
    return {};
}

Result<SerialPortInfo> waitForPort(const SerialPortInfo &device, std::chrono::milliseconds,
                                   const std::stop_token &)
{
    return missing(device.name);
}

class SerialLink::Private
{
};
SerialLink::SerialLink(std::unique_ptr<Private>) { }
SerialLink::~SerialLink() = default;

Result<std::unique_ptr<SerialLink>> SerialLink::open(const std::string &port, std::uint32_t)
{
    return missing(port);
}

std::string SerialLink::name() const
{
    return {};
}
Result<std::size_t> SerialLink::read(std::span<std::uint8_t>, std::chrono::milliseconds)
{
    return missing({});
}
Result<void> SerialLink::write(std::span<const std::uint8_t>)
{
    return missing({});
}
Result<void> SerialLink::setBaud(std::uint32_t)
{
    return missing({});
}
std::uint32_t SerialLink::baud() const
{
    return 0;
}
void SerialLink::discard() { }
bool SerialLink::isGone() const
{
    return true;
}

} // namespace rosler
