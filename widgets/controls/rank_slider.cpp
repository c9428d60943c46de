// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/rank_slider.h"

#include <algorithm>
#include <cmath>

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <QWheelEvent>

namespace rosler {

namespace {

/// What screen readers are told: the true value, never a position on the scale.
class AccessibleRankSlider : public QAccessibleWidget, public QAccessibleValueInterface
{
public:
    explicit AccessibleRankSlider(RankSlider *slider)
        : QAccessibleWidget(slider, QAccessible::Slider)
    {
    }

    void *interface_cast(QAccessible::InterfaceType type) override
    {
        if (type == QAccessible::ValueInterface)
            return static_cast<QAccessibleValueInterface *>(this);
        return QAccessibleWidget::interface_cast(type);
    }

    QString text(QAccessible::Text what) const override
    {
        return what == QAccessible::Value ? slider()->valueText() : QAccessibleWidget::text(what);
    }

    QVariant currentValue() const override { return slider()->value(); }
    void setCurrentValue(const QVariant &value) override { slider()->setValue(value.toInt()); }
    QVariant maximumValue() const override { return slider()->maximum(); }
    QVariant minimumValue() const override { return 1; }
    QVariant minimumStepSize() const override { return 1; }

private:
    [[nodiscard]] RankSlider *slider() const { return static_cast<RankSlider *>(object()); }
};

QAccessibleInterface *makeAccessible(const QString &className, QObject *object)
{
    if (className == QLatin1String("rosler::RankSlider"))
        return new AccessibleRankSlider(static_cast<RankSlider *>(object));
    return nullptr;
}

QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto part = [share](float x, float y) {
        return static_cast<float>((1 - share) * static_cast<double>(x) + share * static_cast<double>(y));
    };
    return QColor::fromRgbF(part(a.redF(), b.redF()), part(a.greenF(), b.greenF()),
                            part(a.blueF(), b.blueF()));
}

} // namespace

RankSlider::RankSlider(const QString &quantity, QWidget *parent)
    : QWidget(parent)
    , m_quantity(quantity)
    , m_values(admissibleValues(1))
{
    static const bool installed = [] {
        QAccessible::installFactory(makeAccessible);
        return true;
    }();
    Q_UNUSED(installed)
    setFocusPolicy(Qt::StrongFocus); // not by the wheel: scrolling past must change nothing
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(quantity);
    setAttribute(Qt::WA_Hover);
}

QString RankSlider::valueText() const
{
    return tr("%1 %2 of %3", "quantity, value, largest value: rank 16 of 256")
        .arg(m_quantity, QString::number(m_value), QString::number(m_maximum));
}

QList<int> RankSlider::admissibleValues(int maximum)
{
    QList<int> values {1};
    for (qint64 power = 2; power <= maximum; power *= 2) {
        values << static_cast<int>(power);
        if (power * 3 / 2 <= maximum)
            values << static_cast<int>(power * 3 / 2);
    }
    if (values.last() < maximum)
        values << maximum;
    return values;
}

void RankSlider::setMaximum(int maximum)
{
    maximum = std::max(maximum, 1);
    if (maximum == m_maximum)
        return;
    m_maximum = maximum;
    m_values = admissibleValues(maximum);
    m_value = std::min(m_value, maximum);
    update();
}

void RankSlider::setBreakEven(std::optional<int> value)
{
    if (m_breakEven == value)
        return;
    m_breakEven = value;
    update();
}

void RankSlider::setGhost(std::optional<int> value)
{
    if (m_ghost == value)
        return;
    m_ghost = value;
    update();
}

void RankSlider::setPushZone(std::optional<int> above, std::optional<int> below)
{
    if (m_pushAbove == above && m_pushBelow == below)
        return;
    m_pushAbove = above;
    m_pushBelow = below;
    update();
}

void RankSlider::setValue(int value)
{
    value = std::clamp(value, 1, m_maximum);
    if (value == m_value)
        return;
    m_value = value;
    update();
    QAccessibleValueChangeEvent spoken(this, value);
    QAccessible::updateAccessibility(&spoken);
    Q_EMIT valueChanged(value);
}

