// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/examples_page.h"

#include <algorithm>
#include <utility>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QLocale>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/feature_image.h"
#include "widgets/models/example_axes.h"
#include "widgets/pages/example_delegate.h"
#include "widgets/pages/example_view.h"

namespace rosler {

namespace {

const QString featuresStem = QStringLiteral("features");
const QString classesStem = QStringLiteral("classes");
const QString meanSeries = QStringLiteral("mean"); // of its series

QString number(Index count)
{
    return QLocale().toString(static_cast<qlonglong>(count));
}

QString partTitle(DataPart part)
{
    switch (part) {
    case DataPart::Training:
        return ExamplesPage::tr("training");
    case DataPart::Validation:
        return ExamplesPage::tr("validation");
    case DataPart::Test:
        break;
    }
    return ExamplesPage::tr("test");
}

} // namespace

class ExamplesPage::Private
{
public:
    explicit Private(ExamplesPage *page)
        : q(page)
    {
    }

    void build();
    QWidget *buildFilters();
    QWidget *buildFeatures();
    void refill();
    void filterChanged();
    void runChosen();
    void showExample();
    void showFeatures();
    void showClasses();
    void tell();
    void showMeanCurve(const std::vector<std::uint32_t> &kept);
    [[nodiscard]] bool hasImages() const { return data && data->shape().height > 1; }

    ExamplesPage *q;
    std::shared_ptr<const Dataset> data;
    std::shared_ptr<const DataSummary> summary;
    std::shared_ptr<const RunAnswers> answers;
    QList<AnsweringRun> runs;
    QString problem;
    bool filling = false; ///< combo boxes: what they say meanwhile is nobody's wish

    ExamplesModel *model = nullptr;
    QComboBox *part = nullptr;
    QComboBox *label = nullptr;
    QComboBox *run = nullptr;
    QCheckBox *wrong = nullptr;
    QLabel *words = nullptr;
    QListView *list = nullptr;
    ExampleView *example = nullptr;
    QLabel *featureWords = nullptr;
    QStackedWidget *featureViews = nullptr;
    FeatureImage *meanImage = nullptr;
    PlotWidget *meanCurve = nullptr;
    BarPlotWidget *classes = nullptr;
};

QWidget *ExamplesPage::Private::buildFilters()
{
    auto *row = new QWidget(q);
    part = new QComboBox(row);
    part->setObjectName(QStringLiteral("part"));
    part->setAccessibleName(tr("Part of the data"));
    label = new QComboBox(row);
    label->setObjectName(QStringLiteral("label"));
    label->setAccessibleName(tr("Class"));
    run = new QComboBox(row);
    run->setObjectName(QStringLiteral("run"));
    run->setAccessibleName(tr("Run"));
    run->setToolTip(tr("The run whose answers and kept features are shown"));
    for (QComboBox *box : {part, label, run}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
    }
    wrong = new QCheckBox(tr("&Wrong only"), row);
    wrong->setObjectName(QStringLiteral("wrong"));
    wrong->setToolTip(tr("Only the examples that the run's model takes for another class"));
    words = new QLabel(row);
    words->setObjectName(QStringLiteral("words"));
    words->setTextFormat(Qt::PlainText);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QComboBox *box : {part, label, run})
        layout->addWidget(box);
    layout->addWidget(wrong);
    layout->addWidget(words, 1);
    connect(part, &QComboBox::currentIndexChanged, q, [this] { filterChanged(); });
    connect(label, &QComboBox::currentIndexChanged, q, [this] { filterChanged(); });
    connect(wrong, &QCheckBox::toggled, q, [this] { filterChanged(); });
    connect(run, &QComboBox::currentIndexChanged, q, [this] { runChosen(); });
    return row;
}

QWidget *ExamplesPage::Private::buildFeatures()
{
    auto *page = new QWidget;
    featureWords = new QLabel(page);
    featureWords->setObjectName(QStringLiteral("featureWords"));
    featureWords->setWordWrap(true);
    featureWords->setTextFormat(Qt::PlainText);
    meanImage = new FeatureImage;
    meanImage->setObjectName(QStringLiteral("meanImage"));
    meanImage->setAccessibleName(tr("Mean of the training examples and kept features"));
    meanCurve = new PlotWidget;
    meanCurve->setObjectName(QStringLiteral("meanCurve"));
    meanCurve->setEmptyText(tr("No data are loaded."));
    featureViews = new QStackedWidget(page);
    featureViews->addWidget(meanImage);
    featureViews->addWidget(meanCurve);
    auto *layout = new QVBoxLayout(page);
    layout->addWidget(featureViews, 1);
    layout->addWidget(featureWords);
    return page;
}

