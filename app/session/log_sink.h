// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QDateTime>
#include <QObject>
#include <QString>

namespace rosler {

/// One line of the log.
struct LogEntry {
    enum class Level { Debug, Info, Warning, Error };
    QDateTime time;
    Level level = Level::Info;
    QString text;
};

/// Where all messages of the program come together: its own (add()) and Qt's, from any thread. They go
/// to a rotating file (3 files of 1 MB, written on a thread of their own) and, as a signal on the GUI
/// thread, to the log pane. One at a time may listen to Qt's messages: the one made last.
class LogSink : public QObject
{
    Q_OBJECT

public:
    /// @param file  of the log; its folder is made. Empty = no file.
    explicit LogSink(const QString &file, QObject *parent = nullptr);
    ~LogSink() override;

    /// Thread-safe.
    void add(LogEntry::Level level, const QString &text);

Q_SIGNALS:
    void added(const rosler::LogEntry &entry);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
