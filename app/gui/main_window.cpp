// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/main_window.h"

#include <filesystem>
#include <utility>

#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QUndoStack>

#include "app/gui/command_palette.h"
#include "app/gui/device_control.h"
#include "app/gui/examples_control.h"
#include "app/gui/experiment_control.h"
#include "app/gui/figure_commands.h"
#include "app/gui/hint_bar.h"
#include "app/gui/model_commands.h"
#include "app/gui/notice_bar.h"
#include "app/gui/plotted_runs.h"
#include "app/gui/resources.h"
#include "app/gui/status_strip.h"
#include "app/gui/tinted_icon.h"
#include "app/gui/training_bar.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"
#include "core/experiment/shipped_experiments.h"
#include "widgets/models/train_title.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/data_page.h"
#include "widgets/pages/design_page.h"
#include "widgets/pages/device_page.h"
#include "widgets/pages/examples_page.h"
#include "widgets/pages/figure_source.h"
#include "widgets/pages/log_page.h"
#include "widgets/pages/problems_page.h"
#include "widgets/pages/runs_page.h"

namespace rosler {

namespace {

/// What a drop means as a dataset: the folder when several files of one folder were dropped.
QString droppedSource(const QMimeData &data)
{
    const QList<QUrl> urls = data.urls();
    if (urls.isEmpty() || !urls.front().isLocalFile())
        return {};
    const QString first = urls.front().toLocalFile();
    return urls.size() == 1 ? first : QFileInfo(first).absolutePath();
}

} // namespace

MainWindow::MainWindow(AppServices &services, const Start &start)
    : m_services(services)
{
    initResources();
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(QIcon(QStringLiteral(":/icons/rosler-workbench.svg")));
    setAcceptDrops(true);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    const int em = fontMetrics().height();
    setMinimumSize(em * 44, em * 32);
    resize(1280, 800);

    QList<ExperimentSpec> shipped;
    for (const ShippedExperiment &experiment : shippedExperiments())
        if (Result<ExperimentSpec> spec = shippedExperiment(experiment.name))
            shipped << std::move(*spec);
    m_design.setShipped(shipped);

    m_experiment = new ExperimentControl(
        &m_design, &services.datasets(), &services.experiments(), [] { return freeMemory(); }, this);
    buildPages();
    buildDocks();
    m_status = new StatusStrip(statusBar());
    m_plotted = new PlottedRuns(&m_runs, &services.runs(), &services.training(), m_compare, this);
    m_figures = new FigureCommands(&services.figures(), this);
    m_models = new ModelCommands(
        &services.models(), [this] { return m_design.spec(); }, this);
    buildCommands();
    buildToolBars();
    addPage(m_compare, tr("Compare"), tintedIcon(QStringLiteral("compare"), QPalette::WindowText));
    addPage(m_devicePage, tr("Device"), tintedIcon(QStringLiteral("device"), QPalette::WindowText));
    addPage(m_examplesPage, tr("Examples"), tintedIcon(QStringLiteral("data"), QPalette::WindowText));

    connectTraining();
    connectData();
    connectRuns();
    connectDesign();
    connectFigures();
    connectDevice();
    connectModels();
    m_examples = new ExamplesControl(m_examplesPage, &m_services.examples(), &m_services.runs(), this);
    m_examples->setValidation(m_design.spec().training.validation);
    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(2000);
    connect(&m_saveTimer, &QTimer::timeout, this, &MainWindow::saveState);

    resetLayout();
    m_defaultLayout = QMainWindow::saveState(layoutVersion);
    restore(start);
    updateTraining();
    updateTitle();
    services.runs().refresh();
    if (services.storeProblem()) {
        Error problem = *services.storeProblem();
        problem.what += tr("; runs are kept only until the program ends").toStdString();
        report(problem);
    }
}

MainWindow::~MainWindow()
{
    // Widgets are destroyed after the members that they show; no signal of those may reach them then.
    m_services.training().disconnect(this);
    m_services.runs().disconnect(this);
    m_services.datasets().disconnect(this);
    m_services.fetching().disconnect(this);
    m_services.fetching().disconnect(m_dataPage);
    m_services.devices().disconnect(m_device);
    m_services.devices().disconnect(m_devicePage);
    m_services.examples().disconnect(m_examples);
    m_services.examples().disconnect(m_examplesPage);
    m_services.models().disconnect(m_models);
    m_runsPage->disconnect(this);
    m_devicePage->disconnect(this);
    m_design.disconnect();
    m_runs.disconnect();
    delete m_experiment;
    delete m_plotted;
    delete m_runsDock;
    delete m_designDock;
}

void MainWindow::connectTraining()
{
    TrainingSession &training = m_services.training();
    connect(&training, &TrainingSession::stateChanged, this, &MainWindow::updateTraining);
    connect(&training, &TrainingSession::progressChanged, this,
            [this, &training] { m_trainingBar->show(training.state(), training.progress()); });
    connect(&training, &TrainingSession::sampled, m_status, &StatusStrip::chartsRenewed);
    connect(&training, &TrainingSession::problem, this, &MainWindow::report);
    connect(m_status, &StatusStrip::problemsRequested, this, [this] { showLog(true); });
    connect(&training, &TrainingSession::checkpointSaved, this, [this] {
        m_status->saved();
        statusBar()->showMessage(tr("Checkpoint saved"), 4000);
    });
    connect(&training, &TrainingSession::trialEnded, this,
            [this](const QString &id, const TrialResult &result) {
                m_services.log().add(LogEntry::Level::Info,
                                     tr("%1 ended with %2 on the test set after %3 (%4)")
                                         .arg(QString::fromStdString(result.name),
                                              QString::fromStdString(percentText(result.testAccuracy)),
                                              QString::fromStdString(durationText(result.trainSeconds)), id));
                if (result.end == TrialEnd::Diverged)
                    report({ErrorCode::OutOfRange,
                            tr("%1 diverged: its loss is no number any more. Try half the learning rate.")
                                .arg(QString::fromStdString(result.name))
                                .toStdString(),
                            id.toStdString()});
            });
    connect(&training, &TrainingSession::finished, this, [this] {
        m_status->saved();
        if (const QString sentence = m_compare->sentence(); !sentence.isEmpty())
            m_services.log().add(LogEntry::Level::Info, sentence);
        if (m_endWhenIdle)
            endNow();
    });
}

void MainWindow::connectData()
{
    DatasetSession &datasets = m_services.datasets();
    connect(m_dataPage, &DataPage::loadRequested, m_experiment, &ExperimentControl::load);
    connect(m_dataPage, &DataPage::optionsRequested, m_experiment, &ExperimentControl::setOptions);
    FetchSession &fetching = m_services.fetching();
    connect(&fetching, &FetchSession::started, m_dataPage, [this](const QString &name) {
        m_dataPage->setLoading(tr("%1 from its publisher").arg(name));
        m_dataDock->show();
        m_dataDock->raise();
    });
    connect(&fetching, &FetchSession::progressed, m_dataPage, &DataPage::setProgress);
    connect(&fetching, &FetchSession::failed, m_dataPage, &DataPage::showError);
    connect(&fetching, &FetchSession::fetched, this, &MainWindow::loadData);
    connect(m_dataPage, &DataPage::cancelRequested, this, [this] {
        m_services.fetching().cancel();
        m_experiment->cancelLoading();
        m_dataPage->setDataset(m_experiment->data());
    });
    connect(&datasets, &DatasetSession::started, m_dataPage, [this](const QString &source) {
        using Chosen = ExperimentControl::Chosen;
        const Chosen chosen = m_experiment->chosen();
        if (chosen == Chosen::InPlaceOfFailed)
            m_dataPage->setLoadingInstead(source);
        else
            m_dataPage->setLoading(source);
        if (chosen == Chosen::ByUser) { // who waits for it sees how far it is, and can end it
            m_dataDock->show();
            m_dataDock->raise();
        }
    });
    connect(m_dataPage, &DataPage::loadingChanged, m_commands.action(QStringLiteral("cancel-loading")),
            &QAction::setEnabled);
    connect(&datasets, &DatasetSession::progressed, m_dataPage, &DataPage::setProgress);
    connect(m_experiment, &ExperimentControl::loaded, this, &MainWindow::showData);
    connect(m_experiment, &ExperimentControl::loadFailed, m_dataPage, [this](const Error &error) {
        m_dataPage->showError(error);
        m_dataPage->offerOptions(m_services.datasets().options(), m_experiment->failed().options);
    });
    connect(m_dataPage, &DataPage::loadAsRequested, m_experiment, &ExperimentControl::loadAs);
    connect(m_experiment, &ExperimentControl::problem, this, &MainWindow::report);
    connect(m_experiment, &ExperimentControl::ready, this, &MainWindow::ready);
    connect(m_experiment, &ExperimentControl::dataWanted, this, [this](const QString &name) {
        m_notice->tell(NoticeBar::Kind::Information,
                       tr("This experiment is meant for the data “%1”, which is not loaded.").arg(name),
                       tr("Open data…"), [this] { m_dataPage->chooseFolder(); });
    });
    connect(m_experiment, &ExperimentControl::unscaled, this, [this](float least, float most) {
        m_notice->tell(
            NoticeBar::Kind::Information,
            tr("Features of “%1” reach from %2 to %3. A first layer that standardises them, fitted to the "
               "training part, helps networks to learn.")
                .arg(QString::fromStdString(m_experiment->data()->name()),
                     QString::fromStdString(numberText(static_cast<double>(least), 3)),
                     QString::fromStdString(numberText(static_cast<double>(most), 3))),
            tr("Standardise"), [this] { m_experiment->standardise(); });
    });
}

void MainWindow::connectRuns()
{
    RunLibrary &library = m_services.runs();
    connect(&library, &RunLibrary::problem, this, &MainWindow::report);
    connect(&m_runs, &RunsModel::renameRequested, &library, &RunLibrary::rename);
    connect(&m_runs, &RunsModel::checkedChanged, this, &MainWindow::scheduleSave);
    connect(m_runsPage, &RunsPage::trainRequested, this, &MainWindow::train);
    connect(m_runsPage, &RunsPage::resumeRequested, this, &MainWindow::resumeRuns);
    connect(m_runsPage, &RunsPage::starRequested, &library, &RunLibrary::setStarred);
    connect(m_runsPage, &RunsPage::tagsRequested, &library, &RunLibrary::setTags);
    connect(m_runsPage, &RunsPage::removeRequested, this, &MainWindow::removeRuns);
    connect(m_runsPage, &RunsPage::folderRequested, this, [this](const QString &id) {
        const std::filesystem::path folder = m_services.runFolder() / id.toStdString();
        QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdU16String(folder.u16string())));
    });
    connect(m_runsPage, &RunsPage::designRequested, this, [this](const QString &id) {
        if (const std::optional<ExperimentSpec> spec = m_plotted->experimentOf(id))
            m_experiment->take(*spec);
    });
    connect(m_runsPage, &RunsPage::exportRequested, this, [this](const QStringList &ids) {
        m_exportWhenDrawn = ids;
        m_plotted->showOnly(ids);
        exportDrawnRuns();
    });
    connect(m_plotted, &PlottedRuns::drawn, this, &MainWindow::exportDrawnRuns);
    connect(&m_services.log(), &LogSink::added, m_logPage, [this](const LogEntry &entry) {
        m_logPage->append(static_cast<LogLevel>(entry.level), entry.text);
    });
}