void ExamplesPage::Private::build()
{
    model = new ExamplesModel(q);
    list = new QListView;
    list->setObjectName(QStringLiteral("examples"));
    list->setAccessibleName(tr("Examples"));
    list->setModel(model);
    list->setItemDelegate(new ExampleDelegate(list));
    list->setFlow(QListView::LeftToRight);
    list->setWrapping(true);
    list->setResizeMode(QListView::Adjust);
    list->setUniformItemSizes(true);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    connect(list->selectionModel(), &QItemSelectionModel::currentChanged, q, [this] { showExample(); });
    connect(model, &QAbstractItemModel::modelReset, q, [this] {
        if (model->rowCount() > 0)
            list->setCurrentIndex(model->index(0));
        showExample();
        tell();
    });

    example = new ExampleView;
    classes = new BarPlotWidget;
    classes->setObjectName(QStringLiteral("classBars"));
    classes->setAccessibleName(tr("Examples of each class"));
    classes->setEmptyText(tr("No data are loaded."));
    auto *tabs = new QTabWidget;
    tabs->setObjectName(QStringLiteral("exampleTabs"));
    tabs->setAccessibleName(tr("About the data"));
    tabs->setDocumentMode(true);
    tabs->addTab(example, tr("Example"));
    tabs->addTab(buildFeatures(), tr("Features"));
    tabs->addTab(classes, tr("Classes"));

    auto *halves = new QSplitter(Qt::Horizontal, q);
    halves->addWidget(list);
    halves->addWidget(tabs);
    halves->setStretchFactor(0, 1);
    halves->setStretchFactor(1, 1);
    halves->setChildrenCollapsible(false);
    halves->setSizes({1000, 1000}); // of equal widths
    auto *layout = new QVBoxLayout(q);
    layout->addWidget(buildFilters());
    layout->addWidget(halves, 1);
    q->setAccessibleName(tr("Examples"));
    q->addChart(ExampleView::curveStem(), example->curve());
    q->addChart(ExampleView::spectrumStem(), example->spectrum());
    q->addChart(featuresStem, meanCurve);
    q->addChart(classesStem, classes);
    refill();
}

/// The choices that the data and the runs allow; what was chosen stays where it can.
void ExamplesPage::Private::refill()
{
    filling = true;
    const QVariant partBefore = part->currentData();
    part->clear();
    for (const DataPart each : {DataPart::Training, DataPart::Validation, DataPart::Test})
        if (summary && summary->count(each) > 0)
            part->addItem(tr("%1 (%2)", "part of the data and its examples")
                              .arg(partTitle(each), number(summary->count(each))),
                          static_cast<int>(each));
    const int validation = part->findData(static_cast<int>(DataPart::Validation));
    const int kept = partBefore.isValid() ? part->findData(partBefore) : -1;
    part->setCurrentIndex(kept >= 0 ? kept : validation >= 0 ? validation : part->count() - 1);

    const QVariant labelBefore = label->currentData();
    label->clear();
    label->addItem(tr("all classes"), -1);
    if (data)
        for (std::size_t c = 0; c < data->classNames().size(); ++c)
            label->addItem(QString::fromStdString(data->classNames()[c]), static_cast<int>(c));
    label->setCurrentIndex(labelBefore.isValid() ? std::max(0, label->findData(labelBefore)) : 0);

    const QVariant runBefore = run->currentData();
    run->clear();
    run->addItem(runs.isEmpty() ? tr("no run on these data") : tr("no run"), QString());
    for (const AnsweringRun &each : std::as_const(runs))
        run->addItem(each.name, each.id);
    run->setCurrentIndex(runBefore.isValid() ? std::max(0, run->findData(runBefore)) : 0);
    for (QComboBox *box : {part, label, run})
        box->setEnabled(box->count() > 1);
    filling = false;
    runChosen();
}

