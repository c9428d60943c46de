// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare_page.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/table_copy.h"
#include "widgets/models/train_title.h"
#include "widgets/pages/scoreboard_model.h"

namespace rosler {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The last finite value of a column of the metrics, or NaN.
double lastKnown(const std::vector<MetricSample> &metrics, double MetricSample::*field)
{
    const auto found = std::find_if(metrics.rbegin(), metrics.rend(),
                                    [&](const MetricSample &s) { return std::isfinite(s.*field); });
    return found == metrics.rend() ? unknown : (*found).*field;
}

/// Whether what a model stores is not there yet, but forecast.
bool anyForecast(const std::vector<ComparedRun> &runs)
{
    return std::any_of(runs.begin(), runs.end(),
                       [](const ComparedRun &run) { return !run.result.has_value(); });
}

QList<QPointF> finitePoints(const FigureSeries &series)
{
    QList<QPointF> points;
    points.reserve(static_cast<qsizetype>(series.points.size()));
    for (const FigurePoint &p : series.points)
        if (std::isfinite(p.x) && std::isfinite(p.y)) // what was not evaluated at a step is no gap
            points.append({p.x, p.y});
    return points;
}

} // namespace

class ComparePage::Private
{
public:
    explicit Private(ComparePage *page)
        : q(page)
    {
    }

    void build();
    QWidget *buildHeader();
    QWidget *buildCurves();
    QWidget *buildBars();
    QWidget *buildScoreboard();
    QWidget *buildEmptyState();

    ComparedRun *find(const QString &id);
    [[nodiscard]] std::vector<PlottedRun> plotted(const std::vector<ComparedRun> &from) const;
    [[nodiscard]] CurveX x() const { return static_cast<CurveX>(xChoice->currentData().toInt()); }
    [[nodiscard]] CurveY y() const { return static_cast<CurveY>(yChoice->currentData().toInt()); }
    [[nodiscard]] CurveY lossY() const
    {
        return y() == CurveY::TrainLoss ? CurveY::HeldOutLoss : CurveY::TrainLoss;
    }
    enum class Scales { Chosen, Kept };
    void sayRemark(bool showsTestPart);
    void setAxes(Scales scales = Scales::Chosen);
    void redrawCurve(const ComparedRun &run);
    void redrawCurves();
    void updateCosts();
    void updateEmptyState();
    void updateSentence();

    ComparePage *q;
    std::vector<ComparedRun> runs;
    std::vector<ComparedRun> forecast;
    Readiness readiness = Readiness::NoData;
    int modelCount = 2;

    QWidget *header = nullptr;
    int headerWidth = 0;                ///< that shows all of it
    std::vector<QWidget *> dispensable; ///< of the header, where the page is narrow: the menu has them too
    QComboBox *xChoice = nullptr;
    QComboBox *yChoice = nullptr;
    QToolButton *logXButton = nullptr;
    QToolButton *logYButton = nullptr;
    QToolButton *lossButton = nullptr;
    QToolButton *pauseButton = nullptr;
    PlotWidget *curve = nullptr;
    PlotWidget *loss = nullptr;
    BarPlotWidget *memory = nullptr;
    BarPlotWidget *inference = nullptr;
    BarPlotWidget *training = nullptr;
    QStackedLayout *curveStack = nullptr;
    QWidget *empty = nullptr;
    QWidget *curves = nullptr;
    QLabel *emptyText = nullptr;
    QPushButton *emptyTrain = nullptr;
    QPushButton *emptyDigits = nullptr;
    QPushButton *emptyOpen = nullptr;
    QLabel *sentenceLabel = nullptr;
    QLabel *remark = nullptr;
    QPushButton *exportAll = nullptr;
    QTableView *table = nullptr;
    ScoreboardModel *scoreboard = nullptr;
};

