// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rosler {

/// A mounted volume that is a board's boot loader or debug probe: a firmware image copied to it is flashed.
struct BootVolume {
    std::string name;             ///< of the volume: "RPI-RP2", "NODE_F401RE"
    std::filesystem::path folder; ///< where it is mounted
    bool takesUf2 = false;        ///< else .bin and .hex (ST-LINK, DAPLink)

    friend bool operator==(const BootVolume &, const BootVolume &) = default;
};

/// By the volumes' names, and by the INFO_UF2.TXT or DETAILS.TXT in them.
/// @param mounts  a table in the form of /proc/mounts
[[nodiscard]] std::vector<BootVolume> bootVolumes(const std::filesystem::path &mounts = "/proc/mounts");

} // namespace rosler