void ExamplesPage::Private::runChosen()
{
    if (filling)
        return;
    const QString id = run->currentData().toString();
    problem.clear();
    if (answers && answers->run != id.toStdString()) {
        answers = nullptr;
        model->setAnswers(nullptr);
        showFeatures();
    }
    if (id.isEmpty())
        wrong->setChecked(false);
    wrong->setEnabled(!id.isEmpty());
    filterChanged();
    if (!id.isEmpty() && !answers)
        Q_EMIT q->answersRequested(id);
}

void ExamplesPage::Private::filterChanged()
{
    if (filling)
        return;
    ExampleFilter filter;
    filter.part = static_cast<DataPart>(part->currentData().toInt());
    if (const int chosen = label->currentData().toInt(); chosen >= 0)
        filter.label = static_cast<std::uint16_t>(chosen);
    filter.wrongOnly = wrong->isChecked();
    model->setFilter(filter);
    tell();
}

void ExamplesPage::Private::tell()
{
    if (!problem.isEmpty()) {
        words->setText(problem);
        return;
    }
    const bool asked = !run->currentData().toString().isEmpty();
    if (asked && !answers)
        words->setText(tr("Computing the answers\u2026"));
    else if (data)
        words->setText(tr("%1 examples").arg(number(model->rowCount())));
    else
        words->setText(tr("No data are loaded."));
}

void ExamplesPage::Private::showExample()
{
    const QModelIndex current = list->currentIndex();
    if (current.isValid())
        example->setExample(model->featuresOf(current.row()), model->wordsOf(current.row()));
    else
        example->setExample({}, {});
}

void ExamplesPage::Private::showMeanCurve(const std::vector<std::uint32_t> &kept)
{
    const ExampleAxes axes = exampleAxes(*data);
    meanCurve->setAxes(
        axes.across.figureAxis(meanCurve->isLogX()),
        {tr("%1, mean and deviation").arg(axes.up.title).toStdString(), meanCurve->isLogY(), {}, {}});
    const auto seriesOf = [&](Index channel) {
        return channel == 0 ? meanSeries : QStringLiteral("%1/%2").arg(meanSeries).arg(channel);
    };
    for (Index c = 0; c < axes.channels; ++c) {
        const QList<QPointF> points = pointsAlong(axes.across, channelOf(summary->mean, axes.channels, c));
        const std::vector<float> deviations = channelOf(summary->deviation, axes.channels, c);
        QList<FigureBandPoint> band;
        for (qsizetype i = 0; i < points.size(); ++i) {
            const auto deviation = static_cast<double>(deviations[static_cast<std::size_t>(i)]);
            band << FigureBandPoint {points[i].x(), points[i].y() - deviation, points[i].y() + deviation};
        }
        meanCurve->setSeries(seriesOf(c), axes.channels > 1 ? tr("mean, channel %1").arg(c + 1) : tr("mean"),
                             seriesStyle(static_cast<std::size_t>(c)));
        meanCurve->replacePoints(seriesOf(c), points);
        meanCurve->setBand(seriesOf(c), band);
    }
    QList<QPointF> points;
    for (const std::uint32_t feature : kept)
        points << QPointF(axes.across.at(static_cast<Index>(feature) / axes.channels),
                          static_cast<double>(summary->mean.at(feature)));
    if (!points.isEmpty())
        meanCurve->setScatter(QStringLiteral("kept"), tr("kept"),
                              seriesStyle(static_cast<std::size_t>(axes.channels)), points);
}