/// Once the curves of the runs that are to be exported are on the page.
void MainWindow::exportDrawnRuns()
{
    if (m_exportWhenDrawn.isEmpty())
        return;
    const QStringList shown = m_compare->runIds();
    for (const QString &id : std::as_const(m_exportWhenDrawn))
        if (!shown.contains(id))
            return;
    m_exportWhenDrawn.clear();
    m_pages->setCurrentWidget(m_compare);
    m_figures->exportAll();
}

void MainWindow::removeRuns(const QStringList &ids)
{
    QStringList ended;
    for (const QString &id : ids)
        if (!m_plotted->isLive(id))
            ended << id;
    if (ended.size() < ids.size())
        m_notice->tell(NoticeBar::Kind::Information,
                       tr("A run that is training cannot be deleted: stop it first."));
    if (ended.isEmpty())
        return;
    m_services.runs().remove(ended);
    m_notice->tell(NoticeBar::Kind::Information,
                   tr("%n run(s) moved to the trash.", nullptr, static_cast<int>(ended.size())), tr("Undo"),
                   [this, ended] { m_services.runs().restore(ended); });
}

void MainWindow::connectDesign()
{
    connect(&m_design, &DesignModel::changed, this, [this] {
        updateForecast();
        m_examples->setValidation(m_design.spec().training.validation);
        scheduleSave();
    });
    connect(&m_design, &DesignModel::modelsEdited, this, [this] { m_hints->setDone(HintBar::Design); });
    connect(&m_design, &DesignModel::dataShapeChanged, this, &MainWindow::updateForecast);
    connect(m_design.undoStack(), &QUndoStack::cleanChanged, this, &MainWindow::updateTitle);
    connect(m_designPage, &DesignPage::copyCommandRequested, this, &MainWindow::copyCommand);
    connect(m_designPage, &DesignPage::experimentRequested, m_experiment, &ExperimentControl::open);

    const auto remember = [this](const QString &path) {
        m_recentExperimentFiles = withRecent(m_recentExperimentFiles, path);
        updateRecentMenus();
    };
    connect(m_experiment, &ExperimentControl::opened, this, remember);
    connect(&m_services.experiments(), &ExperimentFiles::saved, this, [this, remember](const QString &path) {
        remember(path);
        updateTitle();
        statusBar()->showMessage(tr("Saved %1").arg(path), 4000);
    });
}

