// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/scrolled_text.h"

#include <algorithm>

#include <QLabel>
#include <QResizeEvent>

namespace rosler {

ScrolledText::ScrolledText(QWidget *parent)
    : QScrollArea(parent)
    , m_label(new QLabel)
{
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setWidget(m_label);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    m_label->setAutoFillBackground(false);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setVerticalStretch(1); // before what is empty
    setSizePolicy(policy);
    hide();
}

void ScrolledText::setText(const QString &text)
{
    m_label->setText(text);
    setAccessibleDescription(text);
    setToolTip(text);
    setVisible(!text.isEmpty());
    fit();
}

QString ScrolledText::text() const
{
    return m_label->text();
}

QSize ScrolledText::sizeHint() const
{
    return {minimumSizeHint().width(), wholeHeight()};
}

QSize ScrolledText::minimumSizeHint() const
{
    constexpr int columns = 12;
    constexpr int lines = 3;
    return {columns * fontMetrics().averageCharWidth(),
            std::min(lines * fontMetrics().lineSpacing(), wholeHeight())};
}

void ScrolledText::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    if (event->oldSize().width() != event->size().width())
        fit();
}

int ScrolledText::wholeHeight() const
{
    return m_label->heightForWidth(std::max(1, width()));
}

void ScrolledText::fit()
{
    setMaximumHeight(std::max(1, wholeHeight()));
    updateGeometry();
}

} // namespace rosler
