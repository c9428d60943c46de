// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/design_page.h"

#include <QFileDialog>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/quantity_text.h"
#include "core/cost/cost_model.h"
#include "widgets/controls/elided_label.h"
#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"
#include "widgets/pages/board_fit.h"
#include "widgets/pages/forecast_table.h"
#include "widgets/pages/model_group.h"
#include "widgets/pages/training_group.h"

namespace rosler {

namespace {

/// Layers that store more numbers than the dense ones they stand for, in one sentence; empty when none do.
QString breakEvenWarning(const ModelSpec &model, const DesignShape &shape)
{
    if (shape.example.size() < 1 || shape.classes < 1)
        return {};
    QStringList layers;
    const auto designed = designedLayers(model.layers, shape);
    for (std::size_t i = 0; i < designed.size(); ++i) {
        if (!model.layers[i].sketch)
            continue;
        const MatrixSize matrix = designed[i].matrix;
        const Index most = layerKindNamed(model.layers[i].kind)->images
            ? breakEvenRank(matrix.rows, matrix.cols, matrix.rows, matrix.cols)
            : breakEvenRank(matrix.rows, matrix.cols, designed[i].outputs, designed[i].inputs);
        if (model.layers[i].sketch->rank > most)
            layers << DesignPage::tr("layer %1 (break-even rank %2)").arg(i + 1).arg(most);
    }
    if (layers.isEmpty())
        return {};
    return QStringLiteral("\u26A0 ")
        + DesignPage::tr("Larger than dense: %1").arg(layers.join(QStringLiteral(", ")));
}

QString savingSentence(const TrialCost &dense, const TrialCost &model)
{
    const auto ratio = [](std::uint64_t whole, std::uint64_t part) {
        return QString::fromStdString(ratioText(static_cast<double>(whole) / static_cast<double>(part)));
    };
    const std::uint64_t memory = model.weightBytes(NumberType::Float16);
    if (memory == 0 || model.macs == 0)
        return {};
    return DesignPage::tr("~%1 less memory (float16 against float32 dense), ~%2 fewer multiply-adds")
        .arg(ratio(dense.weightBytes(NumberType::Float32), memory), ratio(dense.macs, model.macs));
}

} // namespace

class DesignPage::Private
{
public:
    Private(DesignPage *page, DesignModel *design)
        : q(page)
        , model(design)
    {
    }

    void build();
    QWidget *buildHead();
    QWidget *buildForecast();
    void fillExperiments();
    void refreshName();
    void refreshForecast();