void MainWindow::connectFigures()
{
    connect(m_compare, &ComparePage::trainRequested, this, &MainWindow::train);
    connect(m_compare, &ComparePage::digitsRequested, this, [this] { loadData(QStringLiteral("digits")); });
    connect(m_compare, &ComparePage::openDataRequested, m_dataPage, &DataPage::chooseFolder);
    connect(&m_services.figures(), &FigureExporter::failed, this, &MainWindow::report);
    connect(m_figures, &FigureCommands::copied, this,
            [this] { statusBar()->showMessage(tr("Figure copied as picture, SVG and table"), 4000); });
    connect(m_figures, &FigureCommands::nothingToExport, this, [this] {
        m_notice->tell(NoticeBar::Kind::Information,
                       m_pages->currentWidget() == m_devicePage
                           ? tr("Nothing was measured yet: push a model to a board.")
                           : tr("There are no curves yet: train, or check runs in the list."));
    });
    connect(m_figures, &FigureCommands::written, this, [this](const QStringList &files) {
        m_hints->setDone(HintBar::Export);
        const QString folder = files.isEmpty() ? QString() : QFileInfo(files.front()).absolutePath();
        const QString text =
            tr("%n file(s) written to %1", nullptr, static_cast<int>(files.size())).arg(folder);
        m_services.log().add(LogEntry::Level::Info, text);
        m_notice->tell(NoticeBar::Kind::Information, text);
        scheduleSave();
    });
}

