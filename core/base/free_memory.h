// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace rosler {

/// Bytes that this process can still take before the system refuses or ends it: the least of what the machine
/// has available (MemAvailable), of what its control groups leave to it (version 1 and 2, file cache that can
/// be dropped not counted as used), and of what its limit of address space leaves (RLIMIT_AS). What other
/// programs take a moment later is not known. None where the system says nothing of this (not Linux).
/// @param root  of the file system that /proc and /sys are read from
[[nodiscard]] std::optional<std::uint64_t> freeMemory(const std::filesystem::path &root = "/");

} // namespace rosler