void ComparePage::Private::build()
{
    auto *rows = new QSplitter(Qt::Vertical, q);
    rows->setObjectName(QStringLiteral("compareRows"));
    rows->setChildrenCollapsible(false);

    auto *top = new QWidget;
    auto *topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->addWidget(buildHeader());
    auto *stackHost = new QWidget;
    curveStack = new QStackedLayout(stackHost);
    curves = buildCurves();
    empty = buildEmptyState();
    curveStack->addWidget(empty);
    curveStack->addWidget(curves);
    topLayout->addWidget(stackHost, 1);

    rows->addWidget(top);
    rows->addWidget(buildBars());
    rows->addWidget(buildScoreboard());
    rows->setStretchFactor(0, 5);
    rows->setStretchFactor(1, 3);
    rows->setStretchFactor(2, 4);
    const int em = q->fontMetrics().height();
    rows->setSizes({em * 18, em * 9, em * 15});

    auto *layout = new QVBoxLayout(q);
    layout->addWidget(rows);
}

QWidget *ComparePage::Private::buildHeader()
{
    header = new QWidget;
    auto *layout = new QHBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);

    const auto choice = [&](const QString &label, const QString &name) {
        auto *text = new QLabel(label);
        auto *box = new QComboBox;
        box->setAccessibleName(name);
        text->setBuddy(box);
        dispensable.push_back(text);
        layout->addWidget(text);
        layout->addWidget(box);
        return box;
    };
    yChoice = choice(tr("&Show"), tr("Quantity on the vertical axis"));
    yChoice->setObjectName(QStringLiteral("curveY"));
    yChoice->addItem(tr("Accuracy"), static_cast<int>(CurveY::HeldOutAccuracy));
    yChoice->addItem(tr("Training accuracy"), static_cast<int>(CurveY::TrainAccuracy));
    yChoice->addItem(tr("Training loss"), static_cast<int>(CurveY::TrainLoss));
    yChoice->addItem(tr("Loss"), static_cast<int>(CurveY::HeldOutLoss));
    xChoice = choice(tr("&against"), tr("Quantity on the horizontal axis"));
    xChoice->setObjectName(QStringLiteral("curveX"));
    xChoice->addItem(tr("epoch"), static_cast<int>(CurveX::Epoch));
    xChoice->addItem(tr("training FLOPs"), static_cast<int>(CurveX::TrainFlops));
    xChoice->addItem(tr("training time"), static_cast<int>(CurveX::Seconds));
    layout->addStretch(1);

    const auto toggle = [&](const QString &text, const QString &tip) {
        auto *button = new QToolButton;
        button->setText(text);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        button->setCheckable(true);
        button->setAutoRaise(true);
        layout->addWidget(button);
        return button;
    };
    lossButton = toggle(tr("Loss beside"), tr("Show the loss curve beside, with the same crosshair"));
    lossButton->setObjectName(QStringLiteral("lossBeside"));
    dispensable.push_back(lossButton);
    logXButton = toggle(tr("log x"), tr("Logarithmic horizontal axis (L)"));
    logXButton->setObjectName(QStringLiteral("logX"));
    logYButton = toggle(tr("log y"), tr("Logarithmic vertical axis (Shift+L)"));
    logYButton->setObjectName(QStringLiteral("logY"));
    pauseButton = toggle(tr("Pause"), tr("Let the view stand while the training goes on (Space)"));
    pauseButton->setObjectName(QStringLiteral("pauseView"));
    dispensable.push_back(pauseButton);
    auto *zoom = new QToolButton;
    zoom->setText(tr("Fit"));
    zoom->setToolTip(tr("Show all data (R)"));
    zoom->setAccessibleName(zoom->toolTip());
    zoom->setAutoRaise(true);
    layout->addWidget(zoom);

    connect(xChoice, &QComboBox::currentIndexChanged, q, [this] { redrawCurves(); });
    connect(yChoice, &QComboBox::currentIndexChanged, q, [this] { redrawCurves(); });
    connect(logXButton, &QToolButton::toggled, q, &ComparePage::setLogX);
    connect(logYButton, &QToolButton::toggled, q, &ComparePage::setLogY);
    connect(lossButton, &QToolButton::toggled, q, &ComparePage::setLossBeside);
    connect(pauseButton, &QToolButton::toggled, q, &ComparePage::setPaused);
    connect(q, &ComparePage::pausedChanged, pauseButton, &QToolButton::setChecked);
    connect(zoom, &QToolButton::clicked, q, &ComparePage::resetZoom);
    headerWidth = layout->sizeHint().width();
    return header;
}

