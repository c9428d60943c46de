// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QList>
#include <QWidget>

#include "core/figure/figure.h"
#include "widgets/charts/chart_theme.h"

namespace rosler {

/// One series of a legend: its swatch and name. Checked = shown. A check box to keyboards and screen readers.
class LegendItem : public QCheckBox
{
    Q_OBJECT

public:
    LegendItem(const QString &id, QWidget *parent);

    [[nodiscard]] const QString &id() const { return m_id; }
    void setSeries(const QString &name, const SeriesStyle &style);
    void setTheme(const ChartTheme &theme);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    [[nodiscard]] bool hitButton(const QPoint &position) const override { return rect().contains(position); }

private:
    [[nodiscard]] int swatchWidth() const;
    [[nodiscard]] int gap() const;
    [[nodiscard]] QString shownName() const;

    QString m_id;
    SeriesStyle m_style;
    ChartTheme m_theme;
};

/// The series of a chart in as many rows as they need; a click shows or hides one.
class ChartLegend : public QWidget
{
    Q_OBJECT

public:
    explicit ChartLegend(QWidget *parent = nullptr);

    /// Adds the series at the end, or renames and restyles it.
    void setSeries(const QString &id, const QString &name, const SeriesStyle &style);
    void setShown(const QString &id, bool shown);
    void remove(const QString &id);
    void clear();
    void setTheme(const ChartTheme &theme);

    [[nodiscard]] bool isEmpty() const { return m_items.isEmpty(); }
    /// Width of all series in one row.
    [[nodiscard]] int rowWidth() const;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void shownChanged(const QString &id, bool shown); ///< by the user

protected:
    void resizeEvent(QResizeEvent *event) override;
    bool event(QEvent *event) override;

private:
    /// Puts the items in rows; returns the height. Moves nothing unless @p move.
    int arrange(int width, bool move) const;
    [[nodiscard]] LegendItem *item(const QString &id) const;

    ChartTheme m_theme;
    QList<LegendItem *> m_items;
};

} // namespace rosler
