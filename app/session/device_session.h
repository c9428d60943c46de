// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QObject>
#include <QPair>
#include <QStringList>

#include "app/session/open_data.h"
#include "core/store/run_store.h"
#include "device_link/host/board_connection.h"
#include "device_link/host/doctor.h"
#include "device_link/host/flash/flash_tool.h"
#include "device_link/host/links/board_catalog.h"
#include "device_link/host/measure_model.h"
#include "device_link/host/meter.h"

namespace rosler {

/// Which models are measured on which board, and how.
struct DeviceOrder {
    QString board;
    QStringList runs;
    QStringList types; ///< "f32", "f16", "i8"
    int samples = 0;
    QString meter = {}; ///< as openMeterPort() takes it; empty = none
    MeterSettings meterSettings = {};
    QString keyFile = {};     ///< looked into when the board has a key; empty = none
    bool fromSamples = false; ///< the board is handed samples and makes the features itself
};

/// A board's firmware, and how it is to get there.
struct FlashOrder {
    QString board; ///< id of its profile
    FlashTool tool;
    QString image; ///< file
};

/// Boards, on a worker thread: lists them, keeps one connected, pushes models and measures. One order at a
/// time. A board that does not answer any more is Lost within a second or two, and opened again when it is
/// back. GUI thread only; its signals come on the GUI thread.
class DeviceSession : public QObject
{
    Q_OBJECT

public:
    /// @param store  where the models of runs lie
    explicit DeviceSession(std::shared_ptr<RunStore> store, QObject *parent = nullptr);
    ~DeviceSession() override; ///< stops what runs

    [[nodiscard]] const BoardConnection &connection() const noexcept;

public Q_SLOTS:
    void list();     ///< answers listed()
    void diagnose(); ///< "why is my board missing?": answers diagnosed()
    /// Which ways there are to flash the board of that profile, now: answers flashToolsFound().
    void findFlashTools(const QString &board);
    /// What would be run: answers flashCommandFound().
    void findFlashCommand(const rosler::FlashOrder &order);
    /// Lets go of the connected board first.
    void flash(const rosler::FlashOrder &order);
    void connectBoard(const QString &board);
    void disconnectBoard();
    /// Connects the order's board first, if another one or none is connected.
    /// @param open  some data are; where the order is of samples, they are read once more, as such
    void measure(const rosler::DeviceOrder &order, const rosler::OpenData &open);
    /// Says a line of the MLPerf Tiny text API to the connected board; it answers by consoleLine().
    void command(const QString &line);
    void stop();
    /// Looks into a key's file: answers keyFound() or keyRefused().
    void findKey(const QString &path);
    /// Writes a file on the worker thread; failed() tells what went wrong.
    void save(const QString &path, const QByteArray &bytes);

Q_SIGNALS:
    void listed(const QList<rosler::BoardEntry> &boards);
    void diagnosed(const QList<rosler::BoardFinding> &findings);
    void flashToolsFound(const QString &board, const QList<rosler::FlashTool> &tools);
    void flashCommandFound(const QString &line, const QString &problem); ///< one of them is empty
    void flashing(double fraction, const QString &line);                 ///< below 0: nobody knows
    void flashed(const QString &output);
    void flashFailed(const rosler::Error &error);
    void connectionChanged(const rosler::BoardConnection &connection);
    /// What the board says of itself: name and value. After it was opened, and when its slots have changed.
    void cardChanged(const QList<QPair<QString, QString>> &card);
    void began();
    void current(const QString &what); ///< "rosler i8 (2 of 6)"
    void stepped(rosler::MeasureStep step, bool done, double fraction, const QString &note);
    /// The board says that it works on what the step asked for, a second or more; several times a second.
    /// @param waited, expected  in seconds since it was asked
    void waiting(double waited, double expected);
    void stepFailed(rosler::MeasureStep step, const QString &why);
    void measured(const rosler::MeasuredModel &model);
    /// One model of the queue could not be measured; the others are.
    void itemFailed(const QString &what, const rosler::Error &why);
    /// How many of the queue were measured, failed, and were skipped (stopped, or the board was lost).
    void queueEnded(int done, int failed, int skipped);
    void consoleLine(const QString &line);
    void keyFound(const QString &path, const QString &name); ///< "key 4B3A2918"
    void keyRefused(const QString &path, const rosler::Error &why);
    void saved(const QString &path);
    void failed(const rosler::Error &error);
    void finished();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
