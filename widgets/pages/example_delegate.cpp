// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/example_delegate.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include "widgets/controls/example_picture.h"
#include "widgets/models/example_axes.h"
#include "widgets/models/examples_model.h"

namespace rosler {

void ExampleDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                            const QModelIndex &index) const
{
    const auto *model = qobject_cast<const ExamplesModel *>(index.model());
    if (model == nullptr || !model->dataset())
        return;
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);

    const bool selected = cell.state & QStyle::State_Selected;
    const QPalette::ColorGroup group =
        cell.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
    const int text = cell.fontMetrics.height();
    const QRect inside = cell.rect.adjusted(3, 3, -3, -3);
    const QRectF picture(inside.left(), inside.top(), inside.width(), inside.height() - text);

    painter->save();
    const ExampleShape &shape = model->dataset()->shape();
    const std::vector<float> features = model->featuresOf(index.row());
    if (shape.height > 1) {
        const QImage image = exampleImage(features.data(), *model->dataset());
        exampleKind(*model->dataset()) == ExampleKind::Frames ? paintFrames(*painter, picture, image)
                                                              : paintExample(*painter, picture, image);
    } else {
        painter->setPen(
            QPen(cell.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Highlight), 1));
        paintExample(*painter, picture, exampleCurve(features.data(), shape.size()));
    }
    const QString answer = index.data(ExamplesModel::AnswerRole).toString();
    if (!answer.isEmpty() && answer != index.data(ExamplesModel::LabelRole).toString())
        cell.font.setBold(true);
    painter->setFont(cell.font);
    painter->setPen(cell.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text));
    const QRect words(inside.left(), inside.bottom() - text + 1, inside.width(), text);
    painter->drawText(words, Qt::AlignCenter,
                      QFontMetrics(cell.font).elidedText(cell.text, Qt::ElideRight, words.width()));
    painter->restore();
    if (cell.state & QStyle::State_HasFocus) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(cell);
        focus.backgroundColor = cell.palette.color(QPalette::Base);
        style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, cell.widget);
    }
}

QSize ExampleDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const int em = option.fontMetrics.height();
    return {em * 9 / 2, em * 11 / 2};
}

} // namespace rosler