    DesignPage *q;
    DesignModel *model;
    ElidedLabel *name = nullptr;
    QMenu *experiments = nullptr;
    QLabel *trainingNote = nullptr;
    ModelGroup *models = nullptr;
    ForecastTable *forecast = nullptr;
    BoardFit *fit = nullptr;
    QLabel *saving = nullptr;
    QLabel *warning = nullptr;
    bool training = false;
};

void DesignPage::Private::build()
{
    q->setAccessibleName(tr("Design"));
    trainingNote = new QLabel(tr("Changes apply to the next training."), q);
    trainingNote->setObjectName(QStringLiteral("trainingNote"));
    trainingNote->setWordWrap(true);
    trainingNote->setForegroundRole(QPalette::HighlightedText);
    trainingNote->setBackgroundRole(QPalette::Highlight);
    trainingNote->setAutoFillBackground(true);
    trainingNote->setMargin(q->fontMetrics().height() / 4);
    trainingNote->hide();

    auto *inside = new QWidget;
    auto *groups = new QVBoxLayout(inside);
    groups->setContentsMargins(0, 0, 0, 0);
    models = new ModelGroup(model, inside);
    groups->addWidget(models);
    groups->addWidget(new TrainingGroup(model, inside));
    groups->addStretch();
    auto *scroll = new QScrollArea(q);
    scroll->setAccessibleName(tr("Design settings"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus); // its controls take the focus
    scroll->setWidget(inside);

    auto *layout = new QVBoxLayout(q);
    layout->addWidget(buildHead());
    layout->addWidget(trainingNote);
    layout->addWidget(scroll, 1);
    layout->addWidget(buildForecast());

    QObject::connect(model, &DesignModel::changed, q, [this] { refreshName(); });
    QObject::connect(model, &DesignModel::shippedChanged, q, [this] { fillExperiments(); });
    // Rows come and go with the design: none of them may be cut.
    const auto fitWidth = [scroll, inside] {
        scroll->setMinimumWidth(inside->minimumSizeHint().width()
                                + scroll->style()->pixelMetric(QStyle::PM_ScrollBarExtent));
    };
    QObject::connect(models, &ModelGroup::refreshed, q, [this, fitWidth] {
        fitWidth();
        refreshForecast();
    });
    fitWidth();
    fillExperiments();
    refreshName();
    refreshForecast();
}

QWidget *DesignPage::Private::buildHead()
{
    auto *head = new QWidget(q);
    name = new ElidedLabel(Qt::ElideRight, head);
    name->setObjectName(QStringLiteral("experimentName"));
    QFont bold = name->font();
    bold.setBold(true);
    name->setFont(bold);
    auto *open = new QToolButton(head);
    open->setObjectName(QStringLiteral("experiments"));
    open->setText(tr("Experiment"));
    open->setToolTip(tr("Start from another experiment"));
    open->setPopupMode(QToolButton::InstantPopup);
    experiments = new QMenu(open);
    open->setMenu(experiments);
    auto *copy = new QToolButton(head);
    copy->setObjectName(QStringLiteral("copyCommand"));
    copy->setText(tr("Copy as command"));
    copy->setToolTip(tr("Copy the \u201crosler train\u201d line that does the same"));
    QObject::connect(copy, &QToolButton::clicked, q, &DesignPage::copyCommandRequested);
    auto *layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(name, 1);
    layout->addWidget(open);
    layout->addWidget(copy);
    return head;
}

QWidget *DesignPage::Private::buildForecast()
{
    auto *box = new QWidget(q);
    auto *title = new QLabel(tr("<b>Before you train</b>"), box);
    title->setToolTip(tr("Counted by formula from the design; nothing is trained for it"));
    forecast = new ForecastTable(box);
    forecast->setObjectName(QStringLiteral("forecast"));
    saving = new QLabel(box);
    saving->setObjectName(QStringLiteral("saving"));
    saving->setWordWrap(true);
    QFont italic = saving->font();
    italic.setItalic(true);
    saving->setFont(italic);
    warning = new QLabel(box);
    warning->setObjectName(QStringLiteral("breakEven"));
    warning->setWordWrap(true);
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(layout->spacing() / 2);
    layout->addWidget(title);
    layout->addWidget(forecast);
    fit = new BoardFit(box);
    layout->addWidget(saving);
    layout->addWidget(warning);
    layout->addWidget(fit);
    return box;
}

void DesignPage::Private::fillExperiments()
{
    experiments->clear();
    for (const ExperimentSpec &spec : model->shipped()) {
        const QString title = QString::fromStdString(spec.name);
        QAction *action = experiments->addAction(title);
        action->setToolTip(QString::fromStdString(spec.description));
        QObject::connect(action, &QAction::triggered, q,
                         [this, title] { Q_EMIT q->experimentRequested(title); });
    }
    experiments->setToolTipsVisible(true);
    if (!model->shipped().isEmpty())
        experiments->addSeparator();
    QObject::connect(experiments->addAction(tr("Open a file\u2026")), &QAction::triggered, q, [this] {
        const QString path = QFileDialog::getOpenFileName(q->window(), tr("Open an experiment"), {},
                                                          tr("Experiments (*.json);;All files (*)"));
        if (!path.isEmpty())
            Q_EMIT q->experimentRequested(path);
    });
}

void DesignPage::Private::refreshName()
{
    const QString title = QString::fromStdString(model->spec().name);
    if (title != name->fullText())
        name->setText(title);
    name->setToolTip(QString::fromStdString(model->spec().description));
}

void DesignPage::Private::refreshForecast()
{
    const ExperimentSpec &spec = model->spec();
    const std::size_t current = models->currentModel();
    const auto dense = model->wholeForecast(current);
    const auto cost = model->forecast(current);
    const bool any = current < spec.models.size();
    const bool sketched = any && spec.models[current].isSketched();
    const QString title = any ? QString::fromStdString(spec.models[current].name) : tr("model");
    forecast->setCosts(title, dense, cost);
    std::vector<BoardFit::Model> fitted;
    if (sketched)
        fitted.push_back({tr("dense"), model->wholePlan(current)});
    if (any)
        fitted.push_back({title, model->plan(current)});
    fit->setModels(std::move(fitted));
    saving->setText(dense && cost && sketched ? savingSentence(*dense, *cost) : QString());
    saving->setVisible(!saving->text().isEmpty());
    warning->setText(any ? breakEvenWarning(spec.models[current], {model->example(), model->classes()})
                         : QString());
    warning->setVisible(!warning->text().isEmpty());
}

DesignPage::DesignPage(DesignModel *model, QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this, model))
{
    d->build();
}

DesignPage::~DesignPage() = default;

void DesignPage::setFeaturesMade(const std::optional<SignalFeatures> &made)
{
    d->fit->setFeaturesMade(made);
}

void DesignPage::setTraining(bool running)
{
    if (running && !d->training)
        d->models->setLastRun(d->model->spec());
    d->training = running;
    d->trainingNote->setVisible(running);
}

} // namespace rosler
