// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

#include <QByteArray>
#include <QProcess>
#include <QString>

#include "tests/device_link/support/wire_host.h"

namespace rosler {

/// A board that QEMU can be: its firmware image, its machine, and what one instruction is in virtual time.
struct EmulatedBoard {
    const char *name;
    const char *machine;
    int shift;             ///< of -icount
    const char *slotsSize; ///< of the RAM that keeps models, when it can be a file
};

[[nodiscard]] const std::vector<EmulatedBoard> &emulatedBoards();

/// QEMU with one board's firmware and a pty; killed with it.
class QemuBoard
{
public:
    /// @param slotFile  RAM for models; empty: not kept
    /// @param firmwareFolder  where <name>.elf is
    /// @param more  arguments for QEMU
    QemuBoard(const EmulatedBoard &board, const QString &firmwareFolder, const QString &slotFile = {},
              const QStringList &more = {});
    ~QemuBoard();
    QemuBoard(const QemuBoard &) = delete;
    QemuBoard &operator=(const QemuBoard &) = delete;

    /// Empty when it runs.
    [[nodiscard]] QString fault() const { return m_fault; }
    WireHost &host() { return m_host; }
    void kill();
    /// SIGKILL so much later, whatever goes on then; kill() waits for it.
    void killAfter(std::chrono::microseconds delay);
    void write(const std::vector<std::uint8_t> &bytes);
    /// @param milliseconds  to wait for the first byte
    std::vector<std::uint8_t> read(int milliseconds);

    /// Instructions in so many ticks of the board's timer, an empty window's taken off.
    [[nodiscard]] std::int64_t instructions(std::uint32_t ticks, const rsl_result &result) const;

private:
    EmulatedBoard m_board;
    QProcess m_process;
    std::thread m_killer;
    QString m_fault;
    int m_port = -1;
    bool m_heard = false; ///< it has said something
    WireHost m_host;
};

/// Path of qemu-system-arm, or empty.
[[nodiscard]] QString qemuProgram();

/// What is missing to run firmware in QEMU, for a test to skip itself by; empty when nothing is.
[[nodiscard]] QString qemuMissing(const QString &firmwareFolder);

} // namespace rosler