double RankSlider::radius() const
{
    return std::round(0.42 * fontMetrics().height());
}

double RankSlider::trackY() const
{
    return radius() + 3.5;
}

double RankSlider::positionOf(int value) const
{
    const double margin = radius() + 2;
    const double length = std::max(1.0, width() - 2 * margin);
    const double share = m_maximum > 1 ? std::log(std::max(value, 1)) / std::log(m_maximum) : 0.0;
    const double x = margin + std::min(share, 1.0) * length;
    return layoutDirection() == Qt::RightToLeft ? width() - x : x;
}

int RankSlider::valueAt(double x, Snap snap) const
{
    const double margin = radius() + 2;
    const double length = std::max(1.0, width() - 2 * margin);
    const double fromLeft = layoutDirection() == Qt::RightToLeft ? width() - x : x;
    const double share = std::clamp((fromLeft - margin) / length, 0.0, 1.0);
    const double wanted = share * std::log(m_maximum);
    if (snap == Snap::ToInteger)
        return std::clamp(static_cast<int>(std::lround(std::exp(wanted))), 1, m_maximum);
    return *std::min_element(m_values.begin(), m_values.end(), [wanted](int a, int b) {
        return std::abs(std::log(a) - wanted) < std::abs(std::log(b) - wanted);
    });
}

int RankSlider::stepped(int steps) const
{
    int value = m_value;
    for (; steps > 0; --steps) {
        const auto next = std::upper_bound(m_values.begin(), m_values.end(), value);
        value = next == m_values.end() ? m_maximum : *next;
    }
    for (; steps < 0; ++steps) {
        const auto next = std::lower_bound(m_values.begin(), m_values.end(), value);
        value = next == m_values.begin() ? 1 : *std::prev(next);
    }
    return value;
}

QSize RankSlider::sizeHint() const
{
    const int height = static_cast<int>(std::ceil(trackY() + radius() + 2)) + scaleFontMetrics().height();
    return {16 * fontMetrics().averageCharWidth(), height};
}

QSize RankSlider::minimumSizeHint() const
{
    return {10 * fontMetrics().averageCharWidth(), sizeHint().height()};
}

void RankSlider::beginDrag()
{
    if (m_dragging)
        return;
    m_dragging = true;
    Q_EMIT dragStarted();
}

void RankSlider::endDrag()
{
    if (!m_dragging)
        return;
    m_dragging = false;
    Q_EMIT dragFinished();
}

void RankSlider::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    m_mouseDown = true;
    beginDrag();
    const double x = event->position().x();
    const double handle = positionOf(m_value);
    m_grab = std::abs(x - handle) <= radius() + 1 ? handle - x : 0;
    if (m_grab == 0.0)
        setValue(valueAt(x, event->modifiers() & Qt::ControlModifier ? Snap::ToInteger : Snap::ToList));
    update();
}

void RankSlider::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_mouseDown)
        return event->ignore();
    setValue(valueAt(event->position().x() + m_grab,
                     event->modifiers() & Qt::ControlModifier ? Snap::ToInteger : Snap::ToList));
}

void RankSlider::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_mouseDown)
        return event->ignore();
    m_mouseDown = false;
    endDrag();
    update();
}

void RankSlider::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    beginDrag();
    setValue(m_default);
    endDrag();
}

