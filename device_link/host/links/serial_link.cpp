// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/serial_link.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <QCoreApplication>
#include <QFileInfo>
#include <QSerialPort>
#include <QSerialPortInfo>
#include <QSignalBlocker>
#include <QThread>

#include "device_link/host/links/port_holder.h"
#include "device_link/host/links/qt_runtime.h"

namespace rosler {

namespace {

constexpr std::chrono::seconds writePatience {5}; ///< without a byte taken
constexpr std::size_t mostUnread = 64U << 20;     ///< beyond it the port is not emptied any more
constexpr std::chrono::milliseconds listEvery {200};

Error openError(const QSerialPort &port, const std::string &where)
{
    switch (port.error()) {
    case QSerialPort::DeviceNotFoundError:
        return {ErrorCode::NotFound, "there is no such port", where};
    case QSerialPort::PermissionError: {
        // The system says the same of a port that another program has, and of one that is not for us.
        const QFileInfo file(QString::fromStdString(where));
        if (file.exists() && (!file.isReadable() || !file.isWritable()))
            return {ErrorCode::Unreadable,
                    "no permission; on Debian: sudo adduser $USER dialout, and log in again", where};
        const std::string holder = holderOf(where);
        return {ErrorCode::Unreadable,
                (holder.empty() ? "another program" : holder) + " has it open; close that first", where};
    }
    case QSerialPort::UnsupportedOperationError:
        return {ErrorCode::Unsupported, "this rate cannot be had", where};
    default:
        return {ErrorCode::Unreadable, "cannot be opened: " + port.errorString().toStdString(), where};
    }
}

} // namespace

bool hasSerialPorts() noexcept
{
    return true;
}

struct QtRuntime::Private {
    int argc = 1;
    std::string name = "rosler";
    std::array<char *, 2> argv {name.data(), nullptr};
    QCoreApplication application {argc, argv.data()};
};

QtRuntime::QtRuntime()
    : d(QCoreApplication::instance() == nullptr ? std::make_unique<Private>() : nullptr)
{
    // Qt takes the user's locale for all of the C library: numbers in options and files stay what they are.
    std::setlocale(LC_NUMERIC, "C");
}

QtRuntime::~QtRuntime() = default;

bool SerialPortInfo::isSameDevice(const SerialPortInfo &other) const
{
    if (vendor == 0 && product == 0)
        return path == other.path;
    return vendor == other.vendor && product == other.product && serialNumber == other.serialNumber
        && (!serialNumber.empty() || path == other.path);
}

std::vector<SerialPortInfo> serialPorts()
{
    std::vector<SerialPortInfo> ports;
    for (const QSerialPortInfo &port : QSerialPortInfo::availablePorts())
        ports.push_back({port.portName().toStdString(), port.systemLocation().toStdString(),
                         port.description().toStdString(), port.manufacturer().toStdString(),
                         port.serialNumber().toStdString(), port.vendorIdentifier(),
                         port.productIdentifier()});
    std::sort(ports.begin(), ports.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
    return ports;
}

Result<SerialPortInfo> waitForPort(const SerialPortInfo &device, std::chrono::milliseconds patience,
                                   const std::stop_token &stop)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        for (const SerialPortInfo &port : serialPorts())
            if (device.isSameDevice(port))
                return port;
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", device.name);
        if (std::chrono::steady_clock::now() >= end)
            return fail(ErrorCode::TimedOut, "the board did not come back", device.name);
        std::this_thread::sleep_for(listEvery);
    }
}

/// The port lives on the thread; bytes and news of it cross by the mutex.
class SerialLink::Private
{
public:
    ~Private()
    {
        if (port != nullptr)
            QMetaObject::invokeMethod(
                port,
                [this] {
                    port->disconnect();
                    delete std::exchange(port, nullptr);
                },
                Qt::BlockingQueuedConnection);
        thread.quit();
        thread.wait();
    }

    /// On the thread. The error comes again and again until the port is closed.
    void failed(QSerialPort::SerialPortError error)
    {
        if (error != QSerialPort::ReadError && error != QSerialPort::WriteError
            && error != QSerialPort::ResourceError && error != QSerialPort::DeviceNotFoundError
            && error != QSerialPort::PermissionError)
            return;
        {
            const std::lock_guard lock(mutex);
            if (gone)
                return;
            gone = Error {ErrorCode::Unreadable,
                          "the other end is gone: unplugged, switched off, or its emulator ended", name};
        }
        port->close();
        changed.notify_all();
    }

    void arrived()
    {
        {
            const std::lock_guard lock(mutex);
            if (unread.size() >= mostUnread)
                return; // the other end has to wait
            const QByteArray bytes = port->readAll();
            unread.insert(unread.end(), bytes.begin(), bytes.end());
        }
        changed.notify_all();
    }

