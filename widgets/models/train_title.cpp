// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/train_title.h"

#include <QCoreApplication>

namespace rosler {

QString trainTitle(int models)
{
    if (models < 2)
        return QCoreApplication::translate("trainTitle", "Train");
    return models == 2 ? QCoreApplication::translate("trainTitle", "Train both")
                       : QCoreApplication::translate("trainTitle", "Train all");
}

} // namespace rosler
