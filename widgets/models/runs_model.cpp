// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/runs_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QDateTime>
#include <QFont>
#include <QHash>
#include <QLocale>

#include "core/base/quantity_text.h"
#include "core/figure/figure.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const QString noFigure = QStringLiteral("\u2013");

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

/// What sorting compares: unknown figures come before all others.
double sortable(double value)
{
    return std::isfinite(value) ? value : -1.0;
}

QDateTime createdAt(const RunSummary &run)
{
    return QDateTime::fromString(text(run.created), Qt::ISODate);
}

} // namespace

class RunsModel::Private
{
public:
    QList<RunSummary> runs;
    QHash<QString, qsizetype> rows;
    QHash<QString, double> bytes; ///< stored weights as float32; NaN when the design does not fit its data
    QHash<QString, int> styles;   ///< of checked runs
    QStringList checked;

    void indexRows()
    {
        rows.clear();
        for (qsizetype row = 0; row < runs.size(); ++row)
            rows.insert(text(runs.at(row).id), row);
    }

    [[nodiscard]] double memory(const RunSummary &run)
    {
        const QString id = text(run.id);
        const auto known = bytes.constFind(id);
        if (known != bytes.constEnd())
            return *known;
        double value = unknown;
        if (run.result) {
            value = static_cast<double>(run.result->cost.weightBytes(NumberType::Float32));
        } else if (run.example.size() > 0 && run.classes > 0 && run.trainExamples > 0) {
            if (const auto cost = costOf(run.trial, run.example, run.classes, run.trainExamples))
                value = static_cast<double>(cost->weightBytes(NumberType::Float32));
        }
        bytes.insert(id, value);
        return value;
    }

    [[nodiscard]] int freeStyle() const
    {
        const QList<int> taken = styles.values();
        int number = 0;
        while (taken.contains(number))
            ++number;
        return number;
    }
};

