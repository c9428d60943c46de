// SPDX-License-Identifier: GPL-3.0-or-later
// How a PlotWidget answers mouse, wheel and keys; its crosshair and context menu.

#include <algorithm>
#include <cmath>
#include <limits>

#include <QAccessible>
#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>

#include "widgets/charts/chart_text.h"
#include "widgets/charts/plot_widget_p.h"

namespace rosler {

namespace {

constexpr double zoomStep = 1.25; // of one notch of the wheel, one press of +
constexpr double panStep = 0.1;   // of the view, of one press of Ctrl+arrow

} // namespace

QString PlotWidget::Private::headingAt(double x) const
{
    const QString axis = QString::fromStdString(state.xAxis().title);
    const QString value = shortValueText(x, state.xScale());
    return axis.isEmpty() ? value : tr("%1: %2", "axis, value").arg(axis, value);
}

void PlotWidget::Private::updateCrosshair()
{
    const AxisScale xScale = state.xScale();
    const AxisScale yScale = state.yScale();
    const double fraction =
        crosshair ? xScale.fraction(*crosshair) : std::numeric_limits<double>::quiet_NaN();
    const double edge = 1.0 / std::max(1.0, canvas->plotArea().width());
    if (!(fraction >= -edge && fraction <= 1.0 + edge)) {
        overlay->setCrosshair(std::nullopt);
        return;
    }
    CrosshairFace face {.x = canvas->toWidget(fraction, 0).x(), .heading = headingAt(*crosshair), .rows = {}};
    for (const PlotReading &reading : state.readings(*crosshair)) {
        ReadoutRow row {
            .style = reading.style, .name = reading.name, .value = QStringLiteral("\u2013"), .at = {}};
        if (reading.at) {
            row.value = valueText(reading.at->y, yScale);
            const QPointF at =
                canvas->toWidget(xScale.fraction(reading.at->x), yScale.fraction(reading.at->y));
            if (canvas->plotArea().adjusted(-1, -1, 1, 1).contains(at))
                row.at = at;
        }
        face.rows.push_back(std::move(row));
    }
    overlay->setCrosshair(face);
}

QString PlotWidget::readout() const
{
    if (!d->crosshair)
        return {};
    QStringList values;
    for (const PlotReading &reading : d->state.readings(*d->crosshair))
        values +=
            tr("%1 %2", "curve, value")
                .arg(reading.name, reading.at ? valueText(reading.at->y, d->state.yScale()) : tr("no value"));
    return tr("%1; %2", "place, values").arg(d->headingAt(*d->crosshair), values.join(QLatin1String(", ")));
}

void PlotWidget::Private::moveCrosshairTo(std::optional<double> x, bool byMouse)
{
    if (x == crosshair)
        return;
    crosshair = x;
    crosshairByMouse = byMouse;
    updateCrosshair();
    Q_EMIT q->crosshairMoved(x.value_or(std::numeric_limits<double>::quiet_NaN()));
}

void PlotWidget::Private::stepCrosshair(int samples)
{
    const AxisScale scale = state.xScale();
    std::optional<double> x = crosshair;
    for (; samples != 0; samples += samples > 0 ? -1 : 1) {
        std::optional<double> next;
        if (samples > 0)
            next = x ? state.sampleAfter(*x) : state.sampleAfter(std::nextafter(scale.minimum, -HUGE_VAL));
        else
            next = x ? state.sampleBefore(*x) : state.sampleBefore(std::nextafter(scale.maximum, HUGE_VAL));
        if (!next)
            break;
        x = next;
    }
    if (!x)
        return;
    // The view follows when the crosshair leaves it.
    const double fraction = scale.fraction(*x);
    if (fraction < 0.0 || fraction > 1.0) {
        state.pan(fraction - (fraction < 0.0 ? 0.1 : 0.9), 0.0);
        viewChanged(false);
    }
    moveCrosshairTo(x, false);
    announce();
}

void PlotWidget::Private::announce()
{
    QAccessibleValueChangeEvent value(q, q->readout());
    QAccessible::updateAccessibility(&value);
    QAccessibleEvent description(q, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&description);
}

namespace {

/// The band that two corners span: the whole height or width when it is drawn (nearly) along one axis.
QRectF bandOver(QPointF from, QPointF to, const QRectF &plotArea, double thin)
{
    QRectF band = QRectF(from, to).normalized();
    if (band.height() < thin && band.width() >= thin) {
        band.setTop(plotArea.top());
        band.setBottom(plotArea.bottom());
    } else if (band.width() < thin && band.height() >= thin) {
        band.setLeft(plotArea.left());
        band.setRight(plotArea.right());
    }
    return band.intersected(plotArea);
}

} // namespace

void PlotWidget::Private::drawBand(QPointF corner)
{
    overlay->setRubberBand(bandOver(dragStart, corner, canvas->plotArea(), q->fontMetrics().height()));
}

void PlotWidget::Private::zoomToBand(QPointF corner)
{
    overlay->setRubberBand({});
    if ((corner - dragStart).manhattanLength() < QApplication::startDragDistance()) { // a click
        if (const auto hit = q->hitTest(canvas->mapToParent(corner.toPoint())))
            Q_EMIT q->pointClicked(hit->id, static_cast<int>(hit->index));
        return;
    }
    settle();
    const QRectF area = canvas->plotArea();
    const QRectF band = bandOver(dragStart, corner, area, q->fontMetrics().height());
    const QPointF lowest = canvas->toFractions(band.bottomLeft());
    const QPointF highest = canvas->toFractions(band.topRight());
    const AxisScale x = state.xScale();
    const AxisScale y = state.yScale();
    std::optional<AxisRange> xRange;
    std::optional<AxisRange> yRange;
    if (band.width() < area.width() - 0.5)
        xRange = AxisRange {.low = valueAt(x, lowest.x()), .high = valueAt(x, highest.x())};
    if (band.height() < area.height() - 0.5)
        yRange = AxisRange {.low = valueAt(y, lowest.y()), .high = valueAt(y, highest.y())};
    state.zoomTo(xRange, yRange);
    viewChanged(false);
}

void PlotWidget::Private::panBy(QPointF pixels)
{
    settle();
    const QRectF area = canvas->plotArea();
    state.pan(-pixels.x() / area.width(), pixels.y() / area.height());
    viewChanged(false);
}

void PlotWidget::Private::zoomAt(QPointF position, double factor, Qt::KeyboardModifiers modifiers)
{
    settle();
    const QRectF area = canvas->plotArea();
    // On an axis' labels only that axis is meant.
    const bool onlyX = modifiers.testFlag(Qt::ControlModifier) || position.y() > area.bottom();
    const bool onlyY = modifiers.testFlag(Qt::ShiftModifier) || position.x() < area.left();
    const QPointF at = canvas->toFractions(position);
    state.zoomAbout(std::clamp(at.x(), 0.0, 1.0), std::clamp(at.y(), 0.0, 1.0),
                    onlyY && !onlyX ? 1.0 : factor, onlyX ? 1.0 : factor);
    viewChanged(false);
}

bool PlotWidget::Private::isOurKey(const QKeyEvent &event)
{
    const bool plain = (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == Qt::NoModifier;
    switch (event.key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
        return event.modifiers().testFlag(Qt::ControlModifier);
    case Qt::Key_Home:
    case Qt::Key_End:
    case Qt::Key_R:
    case Qt::Key_L:
    case Qt::Key_Space:
    case Qt::Key_Plus:
    case Qt::Key_Equal:
    case Qt::Key_Minus:
        return plain;
    default:
        return false;
    }
}

/// Keys that move the crosshair.
bool PlotWidget::Private::navigate(const QKeyEvent &event)
{
    if (event.modifiers().testFlag(Qt::ControlModifier))
        return false;
    const int step = event.modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    switch (event.key()) {
    case Qt::Key_Left:
        stepCrosshair(-step);
        return true;
    case Qt::Key_Right:
        stepCrosshair(step);
        return true;
    case Qt::Key_Home:
        crosshair.reset();
        stepCrosshair(1);
        return true;
    case Qt::Key_End:
        crosshair.reset();
        stepCrosshair(-1);
        return true;
    case Qt::Key_Escape:
        if (drag == Drag::Band) {
            drag = Drag::None;
            overlay->setRubberBand({});
            return true;
        }
        if (!crosshair)
            return false;
        moveCrosshairTo(std::nullopt, false);
        return true;
    default:
        return false;
    }
}

/// Keys that change what is shown.
bool PlotWidget::Private::changeView(const QKeyEvent &event)
{
    const QRectF area = canvas->plotArea();
    const QPointF centre = crosshair
        ? canvas->toWidget(std::clamp(state.xScale().fraction(*crosshair), 0.0, 1.0), 0.5)
        : area.center();
    switch (event.key()) {
    case Qt::Key_Left:
        panBy({panStep * area.width(), 0});
        return true;
    case Qt::Key_Right:
        panBy({-panStep * area.width(), 0});
        return true;
    case Qt::Key_Up:
        panBy({0, panStep * area.height()});
        return true;
    case Qt::Key_Down:
        panBy({0, -panStep * area.height()});
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomAt(centre, 1.0 / zoomStep, Qt::NoModifier);
        return true;
    case Qt::Key_Minus:
        zoomAt(centre, zoomStep, Qt::NoModifier);
        return true;
    case Qt::Key_R:
        q->resetZoom();
        return true;
    case Qt::Key_Space:
        q->setPaused(!q->isPaused());
        return true;
    case Qt::Key_L:
        if (event.modifiers().testFlag(Qt::ShiftModifier))
            q->setLogY(!q->isLogY());
        else
            q->setLogX(!q->isLogX());
        return true;
    default:
        return false;
    }
}

void PlotWidget::keyPressEvent(QKeyEvent *event)
{
    d->settle();
    if (event->matches(QKeySequence::Copy)) {
        Q_EMIT copyRequested();
        return;
    }
    const bool escape = event->key() == Qt::Key_Escape;
    if ((escape || Private::isOurKey(*event)) && (d->navigate(*event) || (!escape && d->changeView(*event))))
        event->accept();
    else
        QWidget::keyPressEvent(event);
}

void PlotWidget::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    d->overlay->setFocusFrame(event->reason() != Qt::MouseFocusReason);
}

void PlotWidget::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    d->overlay->setFocusFrame(false);
}

