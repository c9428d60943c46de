// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/meter_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>

namespace rosler {

MeterRow::MeterRow(QGridLayout *grid, int row, QObject *parent)
    : QObject(parent)
    , m_meter(new QComboBox)
    , m_volts(new QDoubleSpinBox)
    , m_supplies(new QCheckBox(tr("supplies the board")))
{
    m_meter->setObjectName(QStringLiteral("meter"));
    m_meter->setAccessibleName(tr("Energy meter"));
    m_meter->setEditable(true);
    m_meter->setToolTip(
        tr("One that is plugged in, or its kind and port: ppk2:/dev/ttyACM1, powershield:/dev/ttyACM0"));
    m_meter->setInsertPolicy(QComboBox::NoInsert);
    m_meter->lineEdit()->setPlaceholderText(tr("none: energy is modelled"));
    m_meter->addItem(QString());
    auto *words = new QLabel(tr("Meter"));
    words->setBuddy(m_meter);
    m_volts->setObjectName(QStringLiteral("volts"));
    m_volts->setAccessibleName(tr("Volts of the board's supply"));
    m_volts->setRange(0.8, 5.0);
    m_volts->setSingleStep(0.1);
    m_volts->setValue(3.3);
    m_volts->setSuffix(tr(" V"));
    m_supplies->setObjectName(QStringLiteral("meterSupplies"));
    m_supplies->setChecked(true);
    auto *supply = new QHBoxLayout;
    supply->addWidget(m_volts);
    supply->addWidget(m_supplies, 1);
    grid->addWidget(words, row, 0, Qt::AlignTop);
    grid->addWidget(m_meter, row, 1);
    grid->addLayout(supply, row, 2);
    const auto enableSupply = [this] {
        for (QWidget *each : {static_cast<QWidget *>(m_volts), static_cast<QWidget *>(m_supplies)})
            each->setEnabled(!meter().isEmpty());
    };
    connect(m_meter, &QComboBox::editTextChanged, this, enableSupply);
    enableSupply();
}

void MeterRow::setMeters(const QList<BoardChoice> &meters)
{
    const QString text = m_meter->currentText();
    const QSignalBlocker blocker(m_meter);
    m_meter->clear();
    m_meter->addItem(QString());
    for (const BoardChoice &meter : meters) {
        m_meter->addItem(meter.id);
        m_meter->setItemData(m_meter->count() - 1, meter.title, Qt::ToolTipRole);
    }
    m_meter->setCurrentText(text);
}

QString MeterRow::meter() const
{
    return m_meter->currentText().trimmed();
}

double MeterRow::volts() const
{
    return m_volts->value();
}

bool MeterRow::suppliesBoard() const
{
    return m_supplies->isChecked();
}

} // namespace rosler