QWidget *ComparePage::Private::buildCurves()
{
    auto *beside = new QSplitter(Qt::Horizontal);
    beside->setChildrenCollapsible(false);
    curve = new PlotWidget;
    curve->setObjectName(QStringLiteral("curvePlot"));
    loss = new PlotWidget;
    loss->setObjectName(QStringLiteral("lossPlot"));
    loss->hide();
    beside->addWidget(curve);
    beside->addWidget(loss);
    beside->setStretchFactor(0, 3);
    beside->setStretchFactor(1, 2);

    connect(curve, &PlotWidget::crosshairMoved, loss, &PlotWidget::setCrosshair);
    connect(loss, &PlotWidget::crosshairMoved, curve, &PlotWidget::setCrosshair);
    connect(curve, &PlotWidget::seriesVisibilityChanged, loss, &PlotWidget::setSeriesVisible);
    connect(loss, &PlotWidget::seriesVisibilityChanged, curve, &PlotWidget::setSeriesVisible);
    connect(curve, &PlotWidget::logAxesChanged, q, [this](bool logX, bool logY) {
        const QSignalBlocker blockX(logXButton);
        const QSignalBlocker blockY(logYButton);
        logXButton->setChecked(logX);
        logYButton->setChecked(logY);
    });
    q->addChart(QStringLiteral("curve"), curve);
    q->addChart(QStringLiteral("loss"), loss);
    return beside;
}

QWidget *ComparePage::Private::buildBars()
{
    auto *bars = new QSplitter(Qt::Horizontal);
    bars->setChildrenCollapsible(false);
    const auto plot = [&](const char *which, int stretch) {
        auto *widget = new BarPlotWidget;
        const QString name = QString::fromLatin1(which);
        widget->setObjectName(name + QStringLiteral("Bars"));
        q->addChart(name, widget);
        bars->addWidget(widget);
        bars->setStretchFactor(bars->count() - 1, stretch);
        return widget;
    };
    memory = plot("memory", 5);
    inference = plot("inference", 3);
    training = plot("training", 4);
    return bars;
}

QWidget *ComparePage::Private::buildScoreboard()
{
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);

    auto *head = new QHBoxLayout;
    sentenceLabel = new QLabel;
    sentenceLabel->setObjectName(QStringLiteral("scoreboardSentence"));
    sentenceLabel->setWordWrap(true);
    sentenceLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont font = sentenceLabel->font();
    font.setBold(true);
    sentenceLabel->setFont(font);
    exportAll = new QPushButton(tr("Export figures…"));
    exportAll->setObjectName(QStringLiteral("exportFigures"));
    exportAll->setToolTip(tr("Write all figures of these runs as PNG, SVG, PDF and CSV"));
    head->addWidget(sentenceLabel, 1);
    head->addWidget(exportAll, 0, Qt::AlignTop);
    layout->addLayout(head);

    scoreboard = new ScoreboardModel(q);
    table = new QTableView;
    table->setObjectName(QStringLiteral("scoreboard"));
    table->setAccessibleName(tr("Scoreboard"));
    table->setModel(scoreboard);
    table->setAlternatingRowColors(true);
    table->setShowGrid(false);
    table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setMinimumSectionSize(1);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() * 5 / 4);
    table->verticalHeader()->hide();
    table->setWordWrap(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setMinimumSectionSize(table->fontMetrics().averageCharWidth() * 9);
    table->setFrameShape(QFrame::NoFrame);
    makeCopyable(table);
    layout->addWidget(table, 1);

    remark = new QLabel;
    remark->setObjectName(QStringLiteral("compareRemark"));
    remark->setWordWrap(true);
    remark->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(remark);
    sayRemark(false);

    connect(exportAll, &QPushButton::clicked, q, &ComparePage::exportAllRequested);
    return box;
}

