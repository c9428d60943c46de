// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/design_model.h"

#include <algorithm>
#include <utility>

#include <QRegularExpression>
#include <QUndoCommand>
#include <QUndoStack>

#include "core/experiment/budget.h"
#include "core/experiment/spec_names.h"
#include "core/nn/layer_catalog.h"
#include "widgets/models/design_edits.h"

namespace rosler {

namespace {

constexpr int undoLimit = 100;
constexpr int mergingCommand = 1; ///< QUndoCommand::id() of edits that may merge

QString shellQuoted(const QString &word)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_@%+=:,./-]+$"));
    if (plain.match(word).hasMatch())
        return word;
    QString inside = word;
    inside.replace(QLatin1Char('\''), QStringLiteral("'\\''"));
    return QLatin1Char('\'') + inside + QLatin1Char('\'');
}

/// A file name that no program takes for an option.
QString asPath(const QString &file)
{
    return file.startsWith(QLatin1Char('-')) ? QStringLiteral("./") + file : file;
}

/// Whether @p a and @p b differ in nothing but what `rosler train` has options for.
bool equalButForOptions(ExperimentSpec a, const ExperimentSpec &b)
{
    if (a.dataset.options == b.dataset.options
        || (a.dataset.source != b.dataset.source && a.dataset.options.empty()))
        a.dataset = b.dataset;
    a.seed = b.seed;
    a.training.validation = b.training.validation;
    a.training.budget = b.training.budget;
    a.training.epochs = b.training.epochs;
    return a == b;
}

QString trainLine(const QString &what, const ExperimentSpec &spec, const ExperimentSpec &base)
{
    QString line = QStringLiteral("rosler train ") + shellQuoted(what);
    if (spec.dataset.source != base.dataset.source)
        line +=
            QStringLiteral(" --dataset ") + shellQuoted(asPath(QString::fromStdString(spec.dataset.source)));
    if (spec.seed != base.seed)
        line += QStringLiteral(" --seed ") + QString::number(spec.seed);
    if (spec.training.epochs != base.training.epochs)
        line += QStringLiteral(" --epochs ") + QString::number(spec.training.epochs);
    if (spec.training.budget != base.training.budget)
        line +=
            QStringLiteral(" --budget ") + QString::fromStdString(std::string(nameOf(spec.training.budget)));
    if (spec.training.validation != base.training.validation)
        line += QStringLiteral(" --validation ")
            + QString::fromStdString(validationText(spec.training.validation));
    return line;
}

} // namespace

class DesignModel::Private
{
public:
    QUndoStack stack;
    ExperimentSpec wanted; ///< as edited or loaded
    ExperimentSpec spec;   ///< wanted, pushed into the range that the data allows
    /// The file that the design belongs to, empty = none, and what it holds: wanted at the last reset() or
    /// clean mark.
    struct Saved {
        QString file;
        ExperimentSpec spec;
    };
    Saved saved;
    QList<ExperimentSpec> shipped;
    DesignShape shape;
    Index trainExamples = 0;

    QString mergeKey; ///< of the edit that the next one may merge with; empty = none
    int mergeGroup = 0;
    ExperimentSpec mergeBase;

    [[nodiscard]] bool hasData() const
    {
        return shape.example.size() > 0 && shape.classes > 0 && trainExamples > 0;
    }

    /// The design with the epochs that its budget gives each model, once there are data.
    [[nodiscard]] ExperimentSpec budgeted() const
    {
        if (!hasData())
            return spec;
        return withinBudget(spec, shape.example, shape.classes, trainExamples).value_or(spec);
    }

    void take(const ExperimentSpec &design)
    {
        wanted = design;
        spec = design;
        fitDesign(spec, shape);
    }
};

/// One step: the whole design before and after. Designs are a few hundred bytes.
class DesignModel::EditCommand : public QUndoCommand
{
public:
    EditCommand(DesignModel *model, const QString &text, ExperimentSpec before, ExperimentSpec after,
                int group)
        : QUndoCommand(text)
        , m_model(model)
        , m_before(std::move(before))
        , m_after(std::move(after))
        , m_group(group)
    {
    }

