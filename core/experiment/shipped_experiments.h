// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

/// An experiment that the programs carry with them: resources/experiments/<name>.json, put into the
/// library when it is built.
struct ShippedExperiment {
    std::string_view name;
    std::string_view json;
};

/// All of them, by name.
[[nodiscard]] std::span<const ShippedExperiment> shippedExperiments();

/// The shipped experiment of that name.
/// @return NotFound  there is none; `what` lists the names
[[nodiscard]] Result<ExperimentSpec> shippedExperiment(std::string_view name);

/// The experiment that @p nameOrPath means: a file when it looks like a path or such a file exists, else a
/// shipped experiment.
/// @return the error of shippedExperiment(), which says that a file would do as well
/// @return the errors of parseExperiment()
[[nodiscard]] Result<ExperimentSpec> loadExperiment(const std::string &nameOrPath);

} // namespace rosler