    QThread thread;
    QSerialPort *port = nullptr;
    std::string name;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::uint8_t> unread;
    std::optional<Error> gone;
    std::uint64_t taken = 0; ///< bytes that the system took since the last write
    std::uint32_t rate = 0;
};

SerialLink::SerialLink(std::unique_ptr<Private> p)
    : d(std::move(p))
{
}

SerialLink::~SerialLink() = default;

Result<std::unique_ptr<SerialLink>> SerialLink::open(const std::string &port, std::uint32_t baud)
{
    if (QCoreApplication::instance() == nullptr)
        return fail(ErrorCode::Unsupported, "the program made no QtRuntime", port);
    const std::string path = port.find('/') == std::string::npos ? "/dev/" + port : port;
    auto p = std::make_unique<Private>();
    p->name = path.starts_with("/dev/") ? path.substr(5) : path;
    auto *const raw = p.get();
    p->port = new QSerialPort;
    p->port->setPortName(QString::fromStdString(path));
    p->port->moveToThread(&p->thread);
    QObject::connect(p->port, &QSerialPort::errorOccurred, p->port,
                     [raw](QSerialPort::SerialPortError error) { raw->failed(error); });
    QObject::connect(p->port, &QSerialPort::readyRead, p->port, [raw] { raw->arrived(); });
    QObject::connect(p->port, &QSerialPort::bytesWritten, p->port, [raw](qint64 count) {
        {
            const std::lock_guard lock(raw->mutex);
            raw->taken += static_cast<std::uint64_t>(count);
        }
        raw->changed.notify_all();
    });
    p->thread.start();
    std::optional<Error> error;
    QMetaObject::invokeMethod(
        p->port,
        [&] {
            const QSignalBlocker quiet(raw->port);
            if (!raw->port->open(QIODevice::ReadWrite)
                || !raw->port->setBaudRate(static_cast<qint32>(baud))) {
                error = openError(*raw->port, path);
                return;
            }
            // A pty has no such line, which is no harm.
            raw->port->setDataTerminalReady(true);
            raw->port->clearError();
            raw->rate = static_cast<std::uint32_t>(raw->port->baudRate());
        },
        Qt::BlockingQueuedConnection);
    if (error)
        return tl::unexpected(*error);
    return std::unique_ptr<SerialLink>(new SerialLink(std::move(p)));
}

std::string SerialLink::name() const
{
    return d->name;
}

Result<std::size_t> SerialLink::read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout)
{
    std::unique_lock lock(d->mutex);
    d->changed.wait_for(lock, timeout, [this] { return !d->unread.empty() || d->gone; });
    if (d->unread.empty())
        return d->gone ? Result<std::size_t>(tl::unexpected(*d->gone)) : Result<std::size_t>(0);
    const bool wasFull = d->unread.size() >= mostUnread;
    const std::size_t count = std::min(buffer.size(), d->unread.size());
    std::copy_n(d->unread.begin(), count, buffer.begin());
    d->unread.erase(d->unread.begin(), d->unread.begin() + static_cast<std::ptrdiff_t>(count));
    lock.unlock();
    if (wasFull)
        QMetaObject::invokeMethod(
            d->port, [this] { d->arrived(); }, Qt::QueuedConnection);
    return count;
}

Result<void> SerialLink::write(std::span<const std::uint8_t> bytes)
{
    std::unique_lock lock(d->mutex);
    if (d->gone)
        return tl::unexpected(*d->gone);
    d->taken = 0;
    const QByteArray copy(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    QMetaObject::invokeMethod(
        d->port,
        [this, copy] {
            if (d->port->isOpen())
                d->port->write(copy);
        },
        Qt::QueuedConnection);
    while (d->taken < bytes.size() && !d->gone) {
        const std::uint64_t before = d->taken;
        if (!d->changed.wait_for(lock, writePatience, [&] { return d->taken != before || d->gone; }))
            return fail(ErrorCode::TimedOut, "the other end takes no bytes", d->name);
    }
    if (d->gone)
        return tl::unexpected(*d->gone);
    return {};
}

Result<void> SerialLink::setBaud(std::uint32_t rate)
{
    bool done = false;
    QMetaObject::invokeMethod(
        d->port,
        [&] {
            d->port->flush();
            done = d->port->isOpen() && d->port->setBaudRate(static_cast<qint32>(rate));
            const std::lock_guard lock(d->mutex);
            d->rate = static_cast<std::uint32_t>(d->port->baudRate());
        },
        Qt::BlockingQueuedConnection);
    if (!done)
        return fail(ErrorCode::Unsupported, std::to_string(rate) + " baud cannot be had", d->name);
    return {};
}

std::uint32_t SerialLink::baud() const
{
    const std::lock_guard lock(d->mutex);
    return d->rate;
}

void SerialLink::discard()
{
    const std::lock_guard lock(d->mutex);
    d->unread.clear();
}

bool SerialLink::isGone() const
{
    const std::lock_guard lock(d->mutex);
    return d->gone.has_value();
}

} // namespace rosler