namespace {

QString kindText(const RunSummary &run)
{
    if (!run.trial.model.isSketched())
        return RunsModel::tr("dense");
    QStringList ranks; // a layer without weights has none, one that is whole a dash
    for (const LayerSpec &layer : run.trial.model.layers)
        if (layerKindNamed(layer.kind)->weighted)
            ranks << (layer.sketch ? QString::number(layer.sketch->rank) : QStringLiteral("-"));
    return RunsModel::tr("Rosler r=%1", "kind of model and its ranks").arg(ranks.join(QLatin1Char(',')));
}

QString statusText(RunStatus status)
{
    switch (status) {
    case RunStatus::Running:
        return RunsModel::tr("training");
    case RunStatus::Finished:
        return RunsModel::tr("finished");
    case RunStatus::Stopped:
        return RunsModel::tr("stopped");
    case RunStatus::Interrupted:
        return RunsModel::tr("interrupted");
    case RunStatus::Diverged:
        return RunsModel::tr("diverged");
    case RunStatus::Failed:
        return RunsModel::tr("failed");
    }
    return {};
}

QString statusHint(RunStatus status)
{
    switch (status) {
    case RunStatus::Interrupted:
        return RunsModel::tr("Its program ended before the training did; it can be resumed.");
    case RunStatus::Stopped:
        return RunsModel::tr("Stopped by hand; it can be resumed.");
    case RunStatus::Diverged:
        return RunsModel::tr("The loss was no longer a finite number: try a lower learning rate.");
    case RunStatus::Failed:
        return RunsModel::tr("The machine ran out of something it needed; see the run's log.");
    default:
        return {};
    }
}

/// Figures to the right, words to the left.
Qt::Alignment alignmentOf(int column)
{
    switch (column) {
    case RunsModel::ValidationAccuracy:
    case RunsModel::TestAccuracy:
    case RunsModel::BestAccuracy:
    case RunsModel::Memory:
    case RunsModel::Epochs:
        return Qt::AlignRight | Qt::AlignVCenter;
    default:
        return Qt::AlignLeft | Qt::AlignVCenter;
    }
}

QString epochsText(const RunSummary &run)
{
    const QString done = QString::number(run.epochs, 'f', run.epochs == std::floor(run.epochs) ? 0 : 1);
    return QStringLiteral("%1/%2").arg(done, QString::number(run.trial.training.epochs));
}

QString markerText(MarkerShape marker)
{
    switch (marker) {
    case MarkerShape::None:
        return RunsModel::tr("no markers");
    case MarkerShape::Circle:
        return RunsModel::tr("circles");
    case MarkerShape::Square:
        return RunsModel::tr("squares");
    case MarkerShape::TriangleUp:
        return RunsModel::tr("triangles");
    case MarkerShape::TriangleDown:
        return RunsModel::tr("triangles upside down");
    case MarkerShape::Diamond:
        return RunsModel::tr("diamonds");
    case MarkerShape::Cross:
        return RunsModel::tr("crosses");
    case MarkerShape::Plus:
        return RunsModel::tr("plus signs");
    }
    return {};
}

QString dashText(DashStyle style)
{
    switch (style) {
    case DashStyle::Solid:
        return RunsModel::tr("solid line");
    case DashStyle::Dash:
        return RunsModel::tr("dashed line");
    case DashStyle::Dot:
        return RunsModel::tr("dotted line");
    case DashStyle::DashDot:
        return RunsModel::tr("dash-dotted line");
    }
    return {};
}

QString joined(const std::vector<std::string> &tags)
{
    QStringList list;
    for (const std::string &tag : tags)
        list << text(tag);
    return list.join(QStringLiteral(", "));
}

QString titleTip(const RunSummary &run)
{
    QStringList lines {text(run.title) + QStringLiteral(" \u2014 ") + kindText(run),
                       RunsModel::tr("Experiment: %1").arg(text(run.experiment)),
                       RunsModel::tr("Seed: %1").arg(run.trial.seed)};
    if (!run.tags.empty())
        lines << RunsModel::tr("Tags: %1").arg(joined(run.tags));
    lines << text(run.id);
    return lines.join(QLatin1Char('\n'));
}

QString memoryTip(const RunSummary &run)
{
    if (!run.result)
        return RunsModel::tr("Stored weights as float32, counted by formula");
    const TrialCost &cost = run.result->cost;
    const auto bytes = [&](NumberType type) {
        return text(bytesText(static_cast<double>(cost.weightBytes(type))));
    };
    return RunsModel::tr("Stored weights, counted by formula: float32 %1, float16 %2, int8 %3")
        .arg(bytes(NumberType::Float32), bytes(NumberType::Float16), bytes(NumberType::Int8));
}

} // namespace

RunsModel::RunsModel(QObject *parent)
    : QAbstractTableModel(parent)
    , d(std::make_unique<Private>())
{
}

RunsModel::~RunsModel() = default;

void RunsModel::setRuns(const QList<RunSummary> &runs)
{
    QSet<QString> staying;
    for (const RunSummary &run : runs)
        staying.insert(text(run.id));

    for (qsizetype row = d->runs.size() - 1; row >= 0; --row) {
        const QString id = text(d->runs.at(row).id);
        if (staying.contains(id))
            continue;
        if (d->checked.contains(id))
            setChecked(id, false); // charts are updated while the run is still here
        beginRemoveRows({}, static_cast<int>(row), static_cast<int>(row));
        d->runs.removeAt(row);
        d->indexRows();
        endRemoveRows();
    }
    d->bytes.clear();

    for (qsizetype row = 0; row < runs.size(); ++row) {
        const std::string &id = runs.at(row).id;
        if (row < d->runs.size() && d->runs.at(row).id == id)
            continue;
        const auto from = d->rows.constFind(text(id));
        if (from != d->rows.constEnd()) { // moved up: the rows before it are in place already
            const auto source = static_cast<int>(*from);
            beginMoveRows({}, source, source, {}, static_cast<int>(row));
            d->runs.move(source, row);
            d->indexRows();
            endMoveRows();
            continue;
        }
        qsizetype last = row; // all new ones in a row at once
        while (last + 1 < runs.size() && !d->rows.contains(text(runs.at(last + 1).id)))
            ++last;
        beginInsertRows({}, static_cast<int>(row), static_cast<int>(last));
        d->runs = d->runs.mid(0, row) + runs.mid(row, last - row + 1) + d->runs.mid(row);
        d->indexRows();
        endInsertRows();
        row = last;
    }

    d->runs = runs;
    d->indexRows();
    if (!runs.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(runs.size()) - 1, ColumnCount - 1));
}

