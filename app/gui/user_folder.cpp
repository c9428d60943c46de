// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/user_folder.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace rosler {

QString userFolder()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QFileInfo::exists(folder) ? folder : QDir::homePath();
}

} // namespace rosler