void MainWindow::connectDevice()
{
    m_device = new DeviceControl(m_devicePage, &m_services.devices(), &m_services.runs(), this);
    connect(m_device, &DeviceControl::problem, this, &MainWindow::report);
    connect(m_devicePage, &DevicePage::keyFileChanged, this, &MainWindow::scheduleSave);
    connect(m_device, &DeviceControl::queueEnded, this, [this](const QString &summary, bool allDone) {
        m_services.log().add(allDone ? LogEntry::Level::Info : LogEntry::Level::Warning,
                             tr("Boards: %1").arg(summary));
        const bool inFront = m_pages->currentWidget() == m_devicePage;
        m_notice->tell(allDone ? NoticeBar::Kind::Information : NoticeBar::Kind::Problem,
                       tr("Measuring has ended: %1.").arg(summary), inFront ? QString() : tr("Show"),
                       [this] { m_pages->setCurrentWidget(m_devicePage); });
    });
    connect(m_pages, &QTabWidget::currentChanged, this, &MainWindow::followFront);
    connect(m_pages, &QTabWidget::currentChanged, this,
            [this] { m_device->setPageShown(m_pages->currentWidget() == m_devicePage); });
}

void MainWindow::connectModels()
{
    connect(m_device, &DeviceControl::featuresMadeChanged, m_designPage, &DesignPage::setFeaturesMade);
    connect(m_devicePage, &DevicePage::cRequested, this,
            [this](const QStringList &runs, const QStringList &types, bool fromSamples) {
                CExportSettings settings;
                settings.types = types;
                settings.fromSamples = fromSamples;
                m_models->askExportC(runs, settings);
            });
    connect(m_models, &ModelCommands::problem, this, &MainWindow::report);
    connect(m_models, &ModelCommands::exported, this, [this](const QString &path) {
        const QString text = tr("Written: %1").arg(path);
        m_services.log().add(LogEntry::Level::Info, text);
        m_notice->tell(NoticeBar::Kind::Information, text);
    });
    connect(m_models, &ModelCommands::imported, this,
            [this](const ExperimentSpec &experiment, const QString &words) {
                m_experiment->take(experiment);
                m_designDock->show();
                m_designDock->raise();
                m_services.log().add(LogEntry::Level::Info, words);
                m_notice->tell(NoticeBar::Kind::Information, words);
            });
    m_runsPage->addCommands(tr("Export &model"),
                            {m_commands.action(QStringLiteral("export-onnx")),
                             m_commands.action(QStringLiteral("export-keras")),
                             m_commands.action(QStringLiteral("export-c"))});
    connect(m_runsPage, &RunsPage::selectionChanged, this, &MainWindow::updateModelCommands);
    updateModelCommands();
}

