// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace rosler {

/// Which process it was, so that another one can tell later whether it still lives. Process numbers are
/// given again, so its start time belongs to it; machines restart, so their boot does; containers count
/// processes on their own, so their namespace does.
struct ProcessIdentity {
    std::int64_t pid = 0;
    std::uint64_t started = 0; ///< clock ticks since the machine's start
    std::string boot;          ///< of /proc/sys/kernel/random/boot_id
    std::string pidNamespace;  ///< of /proc/self/ns/pid
    std::string host;

    friend bool operator==(const ProcessIdentity &, const ProcessIdentity &) = default;
};

[[nodiscard]] const ProcessIdentity &thisProcess();

enum class Liveness {
    Alive,
    Dead,
    OutOfSight, ///< on another machine or in another container: cannot be told from here
};

[[nodiscard]] Liveness livenessOf(const ProcessIdentity &process);

} // namespace rosler
