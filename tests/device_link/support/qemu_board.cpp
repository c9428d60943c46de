// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/qemu_board.h"

#include <cmath>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <QDeadlineTimer>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

namespace rosler {

const std::vector<EmulatedBoard> &emulatedBoards()
{
    static const std::vector<EmulatedBoard> boards {
        {"mps2-an386", "mps2-an386", 7, "16M"}, {"mps2-an385", "mps2-an385", 7, "16M"},
        {"mps2-an500", "mps2-an500", 7, "16M"}, {"mps2-an505", "mps2-an505", 7, "16M"},
        {"mps3-an547", "mps3-an547", 7, "2G"},  {"stm32f405", "netduinoplus2", 0, nullptr},
    };
    return boards;
}

QString qemuProgram()
{
    return QStandardPaths::findExecutable(QStringLiteral("qemu-system-arm"));
}

QString qemuMissing(const QString &firmwareFolder)
{
    if (qemuProgram().isEmpty())
        return QStringLiteral("qemu-system-arm is not installed (Debian: qemu-system-arm)");
    if (!QFileInfo::exists(firmwareFolder + QStringLiteral("/mps2-an386.elf")))
        return QStringLiteral(
            "no firmware images: arm-none-eabi-gcc or its C library is not installed (Debian: "
            "gcc-arm-none-eabi, picolibc-arm-none-eabi), or this build has sanitizers");
    return {};
}

QemuBoard::QemuBoard(const EmulatedBoard &board, const QString &firmwareFolder, const QString &slotFile,
                     const QStringList &more)
    : m_board(board)
    , m_host(
          [this](const std::vector<std::uint8_t> &bytes) {
              write(bytes);
          }, // Until it has started, what is sent may be lost: soon again.
          [this] { return read(m_heard ? 4000 : 250); })
{
    const QString machine = QString::fromLatin1(board.machine);
    const QString elf = QStringLiteral("%1/%2.elf").arg(firmwareFolder, QString::fromLatin1(board.name));
    if (!QFileInfo::exists(elf)) {
        m_fault = elf + QStringLiteral(" is not there");
        return;
    }
    QStringList arguments {QStringLiteral("-display"), QStringLiteral("none"),
                           QStringLiteral("-monitor"), QStringLiteral("none"),
                           QStringLiteral("-kernel"),  elf,
                           QStringLiteral("-icount"),  QStringLiteral("shift=%1").arg(board.shift),
                           QStringLiteral("-serial"),  QStringLiteral("pty"),
                           QStringLiteral("-machine")};
    if (slotFile.isEmpty())
        arguments << machine;
    else
        arguments << machine + QStringLiteral(",memory-backend=slots") << QStringLiteral("-object")
                  << QStringLiteral("memory-backend-file,id=slots,size=%1,mem-path=%2,share=on")
                         .arg(QString::fromLatin1(board.slotsSize), slotFile);
    arguments << more;
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(qemuProgram(), arguments);
    QByteArray said;
    static const QRegularExpression pty(QStringLiteral("(/dev/pts/\\d+)"));
    const QDeadlineTimer deadline(20000);
    while (!pty.match(QString::fromLocal8Bit(said)).hasMatch()) {
        if (deadline.hasExpired() || !m_process.waitForReadyRead(1000)) {
            if (m_process.state() != QProcess::Running || deadline.hasExpired()) {
                m_fault = QStringLiteral("QEMU does not start: ") + QString::fromLocal8Bit(said);
                return;
            }
        }
        said += m_process.readAll();
    }
    const QByteArray path = pty.match(QString::fromLocal8Bit(said)).captured(1).toLocal8Bit();
    m_port = ::open(path.constData(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios line {};
    if (m_port < 0 || tcgetattr(m_port, &line) != 0) {
        m_fault = QString::fromLocal8Bit(path) + QStringLiteral(" does not open");
        return;
    }
    cfmakeraw(&line);
    (void)cfsetspeed(&line, B115200);
    (void)tcsetattr(m_port, TCSANOW, &line);
}

QemuBoard::~QemuBoard()
{
    kill();
}

void QemuBoard::killAfter(std::chrono::microseconds delay)
{
    m_killer = std::thread([delay, pid = m_process.processId()] {
        std::this_thread::sleep_for(delay);
        (void)::kill(static_cast<pid_t>(pid), SIGKILL); // not yet waited for: the number is its own
    });
}

void QemuBoard::kill()
{
    if (m_killer.joinable())
        m_killer.join();
    if (m_port >= 0)
        (void)::close(m_port);
    m_port = -1;
    if (m_process.state() != QProcess::NotRunning) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

void QemuBoard::write(const std::vector<std::uint8_t> &bytes)
{
    for (std::size_t done = 0; m_port >= 0 && done < bytes.size();) {
        const ssize_t n = ::write(m_port, bytes.data() + done, bytes.size() - done);
        if (n <= 0)
            return;
        done += static_cast<std::size_t>(n);
    }
}

std::vector<std::uint8_t> QemuBoard::read(int milliseconds)
{
    std::vector<std::uint8_t> bytes(8192);
    pollfd port {m_port, POLLIN, 0};
    if (m_port < 0 || ::poll(&port, 1, milliseconds) <= 0)
        return {};
    const ssize_t n = ::read(m_port, bytes.data(), bytes.size());
    m_heard = m_heard || n > 0;
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
}

std::int64_t QemuBoard::instructions(std::uint32_t ticks, const rsl_result &result) const
{
    const double ticksEach = result.timer_hz * std::ldexp(1e-9, m_board.shift);
    return std::llround(ticks / ticksEach) - std::llround(result.empty_ticks / ticksEach);
}

} // namespace rosler
