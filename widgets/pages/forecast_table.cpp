// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/forecast_table.h"

#include <array>

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>

#include "core/base/quantity_text.h"

namespace rosler {

namespace {

struct ForecastRow {
    const char *name;
    const char *formula;
    double (*value)(const TrialCost &cost);
    std::string (*words)(double value);
};

double bytesAs(const TrialCost &cost, NumberType type)
{
    return static_cast<double>(cost.weightBytes(type));
}

/// Names and formulas are translated where they are shown.
constexpr std::array<ForecastRow, 7> quantities {{
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Parameters"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Stored numbers. Dense layer: m n + m. Sketched layer: m r + r\u00B2 + r s + m, and s "
                       "indices when the first layer reads s of n features."),
     [](const TrialCost &cost) { return static_cast<double>(cost.parameters); }, &countText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Memory f32"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Bytes of the stored model: 4 a number, 2 an index of a kept feature."),
     [](const TrialCost &cost) { return bytesAs(cost, NumberType::Float32); }, &bytesText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Memory f16"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Bytes of the stored model: 2 a number, 2 an index of a kept feature."),
     [](const TrialCost &cost) { return bytesAs(cost, NumberType::Float16); }, &bytesText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Memory int8"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Bytes of the stored model: 1 a weight, 4 a bias, and a float32 scale for each output "
                       "channel."),
     [](const TrialCost &cost) { return bytesAs(cost, NumberType::Int8); }, &bytesText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Multiply-adds"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Of one inference. Dense layer: m n. Sketched layer: m r + r\u00B2 + r s."),
     [](const TrialCost &cost) { return static_cast<double>(cost.macs); }, &countText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Train memory"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "Peak: parameters, gradients, optimizer state and stashed activations of a batch."),
     [](const TrialCost &cost) { return static_cast<double>(cost.trainMemoryBytes); }, &bytesText},
    {QT_TRANSLATE_NOOP("rosler::ForecastTable", "Train FLOPs"),
     QT_TRANSLATE_NOOP("rosler::ForecastTable",
                       "2 FLOPs a multiply-add: forward, backward to the data, and weight gradients, as "
                       "executed in each stage, over all epochs. Biases and activations are not counted."),
     [](const TrialCost &cost) { return static_cast<double>(cost.trainFlops); }, &countText},
}};

} // namespace

ForecastTable::ForecastTable(QWidget *parent)
    : QTableWidget(static_cast<int>(quantities.size()), ColumnCount, parent)
{
    setAccessibleName(tr("Forecast of costs"));
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionMode(QAbstractItemView::ContiguousSelection);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    // Fixed, so that nothing moves while a slider is dragged; wide enough for every figure.
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setSectionResizeMode(Name, QHeaderView::Stretch);
    const auto widthOf = [this](const QString &text) {
        return fontMetrics().horizontalAdvance(text) + fontMetrics().averageCharWidth() * 3 / 2;
    };
    for (const int column : {Dense, Model})
        horizontalHeader()->resizeSection(column, widthOf(QStringLiteral("~88.8 MB")));
    horizontalHeader()->resizeSection(Saving, widthOf(QStringLiteral("~88.8×")));
    horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(false);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->hide();
    setHorizontalHeaderLabels({tr("modelled"), tr("dense"), tr("model"), tr("saving")});
    horizontalHeaderItem(Name)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);

    for (int row = 0; row < rowCount(); ++row) {
        const ForecastRow &quantity = quantities.at(static_cast<std::size_t>(row));
        const QString formula = tr(quantity.formula);
        auto *name = new QTableWidgetItem(tr(quantity.name));
        name->setToolTip(formula);
        setItem(row, Name, name);
        for (int column = Dense; column < ColumnCount; ++column) {
            auto *item = new QTableWidgetItem;
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setToolTip(tr("Modelled, not measured. %1").arg(formula));
            setItem(row, column, item);
        }
    }
    fitRows();
    setCosts(tr("model"), {}, {});
}

void ForecastTable::setCosts(const QString &name, const std::optional<TrialCost> &dense,
                             const std::optional<TrialCost> &model)
{
    horizontalHeaderItem(Model)->setText(
        fontMetrics().elidedText(name, Qt::ElideRight, 12 * fontMetrics().averageCharWidth()));
    const auto write = [](QTableWidgetItem *item, const std::string &words) {
        item->setText(words.empty() ? QStringLiteral("\u2013")
                                    : QLatin1Char('~') + QString::fromStdString(words));
    };
    for (int row = 0; row < rowCount(); ++row) {
        const ForecastRow &quantity = quantities.at(static_cast<std::size_t>(row));
        const double reference = dense ? quantity.value(*dense) : 0;
        const double value = model ? quantity.value(*model) : 0;
        write(item(row, Dense), dense ? quantity.words(reference) : std::string());
        write(item(row, Model), model ? quantity.words(value) : std::string());
        write(item(row, Saving), dense && model && value > 0 ? ratioText(reference / value) : std::string());
    }
}

QSize ForecastTable::sizeHint() const
{
    int height = horizontalHeader()->sizeHint().height() + 2 * frameWidth();
    for (int row = 0; row < rowCount(); ++row)
        height += rowHeight(row);
    return {38 * fontMetrics().averageCharWidth(), height};
}

QSize ForecastTable::minimumSizeHint() const
{
    return {28 * fontMetrics().averageCharWidth(), sizeHint().height()};
}

void ForecastTable::fitRows()
{
    QFont italic = font();
    italic.setItalic(true);
    const int height = static_cast<int>(1.3 * fontMetrics().height());
    verticalHeader()->setMinimumSectionSize(height);
    for (int row = 0; row < rowCount(); ++row) {
        setRowHeight(row, height);
        for (int column = Dense; column < ColumnCount; ++column)
            item(row, column)->setFont(italic);
    }
}

void ForecastTable::changeEvent(QEvent *event)
{
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && rowCount() > 0 && item(0, 0)) {
        fitRows();
        updateGeometry();
    }
}

void ForecastTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        copy();
    else
        QTableWidget::keyPressEvent(event);
}

void ForecastTable::copy()
{
    QStringList lines {QStringLiteral("\t%1\t%2\t%3")
                           .arg(horizontalHeaderItem(Dense)->text(), horizontalHeaderItem(Model)->text(),
                                horizontalHeaderItem(Saving)->text())};
    for (int row = 0; row < rowCount(); ++row)
        lines << QStringLiteral("%1\t%2\t%3\t%4")
                     .arg(item(row, Name)->text(), item(row, Dense)->text(), item(row, Model)->text(),
                          item(row, Saving)->text());
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

} // namespace rosler
