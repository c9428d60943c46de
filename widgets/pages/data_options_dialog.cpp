// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/data_options_dialog.h"

#include <algorithm>
#include <limits>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

namespace rosler {

namespace {

QString textOf(std::string_view said)
{
    return QString::fromUtf8(said.data(), static_cast<qsizetype>(said.size()));
}

/// "test_examples" as a row of a form calls it: "Test examples".
QString label(std::string_view name)
{
    QString words = textOf(name).replace(QLatin1Char('_'), QLatin1Char(' '));
    if (!words.isEmpty())
        words[0] = words[0].toUpper();
    return words;
}

int within(double value)
{
    return static_cast<int>(std::clamp(value, static_cast<double>(std::numeric_limits<int>::min()),
                                       static_cast<double>(std::numeric_limits<int>::max())));
}

} // namespace

DataOptionsDialog::DataOptionsDialog(std::span<const ReaderOption> known, const DatasetOptions &given,
                                     QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Data options"));
    auto *form = new QFormLayout;
    for (const ReaderOption &option : known) {
        const auto said = given.find(option.name);
        QWidget *editor = makeEditor(option, said == given.end() ? option.fallback : said->second);
        editor->setObjectName(textOf(option.name));
        editor->setToolTip(textOf(option.description));
        form->addRow(label(option.name), editor);
        m_rows.push_back({std::string(option.name), option.fallback, editor});
    }
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel
                                         | QDialogButtonBox::RestoreDefaults);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::clicked, this, [this, buttons](QAbstractButton *button) {
        if (buttons->standardButton(button) != QDialogButtonBox::RestoreDefaults)
            return;
        for (const Row &row : m_rows) {
            if (auto *box = qobject_cast<QSpinBox *>(row.editor))
                box->setValue(within(static_cast<double>(std::get<Index>(row.fallback))));
            else if (auto *number = qobject_cast<QDoubleSpinBox *>(row.editor))
                number->setValue(std::get<double>(row.fallback));
            else if (auto *check = qobject_cast<QCheckBox *>(row.editor))
                check->setChecked(std::get<bool>(row.fallback));
            else if (auto *line = qobject_cast<QLineEdit *>(row.editor))
                line->setText(textOf(std::get<std::string>(row.fallback)));
        }
    });
}

QWidget *DataOptionsDialog::makeEditor(const ReaderOption &option, const OptionValue &value)
{
    if (const Index *whole = std::get_if<Index>(&value)) {
        auto *box = new QSpinBox;
        box->setRange(within(option.low), within(option.high));
        box->setValue(within(static_cast<double>(*whole)));
        box->setGroupSeparatorShown(true);
        return box;
    }
    if (const double *real = std::get_if<double>(&value)) {
        auto *box = new QDoubleSpinBox;
        box->setDecimals(6);
        box->setRange(option.low, option.high);
        box->setValue(*real);
        return box;
    }
    if (const bool *yes = std::get_if<bool>(&value)) {
        auto *box = new QCheckBox;
        box->setChecked(*yes);
        return box;
    }
    return new QLineEdit(textOf(std::get<std::string>(value)));
}

DatasetOptions DataOptionsDialog::options() const
{
    DatasetOptions chosen;
    for (const Row &row : m_rows) {
        OptionValue value;
        if (const auto *box = qobject_cast<const QSpinBox *>(row.editor))
            value = Index {box->value()};
        else if (const auto *number = qobject_cast<const QDoubleSpinBox *>(row.editor))
            value = number->value();
        else if (const auto *check = qobject_cast<const QCheckBox *>(row.editor))
            value = check->isChecked();
        else if (const auto *line = qobject_cast<const QLineEdit *>(row.editor))
            value = line->text().toStdString();
        if (value != row.fallback)
            chosen.emplace(row.name, std::move(value));
    }
    return chosen;
}

} // namespace rosler
