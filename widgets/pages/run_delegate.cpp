// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/run_delegate.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>

#include "core/figure/figure.h"
#include "widgets/charts/series_swatch.h"
#include "widgets/models/runs_model.h"

namespace rosler {

RunDelegate::RunDelegate(QObject *parent)
    : QStyledItemDelegate(parent)
{
}

RunDelegate::Places RunDelegate::placesIn(const QStyleOptionViewItem &option)
{
    const int em = option.fontMetrics.height();
    const int gap = em / 4;
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    const int check = style->pixelMetric(QStyle::PM_IndicatorWidth, nullptr, option.widget);
    const QRect cell = option.rect;
    int x = cell.left() + gap;
    Places places;
    const auto take = [&](int width, int height) {
        const QRect place(x, cell.center().y() - height / 2, width, height);
        x += width + gap;
        return place;
    };
    places.check = take(check, check);
    places.swatch = take(2 * em, em);
    const int star = em;
    places.star = QRect(cell.right() - star - gap / 2, cell.center().y() - star / 2, star, star);
    places.text = QRect(QPoint(x, cell.top()), QPoint(places.star.left() - gap, cell.bottom()));
    if (option.direction == Qt::RightToLeft) {
        for (QRect *place : {&places.check, &places.swatch, &places.star, &places.text})
            *place = QStyle::visualRect(option.direction, cell, *place);
    }
    return places;
}

void RunDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    const Places places = placesIn(cell);
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);

    const int number = index.data(RunsModel::StyleNumberRole).toInt();
    if (number >= 0)
        paintSeries(painter, places.swatch, number);

    const QPalette::ColorGroup group =
        cell.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
    const bool selected = cell.state & QStyle::State_Selected;
    const QColor text = cell.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
    paintCheck(painter, places.check, text, cell.checkState == Qt::Checked);
    painter->setPen(text);
    painter->setFont(cell.font);
    painter->drawText(places.text, static_cast<int>(cell.displayAlignment),
                      cell.fontMetrics.elidedText(cell.text, Qt::ElideRight, places.text.width()));
    const bool starred = index.data(RunsModel::StarRole).toBool();
    if (starred || cell.state & QStyle::State_MouseOver)
        painter->drawText(places.star, Qt::AlignCenter,
                          starred ? QStringLiteral("\u2605") : QStringLiteral("\u2606"));

    if (cell.state & QStyle::State_HasFocus) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(cell);
        focus.rect = places.text;
        focus.backgroundColor = cell.palette.color(group, selected ? QPalette::Highlight : QPalette::Base);
        style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, cell.widget);
    }
}

/// In the text's own colour: styles draw a frame here that some palettes make invisible.
void RunDelegate::paintCheck(QPainter *painter, const QRect &area, const QColor &colour, bool checked)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QColor frame = colour;
    frame.setAlphaF(0.55F);
    painter->setPen(QPen(frame, 1));
    painter->setBrush(Qt::NoBrush);
    const QRectF box = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5);
    painter->drawRoundedRect(box, 2, 2);
    if (checked) {
        painter->setPen(QPen(colour, area.width() / 7.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(
            QPolygonF({QPointF(box.left() + 0.24 * box.width(), box.top() + 0.52 * box.height()),
                       QPointF(box.left() + 0.43 * box.width(), box.top() + 0.72 * box.height()),
                       QPointF(box.left() + 0.77 * box.width(), box.top() + 0.28 * box.height())}));
    }
    painter->restore();
}

void RunDelegate::paintSeries(QPainter *painter, const QRect &area, int number) const
{
    const SeriesStyle series = seriesStyle(static_cast<std::size_t>(number));
    const double inset = area.height() / 6.0;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    // Its own background, so that the colour is as readable on a selected row as in the chart.
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_theme.plotArea);
    painter->drawRoundedRect(area, inset, inset);
    paintSwatch(*painter, QRectF(area).adjusted(inset, 0, -inset, 0), series, m_theme.seriesColour(series));
    painter->restore();
}

QSize RunDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize text = QStyledItemDelegate::sizeHint(option, index);
    return {text.width() + 4 * option.fontMetrics.height(), text.height()};
}

void RunDelegate::updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                                       const QModelIndex &) const
{
    QRect area = placesIn(option).text;
    area.setRight(option.rect.right());
    editor->setGeometry(area);
}

bool RunDelegate::editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                              const QModelIndex &index)
{
    const auto toggle = [&] {
        const bool checked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        return model->setData(index, checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
    };
    if (event->type() == QEvent::KeyPress) {
        const auto key = static_cast<QKeyEvent *>(event)->key();
        return (key == Qt::Key_Space || key == Qt::Key_Select) && toggle();
    }
    if (event->type() != QEvent::MouseButtonRelease && event->type() != QEvent::MouseButtonPress
        && event->type() != QEvent::MouseButtonDblClick)
        return false;
    const auto *mouse = static_cast<QMouseEvent *>(event);
    if (mouse->button() != Qt::LeftButton)
        return false;
    const Places places = placesIn(option);
    const QPoint at = mouse->position().toPoint();
    const bool onCheck = places.check.united(places.swatch).contains(at);
    const bool onStar = places.star.contains(at);
    if (!onCheck && !onStar)
        return false;
    if (event->type() == QEvent::MouseButtonRelease) {
        if (onCheck)
            toggle();
        else
            Q_EMIT starClicked(index);
    }
    return true;
}

} // namespace rosler
