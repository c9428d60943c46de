// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rosler {

/// A record of the Bearing Data Center of Case Western Reserve University: drive end, its number there.
struct CwruRecord {
    int number;
    std::string_view
        condition; ///< "normal", "IR007" (inner race, 0.007 inch), "B014" (ball), "OR021@6" (outer)
    int load;      ///< of the motor, in HP
    /// Samples a second. The files do not say it. Normal ones have 48,000 by their signal, as Smith and
    /// Randall found as well [1]; taken for 12,000 they would be told from the faults by their rate alone.
    ///
    /// [1] W. A. Smith, R. B. Randall, "Rolling element bearing diagnostics using the Case Western Reserve
    ///     University data: a benchmark study", Mechanical Systems and Signal Processing 64-65 (2015),
    ///     doi:10.1016/j.ymssp.2015.04.021.
    double rate;
};

/// The record that a file of this name is: its number alone ("105.mat"), or at the end of a name that says
/// its condition ("12k_Drive_End_IR007_0_105.mat", "normal_0_97.mat").
[[nodiscard]] std::optional<CwruRecord> cwruRecordOf(std::string_view fileName);

/// What its acceleration at the drive end is called: "X097_DE_time".
[[nodiscard]] std::string driveEndVariable(const CwruRecord &record);

} // namespace rosler