void MainWindow::updateModelCommands()
{
    const bool can = !exportableRun().isEmpty();
    for (const char *id : {"export-onnx", "export-keras", "export-c"}) {
        QAction *action = m_commands.action(QString::fromLatin1(id));
        action->setEnabled(can);
        action->setToolTip(can ? CommandRegistry::plainText(*action)
                               : tr("Select one run in the list, which has ended"));
    }
}

void MainWindow::addPage(QWidget *page, const QString &title, const QIcon &icon)
{
    if (auto *source = qobject_cast<FigureSource *>(page)) {
        m_figures->add(source);
        source->setTheme(m_theme.charts());
        connect(source, &FigureSource::logAxesChanged, this, &MainWindow::followFront);
        connect(source, &FigureSource::pausedChanged, this, &MainWindow::followFront);
    }
    const int number = m_pages->addTab(page, icon, title) + 1;
    followFront();
    auto *action = new QAction(icon, title, this);
    if (number <= 9)
        action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)));
    connect(action, &QAction::triggered, this, [this, page] {
        m_pages->setCurrentWidget(page);
        page->setFocus();
    });
    m_commands.add(QStringLiteral("page-%1").arg(number), tr("View"), action);
    m_pagesMenu->addAction(action);
}

/// What the commands about figures mean: the page in front.
void MainWindow::followFront()
{
    auto *front = qobject_cast<FigureSource *>(m_pages->currentWidget());
    m_figures->setFront(front);
    m_commands.action(QStringLiteral("log-x"))->setChecked(front != nullptr && front->isLogX());
    m_commands.action(QStringLiteral("log-y"))->setChecked(front != nullptr && front->isLogY());
    m_commands.action(QStringLiteral("pause-view"))->setChecked(front != nullptr && front->isPaused());
}

std::shared_ptr<const Dataset> MainWindow::dataset() const
{
    return m_experiment->data();
}

void MainWindow::train()
{
    TrainingSession &training = m_services.training();
    if (training.state() != TrainingSession::State::Idle || !m_experiment->data())
        return;
    const Result<ExperimentControl::Order> order = m_experiment->order();
    if (!order) {
        report(order.error());
        if (order.error().code == ErrorCode::Rejected) {
            const QString name = QString::fromStdString(m_experiment->data()->name());
            m_notice->tell(NoticeBar::Kind::Problem,
                           tr("This experiment is for the data “%1”; loaded is “%2”. Open its data, or say "
                              "that it is for these.")
                               .arg(QString::fromStdString(m_design.spec().dataset.source), name),
                           tr("Use %1 for it").arg(name), [this] { m_experiment->useData(); });
        }
        return;
    }
    m_services.log().add(LogEntry::Level::Info, tr("Training: %1").arg(m_design.asCommand(m_design.file())));
    m_plotted->expect(order->spec, *order->data);
    m_hints->setDone(HintBar::Train);
    m_notice->hide();
    training.start(order->spec, order->data);
}

