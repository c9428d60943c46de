// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/about_dialog.h"

#include <thread>

#include <Eigen/Core>
#include <oneapi/tbb/version.h>

#include <QCoreApplication>
#include <QMessageBox>
#include <QStringList>
#include <QSysInfo>

namespace rosler {

namespace {

QString features()
{
    QStringList list;
    list << QStringLiteral("Qt %1").arg(QString::fromLatin1(qVersion()));
    list << QStringLiteral("Eigen %1.%2.%3 (%4)")
                .arg(EIGEN_WORLD_VERSION)
                .arg(EIGEN_MAJOR_VERSION)
                .arg(EIGEN_MINOR_VERSION)
                .arg(QString::fromLatin1(Eigen::SimdInstructionSetsInUse()));
    list << QStringLiteral("oneTBB %1").arg(QString::fromLatin1(TBB_runtime_version()));
    list << QStringLiteral("GCC %1, %2").arg(QStringLiteral(__VERSION__), QStringLiteral(ROSLER_BUILD_TYPE));
#ifdef ROSLER_CHECKS
    list << QCoreApplication::translate("rosler::AboutDialog", "contracts checked");
#endif
    list << QCoreApplication::translate("rosler::AboutDialog", "Cores: %1")
                .arg(std::thread::hardware_concurrency());
    list << QSysInfo::prettyProductName();
    return list.join(QStringLiteral("<br>"));
}

} // namespace

void showAbout(QWidget *parent)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("rosler::AboutDialog", text); };
    const QString text =
        QStringLiteral("<h3>Rosler Workbench %1</h3><p>%2</p><p>%3</p><p>%4</p><p>%5</p>")
            .arg(QStringLiteral(ROSLER_VERSION),
                 tr("Trains networks whose layers are random sketches, learned directly, beside dense ones, "
                    "and shows what each keeps and what each costs."),
                 tr("The method follows B. Li, P. Chen, H. Liu et al., <i>Random sketch learning for deep "
                    "neural "
                    "networks in edge computing</i>, Nature Computational Science 1 (2021), "
                    "doi:10.1038/s43588-021-00039-6; what the paper leaves open is this program's "
                    "reconstruction."),
                 features(), tr("Library: Apache-2.0. Window: GPL-3.0-or-later."));
    auto *box = new QMessageBox(parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About Rosler Workbench"));
    box->setText(text);
    const int em = box->fontMetrics().height();
    box->setIconPixmap(QIcon(QStringLiteral(":/icons/rosler-workbench.svg"))
                           .pixmap(QSize(4 * em, 4 * em), box->devicePixelRatioF()));
    box->open();
}

} // namespace rosler
