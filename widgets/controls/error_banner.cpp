// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/error_banner.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

namespace rosler {

namespace {

QColor accent(ErrorBanner::Severity severity)
{
    switch (severity) {
    case ErrorBanner::Severity::Note:
        return {0x44, 0x77, 0xaa};
    case ErrorBanner::Severity::Warning:
        return {0xcc, 0xbb, 0x44};
    case ErrorBanner::Severity::Error:
        return {0xee, 0x66, 0x77};
    }
    return {};
}

QStyle::StandardPixmap pixmapFor(ErrorBanner::Severity severity)
{
    switch (severity) {
    case ErrorBanner::Severity::Note:
        return QStyle::SP_MessageBoxInformation;
    case ErrorBanner::Severity::Warning:
        return QStyle::SP_MessageBoxWarning;
    case ErrorBanner::Severity::Error:
        return QStyle::SP_MessageBoxCritical;
    }
    return QStyle::SP_MessageBoxInformation;
}

} // namespace

ErrorBanner::ErrorBanner(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_label(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_close(new QToolButton(this))
{
    m_label->setWordWrap(true);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_close->setAutoRaise(true);
    m_close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close this message"));
    m_label->setAccessibleName(tr("Message"));
    setAction({});

    auto *words = new QVBoxLayout;
    words->addWidget(m_label);
    words->addWidget(m_action, 0, Qt::AlignLeft);
    auto *layout = new QHBoxLayout(this);
    const int margin = fontMetrics().height() / 3;
    layout->setContentsMargins(2 * margin, margin, margin, margin);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addLayout(words, 1);
    layout->addWidget(m_close, 0, Qt::AlignTop);

    connect(m_close, &QToolButton::clicked, this, &ErrorBanner::dismiss);
    connect(m_action, &QPushButton::clicked, this, &ErrorBanner::actionTriggered);
    hide();
}

void ErrorBanner::showMessage(Severity severity, const QString &text, const QString &details)
{
    const bool again = isVisibleTo(parentWidget()) && text == m_text && details == m_details;
    m_repeats = again ? m_repeats + 1 : 1;
    m_severity = severity;
    m_text = text;
    m_details = details;
    const int size = fontMetrics().height();
    m_icon->setPixmap(
        style()->standardIcon(pixmapFor(severity)).pixmap(QSize(size, size), devicePixelRatioF()));
    updateLabel();
    show();
    update();
    if (!again) {
        QAccessibleEvent alert(this, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
}

void ErrorBanner::setAction(const QString &text)
{
    m_action->setText(text);
    m_action->setAccessibleName(text.isEmpty() ? tr("No action") : text);
    m_action->setVisible(!text.isEmpty());
}

void ErrorBanner::dismiss()
{
    if (isHidden())
        return;
    hide();
    Q_EMIT dismissed();
}

void ErrorBanner::updateLabel()
{
    QString text = m_text;
    if (m_repeats > 1)
        text += tr(" (%1 times)").arg(m_repeats);
    setAccessibleName(text);
    if (!m_details.isEmpty())
        text += QLatin1Char('\n') + m_details;
    m_label->setText(text);
    m_label->setAccessibleName(text);
}

void ErrorBanner::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QFrame::changeEvent(event);
}

void ErrorBanner::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor tint = accent(m_severity);
    const double corner = fontMetrics().height() / 4.0;
    const QRectF area = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(QPen(tint, 1));
    tint.setAlphaF(0.18F);
    painter.setBrush(tint);
    painter.drawRoundedRect(area, corner, corner);
}

} // namespace rosler