void MainWindow::resumeRuns(const QStringList &ids)
{
    TrainingSession &training = m_services.training();
    if (ids.isEmpty() || training.state() != TrainingSession::State::Idle)
        return;
    if (!m_experiment->data()) {
        m_notice->tell(NoticeBar::Kind::Information, tr("Load the data of these runs first."));
        return;
    }
    m_plotted->expectResumed();
    training.resumeRuns(ids, m_experiment->data());
}

void MainWindow::loadData(const QString &source)
{
    m_experiment->load(source);
}

void MainWindow::openExperiment(const QString &nameOrPath)
{
    m_experiment->open(nameOrPath);
}

void MainWindow::showData()
{
    const Dataset &loaded = *m_experiment->data();
    m_dataPage->setDataset(m_experiment->data());
    m_dataPage->setOptions(m_services.datasets().options(), m_experiment->request().options);
    if (const QString source = m_experiment->source(); source != QLatin1String("digits"))
        m_recentDataSources = withRecent(m_recentDataSources, source);
    m_dataPage->setRecent(m_recentDataSources);
    const OpenData open {m_experiment->data(), m_experiment->request()};
    m_device->setData(open);
    m_models->setData(open);
    m_examples->setData(m_experiment->data());
    m_status->setDataset(QString::fromStdString(loaded.name()));
    m_services.log().add(LogEntry::Level::Info,
                         tr("Loaded %1: %2 training and %3 test examples")
                             .arg(QString::fromStdString(loaded.name()))
                             .arg(loaded.train().count())
                             .arg(loaded.test().count()));
    updateRecentMenus();
    updateForecast();
    updateTraining();
    scheduleSave();
}

void MainWindow::updateForecast()
{
    const ExperimentSpec &spec = m_design.spec();
    std::vector<ComparedRun> models;
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (const std::optional<TrialCost> cost = m_design.forecast(i)) {
            ComparedRun model;
            model.id = QStringLiteral("forecast/%1").arg(i);
            model.sketched = spec.models[i].isSketched();
            model.plotted.name = spec.models[i].name;
            model.plotted.styleNumber = i;
            model.plotted.cost = *cost;
            model.plotted.epochs = m_design.epochs(i);
            models.push_back(std::move(model));
        }
    m_compare->setForecast(models);
    m_status->setSeed(spec.seed);
    const auto count = static_cast<int>(spec.models.size());
    m_compare->setModelCount(count);
    m_hints->setModelCount(count);
    QAction *train = m_commands.action(QStringLiteral("train"));
    train->setIconText(trainTitle(count));
    train->setText(QLatin1Char('&') + trainTitle(count));
    train->setToolTip(
        tr("%1 (%2)").arg(trainTitle(count), train->shortcut().toString(QKeySequence::NativeText)));
    updateTitle();
}

void MainWindow::updateTraining()
{
    using State = TrainingSession::State;
    const State now = m_services.training().state();
    const bool idle = now == State::Idle;
    const bool hasData = m_experiment->data() != nullptr;
    const bool held = now == State::Pausing || now == State::Paused;
    m_commands.action(QStringLiteral("train"))->setEnabled(idle && hasData);
    QAction *pause = m_commands.action(QStringLiteral("pause"));
    pause->setEnabled(!idle && now != State::Stopping);
    pause->setText(held ? tr("&Resume training") : tr("&Pause training"));
    pause->setIconText(held ? tr("Resume") : tr("Pause"));
    pause->setIcon(tintedIcon(held ? QStringLiteral("train") : QStringLiteral("pause")));
    m_commands.action(QStringLiteral("stop"))->setEnabled(!idle && now != State::Stopping);
    m_commands.action(QStringLiteral("checkpoint"))->setEnabled(now == State::Running);
    m_designPage->setTraining(!idle);
    m_compare->setReadiness(!idle         ? ComparePage::Readiness::Training
                                : hasData ? ComparePage::Readiness::Ready
                                          : ComparePage::Readiness::NoData);
    m_status->setTraining(!idle);
    m_trainingBar->show(now, m_services.training().progress());
}

