// SPDX-License-Identifier: GPL-3.0-or-later
// The window's menus: every command once, in the registry.
#include <functional>
#include <utility>

#include <QActionGroup>
#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMenuBar>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QUndoStack>

#include "app/fetch/file_fetch.h"
#include "app/gui/about_dialog.h"
#include "app/gui/command_palette.h"
#include "app/gui/figure_commands.h"
#include "app/gui/main_window.h"
#include "app/gui/model_commands.h"
#include "app/gui/notice_bar.h"
#include "app/gui/shortcut_sheet.h"
#include "app/gui/tinted_icon.h"
#include "core/experiment/shipped_experiments.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/data_page.h"
#include "widgets/pages/figure_source.h"
#include "widgets/pages/runs_page.h"

namespace rosler {

QAction *MainWindow::command(const QString &id, QMenu *menu, const QString &text, const QString &icon,
                             const QList<QKeySequence> &keys, std::function<void()> run)
{
    auto *action = new QAction(text, this);
    if (!icon.isEmpty())
        action->setIcon(tintedIcon(icon));
    action->setShortcuts(keys);
    if (run)
        connect(action, &QAction::triggered, this, std::move(run));
    QString group = menu->title();
    group.remove(QLatin1Char('&'));
    m_commands.add(id, group, action);
    const QString plain = CommandRegistry::plainText(*action);
    action->setToolTip(
        keys.isEmpty() ? plain : tr("%1 (%2)").arg(plain, keys.front().toString(QKeySequence::NativeText)));
    menu->addAction(action);
    return action;
}

void MainWindow::buildCommands()
{
    buildFileMenu();
    buildEditMenu();
    buildRunMenu();
    buildViewMenu();
    buildHelpMenu();
    m_palette = new CommandPalette(&m_commands, this);
}

void MainWindow::buildFileMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&File"));
    command(QStringLiteral("open-data"), menu, tr("Open &data folder…"), QStringLiteral("data"),
            {QKeySequence(Qt::CTRL | Qt::Key_O)}, [this] { m_dataPage->chooseFolder(); });
    command(QStringLiteral("open-data-files"), menu, tr("Open data f&iles…"), QString(),
            {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O)}, [this] { m_dataPage->chooseFiles(); });
    command(QStringLiteral("use-digits"), menu, tr("Use the &built-in digits"), QString(), {},
            [this] { loadData(QStringLiteral("digits")); });
    QMenu *published = menu->addMenu(tr("&Fetch published data"));
    published->setToolTipsVisible(true);
    published->setEnabled(canFetch());
    for (const PublishedData &each : publishedData()) {
        const QString name = QString::fromStdString(each.name);
        command(QStringLiteral("fetch-%1").arg(name), published, name, QString(), {},
                [this, name] { m_services.fetching().fetch(name); })
            ->setToolTip(tr("%1. Terms: %2.")
                             .arg(QString::fromStdString(each.title), QString::fromStdString(each.terms)));
    }
    m_recentData = menu->addMenu(tr("&Recent data"));
    command(QStringLiteral("cancel-loading"), menu, tr("&Cancel loading"), QString(),
            {QKeySequence(Qt::Key_Escape)}, [this] { m_dataPage->cancelLoading(); })
        ->setEnabled(false);
    menu->addSeparator();

    command(QStringLiteral("open-experiment"), menu, tr("&Open experiment…"), QStringLiteral("open"),
            {QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_O)}, [this] {
                auto *dialog = new QFileDialog(this, tr("Open experiment"), QString(),
                                               tr("Experiments (*.json);;All files (*)"));
                dialog->setAttribute(Qt::WA_DeleteOnClose);
                dialog->setFileMode(QFileDialog::ExistingFile);
                connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openExperiment);
                dialog->open();
            });
    QMenu *shipped = menu->addMenu(tr("S&hipped experiments"));
    for (const ShippedExperiment &experiment : shippedExperiments()) {
        const QString name = QString::fromUtf8(experiment.name.data(), qsizetype(experiment.name.size()));
        command(QStringLiteral("shipped-%1").arg(name), shipped, name, QString(), {},
                [this, name] { openExperiment(name); });
    }
    m_recentExperiments = menu->addMenu(tr("R&ecent experiments"));
    command(QStringLiteral("save-experiment"), menu, tr("&Save experiment"), QStringLiteral("save"),
            {QKeySequence(Qt::CTRL | Qt::Key_S)}, [this] { saveExperiment(false); });
    command(QStringLiteral("save-experiment-as"), menu, tr("Save experiment &as…"), QString(),
            {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S)}, [this] { saveExperiment(true); });
    command(QStringLiteral("import-model"), menu, tr("I&mport a model…"), QString(), {}, [this] {
        m_models->askImport();
    })->setToolTip(tr("An ONNX model, or Keras's weights of the design's layers, to be trained on"));
    menu->addSeparator();

    command(QStringLiteral("export-figure"), menu, tr("E&xport figure…"), QStringLiteral("export"),
            {QKeySequence(Qt::CTRL | Qt::Key_E)}, [this] { m_figures->exportFigure(); });
    command(QStringLiteral("export-all"), menu, tr("Export a&ll figures…"), QStringLiteral("export-all"),
            {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)}, [this] { m_figures->exportAll(); })
        ->setIconText(tr("Export figures"));
    command(QStringLiteral("export-visible"), menu, tr("Export &visible data…"), QString(), {},
            [this] { m_figures->exportVisibleData(); });
    menu->addSeparator();
    QMenu *models = menu->addMenu(tr("Ex&port model"));
    models->setToolTipsVisible(true); // why they cannot be meant
    command(QStringLiteral("export-onnx"), models, tr("Export model as O&NNX…"), QString(), {},
            [this] { exportModel(ModelFormat::Onnx); });
    command(QStringLiteral("export-keras"), models, tr("Export model as &Keras weights…"), QString(), {},
            [this] { exportModel(ModelFormat::Keras); });
    command(QStringLiteral("export-c"), models, tr("Export model as &C…"), QString(), {},
            [this] { m_models->askExportC({exportableRun()}, {}); });
    menu->addSeparator();
    QAction *quit = command(QStringLiteral("quit"), menu, tr("&Quit"), QStringLiteral("quit"),
                            {QKeySequence(Qt::CTRL | Qt::Key_Q)}, [this] { close(); });
    quit->setMenuRole(QAction::QuitRole);
}

