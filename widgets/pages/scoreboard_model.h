// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>
#include <QString>

#include "core/cost/cost_model.h"
#include "core/experiment/trial_result.h"

namespace rosler {

/// One model in the scoreboard: a run, or a model of the design that is not trained yet.
struct ScoredModel {
    QString name;
    bool sketched = false;
    TrialCost cost;                    ///< modelled
    double validationAccuracy = 0;     ///< last evaluated; NaN = not yet, or nothing is held out
    double testAccuracy = 0;           ///< last evaluated; NaN = not yet
    double trainSeconds = 0;           ///< NaN = not yet
    std::optional<TrialResult> result; ///< once ended
};

/// The scoreboard: a row a question, first its name, then a column a model, and what each saves against the
/// reference.
///
/// The reference is the newest dense model before the newest sketched one (or else the newest dense one, or
/// the first) and stands last; before it the three newest others, without dense models of the reference's
/// very shape. Measured figures are upright; modelled ones italic with a tilde. What a model stores is exact
/// once it is trained; operations and training memory stay modelled, as in the figures.
class ScoreboardModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Row {
        ValidationAccuracy,
        TestAccuracy,
        TestAccuracyF16,
        Parameters,
        MemoryF32,
        MemoryF16,
        MemoryI8,
        InferenceFlops,
        TrainFlops,
        TrainMemory,
        TrainTime,
        RowCount
    };

    explicit ScoreboardModel(QObject *parent = nullptr);

    void setModels(std::vector<ScoredModel> models);
    /// Live figures of model number @p i, in the order they were set.
    void updateLive(std::size_t i, double validationAccuracy, double testAccuracy, double trainSeconds);

    /// What it all comes to, in one sentence; empty without two models.
    [[nodiscard]] QString sentence() const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Column {
        std::size_t model;
        bool saving; ///< of this model against the reference
    };
    struct Figure {
        double value = 0; ///< NaN = not known yet
        bool modelled = false;
    };

    [[nodiscard]] std::size_t reference() const;
    [[nodiscard]] std::vector<std::size_t> compared() const; ///< the models beside the reference
    [[nodiscard]] Figure figure(int row, const ScoredModel &model) const;
    [[nodiscard]] QString cellText(int row, const Column &column) const;
    [[nodiscard]] QString savingText(int row, const ScoredModel &model) const;

    std::vector<ScoredModel> m_models;
    std::vector<Column> m_columns;
};

} // namespace rosler