void RankSlider::keyPressEvent(QKeyEvent *event)
{
    const int forward = layoutDirection() == Qt::RightToLeft ? -1 : 1;
    const auto moved = [&](int steps) {
        return event->modifiers() & Qt::ControlModifier ? m_value + steps : stepped(steps);
    };
    int value = m_value;
    switch (event->key()) {
    case Qt::Key_Right:
        value = moved(forward);
        break;
    case Qt::Key_Left:
        value = moved(-forward);
        break;
    case Qt::Key_Up:
        value = moved(1);
        break;
    case Qt::Key_Down:
        value = moved(-1);
        break;
    case Qt::Key_PageUp:
        value = m_value > m_maximum / 2 ? m_maximum : m_value * 2;
        break;
    case Qt::Key_PageDown:
        value = m_value / 2;
        break;
    case Qt::Key_Home:
        value = 1;
        break;
    case Qt::Key_End:
        value = m_maximum;
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    beginDrag();
    setValue(value);
}

void RankSlider::keyReleaseEvent(QKeyEvent *event)
{
    if (event->isAutoRepeat() || m_mouseDown || !m_dragging)
        return QWidget::keyReleaseEvent(event);
    endDrag();
}

void RankSlider::wheelEvent(QWheelEvent *event)
{
    if (!hasFocus())
        return event->ignore();
    m_wheelRest += event->angleDelta().y();
    const int steps = m_wheelRest / QWheelEvent::DefaultDeltasPerStep;
    m_wheelRest %= QWheelEvent::DefaultDeltasPerStep;
    if (steps != 0) {
        beginDrag();
        setValue(event->modifiers() & Qt::ControlModifier ? m_value + steps : stepped(steps));
        endDrag();
    }
    event->accept();
}

void RankSlider::focusOutEvent(QFocusEvent *event)
{
    if (!m_mouseDown)
        endDrag();
    QWidget::focusOutEvent(event);
}

bool RankSlider::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const auto near = [&](std::optional<int> value) {
        return value && *value <= m_maximum && std::abs(help->pos().x() - positionOf(*value)) <= radius();
    };
    QStringList lines {valueText()};
    if (near(m_breakEven))
        lines << tr("Break-even: above %1 the sketched layer stores more numbers than the dense one.")
                     .arg(*m_breakEven);
    if (near(m_ghost))
        lines << tr("Last run: %1").arg(*m_ghost);
    lines << tr("Ctrl+drag for any integer, double click for %1").arg(m_default);
    QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
    return true;
}

void RankSlider::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        updateGeometry();
    update();
    QWidget::changeEvent(event);
}

QFont RankSlider::scaleFont() const
{
    QFont small = font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(0.78 * small.pointSizeF());
    else
        small.setPixelSize(std::max(1, static_cast<int>(0.78 * small.pixelSize())));
    return small;
}

QFontMetrics RankSlider::scaleFontMetrics() const
{
    return QFontMetrics(scaleFont());
}

void RankSlider::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintScale(painter);
    paintTrack(painter);
    paintMarks(painter);
    paintHandle(painter);
}

void RankSlider::paintScale(QPainter &painter) const
{
    painter.setFont(scaleFont());
    const QFontMetrics metrics = scaleFontMetrics();
    const QColor colour = mixed(palette().color(QPalette::Window), palette().color(QPalette::WindowText),
                                isEnabled() ? 0.75 : 0.4);
    painter.setPen(colour);
    const double top = trackY() + radius() - 1;
    const int baseline = static_cast<int>(trackY() + radius()) + 1 + metrics.ascent();
    const auto labelRect = [&](int value) {
        const QString label = QString::number(value);
        const int wide = metrics.horizontalAdvance(label);
        const double left =
            std::clamp(positionOf(value) - wide / 2.0, 0.0, std::max(0.0, double(width() - wide)));
        return QRectF(left, baseline - metrics.ascent(), wide, metrics.height());
    };
    // The ends are always named, the powers of two between them where there is room.
    QList<QRectF> taken;
    const auto label = [&](int value) {
        const QRectF rect = labelRect(value);
        const double gap = 0.7 * metrics.averageCharWidth();
        for (const QRectF &other : std::as_const(taken)) {
            if (rect.adjusted(-gap, 0, gap, 0).intersects(other))
                return;
        }
        taken << rect;
        painter.drawText(QPointF(rect.left(), baseline), QString::number(value));
    };
    label(m_maximum);
    label(1);
    for (qint64 power = 2; power < m_maximum; power *= 2) {
        const double x = positionOf(static_cast<int>(power));
        painter.drawLine(QPointF(x, top - 2), QPointF(x, top));
        label(static_cast<int>(power));
    }
}