void PlotWidget::mousePressEvent(QMouseEvent *event)
{
    const QPointF at = d->inCanvas(event->position());
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    if (d->drag != Private::Drag::None || !d->canvas->rect().contains(at.toPoint()))
        return QWidget::mousePressEvent(event);
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && shift)) {
        d->drag = Private::Drag::Pan;
        setCursor(Qt::ClosedHandCursor);
    } else if (event->button() == Qt::LeftButton && d->canvas->plotArea().contains(at)) {
        d->drag = Private::Drag::Band;
    } else {
        return QWidget::mousePressEvent(event);
    }
    d->dragStart = at;
    d->dragLast = at;
    event->accept();
}

void PlotWidget::mouseMoveEvent(QMouseEvent *event)
{
    const QPointF at = d->inCanvas(event->position());
    if (d->drag == Private::Drag::Pan) {
        d->panBy(at - d->dragLast);
        d->dragLast = at;
    } else if (d->drag == Private::Drag::Band) {
        d->drawBand(at);
    }
    const QRectF area = d->canvas->plotArea();
    if (area.contains(at)) {
        d->settle();
        const double x = valueAt(d->state.xScale(), d->canvas->toFractions(at).x());
        d->moveCrosshairTo(d->state.snapped(x), true);
    } else if (d->crosshairByMouse) {
        d->moveCrosshairTo(std::nullopt, true);
    }
}

