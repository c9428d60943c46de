// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <QList>
#include <QObject>
#include <QString>

#include "core/cost/cost_model.h"
#include "core/experiment/experiment_spec.h"
#include "core/nn/network_plan.h"

class QUndoStack;

namespace rosler {

/// The experiment that the next training runs, as the user edits it, with undo. The only place where
/// the design is changed: every control calls edit(), and is connected to changed().
class DesignModel : public QObject
{
    Q_OBJECT

public:
    explicit DesignModel(QObject *parent = nullptr);
    ~DesignModel() override;

    [[nodiscard]] const ExperimentSpec &spec() const noexcept;
    [[nodiscard]] QUndoStack *undoStack() const noexcept;

    /// Shape of the data that the design must fit; ranks and sketch sizes are pushed into range.
    void setDataShape(const ExampleShape &example, Index classes, Index trainExamples);
    [[nodiscard]] const ExampleShape &example() const noexcept; ///< 0 x 0 x 0 without data
    [[nodiscard]] Index classes() const noexcept;
    [[nodiscard]] Index trainExamples() const noexcept;

    /// Changes the design by one undo step named @p text. Edits with the same non-empty @p mergeKey that
    /// follow each other without a finishMerge() between them become one step (one drag = one undo).
    /// While edits merge, each is applied to the design as it was before the first of them, so what one
    /// pushed aside comes back when the next one allows it; a drag that ends where it began is no step at
    /// all. After the change ranks and sketch sizes are clamped (fitDesign()): 1 <= rank <= min(stored
    /// outputs, sketch size), sketch size <= inputs.
    void edit(const QString &text, const std::function<void(ExperimentSpec &)> &change,
              const QString &mergeKey = {});
    void finishMerge();

    /// Takes another experiment in place of this one, as one undo step named @p text that takes the file
    /// along: undone, the design before is there again together with the file that it belongs to.
    /// @param file  what @p spec was read from; empty = from no file
    void open(const QString &text, const ExperimentSpec &spec, const QString &file);
    /// Takes another experiment as the starting point; clears the undo history and the modified mark.
    void reset(const ExperimentSpec &spec, const QString &file = {});
    /// The file that the design was read from or saved to last; empty = none.
    [[nodiscard]] const QString &file() const noexcept;
    /// The design was saved to that file: it is its own from now on, and unmodified.
    void setSavedTo(const QString &file);

    /// The experiments that the command line knows by name (resources/experiments); at first none.
    void setShipped(const QList<ExperimentSpec> &experiments);
    [[nodiscard]] const QList<ExperimentSpec> &shipped() const noexcept;

    /// Cost of model number @p model of the design on this data, or none when it does not fit.
    [[nodiscard]] std::optional<TrialCost> forecast(std::size_t model) const;
    /// Passes that the budget gives a model; 0 where that takes data, and none are loaded.
    [[nodiscard]] Index epochs(std::size_t model) const;

    /// What that model's network would cost with all of its matrices whole and without a teacher.
    [[nodiscard]] std::optional<TrialCost> wholeForecast(std::size_t model) const;

    /// The network of model number @p model on this data, or none when it does not fit.
    [[nodiscard]] std::optional<NetworkPlan> plan(std::size_t model) const;
    /// The same with all matrices whole.
    [[nodiscard]] std::optional<NetworkPlan> wholePlan(std::size_t model) const;

    /// The `rosler train` line that does the same, quoted for a POSIX shell, given the file the design is
    /// saved in (may be empty: then the shipped experiment of that name when it is equal to it). Names the
    /// options that differ: dataset, seed, epochs. When more differs, the line is for the file and says in
    /// a shell comment that the design has to be saved to it first.
    [[nodiscard]] QString asCommand(const QString &specFile) const;

Q_SIGNALS:
    void changed();
    void modelsEdited(); ///< by edit(): their layers, ranks or learning rates; after changed()
    void dataShapeChanged();
    void shippedChanged();

private:
    class EditCommand;
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