QWidget *ComparePage::Private::buildEmptyState()
{
    auto *state = new QWidget;
    state->setObjectName(QStringLiteral("compareEmpty"));
    auto *layout = new QVBoxLayout(state);
    layout->addStretch(1);
    emptyText = new QLabel;
    emptyText->setWordWrap(true);
    emptyText->setAlignment(Qt::AlignCenter);
    layout->addWidget(emptyText);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    emptyTrain = new QPushButton;
    emptyTrain->setObjectName(QStringLiteral("emptyTrain"));
    emptyDigits = new QPushButton(tr("Use the built-in digits"));
    emptyOpen = new QPushButton(tr("Open data…"));
    for (QPushButton *button : {emptyTrain, emptyDigits, emptyOpen})
        buttons->addWidget(button);
    buttons->addStretch(1);
    layout->addLayout(buttons);
    layout->addStretch(1);
    connect(emptyTrain, &QPushButton::clicked, q, &ComparePage::trainRequested);
    connect(emptyDigits, &QPushButton::clicked, q, &ComparePage::digitsRequested);
    connect(emptyOpen, &QPushButton::clicked, q, &ComparePage::openDataRequested);
    return state;
}

ComparedRun *ComparePage::Private::find(const QString &id)
{
    const auto found =
        std::find_if(runs.begin(), runs.end(), [&](const ComparedRun &r) { return r.id == id; });
    return found == runs.end() ? nullptr : &*found;
}

std::vector<PlottedRun> ComparePage::Private::plotted(const std::vector<ComparedRun> &from) const
{
    std::vector<PlottedRun> list;
    list.reserve(from.size());
    for (const ComparedRun &run : from)
        list.push_back(run.plotted);
    return list;
}

void ComparePage::Private::sayRemark(bool showsTestPart)
{
    const QString text = tr("1 seed: one comparison is an anecdote. Italics and ~ mark modelled figures.");
    const std::string budget = budgetOf(plotted(runs.empty() ? forecast : runs));
    const QString known =
        budget.empty() ? text : tr("%1 Trained for %2.").arg(text, QString::fromStdString(budget));
    remark->setText(showsTestPart ? tr("%1 The test part chooses nothing.").arg(known) : known);
}

void ComparePage::Private::setAxes(Scales scales)
{
    const std::vector<PlottedRun> list = plotted(runs);
    bool showsTestPart = false;
    const auto show = [this, &list, &showsTestPart, scales](auto *plot, CurveY what) {
        LineFigure figure = curveFigure(list, x(), what);
        showsTestPart = showsTestPart || figure.y.title.starts_with("test ");
        if (scales == Scales::Kept) {
            figure.x.logarithmic = plot->isLogX();
            figure.y.logarithmic = plot->isLogY();
        }
        plot->setAxes(figure.x, figure.y);
    };
    show(curve, y());
    show(loss, lossY());
    sayRemark(showsTestPart);
}

void ComparePage::Private::redrawCurve(const ComparedRun &run)
{
    const QString name = QString::fromStdString(run.plotted.name);
    const SeriesStyle style = seriesStyle(run.plotted.styleNumber);
    const LineFigure main = curveFigure({run.plotted}, x(), y());
    curve->setSeries(run.id, name, style);
    if (!main.series.empty())
        curve->replacePoints(run.id, finitePoints(main.series.front()));
    const LineFigure second = curveFigure({run.plotted}, x(), lossY());
    loss->setSeries(run.id, name, style);
    if (!second.series.empty())
        loss->replacePoints(run.id, finitePoints(second.series.front()));
}

void ComparePage::Private::redrawCurves()
{
    setAxes();
    for (const ComparedRun &run : runs)
        redrawCurve(run);
}

/// Bars and scoreboard: of the runs, or of the design while there are none.
void ComparePage::Private::updateCosts()
{
    const bool onlyForecast = runs.empty();
    const std::vector<ComparedRun> &shown = onlyForecast ? forecast : runs;
    const std::vector<PlottedRun> list = plotted(shown);
    const bool modelled = anyForecast(shown);
    // Printed, a figure has long titles along its axes; here, where there is little height, they stand above.
    const auto show = [&](BarPlotWidget *plot, BarFigure figure, const QString &title,
                          const QStringList &names) {
        figure.modelled = figure.modelled || modelled;
        figure.title = title.toStdString();
        figure.value.title.clear();
        for (std::size_t i = 0; i < figure.categories.size() && static_cast<qsizetype>(i) < names.size(); ++i)
            figure.categories[i] = names[static_cast<qsizetype>(i)].toStdString();
        plot->setFigure(figure);
    };
    show(memory, memoryFigure(list), tr("Weights (kB)"), {});
    show(inference, inferenceFigure(list), tr("Inference"), {tr("MFLOP")});
    show(training, trainingFigure(list), tr("Training"), {tr("GFLOP"), tr("MB")});

    std::vector<ScoredModel> models;
    models.reserve(shown.size());
    for (const ComparedRun &run : shown)
        models.push_back({QString::fromStdString(run.plotted.name), run.sketched, run.plotted.cost,
                          lastKnown(run.plotted.metrics, &MetricSample::validationAccuracy),
                          lastKnown(run.plotted.metrics, &MetricSample::testAccuracy),
                          lastKnown(run.plotted.metrics, &MetricSample::seconds), run.result});
    scoreboard->setModels(std::move(models));
    if (scoreboard->columnCount() > 0)
        table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    updateSentence();
}

