// SPDX-License-Identifier: GPL-3.0-or-later
// How the window comes back as it was left.
#include <QToolBar>

#include "app/gui/figure_commands.h"
#include "app/gui/main_window.h"
#include "app/gui/notice_bar.h"
#include "app/gui/plotted_runs.h"
#include "core/experiment/shipped_experiments.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/data_page.h"

namespace rosler {

namespace {
const QString digits = QStringLiteral("digits");
constexpr std::string_view firstExperiment = "digits-demo";
} // namespace

void MainWindow::restore(const Start &start)
{
    const ReadWindowState read =
        start.restore ? parseWindowState(m_services.state().read()) : ReadWindowState {};
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

    if (state.design && start.experiment.isEmpty()) {
        m_design.reset(*state.design);
        m_designFile = state.designFile;
    } else if (Result<ExperimentSpec> spec = shippedExperiment(firstExperiment)) {
        m_design.reset(*spec);
    }
    if (!start.experiment.isEmpty()) {
        m_openingExperiment = true;
        QTimer::singleShot(0, this, [this, wanted = start.experiment] { openExperiment(wanted); });
    }
    if (start.dataset.isEmpty())
        load(state.dataset, Chosen::ByNobody);
    else
        load(start.dataset, Chosen::ByUser);
    m_restoring = false;
    updateRecentMenus();
    updateForecast();

    QStringList parts;
    if (state.design && start.experiment.isEmpty())
        parts << tr("design “%1”").arg(QString::fromStdString(state.design->name));
    if (!state.checkedRuns.isEmpty())
        parts << tr("%n run(s)", nullptr, static_cast<int>(state.checkedRuns.size()));
    if (!read.problems.isEmpty())
        m_notice->tell(NoticeBar::Kind::Problem,
                       tr("The last session could not be restored whole; set to the default: %1.")
                           .arg(read.problems.join(QStringLiteral(", "))));
    else if (!parts.isEmpty())
        m_notice->tell(NoticeBar::Kind::Information,
                       tr("Your last session is restored: %1.").arg(parts.join(QStringLiteral(", "))),
                       tr("Start fresh"), [this] { startFresh(); });
}

void MainWindow::startFresh()
{
    m_plotted->checkLater({});
    m_plotted->showOnly({});
    m_designFile.clear();
    if (const Result<ExperimentSpec> spec = shippedExperiment(firstExperiment))
        takeExperiment(*spec, {});
    load(digits, Chosen::ByNobody);
    m_compare->setCurve(CurveX::Epoch, CurveY::TestAccuracy);
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
    state.dataset = !m_dataSource.isEmpty() ? m_dataSource
        : m_loadingSource.isEmpty()         ? digits
                                            : m_loadingSource;
    state.recentData = m_recentDataSources;
    state.design = m_design.spec();
    state.designFile = m_designFile;
    state.recentExperiments = m_recentExperimentFiles;
    state.checkedRuns = m_runs.checkedIds();
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