void ExamplesPage::Private::showFeatures()
{
    featureViews->setCurrentWidget(hasImages() ? static_cast<QWidget *>(meanImage) : meanCurve);
    const std::vector<std::uint32_t> kept = answers ? answers->keptFeatures : std::vector<std::uint32_t> {};
    meanCurve->clear();
    if (!summary) {
        meanImage->setImage({}, {});
        featureWords->clear();
        return;
    }
    const QString mean =
        tr("Mean of the %1 examples that are trained on.").arg(number(summary->count(DataPart::Training)));
    if (hasImages()) {
        const ExampleAxes axes = exampleAxes(*data);
        if (axes.channels == 1) // else colours
            setFrameAxes(*meanImage, axes, 0);
        else
            meanImage->setAxes(std::nullopt);
        meanImage->setImage(summary->mean, data->shape());
        meanImage->setKept(kept);
    } else {
        showMeanCurve(kept);
    }
    QString text = mean;
    const QString name = answers ? QString::fromStdString(answers->name) : QString();
    if (answers && !kept.empty())
        text += QLatin1Char(' ')
            + (hasImages()
                   ? tr("%1 reads %2 of %3 features; pixels of which it reads none are veiled in red.")
                   : tr("%1 reads %2 of %3 features, those that are marked."))
                  .arg(name, number(static_cast<Index>(kept.size())), number(data->features()));
    else if (answers)
        text += QLatin1Char(' ') + tr("%1 reads all features.").arg(name);
    const auto constant = std::ranges::count(summary->deviation, 0.0F);
    const auto [least, most] = std::pair(std::ranges::min(summary->least), std::ranges::max(summary->most));
    text += QLatin1Char(' ')
        + tr("Features from %1 to %2; %3 never change.")
              .arg(QLocale().toString(static_cast<double>(least), 'g', 4),
                   QLocale().toString(static_cast<double>(most), 'g', 4), number(constant));
    featureWords->setText(text);
    meanImage->setAccessibleDescription(text);
}

void ExamplesPage::Private::showClasses()
{
    BarFigure figure;
    if (summary) {
        figure.value.title = tr("examples").toStdString();
        figure.categories = data->classNames();
        for (std::size_t each = 0; each < dataParts; ++each) {
            const auto which = static_cast<DataPart>(each);
            if (summary->count(which) == 0)
                continue;
            std::string name = partTitle(which).toStdString();
            if (summary->groups[each] > 0)
                name += tr(" (%n group(s))", nullptr, static_cast<int>(summary->groups[each])).toStdString();
            BarFigure::Series series {std::move(name), seriesStyle(each), {}};
            for (const Index count : summary->classes[each])
                series.values.push_back(static_cast<double>(count));
            figure.series.push_back(std::move(series));
        }
        figure.labelBars = figure.categories.size() * figure.series.size() <= 40;
    }
    classes->setFigure(figure);
}

ExamplesPage::ExamplesPage(QWidget *parent)
    : FigureSource(parent)
    , d(std::make_unique<Private>(this))
{
    d->build();
}

ExamplesPage::~ExamplesPage() = default;

void ExamplesPage::setData(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const DataSummary> summary)
{
    d->answers = nullptr;
    if (dataset != d->data) {
        d->meanCurve->setLogX(false);
        d->meanCurve->setLogY(false);
    }
    d->data = summary ? std::move(dataset) : nullptr;
    d->summary = d->data ? std::move(summary) : nullptr;
    d->example->setData(d->data);
    d->model->setData(d->data, d->summary);
    d->refill();
    d->showExample();
    d->showFeatures();
    d->showClasses();
    d->tell();
}

void ExamplesPage::setRuns(const QList<AnsweringRun> &runs)
{
    if (runs == d->runs)
        return;
    d->runs = runs;
    d->refill();
}

void ExamplesPage::setAnswers(std::shared_ptr<const RunAnswers> answers)
{
    if (!answers || answers->run != d->run->currentData().toString().toStdString())
        return; // another run was chosen meanwhile
    d->answers = std::move(answers);
    d->problem.clear();
    d->model->setAnswers(d->answers);
    d->showFeatures();
    d->tell();
}

void ExamplesPage::showProblem(const Error &error)
{
    d->problem = QString::fromStdString(message(error));
    d->tell();
}

std::vector<NamedFigure> ExamplesPage::figures() const
{
    if (!d->data)
        return {};
    std::vector<NamedFigure> all = d->example->figures();
    if (!d->hasImages())
        all.push_back({featuresStem.toStdString(), d->meanCurve->figure(false)});
    all.push_back({classesStem.toStdString(), d->classes->figure()});
    return all;
}

FigureOrigin ExamplesPage::origin() const
{
    FigureOrigin origin;
    if (d->answers)
        origin.runIds.push_back(d->answers->run);
    return origin;
}

} // namespace rosler
