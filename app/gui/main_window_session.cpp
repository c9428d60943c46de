// SPDX-License-Identifier: GPL-3.0-or-later
// How the window comes back as it was left.
#include <QToolBar>

#include "app/gui/experiment_control.h"
#include "app/gui/figure_commands.h"
#include "app/gui/main_window.h"
#include "app/gui/notice_bar.h"
#include "app/gui/plotted_runs.h"
#include "core/data/dataset_reader.h"
#include "core/experiment/shipped_experiments.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/data_page.h"
#include "widgets/pages/device_page.h"

namespace rosler {

namespace {
const QString digits = QStringLiteral("digits");
constexpr std::string_view firstExperiment = "digits-demo";
} // namespace

void MainWindow::restore(const Start &start)
{
    ReadWindowState read;
    if (start.restore) {
        if (const Result<QByteArray> bytes = m_services.state().read())
            read = parseWindowState(*bytes);
        else
            read.problems
                << tr("the whole session file (%1)").arg(QString::fromStdString(message(bytes.error())));
    }
    // What could not be understood may be worth more than what replaces it: a design of another version.
    const QString aside = read.problems.isEmpty() ? QString() : m_services.state().setAside();
    WindowState state = read.state;

    // A layout that makes the program end while it is put back is not met a second time: until the window
    // stands, the file holds the state without it.
    if (!state.geometry.isEmpty() || !state.docks.isEmpty()) {
        WindowState without = state;
        without.geometry.clear();
        without.docks.clear();
        m_services.state().write(toJson(without));
        if (!state.geometry.isEmpty())
            restoreGeometry(state.geometry);
        if (!state.docks.isEmpty() && !restoreState(state.docks, layoutVersion))
            resetLayout();
        m_leftTabbed = !tabifiedDockWidgets(m_dataDock).isEmpty();
        scheduleSave();
    }
    setTheme(state.theme);
    m_hintsDismissed = state.hintsDismissed;
    m_hintRow->setVisible(!m_hintsDismissed);
    m_recentDataSources = state.recentData;
    m_recentExperimentFiles = state.recentExperiments;
    m_dataPage->setRecent(m_recentDataSources);
    m_compare->setCurve(state.curveX, state.curveY);
    m_compare->setLogX(state.logX);
    m_compare->setLogY(state.logY);
    m_compare->setLossBeside(state.lossBeside);
    if (!state.exports.folder.isEmpty())
        m_figures->setSettings(state.exports);
    m_plotted->checkLater(state.checkedRuns);
    m_devicePage->setKeyFile(state.boardKeyFile);

    if (state.design && start.experiment.isEmpty())
        m_experiment->restore(*state.design, state.designFile);
    else if (Result<ExperimentSpec> spec = shippedExperiment(firstExperiment))
        m_experiment->restore(*spec, {});
    if (!start.experiment.isEmpty())
        m_experiment->openLater(start.experiment);
    if (start.dataset.isEmpty()) {
        m_experiment->loadUnasked(state.dataset);
    } else {
        // As the command line does: what the experiment tells its reader, this one is told as well.
        const auto named = start.experiment.isEmpty() ? Result<ExperimentSpec>(ExperimentSpec {})
                                                      : loadExperiment(start.experiment.toStdString());
        m_experiment->loadAs(
            start.dataset,
            requestElsewhere(named ? named->dataset : DatasetRequest(), start.dataset.toStdString()).options);
    }
    updateRecentMenus();
    updateForecast();

    QStringList parts;
    if (state.design && start.experiment.isEmpty())
        parts << tr("design “%1”").arg(QString::fromStdString(state.design->name));
    if (!state.checkedRuns.isEmpty())
        parts << tr("%n run(s)", nullptr, static_cast<int>(state.checkedRuns.size()));
    if (!read.problems.isEmpty()) {
        QString text = tr("The last session could not be restored whole; set to the default: %1.")
                           .arg(read.problems.join(QStringLiteral(", ")));
        if (!aside.isEmpty())
            text += QLatin1Char(' ') + tr("Its file is kept as %1.").arg(aside);
        m_notice->tell(NoticeBar::Kind::Problem, text);
    } else if (!parts.isEmpty())
        m_notice->tell(NoticeBar::Kind::Information,
                       tr("Your last session is restored: %1.").arg(parts.join(QStringLiteral(", "))),
                       tr("Start fresh"), [this] { startFresh(); });
}

void MainWindow::startFresh()
{
    m_plotted->checkLater({});
    m_plotted->showOnly({});
    if (const Result<ExperimentSpec> spec = shippedExperiment(firstExperiment))
        m_experiment->take(*spec);
    m_experiment->loadUnasked(digits);
    m_compare->setCurve(CurveX::Epoch, CurveY::HeldOutAccuracy);
    m_compare->setLogX(false);
    m_compare->setLogY(false);
    m_compare->setLossBeside(false);
    m_hintsDismissed = false;
    m_hintRow->show();
    resetLayout();
    scheduleSave();
}

WindowState MainWindow::state() const
{
    WindowState state;
    state.geometry = saveGeometry();
    state.docks = QMainWindow::saveState(layoutVersion);
    state.theme = m_theme.kind();
    state.hintsDismissed = m_hintsDismissed;
    state.dataset = m_experiment->source().isEmpty() ? digits : m_experiment->source();
    state.recentData = m_recentDataSources;
    state.design = m_design.spec();
    state.designFile = m_design.file();
    state.recentExperiments = m_recentExperimentFiles;
    state.checkedRuns = m_runs.checkedIds();
    state.boardKeyFile = m_devicePage->keyFile();
    state.curveX = m_compare->curveX();
    state.curveY = m_compare->curveY();
    state.logX = m_compare->isLogX();
    state.logY = m_compare->isLogY();
    state.lossBeside = m_compare->isLossBeside();
    state.exports = m_figures->settings();
    return state;
}

void MainWindow::saveState()
{
    m_saveTimer.stop();
    m_services.state().write(toJson(state()));
}

void MainWindow::scheduleSave()
{
    if (!m_saveTimer.isActive())
        m_saveTimer.start();
}

} // namespace rosler
