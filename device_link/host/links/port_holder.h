// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace rosler {

/// The other program that has @p device open, for people: "minicom (process 4711)"; empty when there is none
/// or when it is not for us to see.
[[nodiscard]] std::string holderOf(const std::filesystem::path &device,
                                   const std::filesystem::path &proc = "/proc");

} // namespace rosler