void RunsModel::updateLive(const QString &id, const MetricSample &evaluated)
{
    const auto row = d->rows.constFind(id);
    if (row == d->rows.constEnd())
        return;
    RunSummary &run = d->runs[*row];
    run.epochs = evaluated.epoch;
    if (std::isfinite(evaluated.validationAccuracy)) {
        run.validationAccuracy = evaluated.validationAccuracy;
        run.bestValidationAccuracy = std::fmax(run.bestValidationAccuracy, evaluated.validationAccuracy);
    }
    if (std::isfinite(evaluated.testAccuracy))
        run.testAccuracy = evaluated.testAccuracy;
    const auto line = static_cast<int>(*row);
    Q_EMIT dataChanged(index(line, ValidationAccuracy), index(line, ColumnCount - 1));
}

void RunsModel::setChecked(const QString &id, bool checked)
{
    const auto row = d->rows.constFind(id);
    if (row == d->rows.constEnd() || checked == d->checked.contains(id))
        return;
    if (checked) {
        d->styles.insert(id, d->freeStyle());
        d->checked.append(id);
    } else {
        d->styles.remove(id);
        d->checked.removeOne(id);
    }
    const QModelIndex changed = index(static_cast<int>(*row), Title);
    Q_EMIT dataChanged(changed, changed, {Qt::CheckStateRole, StyleNumberRole, Qt::AccessibleTextRole});
    Q_EMIT checkedChanged(id, checked);
}

QStringList RunsModel::checkedIds() const
{
    return d->checked;
}

const RunSummary *RunsModel::run(const QString &id) const
{
    const auto row = d->rows.constFind(id);
    return row == d->rows.constEnd() ? nullptr : &d->runs.at(*row);
}

int RunsModel::styleNumber(const QString &id) const
{
    return d->styles.value(id, -1);
}

int RunsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->runs.size());
}

int RunsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const RunSummary &run = d->runs.at(index.row());
    const QString id = text(run.id);
    switch (role) {
    case IdRole:
        return id;
    case StyleNumberRole:
        return styleNumber(id);
    case StarRole:
        return run.starred;
    case Qt::DisplayRole:
        return display(run, index.column());
    case SortRole:
        return sortKey(run, index.column());
    case Qt::EditRole:
        return index.column() == Title ? text(run.title) : display(run, index.column());
    case Qt::CheckStateRole:
        if (index.column() == Title)
            return d->checked.contains(id) ? Qt::Checked : Qt::Unchecked;
        return {};
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(alignmentOf(index.column()));
    case Qt::FontRole:
        if (index.column() == Memory) { // counted by formula: italic, as everywhere
            QFont font;
            font.setItalic(true);
            return font;
        }
        return {};
    case Qt::ToolTipRole:
        switch (index.column()) {
        case Title:
        case Kind:
            return titleTip(run);
        case Memory:
            return memoryTip(run);
        case Status:
            return statusHint(run.status);
        default:
            return {};
        }
    case Qt::AccessibleTextRole:
        if (index.column() == Title)
            return accessibleTitle(run);
        return tr("%1: %2", "column and value")
            .arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                 display(run, index.column()));
    default:
        return {};
    }
}