void PlotWidget::mouseReleaseEvent(QMouseEvent *event)
{
    if (d->drag == Private::Drag::None)
        return QWidget::mouseReleaseEvent(event);
    if (d->drag == Private::Drag::Band)
        d->zoomToBand(d->inCanvas(event->position()));
    d->drag = Private::Drag::None;
    setCursor(Qt::CrossCursor);
    event->accept();
}

void PlotWidget::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    if (d->crosshairByMouse)
        d->moveCrosshairTo(std::nullopt, true);
}

void PlotWidget::wheelEvent(QWheelEvent *event)
{
    const QPointF at = d->inCanvas(event->position());
    const QPoint turn = event->angleDelta(); // Alt turns the wheel sideways
    const int angle = turn.y() != 0 ? turn.y() : turn.x();
    if (angle == 0 || !d->canvas->rect().contains(at.toPoint()))
        return QWidget::wheelEvent(event);
    d->zoomAt(at, std::pow(zoomStep, -angle / 120.0), event->modifiers());
    event->accept();
}

void PlotWidget::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const QString &text, const QKeySequence &key, auto slot) {
        QAction *action = menu->addAction(text);
        action->setShortcut(key); // shown only: the keys work without the menu
        action->setShortcutVisibleInContextMenu(true);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    add(tr("&Reset zoom"), Qt::Key_R, &PlotWidget::resetZoom)->setEnabled(isZoomed());
    const auto toggle = [&](const QString &text, const QKeySequence &key, bool on, auto slot) {
        QAction *action = add(text, key, slot);
        action->setCheckable(true);
        action->setChecked(on);
    };
    toggle(tr("Logarithmic &horizontal axis"), Qt::Key_L, isLogX(), &PlotWidget::setLogX);
    toggle(tr("Logarithmic &vertical axis"), Qt::SHIFT | Qt::Key_L, isLogY(), &PlotWidget::setLogY);
    toggle(tr("&Pause the view"), Qt::Key_Space, isPaused(), &PlotWidget::setPaused);
    menu->addSeparator();
    add(tr("&Export figure\u2026"), {}, &PlotWidget::exportRequested);
    add(tr("&Copy figure"), QKeySequence::Copy, &PlotWidget::copyRequested);
    add(tr("Export visible &data\u2026"), {}, &PlotWidget::visibleDataRequested);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? mapToGlobal(rect().center()) : event->globalPos());
    event->accept();
}

} // namespace rosler
