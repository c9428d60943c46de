// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>
#include <QWidget>

namespace rosler {

/// How many examples each class has: one bar a class, its count over it and its name below, as far as
/// there is room; the tooltip names both. Read-only; a summary is its accessible description.
class HistogramView : public QWidget
{
    Q_OBJECT

public:
    explicit HistogramView(QWidget *parent = nullptr);

    /// @p names and @p counts are equally long.
    void setCounts(const QStringList &names, const QList<qint64> &counts);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QFont smallFont() const;

    QStringList m_names;
    QList<qint64> m_counts;
    qint64 m_largest = 0;
};

} // namespace rosler
