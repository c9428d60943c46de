// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/hint_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "app/gui/tinted_icon.h"
#include "widgets/models/train_title.h"

namespace rosler {

HintBar::HintBar(QWidget *parent)
    : QFrame(parent)
{
    setObjectName(QStringLiteral("hintBar"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    auto *layout = new QHBoxLayout(this);
    const int margin = fontMetrics().height() / 3;
    layout->setContentsMargins(2 * margin, margin, margin, margin);
    for (QLabel *&label : m_labels) {
        label = new QLabel;
        label->setTextFormat(Qt::PlainText);
        label->setMinimumWidth(1); // a narrow window cuts the hints, not the charts
        layout->addWidget(label, 1);
    }
    auto *close = new QToolButton;
    close->setIcon(tintedIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Don't show these hints again"));
    close->setAccessibleName(close->toolTip());
    close->setObjectName(QStringLiteral("dismissHints"));
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        Q_EMIT dismissed();
    });
    updateTexts();
}

void HintBar::setDone(Step step)
{
    m_done.at(step) = true;
    updateTexts();
}

void HintBar::setModelCount(int models)
{
    m_models = models;
    updateTexts();
}

void HintBar::updateTexts()
{
    const std::array<QString, StepCount> texts {
        tr("Drag rank and sketch size: the forecast follows"),
        m_models > 1 ? tr("%1 (F5): watch the curves").arg(trainTitle(m_models))
                     : tr("%1 (F5): watch the curve").arg(trainTitle(m_models)),
        tr("Export the figures (Ctrl+Shift+E)"),
    };
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const QString mark = m_done.at(i) ? QStringLiteral("✓") : QString::number(i + 1);
        m_labels.at(i)->setText(QStringLiteral("%1  %2").arg(mark, texts.at(i)));
        m_labels.at(i)->setToolTip(texts.at(i));
        m_labels.at(i)->setEnabled(!m_done.at(i));
    }
}

} // namespace rosler