void RankSlider::paintTrack(QPainter &painter) const
{
    const QPalette::ColorGroup group = isEnabled() ? QPalette::Active : QPalette::Disabled;
    const QColor window = palette().color(group, QPalette::Window);
    const QColor text = palette().color(group, QPalette::WindowText);
    const double thick = std::max(4.0, std::round(0.28 * fontMetrics().height()));
    const double left = std::min(positionOf(1), positionOf(m_maximum));
    const double right = std::max(positionOf(1), positionOf(m_maximum));
    const QRectF track(left - thick / 2, trackY() - thick / 2, right - left + thick, thick);

    QPainterPath groove;
    groove.addRoundedRect(track, thick / 2, thick / 2);
    painter.setPen(QPen(mixed(window, text, 0.45), 1));
    painter.setBrush(mixed(window, text, 0.12));
    painter.drawPath(groove);

    const auto piece = [&](double from, double to) {
        QPainterPath part;
        part.addRect(
            QRectF(QPointF(std::min(from, to), track.top()), QPointF(std::max(from, to), track.bottom())));
        return part.intersected(groove);
    };
    const double start = layoutDirection() == Qt::RightToLeft ? track.right() : track.left();
    const double end = layoutDirection() == Qt::RightToLeft ? track.left() : track.right();
    painter.setPen(Qt::NoPen);
    painter.setBrush(isEnabled() ? palette().color(group, QPalette::Highlight) : mixed(window, text, 0.35));
    painter.drawPath(piece(start, positionOf(m_value)));

    QColor hatch = text;
    hatch.setAlphaF(0.55F);
    painter.setBrush(QBrush(hatch, Qt::BDiagPattern));
    if (m_pushAbove && *m_pushAbove < m_maximum)
        painter.drawPath(piece(positionOf(*m_pushAbove), end));
    if (m_pushBelow && *m_pushBelow > 1)
        painter.drawPath(piece(start, positionOf(*m_pushBelow)));
}

void RankSlider::paintMarks(QPainter &painter) const
{
    const QColor text =
        palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText);
    const double r = radius();
    if (m_ghost && *m_ghost >= 1 && *m_ghost <= m_maximum) {
        QColor ghost = text;
        ghost.setAlphaF(0.7F);
        QPen pen(ghost, 1.2);
        pen.setStyle(Qt::DotLine);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(positionOf(*m_ghost), trackY()), r - 0.5, r - 0.5);
    }
    if (m_breakEven && *m_breakEven >= 1 && *m_breakEven < m_maximum) {
        const double x = positionOf(*m_breakEven);
        painter.setPen(QPen(text, 1.4));
        painter.drawLine(QPointF(x, trackY() - r), QPointF(x, trackY() + r));
        painter.setPen(Qt::NoPen);
        painter.setBrush(text);
        const double wide = 0.45 * r;
        painter.drawPolygon(
            QPolygonF({QPointF(x - wide, trackY() - r - 2), QPointF(x + wide, trackY() - r - 2),
                       QPointF(x, trackY() - r + 1.2 * wide)}));
    }
}

void RankSlider::paintHandle(QPainter &painter) const
{
    const QPalette::ColorGroup group = isEnabled() ? QPalette::Active : QPalette::Disabled;
    const QPointF middle(positionOf(m_value), trackY());
    const QColor accent = isEnabled() ? palette().color(group, QPalette::Highlight)
                                      : palette().color(group, QPalette::WindowText);
    if (hasFocus()) {
        QColor ring = accent;
        ring.setAlphaF(0.35F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ring);
        painter.drawEllipse(middle, radius() + 2.5, radius() + 2.5);
    }
    QColor face = palette().color(group, QPalette::Button);
    if (m_mouseDown)
        face = mixed(face, accent, 0.4);
    else if (underMouse() && isEnabled())
        face = mixed(face, accent, 0.2);
    painter.setPen(QPen(accent, 2));
    painter.setBrush(face);
    painter.drawEllipse(middle, radius() - 1, radius() - 1);
}

} // namespace rosler
