// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QHash>
#include <QMainWindow>
#include <QTimer>

#include "app/gui/command_registry.h"
#include "app/gui/theme_switch.h"
#include "app/gui/window_state.h"
#include "app/session/app_services.h"
#include "app/trained/model_export.h"
#include "widgets/models/design_model.h"
#include "widgets/models/runs_model.h"

class QDockWidget;
class QMenu;
class QMessageBox;
class QPushButton;
class QTabWidget;
class QToolBar;

namespace rosler {

class CommandPalette;
class ComparePage;
class DeviceControl;
class DevicePage;
class DataPage;
class DesignPage;
class ExamplesControl;
class ExamplesPage;
class ExperimentControl;
class FigureCommands;
class HintBar;
class LogPage;
class ModelCommands;
class NoticeBar;
class PlottedRuns;
class ProblemsPage;
class RunsPage;
class StatusStrip;
class TrainingBar;

/// The window: docks for data, runs, design and log around the pages, and what connects them with the
/// services. Lays out and connects; what is trained on what is ExperimentControl's to say.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// What to begin with instead of where the last session ended.
    struct Start {
        QString experiment; ///< a shipped experiment's name or a file; empty = as it was
        QString dataset;    ///< a source; empty = as it was
        bool restore = true;
    };

    /// @param services  not owned; outlive the window
    MainWindow(AppServices &services, const Start &start);
    ~MainWindow() override;

    [[nodiscard]] const CommandRegistry &commands() const noexcept { return m_commands; }
    [[nodiscard]] ComparePage &comparePage() noexcept { return *m_compare; }
    [[nodiscard]] FigureCommands &figures() noexcept { return *m_figures; }
    [[nodiscard]] ModelCommands &models() noexcept { return *m_models; }
    [[nodiscard]] const DesignModel &design() const noexcept { return m_design; }
    [[nodiscard]] std::shared_ptr<const Dataset> dataset() const;

    /// The one way pages come into the window: a tab in the middle, and Ctrl+1, Ctrl+2, ... to reach it.
    void addPage(QWidget *page, const QString &title, const QIcon &icon);

public Q_SLOTS:
    void train();
    void loadData(const QString &source);
    void openExperiment(const QString &nameOrPath);
    /// Ends the program without asking: a running training is stopped and kept first.
    void endNow();

Q_SIGNALS:
    void ready(); ///< data is loaded and the design fits it, for the first time
    void problemArose(const QString &text);
    void ended(); ///< by endNow(), or after a training that ran on without the window

protected:
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    // main_window_layout.cpp
    void buildPages();
    void buildDocks();
    void buildToolBars();
    QDockWidget *addDock(const QString &name, const QString &title, QWidget *content,
                         Qt::DockWidgetArea area);
    void arrangeLeftDocks();
    void resetLayout();

    // main_window.cpp
    void connectTraining();
    void connectData();
    void connectRuns();
    void connectDesign();
    void connectFigures();
    void followFront();
    void connectDevice();
    void connectModels();
    void showLog(bool problems);

    void showData();
    void resumeRuns(const QStringList &ids);
    void removeRuns(const QStringList &ids);
    void exportDrawnRuns();
    void updateForecast();
    void updateTraining();
    void updateModelCommands();
    void updateTitle();
    void report(const Error &error);
    void askBeforeClosing();

    // main_window_session.cpp
    void restore(const Start &start);
    void startFresh();
    [[nodiscard]] WindowState state() const;
    void saveState();
    void scheduleSave();

    // main_window_commands.cpp
    void buildCommands();
    void buildFileMenu();
    void buildEditMenu();
    void buildRunMenu();
    void buildViewMenu();
    void buildHelpMenu();
    void updateRecentMenus();
    void exportModel(ModelFormat format);
    [[nodiscard]] QString exportableRun() const; ///< the selected one, whose model can go to a file
    void saveExperiment(bool askForFile);
    void copyCommand();
    void setTheme(ThemeKind kind);
    QAction *command(const QString &id, QMenu *menu, const QString &text, const QString &icon,
                     const QList<QKeySequence> &keys, std::function<void()> run);

    AppServices &m_services;
    ThemeSwitch m_theme;
    CommandRegistry m_commands;
    DesignModel m_design;
    RunsModel m_runs;

    QTabWidget *m_pages = nullptr;
    ComparePage *m_compare = nullptr;
    DevicePage *m_devicePage = nullptr;
    DeviceControl *m_device = nullptr;
    ExamplesPage *m_examplesPage = nullptr;
    ExamplesControl *m_examples = nullptr;
    DataPage *m_dataPage = nullptr;
    DesignPage *m_designPage = nullptr;
    RunsPage *m_runsPage = nullptr;
    LogPage *m_logPage = nullptr;
    ProblemsPage *m_problemsPage = nullptr;
    QTabWidget *m_logTabs = nullptr;
    QDockWidget *m_dataDock = nullptr;
    QDockWidget *m_runsDock = nullptr;
    QDockWidget *m_designDock = nullptr;
    QDockWidget *m_logDock = nullptr;
    QToolBar *m_hintRow = nullptr;
    HintBar *m_hints = nullptr;
    NoticeBar *m_notice = nullptr;
    TrainingBar *m_trainingBar = nullptr;
    StatusStrip *m_status = nullptr;
    QPushButton *m_trainButton = nullptr;
    CommandPalette *m_palette = nullptr;
    QMenu *m_recentData = nullptr;
    QMenu *m_recentExperiments = nullptr;
    QMenu *m_pagesMenu = nullptr;
    ExperimentControl *m_experiment = nullptr;
    PlottedRuns *m_plotted = nullptr;
    FigureCommands *m_figures = nullptr;
    ModelCommands *m_models = nullptr;
    QMessageBox *m_closeQuestion = nullptr;

    QStringList m_recentDataSources;
    QStringList m_recentExperimentFiles;
    QStringList m_exportWhenDrawn; ///< runs to be exported once their curves are loaded
    bool m_hintsDismissed = false;
    bool m_endWhenIdle = false;
    bool m_ending = false;
    bool m_leftTabbed = false; ///< the narrow window's arrangement of the left docks
    QByteArray m_defaultLayout;
    QTimer m_saveTimer;
};

} // namespace rosler
