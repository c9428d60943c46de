// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QObject>
#include <QString>
#include <QStringList>

#include "app/session/model_exchange.h"
#include "app/session/open_data.h"
#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"
#include "widgets/pages/c_export_dialog.h"

class QWidget;

namespace rosler {

/// Models to and from other programs: asks where, has ModelExchange do it, and says what came of it.
/// GUI thread only.
class ModelCommands : public QObject
{
    Q_OBJECT

public:
    /// @param design  tells whose layers Keras's weights are
    /// @param window  the dialogs' parent; both are not owned and outlive this
    ModelCommands(ModelExchange *exchange, std::function<ExperimentSpec()> design, QWidget *window);

    /// What imported models are for, and C is calibrated with.
    void setData(const OpenData &open) { m_open = open; }

    /// Ask for a file, then exportTo(). @param title  the run's, which is proposed as the file's name
    void askExport(const QString &run, const QString &title, ModelFormat format);
    /// Asks how and where.
    /// @param start  what is proposed, but for the folder, which is the last one
    void askExportC(const QStringList &runs, const CExportSettings &start);
    void askImport();

    // Without asking.
    void exportTo(const QString &run, ModelFormat format, const QString &file);
    void exportCTo(const QStringList &runs, const CExportSettings &settings);
    void importFrom(const QString &file);

Q_SIGNALS:
    void exported(const QString &path);
    /// An experiment that begins with a model of another program is there, and a sentence on it.
    void imported(const rosler::ExperimentSpec &experiment, const QString &words);
    void problem(const rosler::Error &error);

private:
    void tellImported(const ImportedExperiment &made);

    ModelExchange *m_exchange;
    std::function<ExperimentSpec()> m_design;
    QWidget *m_window;
    OpenData m_open;
    QString m_folder; ///< of the last file
};

} // namespace rosler
