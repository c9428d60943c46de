// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace rosler {

/// What became of a run. Interrupted = its program died before it could say so.
enum class RunStatus { Running, Finished, Stopped, Interrupted, Diverged, Failed };

/// Whether a run with this status can go on.
[[nodiscard]] constexpr bool canGoOn(RunStatus status) noexcept
{
    return status == RunStatus::Stopped || status == RunStatus::Interrupted;
}

/// The name in status.json and in what the command line prints: "finished".
[[nodiscard]] std::string_view nameOf(RunStatus status);
/// The status of that name, or none.
[[nodiscard]] std::optional<RunStatus> runStatus(std::string_view name);

} // namespace rosler
