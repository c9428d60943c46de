// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QByteArray>
#include <QString>

#include "core/base/result.h"

namespace rosler {

class JobThread;

/// A small file that remembers how the window was left. Read once, at start; written on a thread of its
/// own, whole or not at all; of several writes in a row only the last matters.
class StateFile
{
public:
    explicit StateFile(QString path);
    /// Waits for the last write.
    ~StateFile();

    /// What it holds; empty when there is none.
    /// @return the errors of readRegularFile() but NotFound: it is a folder, belongs to another, is too long
    [[nodiscard]] Result<QByteArray> read() const;
    /// Moves the file, which could not be understood, out of the way of the next write().
    /// @return where it is now: "session.json.broken", with a number where that is taken; or empty when it
    /// cannot be moved
    [[nodiscard]] QString setAside() const;
    void write(const QByteArray &bytes);
    [[nodiscard]] const QString &path() const noexcept { return m_path; }

private:
    QString m_path;
    std::unique_ptr<JobThread> m_thread;
};

} // namespace rosler
