// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/shipped_experiments.h"

#include <QDir>
#include <QFile>

namespace rosler {

QStringList shippedExperiments()
{
    QStringList names;
    for (const QString &file : QDir(QStringLiteral(":/experiments")).entryList(QDir::Files, QDir::Name))
        names << file.chopped(static_cast<int>(qstrlen(".json")));
    return names;
}

Result<ExperimentSpec> shippedExperiment(const QString &name)
{
    QFile file(QStringLiteral(":/experiments/%1.json").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::NotFound, "no experiment of that name comes with the program",
                    name.toStdString());
    return parseExperiment(file.readAll().toStdString(), file.fileName().toStdString());
}

} // namespace rosler
