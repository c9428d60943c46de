// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/c_export_dialog.h"

#include <utility>

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/controls/input_choice.h"

namespace rosler {

CExportDialog::CExportDialog(int models, const CExportSettings &start, const QString &samplesReason,
                             QWidget *parent)
    : QDialog(parent)
    , m_int8(new QCheckBox(QStringLiteral("i8")))
    , m_float32(new QCheckBox(QStringLiteral("f32")))
    , m_core(new QComboBox)
    , m_input(new InputChoice)
    , m_folder(new QLineEdit(start.folder))
{
    setObjectName(QStringLiteral("cExportDialog"));
    setWindowTitle(tr("Export as C"));
    auto *types = new QHBoxLayout;
    for (QCheckBox *type : {m_int8, m_float32}) {
        type->setObjectName(QLatin1String("c-") + type->text());
        type->setAccessibleName(tr("Number type %1").arg(type->text()));
        type->setChecked(start.types.contains(type->text()));
        connect(type, &QCheckBox::toggled, this, &CExportDialog::updateAccept);
        types->addWidget(type);
    }
    types->addStretch(1);
    m_core->setObjectName(QStringLiteral("cCore"));
    m_core->setAccessibleName(tr("Core that int8 weights are laid out for"));
    m_core->setToolTip(tr("It runs on any core, but is as fast as it can be on this one."));
    for (const auto &[id, text] :
         {std::pair {"any", tr("any")}, std::pair {"dsp", tr("with DSP instructions: Cortex-M4, M7, M33")},
          std::pair {"helium", tr("with Helium: Cortex-M55, M85")}})
        m_core->addItem(text, QString::fromLatin1(id));
    m_core->setCurrentIndex(std::max(0, m_core->findData(start.core)));
    m_input->setObjectName(QStringLiteral("cInput"));
    m_input->setSamplesReason(samplesReason);
    m_input->setFromSamples(start.fromSamples);
    m_folder->setObjectName(QStringLiteral("cFolder"));
    m_folder->setAccessibleName(tr("Folder"));
    m_folder->setMinimumWidth(m_folder->fontMetrics().averageCharWidth() * 32);
    connect(m_folder, &QLineEdit::textChanged, this, &CExportDialog::updateAccept);
    auto *choose = new QPushButton(tr("&Choose…"));
    choose->setAccessibleName(tr("Choose the folder"));
    connect(choose, &QPushButton::clicked, this, [this] {
        auto *dialog = new QFileDialog(this, tr("Folder for the C of each model"), m_folder->text());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
        dialog->open();
    });
    auto *where = new QHBoxLayout;
    where->addWidget(m_folder, 1);
    where->addWidget(choose);

    auto *words =
        new QLabel(tr("%n model(s) as C11 that needs nothing else", nullptr, models)
                   + tr(": no board, no protocol, no heap. A folder is made for each, below the one "
                        "that is chosen."));
    words->setWordWrap(true);
    auto *form = new QFormLayout;
    form->addRow(tr("Number types"), types);
    form->addRow(tr("C&ore"), m_core);
    form->addRow(tr("&Takes"), m_input);
    auto *folderWords = new QLabel(tr("&Folder"));
    folderWords->setBuddy(m_folder); // a form knows none of a layout's
    form->addRow(folderWords, where);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_accept = buttons->addButton(tr("&Export"), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("exportCNow"));
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT exportRequested(settings());
        accept();
    });
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(words);
    layout->addLayout(form);
    layout->addWidget(buttons);
    updateAccept();
    m_folder->setFocus();
}

CExportSettings CExportDialog::settings() const
{
    CExportSettings chosen;
    chosen.types.clear();
    for (const QCheckBox *type : {m_int8, m_float32})
        if (type->isChecked())
            chosen.types << type->text();
    chosen.core = m_core->currentData().toString();
    chosen.fromSamples = m_input->fromSamples();
    chosen.folder = m_folder->text().trimmed();
    return chosen;
}

void CExportDialog::updateAccept()
{
    const CExportSettings chosen = settings();
    m_accept->setEnabled(!chosen.types.isEmpty() && !chosen.folder.isEmpty());
}

} // namespace rosler
