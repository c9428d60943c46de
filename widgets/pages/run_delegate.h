// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include "widgets/charts/chart_theme.h"

namespace rosler {

/// Draws a run's title: check box, swatch (line, dash and marker as in the charts; empty when the run is
/// not plotted), title, star. The star is clickable.
class RunDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    explicit RunDelegate(QObject *parent = nullptr);

    void setTheme(const ChartTheme &theme) { m_theme = theme; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const override;
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;

Q_SIGNALS:
    void starClicked(const QModelIndex &index);

private:
    struct Places {
        QRect check;
        QRect swatch;
        QRect text;
        QRect star;
    };
    [[nodiscard]] static Places placesIn(const QStyleOptionViewItem &option);
    static void paintCheck(QPainter *painter, const QRect &area, const QColor &colour, bool checked);
    void paintSeries(QPainter *painter, const QRect &area, int number) const;

    ChartTheme m_theme;
};

} // namespace rosler
