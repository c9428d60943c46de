// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rosler {

/// By what and on what a run was made: figures are only comparable with this beside them.
struct RunEnvironment {
    // The program
    std::string version;
    std::string commit;        ///< of its source, 40 hexadecimal digits; empty when built outside Git
    bool modified = false;     ///< the source differed from that commit when the program was built
    std::string compiler;      ///< "GNU 12.2.0"
    std::string compilerFlags; ///< of optimisation, machine and sanitizers
    std::string buildType;
    /// Libraries that numbers or files depend on, with the versions that were running.
    std::vector<std::pair<std::string, std::string>> libraries;

    // The machine
    std::string host;
    std::string cpu; ///< the model's name
    int cores = 0;   ///< logical ones that the program may use
    int threads = 0; ///< that the training was given
    std::int64_t memoryBytes = 0;
    std::string system; ///< "Debian GNU/Linux 12 (bookworm)"
    std::string kernel; ///< "Linux 6.1.0 x86_64"
    double load = 0;    ///< average of the last minute, when the run began; NaN where unknown
};

/// A process that went on with a run, later than the one that made it and perhaps elsewhere.
struct RunSession {
    std::string started;       ///< "2026-11-21T06:12:04.123Z"
    std::int64_t fromStep = 0; ///< 0: it began anew
    RunEnvironment environment;
};

/// @param threads  that the training is given; 0 = all cores
[[nodiscard]] RunEnvironment thisEnvironment(int threads);

} // namespace rosler
