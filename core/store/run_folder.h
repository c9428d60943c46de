// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/experiment/experiment_spec.h"
#include "core/store/run_documents.h"
#include "core/store/run_lock.h"

namespace rosler {

/// A run that begins: its folder's name, and what goes into it.
struct NewRun {
    std::string id;
    ExperimentSpec spec; ///< the experiment with this one model
    RunMeta meta;
    RunLock lock; ///< held since before the folder could be seen
};

/// Makes one folder for each model of @p spec in @p root; all of one group, whose name ends as theirs do.
/// They appear there filled; when one cannot be made, none is.
/// @return OutOfRange  the experiment could not be read again; Unreadable  the system refused
[[nodiscard]] Result<std::vector<NewRun>> makeRunFolders(const std::filesystem::path &root,
                                                         const ExperimentSpec &spec, const Dataset &data,
                                                         int threads);

/// A part of a file's name out of @p text: letters, digits, points and dashes.
[[nodiscard]] std::string nameOf(const std::string &text);

/// Four hexadecimal digits. Names, not results, hang on them: they need not come from a seed.
[[nodiscard]] std::string randomDigits();

/// The progress of a run that this process begins, or goes on with, now.
[[nodiscard]] RunProgress beginning();

/// Removes what programs that died while they made folders have left, after a day.
void removeUnfinishedFolders(const std::filesystem::path &root);

} // namespace rosler