    /// The step goes to another file, too: to @p saved with redo(), back with undo().
    void setOther(Private::Saved saved) { m_other = std::move(saved); }

    void undo() override { go(m_before); }
    void redo() override { go(m_after); }
    int id() const override { return m_group > 0 ? mergingCommand : -1; }

    bool mergeWith(const QUndoCommand *other) override
    {
        const auto *next = static_cast<const EditCommand *>(other);
        if (next->m_group != m_group)
            return false;
        m_after = next->m_after;
        setText(next->text());
        setObsolete(m_after == m_before);
        return true;
    }

private:
    void go(const ExperimentSpec &design)
    {
        if (m_done)
            m_model->finishMerge(); // undone or redone by hand: the next edit is a step of its own
        m_done = true;
        if (m_other)
            std::swap(*m_other, m_model->d->saved);
        m_model->d->take(design);
        Q_EMIT m_model->changed();
    }

    DesignModel *m_model;
    ExperimentSpec m_before;
    ExperimentSpec m_after;
    std::optional<Private::Saved> m_other; ///< of the design beyond this step; none = the same file
    int m_group;                           ///< edits of one group merge; 0 = never
    bool m_done = false;                   ///< redo() ran once, as push() does
};

DesignModel::DesignModel(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->stack.setUndoLimit(undoLimit);
    connect(&d->stack, &QUndoStack::cleanChanged, this, [this](bool clean) {
        if (clean)
            d->saved.spec = d->wanted;
    });
}

DesignModel::~DesignModel()
{
    d->stack.disconnect(this);
}

const ExperimentSpec &DesignModel::spec() const noexcept
{
    return d->spec;
}

QUndoStack *DesignModel::undoStack() const noexcept
{
    return &d->stack;
}

void DesignModel::setDataShape(const ExampleShape &example, Index classes, Index trainExamples)
{
    const DesignShape shape {example, classes};
    if (shape == d->shape && trainExamples == d->trainExamples)
        return;
    // A first layer that reads all of the old data reads all of the new data too.
    const Index before = d->shape.example.size();
    if (before > 0 && example.size() > before) {
        for (ModelSpec &model : d->wanted.models) {
            const auto reader = std::find_if(model.layers.begin(), model.layers.end(),
                                             [](const LayerSpec &layer) { return layer.sketch.has_value(); });
            if (reader != model.layers.end() && reader->sketch->size == before
                && designedLayers(model.layers,
                                  d->shape)[static_cast<std::size_t>(reader - model.layers.begin())]
                        .inputs
                    == before)
                reader->sketch->size = example.size();
        }
    }
    d->shape = shape;
    d->trainExamples = trainExamples;
    finishMerge();
    const ExperimentSpec old = d->spec;
    d->take(ExperimentSpec(d->wanted));
    Q_EMIT dataShapeChanged();
    if (d->spec != old)
        Q_EMIT changed();
}

const ExampleShape &DesignModel::example() const noexcept
{
    return d->shape.example;
}

Index DesignModel::classes() const noexcept
{
    return d->shape.classes;
}

Index DesignModel::trainExamples() const noexcept
{
    return d->trainExamples;
}

void DesignModel::edit(const QString &text, const std::function<void(ExperimentSpec &)> &change,
                       const QString &mergeKey)
{
    const bool continues = !mergeKey.isEmpty() && mergeKey == d->mergeKey;
    if (!continues) {
        d->mergeKey = mergeKey;
        ++d->mergeGroup;
        d->mergeBase = d->spec;
    }
    ExperimentSpec after = d->mergeBase;
    change(after);
    fitDesign(after, d->shape);
    if (after == d->spec)
        return;
    const int group = mergeKey.isEmpty() ? 0 : d->mergeGroup;
    const bool models = after.models != d->spec.models;
    d->stack.push(new EditCommand(this, text, d->wanted, std::move(after), group));
    if (models)
        Q_EMIT modelsEdited();
}

