// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QObject>
#include <QString>
#include <QStringList>

#include "app/session/open_data.h"
#include "app/trained/model_export.h"
#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"
#include "core/store/run_store.h"

namespace rosler {

/// Models that are to become C: every run in every type, a folder each.
struct CExportOrder {
    QStringList runs;
    QStringList types; ///< of "i8", "f32"
    CoreKind core = CoreKind::Any;
    bool fromSamples = false; ///< C that is handed samples and makes the features of them
    QString folder;           ///< the others are made below it: RUN_i8
};

/// What came of another program's model.
struct ImportedExperiment {
    ExperimentSpec spec; ///< for the open data; its models begin with the imported weights
    QString modelFile;   ///< where these are kept
    double testAccuracy; ///< share of the open data's test examples that the model gets right, 0 to 1
    QStringList notes;   ///< what was left out, a sentence each
};

/// Models to and from other programs, on a worker thread, in order. GUI thread only; its signals come on the
/// GUI thread.
class ModelExchange : public QObject
{
    Q_OBJECT

public:
    /// @param store     where the models of runs lie
    /// @param imported  the folder that imported models are kept in; made with the first one
    ModelExchange(std::shared_ptr<RunStore> store, const QString &imported, QObject *parent = nullptr);
    ~ModelExchange() override; ///< what was asked to be written is written

public Q_SLOTS:
    /// Writes the model of a run to a file; answers exported() or failed().
    void exportFile(const QString &run, rosler::ModelFormat format, const QString &file);
    /// Answers exported() or failed() once for each run and type. A model that was not trained on @p open is
    /// calibrated with its run's own data, which are loaded.
    void exportC(const rosler::CExportOrder &order, const rosler::OpenData &open);
    /// Reads an ONNX model, or Keras's weights of the layers that the first model of @p like has, and keeps
    /// it; answers imported() or failed(). Nothing is kept of a model that does not fit the open data. Models
    /// of one name lie side by side: a file's name ends with the digest of what it holds.
    void importModel(const QString &file, const rosler::ExperimentSpec &like, const rosler::OpenData &open);

Q_SIGNALS:
    void exported(const QString &path); ///< a file; of C a folder
    void imported(const rosler::ImportedExperiment &experiment);
    void failed(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
