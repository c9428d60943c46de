// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/model_commands.h"

#include <utility>

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

#include "app/gui/samples_reason.h"
#include "app/gui/user_folder.h"
#include "core/base/quantity_text.h"

namespace rosler {

namespace {

/// A file name of a run's title.
QString fileName(QString title)
{
    for (QChar &c : title)
        if (!c.isLetterOrNumber() && c != QLatin1Char('-') && c != QLatin1Char('_') && c != QLatin1Char('.'))
            c = QLatin1Char('_');
    return title;
}

} // namespace

ModelCommands::ModelCommands(ModelExchange *exchange, std::function<ExperimentSpec()> design, QWidget *window)
    : QObject(window)
    , m_exchange(exchange)
    , m_design(std::move(design))
    , m_window(window)
    , m_folder(userFolder())
{
    connect(exchange, &ModelExchange::exported, this, &ModelCommands::exported);
    connect(exchange, &ModelExchange::failed, this, &ModelCommands::problem);
    connect(exchange, &ModelExchange::imported, this, &ModelCommands::tellImported);
}

void ModelCommands::askExport(const QString &run, const QString &title, ModelFormat format)
{
    const bool onnx = format == ModelFormat::Onnx;
    const QString suffix = onnx ? QStringLiteral("onnx") : QStringLiteral("h5");
    auto *dialog = new QFileDialog(m_window,
                                   onnx ? tr("Export “%1” as ONNX").arg(title)
                                        : tr("Export weights of “%1” for Keras").arg(title),
                                   m_folder, onnx ? tr("ONNX models (*.onnx)") : tr("Keras weights (*.h5)"));
    dialog->setObjectName(QStringLiteral("exportModelFile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    dialog->selectFile(fileName(title) + QLatin1Char('.') + suffix);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, run, format](const QString &file) { exportTo(run, format, file); });
    dialog->open();
}

void ModelCommands::askExportC(const QStringList &runs, const CExportSettings &start)
{
    CExportSettings proposed = start;
    proposed.folder = m_folder;
    auto *dialog = new CExportDialog(static_cast<int>(runs.size()), proposed,
                                     samplesReason(m_open.data.get()), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &CExportDialog::exportRequested, this,
            [this, runs](const CExportSettings &settings) { exportCTo(runs, settings); });
    dialog->open();
}

void ModelCommands::askImport()
{
    auto *dialog = new QFileDialog(m_window, tr("Import a model"), m_folder,
                                   tr("Models (*.onnx *.h5 *.hdf5);;ONNX models (*.onnx);;Keras weights of "
                                      "the design (*.h5 *.hdf5);;All files (*)"));
    dialog->setObjectName(QStringLiteral("importModelFile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &ModelCommands::importFrom);
    dialog->open();
}

void ModelCommands::exportTo(const QString &run, ModelFormat format, const QString &file)
{
    m_folder = QFileInfo(file).absolutePath();
    m_exchange->exportFile(run, format, file);
}

void ModelCommands::exportCTo(const QStringList &runs, const CExportSettings &settings)
{
    const Result<CoreKind> core = coreKind(settings.core.toStdString());
    if (!core) {
        Q_EMIT problem(core.error());
        return;
    }
    m_folder = settings.folder;
    m_exchange->exportC({runs, settings.types, *core, settings.fromSamples, settings.folder}, m_open);
}

void ModelCommands::importFrom(const QString &file)
{
    m_folder = QFileInfo(file).absolutePath();
    m_exchange->importModel(file, m_design(), m_open);
}

void ModelCommands::tellImported(const ImportedExperiment &made)
{
    QString words = tr("Imported %1: %2 of the test examples are right.")
                        .arg(QString::fromStdString(made.spec.name),
                             QString::fromStdString(percentText(made.testAccuracy)))
        + QLatin1Char(' ')
        + tr("%n model(s) of the design begin with its weights.", nullptr,
             static_cast<int>(made.spec.models.size()));
    if (!made.notes.isEmpty())
        words += QLatin1Char(' ') + tr("Left out: %1.").arg(made.notes.join(QStringLiteral("; ")));
    Q_EMIT imported(made.spec, words);
}

} // namespace rosler