void MainWindow::updateTitle()
{
    setWindowTitle(tr("%1[*] — Rosler Workbench").arg(QString::fromStdString(m_design.spec().name)));
    setWindowModified(!m_design.undoStack()->isClean());
}

void MainWindow::report(const Error &error)
{
    if (error.code == ErrorCode::Cancelled)
        return;
    const QString text = QString::fromStdString(message(error));
    m_problemsPage->add(error);
    m_status->setProblems(m_problemsPage->count());
    m_logTabs->setTabText(1, tr("Problems (%1)").arg(m_problemsPage->count()));
    m_services.log().add(LogEntry::Level::Error, text);
    m_notice->tell(NoticeBar::Kind::Problem, text, tr("Details"), [this] { showLog(true); });
    Q_EMIT problemArose(text);
}

void MainWindow::showLog(bool problems)
{
    m_logDock->show();
    m_logDock->raise();
    m_logTabs->setCurrentIndex(problems ? 1 : 0);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    // Another program, as the command line, may have added runs meanwhile.
    if (event->type() == QEvent::ActivationChange && isActiveWindow() && m_plotted != nullptr)
        m_services.runs().refresh();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!droppedSource(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    const QString source = droppedSource(*event->mimeData());
    if (source.isEmpty())
        return;
    event->acceptProposedAction();
    if (source.endsWith(QLatin1String(".json"), Qt::CaseInsensitive))
        openExperiment(source);
    else if (source.endsWith(QLatin1String(".onnx"), Qt::CaseInsensitive))
        m_models->importFrom(source);
    else
        loadData(source);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_ending || m_services.training().state() == TrainingSession::State::Idle) {
        saveState();
        event->accept();
        return;
    }
    event->ignore();
    askBeforeClosing();
}

void MainWindow::askBeforeClosing()
{
    if (m_closeQuestion != nullptr) {
        m_closeQuestion->raise();
        return;
    }
    m_closeQuestion =
        new QMessageBox(QMessageBox::Question, tr("Training is running"),
                        tr("A training is running. What is to become of it?"), QMessageBox::NoButton, this);
    m_closeQuestion->setObjectName(QStringLiteral("closeQuestion"));
    m_closeQuestion->setAttribute(Qt::WA_DeleteOnClose);
    m_closeQuestion->setInformativeText(
        tr("Stopped, it saves a checkpoint and can go on later from the runs list. Left running, it goes on "
           "without the window, is kept when it is done, and then the program ends."));
    auto *stop = m_closeQuestion->addButton(tr("&Stop and save checkpoint"), QMessageBox::AcceptRole);
    auto *keep = m_closeQuestion->addButton(tr("&Keep running"), QMessageBox::ActionRole);
    auto *cancel = m_closeQuestion->addButton(QMessageBox::Cancel);
    stop->setObjectName(QStringLiteral("stopAndSave"));
    keep->setObjectName(QStringLiteral("keepRunning"));
    m_closeQuestion->setDefaultButton(stop);
    m_closeQuestion->setEscapeButton(cancel);
    connect(stop, &QAbstractButton::clicked, this, [this] { endNow(); });
    connect(keep, &QAbstractButton::clicked, this, [this] {
        m_endWhenIdle = true;
        QGuiApplication::setQuitOnLastWindowClosed(false); // hidden, not closed: the training needs the loop
        if (m_services.training().state() == TrainingSession::State::Idle)
            endNow(); // it ended while the question stood
        else
            hide();
    });
    connect(m_closeQuestion, &QObject::destroyed, this, [this] { m_closeQuestion = nullptr; });
    m_closeQuestion->open();
}

void MainWindow::endNow()
{
    if (m_services.training().state() != TrainingSession::State::Idle) {
        m_endWhenIdle = true;
        m_services.training().stop();
        return;
    }
    m_ending = true;
    saveState();
    close();
    Q_EMIT ended();
}

} // namespace rosler
