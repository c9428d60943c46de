// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFrame>
#include <QStringList>

class QLabel;
class QProgressBar;

namespace rosler {

class ElidedLabel;

/// Steps that are taken one after another, side by side: each with its state, and the running one with its
/// progress. Spoken as one sentence.
class StepStrip : public QFrame
{
    Q_OBJECT

public:
    enum class State { Waiting, Running, Done, Failed };

    explicit StepStrip(const QStringList &names, QWidget *parent = nullptr);

    void reset();
    /// @param fraction  of a running step, 0..1; below 0: nobody knows
    /// @param note      behind its name: "12 of 34 kB"; the reason when it failed
    void setState(int step, State state, double fraction = 0, const QString &note = {});
    /// What stands behind its name until the next setState(): while it waits for somebody else.
    void setNote(int step, const QString &note);
    [[nodiscard]] State state(int step) const;
    [[nodiscard]] QString note(int step) const;

private:
    struct Step {
        QString name;
        State state = State::Waiting;
        QLabel *label = nullptr;
        ElidedLabel *note = nullptr;
        QProgressBar *bar = nullptr;
    };
    void show(const Step &step, const QString &note);

    std::vector<Step> m_steps;
};

} // namespace rosler
