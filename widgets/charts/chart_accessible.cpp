// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_accessible.h"

#include <QAccessible>
#include <QAccessibleWidget>

#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"

namespace rosler {

namespace {

template <typename Chart>
class AccessibleChart : public QAccessibleWidget, public QAccessibleValueInterface
{
public:
    explicit AccessibleChart(Chart *chart)
        : QAccessibleWidget(chart, QAccessible::Chart)
        , m_chart(chart)
    {
    }

    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        // The page's own words come first.
        QString words = QAccessibleWidget::text(kind);
        if (kind == QAccessible::Name && words.isEmpty())
            return m_chart->chartName();
        if (kind == QAccessible::Value)
            return m_chart->readout();
        if (kind == QAccessible::Description && m_chart->accessibleDescription().isEmpty()) {
            const QString readout = m_chart->readout();
            return readout.isEmpty() ? m_chart->summary() : readout + QLatin1Char('\n') + m_chart->summary();
        }
        return words;
    }

    void *interface_cast(QAccessible::InterfaceType type) override
    {
        if (type == QAccessible::ValueInterface)
            return static_cast<QAccessibleValueInterface *>(this);
        return QAccessibleWidget::interface_cast(type);
    }

    [[nodiscard]] QVariant currentValue() const override { return m_chart->readout(); }
    void setCurrentValue(const QVariant & /*value*/) override { }
    [[nodiscard]] QVariant maximumValue() const override { return {}; }
    [[nodiscard]] QVariant minimumValue() const override { return {}; }
    [[nodiscard]] QVariant minimumStepSize() const override { return {}; }

private:
    Chart *m_chart;
};

QAccessibleInterface *chartInterface(const QString & /*className*/, QObject *object)
{
    if (auto *plot = qobject_cast<PlotWidget *>(object))
        return new AccessibleChart<PlotWidget>(plot);
    if (auto *bars = qobject_cast<BarPlotWidget *>(object))
        return new AccessibleChart<BarPlotWidget>(bars);
    return nullptr;
}

} // namespace

void makeChartsAccessible()
{
    QAccessible::installFactory(&chartInterface); // once, however often it is asked
}

} // namespace rosler
