// SPDX-License-Identifier: GPL-3.0-or-later
// What stands where in the window: pages, docks, toolbars.
#include <QDockWidget>
#include <QPushButton>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/hint_bar.h"
#include "app/gui/main_window.h"
#include "app/gui/notice_bar.h"
#include "app/gui/tinted_icon.h"
#include "app/gui/training_bar.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/data_page.h"
#include "widgets/pages/design_page.h"
#include "widgets/pages/device_page.h"
#include "widgets/pages/examples_page.h"
#include "widgets/pages/log_page.h"
#include "widgets/pages/problems_page.h"
#include "widgets/pages/runs_page.h"

namespace rosler {

namespace {
constexpr int stackedWidth = 1280; ///< from here on the left docks stand one above the other
} // namespace

void MainWindow::buildPages()
{
    m_compare = new ComparePage;
    m_compare->setObjectName(QStringLiteral("comparePage"));
    m_devicePage = new DevicePage;
    m_devicePage->setObjectName(QStringLiteral("devicePage"));
    m_examplesPage = new ExamplesPage;
    m_examplesPage->setObjectName(QStringLiteral("examplesPage"));
    m_notice = new NoticeBar;
    m_pages = new QTabWidget;
    m_pages->setObjectName(QStringLiteral("pages"));
    m_pages->setAccessibleName(tr("Pages"));
    m_pages->setDocumentMode(true);
    m_pages->setTabBarAutoHide(true);
    auto *centre = new QWidget;
    auto *layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notice);
    layout->addWidget(m_pages, 1);
    setCentralWidget(centre);
}

