// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/step_strip.h"

#include <cmath>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>

#include "widgets/controls/elided_label.h"

namespace rosler {

namespace {

QString markOf(StepStrip::State state)
{
    switch (state) {
    case StepStrip::State::Waiting:
        return QStringLiteral("○");
    case StepStrip::State::Running:
        return QStringLiteral("▶");
    case StepStrip::State::Done:
        return QStringLiteral("✓");
    case StepStrip::State::Failed:
        return QStringLiteral("✗");
    }
    return {};
}

QString wordOf(StepStrip::State state)
{
    switch (state) {
    case StepStrip::State::Waiting:
        return StepStrip::tr("waiting");
    case StepStrip::State::Running:
        return StepStrip::tr("running");
    case StepStrip::State::Done:
        return StepStrip::tr("done");
    case StepStrip::State::Failed:
        return StepStrip::tr("failed");
    }
    return {};
}

} // namespace

StepStrip::StepStrip(const QStringList &names, QWidget *parent)
    : QFrame(parent)
{
    setFrameShape(QFrame::StyledPanel);
    auto *layout = new QHBoxLayout(this);
    for (const QString &name : names) {
        Step step {.name = name, .state = State::Waiting};
        auto *column = new QVBoxLayout;
        step.label = new QLabel;
        step.bar = new QProgressBar;
        step.bar->setTextVisible(false);
        step.bar->setMaximumHeight(fontMetrics().height() / 2);
        step.bar->setAccessibleName(name);
        step.note = new ElidedLabel(Qt::ElideRight);
        step.note->setForegroundRole(QPalette::PlaceholderText);
        column->addWidget(step.label);
        column->addWidget(step.bar);
        column->addWidget(step.note);
        layout->addLayout(column, 1);
        m_steps.push_back(step);
    }
    reset();
}

void StepStrip::reset()
{
    for (int i = 0; i < static_cast<int>(m_steps.size()); ++i)
        setState(i, State::Waiting);
}

void StepStrip::setState(int step, State state, double fraction, const QString &note)
{
    Step &changed = m_steps.at(static_cast<std::size_t>(step));
    changed.state = state;
    const bool unknown = state == State::Running && fraction < 0;
    changed.bar->setRange(0, unknown ? 0 : 1000);
    changed.bar->setValue(state == State::Done ? 1000 : static_cast<int>(std::lround(1000 * fraction)));
    show(changed, note);
}

void StepStrip::setNote(int step, const QString &note)
{
    m_steps.at(static_cast<std::size_t>(step)).note->setText(note);
}

QString StepStrip::note(int step) const
{
    return m_steps.at(static_cast<std::size_t>(step)).note->fullText();
}

StepStrip::State StepStrip::state(int step) const
{
    return m_steps.at(static_cast<std::size_t>(step)).state;
}

void StepStrip::show(const Step &step, const QString &note)
{
    step.label->setText(QStringLiteral("%1 %2").arg(markOf(step.state), step.name));
    QFont font = this->font();
    font.setBold(step.state == State::Running || step.state == State::Failed);
    step.label->setFont(font);
    step.note->setText(note);
    QStringList words;
    for (const Step &each : m_steps)
        words << tr("%1: %2").arg(each.name, wordOf(each.state));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
}

} // namespace rosler
