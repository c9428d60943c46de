// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/share_table.h"

#include <QFont>

#include "core/base/quantity_text.h"
#include "widgets/controls/plain_table.h"

namespace rosler {

ShareTable::ShareTable(QWidget *parent)
    : QTableWidget(parent)
{
    setObjectName(QStringLiteral("layers"));
    makePlain(this, tr("Layers"),
              {tr("Model"), tr("Layer"), tr("Count"), tr("Multiply-adds"), tr("Per multiply-add")});
}

void ShareTable::setModels(const std::vector<MeasuredModel> &models)
{
    setRowCount(0);
    for (const MeasuredModel &model : models)
        addModel(model.measurement);
}

void ShareTable::addModel(const Measurement &measurement)
{
    const QString model = QString::fromStdString(measurement.model + ' ' + measurement.type);
    const auto row = [&](const QString &name, const Quantity &quantity, std::uint64_t macs, bool sum) {
        const auto products = static_cast<double>(macs);
        add({model, name, QString::fromStdString(text(quantity)),
             macs > 0 ? QString::fromStdString(countText(products)) : QStringLiteral("–"),
             macs > 0 ? QString::number(quantity.value() / products, 'f', 2) : QStringLiteral("–")},
            sum);
    };
    for (const LayerShare &share : measurement.layers)
        row(QString::fromStdString(share.name), share.quantity, share.macs, false);
    if (const std::optional<FeatureShare> share = featureShare(measurement)) {
        row(tr("all features"), share->features, 0, true);
        row(tr("all of the network"), share->network, measurement.macs, true);
    }
}

void ShareTable::add(const QStringList &cells, bool sum)
{
    const int row = rowCount();
    insertRow(row);
    for (int column = 0; column < cells.size(); ++column) {
        auto *item = new QTableWidgetItem(cells[column]);
        if (column >= 2)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        if (sum) {
            QFont bold = font();
            bold.setBold(true);
            item->setFont(bold);
        }
        setItem(row, column, item);
    }
}

} // namespace rosler