QDockWidget *MainWindow::addDock(const QString &name, const QString &title, QWidget *content,
                                 Qt::DockWidgetArea area)
{
    auto *dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::buildDocks()
{
    m_dataPage = new DataPage;
    m_runsPage = new RunsPage(&m_runs);
    m_designPage = new DesignPage(&m_design);
    m_logPage = new LogPage;
    m_problemsPage = new ProblemsPage;
    m_logTabs = new QTabWidget;
    m_logTabs->setObjectName(QStringLiteral("logTabs"));
    m_logTabs->setAccessibleName(tr("Log and problems"));
    m_logTabs->setDocumentMode(true);
    m_logTabs->addTab(m_logPage, tr("Log"));
    m_logTabs->addTab(m_problemsPage, tr("Problems"));

    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    m_dataDock = addDock(QStringLiteral("dataDock"), tr("Data"), m_dataPage, Qt::LeftDockWidgetArea);
    m_runsDock = addDock(QStringLiteral("runsDock"), tr("Runs"), m_runsPage, Qt::LeftDockWidgetArea);
    m_designDock = addDock(QStringLiteral("designDock"), tr("Design"), m_designPage, Qt::RightDockWidgetArea);
    m_logDock = addDock(QStringLiteral("logDock"), tr("Log"), m_logTabs, Qt::BottomDockWidgetArea);
}

void MainWindow::buildToolBars()
{
    auto *bar = addToolBar(tr("Training"));
    bar->setObjectName(QStringLiteral("trainingToolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    const int em = fontMetrics().height();
    bar->setIconSize(QSize(em * 5 / 4, em * 5 / 4));

    m_trainButton =
        new QPushButton(tintedIcon(QStringLiteral("train"), QPalette::HighlightedText), QString());
    m_trainButton->setObjectName(QStringLiteral("trainButton"));
    m_trainButton->setAutoDefault(false);
    QAction *trainAction = m_commands.action(QStringLiteral("train"));
    const auto follow = [this, trainAction] {
        m_trainButton->setText(trainAction->iconText());
        m_trainButton->setToolTip(trainAction->toolTip());
        m_trainButton->setAccessibleName(CommandRegistry::plainText(*trainAction));
        m_trainButton->setEnabled(trainAction->isEnabled());
        // The one thing to do next stands out; not while it cannot be done.
        QPalette accent = palette();
        if (trainAction->isEnabled()) {
            accent.setColor(QPalette::Button, accent.color(QPalette::Highlight));
            accent.setColor(QPalette::ButtonText, accent.color(QPalette::HighlightedText));
        }
        m_trainButton->setPalette(accent);
    };
    connect(trainAction, &QAction::changed, this, follow);
    connect(&m_theme, &ThemeSwitch::changed, this, follow);
    connect(m_trainButton, &QPushButton::clicked, trainAction, &QAction::trigger);
    follow();
    bar->addWidget(m_trainButton);
    for (const char *id : {"pause", "stop", "checkpoint"})
        bar->addAction(m_commands.action(QString::fromLatin1(id)));
    bar->addSeparator();
    m_trainingBar = new TrainingBar;
    bar->addWidget(m_trainingBar);
    bar->addSeparator();
    for (const char *id : {"export-all", "palette"}) {
        QAction *action = m_commands.action(QString::fromLatin1(id));
        bar->addAction(action);
        qobject_cast<QToolButton *>(bar->widgetForAction(action))
            ->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    }
    for (QToolButton *button : bar->findChildren<QToolButton *>())
        if (button->defaultAction() != nullptr)
            button->setAccessibleName(CommandRegistry::plainText(*button->defaultAction()));

    addToolBarBreak();
    m_hintRow = addToolBar(tr("Hints"));
    m_hintRow->setObjectName(QStringLiteral("hintToolBar"));
    m_hintRow->setMovable(false);
    m_hintRow->setContextMenuPolicy(Qt::PreventContextMenu);
    m_hints = new HintBar;
    m_hints->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_hintRow->addWidget(m_hints);
    connect(m_hints, &HintBar::dismissed, this, [this] {
        m_hintsDismissed = true;
        m_hintRow->hide();
        scheduleSave();
    });
}

void MainWindow::resetLayout()
{
    for (QDockWidget *dock : {m_dataDock, m_runsDock, m_designDock, m_logDock}) {
        dock->setFloating(false);
        dock->show();
    }
    addDockWidget(Qt::LeftDockWidgetArea, m_dataDock);
    addDockWidget(Qt::LeftDockWidgetArea, m_runsDock);
    addDockWidget(Qt::RightDockWidgetArea, m_designDock);
    addDockWidget(Qt::BottomDockWidgetArea, m_logDock);
    splitDockWidget(m_dataDock, m_runsDock, Qt::Vertical);
    m_leftTabbed = false;
    m_logDock->hide();
    const int em = fontMetrics().height();
    resizeDocks({m_dataDock, m_designDock}, {em * 15, em * 20}, Qt::Horizontal);
    resizeDocks({m_dataDock, m_runsDock}, {em * 21, em * 21}, Qt::Vertical);
    resizeDocks({m_logDock}, {em * 9}, Qt::Vertical);
    arrangeLeftDocks();
}

/// In a narrow window Data and Runs share one place as tabs. Docks that the user has moved stay.
void MainWindow::arrangeLeftDocks()
{
    const bool narrow = width() < stackedWidth;
    if (narrow == m_leftTabbed)
        return;
    for (QDockWidget *dock : {m_dataDock, m_runsDock})
        if (dock->isFloating() || dockWidgetArea(dock) != Qt::LeftDockWidgetArea)
            return;
    m_leftTabbed = narrow;
    if (narrow) {
        tabifyDockWidget(m_dataDock, m_runsDock);
        m_dataDock->raise();
    } else {
        removeDockWidget(m_runsDock);
        addDockWidget(Qt::LeftDockWidgetArea, m_runsDock);
        splitDockWidget(m_dataDock, m_runsDock, Qt::Vertical);
        m_runsDock->show();
    }
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    if (m_runsDock != nullptr && !m_runsDock->isHidden() && !m_dataDock->isHidden())
        arrangeLeftDocks();
}

} // namespace rosler