void ComparePage::Private::updateSentence()
{
    sentenceLabel->setText(scoreboard->sentence());
}

void ComparePage::Private::updateEmptyState()
{
    curveStack->setCurrentWidget(runs.empty() && readiness != Readiness::Training ? empty : curves);
    exportAll->setEnabled(!runs.empty());
    const bool ready = readiness == Readiness::Ready;
    emptyTrain->setVisible(ready);
    emptyDigits->setVisible(!ready);
    emptyOpen->setVisible(!ready);
    emptyTrain->setText(tr("%1 (F5)").arg(trainTitle(modelCount)));
    if (!ready)
        emptyText->setText(
            tr("No data is loaded. Drop MNIST files or their folder on the window, or start with "
               "the built-in digits."));
    else if (modelCount > 1)
        emptyText->setText(tr("No run is shown. Train the models of the design side by side and watch them "
                              "learn, or check runs in the list to compare them."));
    else
        emptyText->setText(
            tr("No run is shown. Train the model of the design and watch it learn, or check runs "
               "in the list to compare them."));
}

ComparePage::ComparePage(QWidget *parent)
    : FigureSource(parent)
    , d(std::make_unique<Private>(this))
{
    d->build();
    d->setAxes();
    d->updateCosts();
    d->updateEmptyState();
}

ComparePage::~ComparePage() = default;

void ComparePage::setRun(const ComparedRun &run)
{
    if (ComparedRun *known = d->find(run.id)) {
        *known = run;
    } else {
        setPaused(false); // a run that was asked for is to be seen
        d->runs.push_back(run);
    }
    d->setAxes(Private::Scales::Kept); // which say the part that the runs were evaluated on
    d->redrawCurve(run);
    d->updateCosts();
    d->updateEmptyState();
}

void ComparePage::removeRun(const QString &id)
{
    const auto removed =
        std::remove_if(d->runs.begin(), d->runs.end(), [&](const ComparedRun &run) { return run.id == id; });
    if (removed == d->runs.end())
        return;
    d->runs.erase(removed, d->runs.end());
    d->curve->removeSeries(id);
    d->loss->removeSeries(id);
    d->setAxes(Private::Scales::Kept);
    d->updateCosts();
    d->updateEmptyState();
}

QStringList ComparePage::runIds() const
{
    QStringList ids;
    for (const ComparedRun &run : d->runs)
        ids << run.id;
    return ids;
}

void ComparePage::append(const QString &id, const std::vector<MetricSample> &samples)
{
    ComparedRun *run = d->find(id);
    if (run == nullptr || samples.empty())
        return;
    std::vector<MetricSample> &metrics = run->plotted.metrics;
    const auto overlap =
        std::lower_bound(metrics.begin(), metrics.end(), samples.front().step,
                         [](const MetricSample &s, std::int64_t step) { return s.step < step; });
    const bool replaced = overlap != metrics.end();
    const auto evaluated = [](const MetricSample &s) { return !std::isnan(heldOutAccuracy(s)); };
    const bool first = std::none_of(metrics.begin(), metrics.end(), evaluated)
        && std::any_of(samples.begin(), samples.end(), evaluated);
    metrics.erase(overlap, metrics.end());
    metrics.insert(metrics.end(), samples.begin(), samples.end());
    if (first)
        d->setAxes(Private::Scales::Kept); // now it is known on which part it is evaluated
    if (replaced) {
        d->redrawCurve(*run);
    } else {
        PlottedRun fresh = {run->plotted.name, run->plotted.styleNumber, samples, run->plotted.cost,
                            run->plotted.epochs};
        const LineFigure main = curveFigure({fresh}, d->x(), d->y());
        if (!main.series.empty())
            d->curve->appendPoints(id, finitePoints(main.series.front()));
        const LineFigure second = curveFigure({fresh}, d->x(), d->lossY());
        if (!second.series.empty())
            d->loss->appendPoints(id, finitePoints(second.series.front()));
    }
    d->scoreboard->updateLive(
        static_cast<std::size_t>(run - d->runs.data()), lastKnown(metrics, &MetricSample::validationAccuracy),
        lastKnown(metrics, &MetricSample::testAccuracy), lastKnown(metrics, &MetricSample::seconds));
    d->updateSentence();
}

