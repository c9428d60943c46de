// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_status.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rosler {

namespace {

using Row = std::pair<RunStatus, std::string_view>;
constexpr std::array statusRows {
    Row {RunStatus::Running, "running"},   Row {RunStatus::Finished, "finished"},
    Row {RunStatus::Stopped, "stopped"},   Row {RunStatus::Interrupted, "interrupted"},
    Row {RunStatus::Diverged, "diverged"}, Row {RunStatus::Failed, "failed"}};

} // namespace

std::string_view nameOf(RunStatus status)
{
    return std::find_if(statusRows.begin(), statusRows.end(),
                        [&](const Row &row) { return row.first == status; })
        ->second;
}

std::optional<RunStatus> runStatus(std::string_view name)
{
    const auto row = std::find_if(statusRows.begin(), statusRows.end(),
                                  [&](const Row &known) { return known.second == name; });
    if (row == statusRows.end())
        return std::nullopt;
    return row->first;
}

} // namespace rosler