void MainWindow::buildEditMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Edit"));
    const auto adopt = [&](const QString &id, QAction *action, const QString &icon,
                           const QList<QKeySequence> &keys) {
        action->setIcon(tintedIcon(icon));
        action->setShortcuts(keys);
        m_commands.add(id, tr("Edit"), action);
        menu->addAction(action);
    };
    adopt(QStringLiteral("undo"), m_design.undoStack()->createUndoAction(this, tr("&Undo")),
          QStringLiteral("undo"), {QKeySequence(Qt::CTRL | Qt::Key_Z)});
    adopt(QStringLiteral("redo"), m_design.undoStack()->createRedoAction(this, tr("&Redo")),
          QStringLiteral("redo"),
          {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    menu->addSeparator();
    command(QStringLiteral("copy-figure"), menu, tr("Copy &figure"), QStringLiteral("copy"),
            {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)}, [this] { m_figures->copy(); });
    command(QStringLiteral("copy-command"), menu, tr("Copy as &command"), QStringLiteral("command"),
            {QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_C)}, [this] { copyCommand(); });
}

void MainWindow::buildRunMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Run"));
    TrainingSession &training = m_services.training();
    command(QStringLiteral("train"), menu, tr("&Train"), QStringLiteral("train"), {QKeySequence(Qt::Key_F5)},
            [this] { train(); }); // updateForecast() says what
    command(QStringLiteral("pause"), menu, tr("&Pause training"), QStringLiteral("pause"),
            {QKeySequence(Qt::CTRL | Qt::Key_P)}, [&training] {
                const auto now = training.state();
                if (now == TrainingSession::State::Running)
                    training.pause();
                else
                    training.unpause();
            });
    command(QStringLiteral("stop"), menu, tr("&Stop training"), QStringLiteral("stop"),
            {QKeySequence(Qt::SHIFT | Qt::Key_F5)}, [&training] { training.stop(); });
    command(QStringLiteral("checkpoint"), menu, tr("Save &checkpoint"), QStringLiteral("checkpoint"),
            {QKeySequence(Qt::CTRL | Qt::Key_B)}, [&training] { training.checkpointNow(); });
}