void DesignModel::finishMerge()
{
    d->mergeKey.clear();
}

void DesignModel::open(const QString &text, const ExperimentSpec &spec, const QString &file)
{
    finishMerge();
    auto *command = new EditCommand(this, text, d->wanted, spec, 0);
    command->setOther({file, spec});
    d->stack.push(command);
    d->stack.setClean();
}

const QString &DesignModel::file() const noexcept
{
    return d->saved.file;
}

void DesignModel::setSavedTo(const QString &file)
{
    d->saved = {file, d->wanted};
    d->stack.setClean();
}

void DesignModel::reset(const ExperimentSpec &spec, const QString &file)
{
    finishMerge();
    d->take(spec);
    d->stack.clear();
    d->saved = {file, spec};
    Q_EMIT changed();
}

void DesignModel::setShipped(const QList<ExperimentSpec> &experiments)
{
    d->shipped = experiments;
    Q_EMIT shippedChanged();
}

const QList<ExperimentSpec> &DesignModel::shipped() const noexcept
{
    return d->shipped;
}

namespace {

/// The trial of a model with all of its matrices whole, which learns from the labels alone.
TrialSpec wholeTrial(const ExperimentSpec &spec, std::size_t model)
{
    TrialSpec trial = trialOf(spec, model);
    trial.model.layers = wholeLayers(std::move(trial.model.layers));
    trial.model.teacher.reset();
    return trial;
}

template <typename T>
std::optional<T> valueOrNone(Result<T> result)
{
    return result ? std::optional(std::move(*result)) : std::nullopt;
}

} // namespace

std::optional<TrialCost> DesignModel::forecast(std::size_t model) const
{
    if (model >= d->spec.models.size() || !d->hasData())
        return std::nullopt;
    return valueOrNone(
        costOf(trialOf(d->budgeted(), model), d->shape.example, d->shape.classes, d->trainExamples));
}

Index DesignModel::epochs(std::size_t model) const
{
    if (model >= d->spec.models.size())
        return 0;
    const ExperimentSpec spec = d->budgeted();
    const bool own = spec.training.budget == BudgetKind::EqualTrainingFlops && !spec.models[model].epochs;
    return own ? 0 : trialOf(spec, model).training.epochs;
}

std::optional<TrialCost> DesignModel::wholeForecast(std::size_t model) const
{
    if (model >= d->spec.models.size() || !d->hasData())
        return std::nullopt;
    return valueOrNone(
        costOf(wholeTrial(d->spec, model), d->shape.example, d->shape.classes, d->trainExamples));
}

std::optional<NetworkPlan> DesignModel::plan(std::size_t model) const
{
    if (model >= d->spec.models.size() || !d->hasData())
        return std::nullopt;
    return valueOrNone(planOf(trialOf(d->spec, model), d->shape.example, d->shape.classes));
}

std::optional<NetworkPlan> DesignModel::wholePlan(std::size_t model) const
{
    if (model >= d->spec.models.size() || !d->hasData())
        return std::nullopt;
    return valueOrNone(planOf(wholeTrial(d->spec, model), d->shape.example, d->shape.classes));
}

QString DesignModel::asCommand(const QString &specFile) const
{
    if (!specFile.isEmpty() && equalButForOptions(d->spec, d->saved.spec))
        return trainLine(asPath(specFile), d->spec, d->saved.spec);
    for (const ExperimentSpec &shipped : d->shipped) {
        if (equalButForOptions(d->spec, shipped))
            return trainLine(QString::fromStdString(shipped.name), d->spec, shipped);
    }
    const QString file =
        specFile.isEmpty() ? QString::fromStdString(d->spec.name) + QStringLiteral(".json") : specFile;
    return trainLine(asPath(file), d->spec, d->spec) + QStringLiteral("  # ")
        + tr("save the design to this file first");
}

} // namespace rosler
