// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QList>
#include <QPair>
#include <QStringList>

#include "core/base/result.h"
#include "core/experiment/run_figures.h"
#include "device_link/host/board_connection.h"
#include "device_link/host/measured_model.h"
#include "widgets/controls/step_strip.h"
#include "widgets/pages/board_choice.h"
#include "widgets/pages/doctor_table.h"
#include "widgets/pages/figure_source.h"

namespace rosler {

/// A trained model that can be pushed.
struct PushableModel {
    QString runId;
    QString name;        ///< "rosler"
    QString detail;      ///< "mnist, 98.31 %"
    QString reason = {}; ///< why it cannot be measured now; empty = it can
};

/// What the user wants measured: every model in every number type.
struct MeasureOrder {
    QString board;
    QStringList runs;
    QStringList types; ///< of "f32", "f16", "i8"
    int samples = 0;
    QString meter; ///< "ppk2:/dev/ttyACM1"; empty = none
    double volts = 3.3;
    bool meterSupplies = true; ///< the board; else it only measures current
    QString keyFile = {};      ///< for tags, where the board has a key; empty = none
    bool fromSamples = false;  ///< the board is handed samples and makes the features itself
};

/// The Device page: choose a board and models, push, verify, check known vectors, measure; and see the
/// figures of all models on the same axes, each with its source. Starts nothing itself: it asks by signals.
/// GUI thread only.
class DevicePage : public FigureSource
{
    Q_OBJECT

public:
    enum Step { Send, Verify, KnownVectors, Measure, StepCount };

    explicit DevicePage(QWidget *parent = nullptr);
    ~DevicePage() override;

    void setBoards(const QList<BoardChoice> &boards); ///< the chosen one stays chosen
    /// Meters that are plugged in, as their ids; any other can be typed.
    void setMeters(const QList<BoardChoice> &meters);
    /// Newest first; the newest group's are checked at first. Those that cannot be measured are greyed out.
    void setModels(const QList<PushableModel> &models);
    /// Why boards cannot make the features of the data that are loaded; empty = they can.
    void setSamplesReason(const QString &reason);
    /// Whether models are to take samples: the user wants it, and boards can make the features.
    [[nodiscard]] bool fromSamples() const;
    /// How it stands with the board behind the page.
    void setConnection(const rosler::BoardConnection &connection);
    /// What the connected board says of itself: name and value.
    void setCard(const QList<QPair<QString, QString>> &rows);
    /// A new order: forgets the figures of the one before.
    void begin();
    /// What is on the board's table now: "rosler i8 (2 of 6)".
    void setCurrent(const QString &what);
    void setStep(Step step, StepStrip::State state, double fraction, const QString &note);
    /// The board says that it works on what the running step asked for.
    /// @param waited, expected  seconds since it was asked, as the second is what the board says
    void setWaiting(double waited, double expected);
    /// How the last order ended: "4 measured, 1 failed"; stands until the next begin().
    void showSummary(const QString &summary);
    void addMeasurement(const MeasuredModel &model);
    void showError(const Error &error);
    void appendConsole(const QString &line);
    void showDoctor(const QList<DoctorFinding> &findings);
    /// The file of the key that models get a tag of; empty = none.
    void setKeyFile(const QString &path);
    [[nodiscard]] QString keyFile() const;
    /// What is in the key file; passed over when another one is chosen by now.
    /// @param name  "key 4B3A2918", as boards call it
    void showKey(const QString &path, const QString &name);
    void showKeyProblem(const QString &path, const Error &error);

    [[nodiscard]] std::optional<MeasureOrder> order() const; ///< none while nothing can be done
    [[nodiscard]] const std::vector<MeasuredModel> &measured() const;
    /// Of what was measured; empty before.
    [[nodiscard]] std::vector<NamedFigure> figures() const override;
    /// The runs that were last asked to be measured, and `rosler board measure` of each.
    [[nodiscard]] FigureOrigin origin() const override;

Q_SIGNALS:
    void boardsRequested();
    void doctorRequested();
    void flashRequested();
    void connectRequested(const QString &board);
    void disconnectRequested();
    void commandEntered(const QString &command); ///< for the board's console
    void tableRequested();                       ///< the figures as a table in a file
    void keyFileRequested();                     ///< to be chosen: setKeyFile()
    void keyFileChanged(const QString &path);    ///< wants a look at it: showKey(), showKeyProblem()
    /// The chosen models as generated C, in those of the types that there is C of.
    void cRequested(const QStringList &runs, const QStringList &types, bool fromSamples);
    void fromSamplesChanged(bool samples);
    void measureRequested(const rosler::MeasureOrder &order);
    void stopRequested();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