void MainWindow::buildViewMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&View"));
    m_pagesMenu = menu->addMenu(tr("&Pages"));
    const auto dock = [&](const QString &id, QDockWidget *widget, const QString &icon,
                          const QKeySequence &key) {
        QAction *action = widget->toggleViewAction();
        action->setIcon(tintedIcon(icon));
        action->setShortcut(key);
        m_commands.add(id, tr("View"), action);
        menu->addAction(action);
    };
    dock(QStringLiteral("data-dock"), m_dataDock, QStringLiteral("data"), {});
    dock(QStringLiteral("runs-dock"), m_runsDock, QStringLiteral("runs"), {});
    dock(QStringLiteral("design-dock"), m_designDock, QStringLiteral("design"), {});
    dock(QStringLiteral("log-dock"), m_logDock, QStringLiteral("log"), QKeySequence(Qt::CTRL | Qt::Key_L));
    menu->addSeparator();

    command(QStringLiteral("reset-zoom"), menu, tr("Show &all data"), QStringLiteral("fit"),
            {QKeySequence(Qt::Key_R)}, [this] {
                if (FigureSource *front = m_figures->front())
                    front->resetZoom();
            });
    const auto toggle = [&](const QString &id, const QString &text, const QString &icon,
                            const QList<QKeySequence> &keys, auto is, auto set) {
        // What the page in front has is turned round; another of its charts may be shown than when the
        // check mark was set.
        QAction *action = command(id, menu, text, icon, keys, [this, is, set] {
            if (FigureSource *front = m_figures->front())
                (front->*set)(!(front->*is)());
            followFront();
        });
        action->setCheckable(true);
    };
    toggle(QStringLiteral("log-x"), tr("Logarithmic &x axis"), QStringLiteral("log-x"),
           {QKeySequence(Qt::Key_L)}, &FigureSource::isLogX, &FigureSource::setLogX);
    toggle(QStringLiteral("log-y"), tr("Logarithmic &y axis"), QStringLiteral("log-y"),
           {QKeySequence(Qt::SHIFT | Qt::Key_L)}, &FigureSource::isLogY, &FigureSource::setLogY);
    toggle(QStringLiteral("pause-view"), tr("Pa&use the view"), QStringLiteral("pause"),
           {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)}, &FigureSource::isPaused,
           &FigureSource::setPaused);
    connect(menu, &QMenu::aboutToShow, this, &MainWindow::followFront);
    command(QStringLiteral("loss-beside"), menu, tr("L&oss curve beside"), QStringLiteral("loss"), {},
            [this] { m_compare->setLossBeside(!m_compare->isLossBeside()); });
    menu->addSeparator();

    QMenu *themes = menu->addMenu(tr("&Theme"));
    auto *group = new QActionGroup(this);
    for (const auto &[kind, text] :
         {std::pair {ThemeKind::System, tr("Theme: &system")},
          std::pair {ThemeKind::Light, tr("Theme: &light")}, std::pair {ThemeKind::Dark, tr("Theme: &dark")},
          std::pair {ThemeKind::HighContrast, tr("Theme: &high contrast")}}) {
        QAction *action = command(QStringLiteral("theme-%1").arg(ThemeSwitch::name(kind)), themes, text,
                                  QStringLiteral("theme"), {}, [this, kind = kind] { setTheme(kind); });
        action->setCheckable(true);
        group->addAction(action);
    }
    command(QStringLiteral("show-hints"), menu, tr("&Hints"), QString(), {}, [this] {
        m_hintsDismissed = !m_hintsDismissed;
        m_hintRow->setVisible(!m_hintsDismissed);
        scheduleSave();
    });
    command(QStringLiteral("reset-layout"), menu, tr("&Reset layout"), QStringLiteral("layout"), {},
            [this] { resetLayout(); });
}