void ComparePage::setResult(const QString &id, const TrialResult &result)
{
    ComparedRun *run = d->find(id);
    if (run == nullptr)
        return;
    run->result = result;
    d->updateCosts();
}

void ComparePage::setForecast(const std::vector<ComparedRun> &models)
{
    d->forecast = models;
    if (d->runs.empty())
        d->updateCosts();
}

void ComparePage::setModelCount(int models)
{
    d->modelCount = models;
    d->updateEmptyState();
}

void ComparePage::setReadiness(Readiness readiness)
{
    d->readiness = readiness;
    d->updateEmptyState();
}

CurveX ComparePage::curveX() const
{
    return d->x();
}

CurveY ComparePage::curveY() const
{
    return d->y();
}

void ComparePage::resizeEvent(QResizeEvent *event)
{
    FigureSource::resizeEvent(event);
    const bool room = width() >= d->headerWidth;
    for (QWidget *widget : d->dispensable)
        widget->setVisible(room);
}

void ComparePage::setCurve(CurveX x, CurveY y)
{
    d->xChoice->setCurrentIndex(d->xChoice->findData(static_cast<int>(x)));
    d->yChoice->setCurrentIndex(d->yChoice->findData(static_cast<int>(y)));
}

std::vector<NamedFigure> ComparePage::figures() const
{
    if (d->runs.empty())
        return {};
    std::vector<NamedFigure> all = allFigures(d->plotted(d->runs));
    for (NamedFigure &named : all)
        if (auto *bars = std::get_if<BarFigure>(&named.figure))
            bars->modelled = bars->modelled || anyForecast(d->runs); // as on the screen
    return all;
}

FigureOrigin ComparePage::origin() const
{
    FigureOrigin origin;
    origin.command = "rosler export";
    for (const ComparedRun &run : d->runs) {
        origin.runIds.push_back(run.id.toStdString());
        origin.command += ' ' + run.id.toStdString();
    }
    return origin;
}

std::optional<NamedFigure> ComparePage::shownFigure(const QString &which, bool visibleRangeOnly) const
{
    const std::vector<ComparedRun> &shown = d->runs.empty() ? d->forecast : d->runs;
    const std::vector<PlottedRun> runs = d->plotted(shown);
    const auto marked = [&](const char *stem, BarFigure figure) {
        figure.modelled = figure.modelled || anyForecast(shown); // as on the screen
        return NamedFigure {stem, std::move(figure)};
    };
    if (which == QLatin1String("memory"))
        return marked("memory", memoryFigure(runs));
    if (which == QLatin1String("inference"))
        return marked("inference", inferenceFigure(runs));
    if (which == QLatin1String("training"))
        return marked("training", trainingFigure(runs));
    return FigureSource::shownFigure(which, visibleRangeOnly);
}

QString ComparePage::sentence() const
{
    return d->scoreboard->sentence();
}

void ComparePage::setLogX(bool on)
{
    d->curve->setLogX(on);
    d->loss->setLogX(on);
}

void ComparePage::setLogY(bool on)
{
    d->curve->setLogY(on);
}

void ComparePage::setLossBeside(bool on)
{
    d->loss->setVisible(on);
    const QSignalBlocker block(d->lossButton);
    d->lossButton->setChecked(on);
}

bool ComparePage::isLogX() const
{
    return d->curve->isLogX();
}

bool ComparePage::isLogY() const
{
    return d->curve->isLogY();
}

bool ComparePage::isLossBeside() const
{
    return !d->loss->isHidden();
}

} // namespace rosler
