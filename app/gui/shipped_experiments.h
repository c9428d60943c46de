// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

/// The experiments that come with the program (resources/experiments), embedded in it.
[[nodiscard]] QStringList shippedExperiments(); ///< names, as "mnist-1024"
/// @return NotFound  none has that name
[[nodiscard]] Result<ExperimentSpec> shippedExperiment(const QString &name);

} // namespace rosler