void MainWindow::buildHelpMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Help"));
    command(QStringLiteral("palette"), menu, tr("Search c&ommands…"), QStringLiteral("search"),
            {QKeySequence(Qt::CTRL | Qt::Key_K)}, [this] { m_palette->popUp(); })
        ->setIconText(tr("Search commands (Ctrl+K)"));
    command(QStringLiteral("shortcuts"), menu, tr("&Keyboard shortcuts"), QStringLiteral("keyboard"),
            {QKeySequence(Qt::Key_F1)}, [this] {
                auto *sheet = new ShortcutSheet(m_commands, this);
                sheet->setAttribute(Qt::WA_DeleteOnClose);
                sheet->open();
            });
    command(QStringLiteral("about"), menu, tr("&About"), QStringLiteral("info"), {},
            [this] { showAbout(this); });
}

void MainWindow::updateRecentMenus()
{
    const auto fill = [this](QMenu *menu, const QStringList &entries, auto open) {
        menu->clear();
        for (const QString &entry : entries) {
            QString text = entry;
            text.replace(QLatin1Char('&'), QLatin1String("&&"));
            connect(menu->addAction(text), &QAction::triggered, this, [open, entry] { open(entry); });
        }
        menu->setEnabled(!entries.isEmpty());
    };
    fill(m_recentData, m_recentDataSources, [this](const QString &source) { loadData(source); });
    fill(m_recentExperiments, m_recentExperimentFiles, [this](const QString &file) { openExperiment(file); });
}

QString MainWindow::exportableRun() const
{
    const QStringList selected = m_runsPage->selectedIds();
    const RunSummary *run = selected.size() == 1 ? m_runs.run(selected.front()) : nullptr;
    return run != nullptr && run->status != RunStatus::Running ? selected.front() : QString();
}

void MainWindow::exportModel(ModelFormat format)
{
    const QString id = exportableRun();
    if (const RunSummary *run = m_runs.run(id))
        m_models->askExport(id, QString::fromStdString(run->title), format);
}

void MainWindow::saveExperiment(bool askForFile)
{
    if (!askForFile && !m_design.file().isEmpty()) {
        m_services.experiments().save(m_design.file(), m_design.spec());
        return;
    }
    auto *dialog = new QFileDialog(this, tr("Save experiment"), QString(), tr("Experiments (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->selectFile(QString::fromStdString(m_design.spec().name) + QStringLiteral(".json"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &path) { m_services.experiments().save(path, m_design.spec()); });
    dialog->open();
}

void MainWindow::copyCommand()
{
    const QString line = m_design.asCommand(m_design.file());
    QGuiApplication::clipboard()->setText(line);
    statusBar()->showMessage(tr("Copied: %1").arg(line), 6000);
}

void MainWindow::setTheme(ThemeKind kind)
{
    m_theme.set(kind);
    m_commands.action(QStringLiteral("theme-%1").arg(ThemeSwitch::name(kind)))->setChecked(true);
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto *source = qobject_cast<FigureSource *>(m_pages->widget(i)))
            source->setTheme(m_theme.charts());
    m_runsPage->setTheme(m_theme.charts());
    scheduleSave();
}

} // namespace rosler
