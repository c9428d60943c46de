// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/samples_reason.h"

#include <QCoreApplication>

#include "app/trained/board_model.h"

namespace rosler {

QString samplesReason(const Dataset *data)
{
    if (data == nullptr)
        return QCoreApplication::translate("rosler::SamplesReason", "No data are loaded.");
    if (const auto made = boardExtraction(*data); !made)
        return QCoreApplication::translate("rosler::SamplesReason", "Not with these data: %1")
            .arg(QString::fromStdString(made.error().what));
    return {};
}

} // namespace rosler