bool RunsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)
        || index.column() != Title)
        return false;
    const QString id = text(d->runs.at(index.row()).id);
    if (role == Qt::CheckStateRole) {
        setChecked(id, value.toInt() == Qt::Checked);
        return true;
    }
    if (role == Qt::EditRole) {
        const QString title = value.toString().simplified();
        if (title.isEmpty())
            return false;
        if (title == text(d->runs.at(index.row()).title))
            return true;
        d->runs[index.row()].title = title.toStdString(); // the store answers with a new list
        Q_EMIT dataChanged(index, index, {Qt::DisplayRole, Qt::EditRole, SortRole});
        Q_EMIT renameRequested(id, title);
        return true;
    }
    return false;
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(alignmentOf(section));
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case ValidationAccuracy:
            return tr("On the training examples that are held out, when last evaluated");
        case BestAccuracy:
            return tr("Highest validation accuracy of all evaluations");
        case TestAccuracy:
            return tr("On the test set when last evaluated; nothing is chosen by it");
        case Memory:
            return tr("Stored weights as float32, counted by formula");
        default:
            return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title:
        return tr("Run");
    case Kind:
        return tr("Kind");
    case ValidationAccuracy:
        return tr("Validation");
    case TestAccuracy:
        return tr("Test");
    case BestAccuracy:
        return tr("Best");
    case Memory:
        return tr("Memory");
    case Dataset:
        return tr("Data");
    case Epochs:
        return tr("Epochs");
    case Status:
        return tr("Status");
    case Created:
        return tr("Started");
    default:
        return {};
    }
}

Qt::ItemFlags RunsModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid())
        flags |= Qt::ItemNeverHasChildren;
    if (index.isValid() && index.column() == Title)
        flags |= Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
    return flags;
}

QString RunsModel::display(const RunSummary &run, int column) const
{
    switch (column) {
    case Title:
        return text(run.title);
    case Kind:
        return kindText(run);
    case ValidationAccuracy:
        return text(percentText(run.validationAccuracy));
    case BestAccuracy:
        return text(percentText(run.bestValidationAccuracy));
    case TestAccuracy:
        return text(percentText(run.testAccuracy));
    case Memory: {
        const double bytes = d->memory(run);
        return std::isfinite(bytes) ? QStringLiteral("~") + text(bytesText(bytes)) : noFigure;
    }
    case Dataset:
        return text(run.dataset);
    case Epochs:
        return epochsText(run);
    case Status:
        return statusText(run.status);
    case Created: {
        const QDateTime created = createdAt(run);
        return created.isValid() ? QLocale().toString(created.toLocalTime(), QLocale::ShortFormat)
                                 : text(run.created);
    }
    default:
        return {};
    }
}

QVariant RunsModel::sortKey(const RunSummary &run, int column) const
{
    switch (column) {
    case ValidationAccuracy:
        return sortable(run.validationAccuracy);
    case BestAccuracy:
        return sortable(run.bestValidationAccuracy);
    case TestAccuracy:
        return sortable(run.testAccuracy);
    case Memory:
        return sortable(d->memory(run));
    case Epochs:
        return sortable(run.epochs);
    case Created:
        return text(run.created); // ISO 8601, UTC: sorts as text
    default:
        return display(run, column).toCaseFolded();
    }
}

QString RunsModel::accessibleTitle(const RunSummary &run) const
{
    QStringList parts {text(run.title)};
    if (const int number = styleNumber(text(run.id)); number >= 0) {
        const SeriesStyle style = seriesStyle(static_cast<std::size_t>(number));
        parts << tr("plotted as series %1 with %2 and a %3")
                     .arg(QString::number(number + 1), markerText(style.marker), dashText(style.dash));
    } else {
        parts << tr("not plotted");
    }
    if (run.starred)
        parts << tr("starred");
    if (!run.tags.empty())
        parts << tr("tags %1").arg(joined(run.tags));
    return parts.join(QStringLiteral(", "));
}

} // namespace rosler
