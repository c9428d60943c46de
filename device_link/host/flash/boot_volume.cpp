// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/flash/boot_volume.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

namespace rosler {

namespace {

/// Mount tables write blanks and backslashes as \040.
std::string unescaped(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = [&](std::size_t at) {
            return at < text.size() && text[at] >= '0' && text[at] <= '7' ? text[at] - '0' : -1;
        };
        if (text[i] == '\\' && digit(i + 1) >= 0 && digit(i + 1) < 4 && digit(i + 2) >= 0
            && digit(i + 3) >= 0) {
            plain += static_cast<char>(digit(i + 1) * 64 + digit(i + 2) * 8 + digit(i + 3));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool isUf2Name(const std::string &name)
{
    static constexpr std::array<std::string_view, 3> names {"RPI-RP2", "RP2350", "UF2BOOT"};
    return std::find(names.begin(), names.end(), name) != names.end()
        || (name.size() > 4 && name.ends_with("BOOT")); // FTHR840BOOT, ITSYBOOT, ...
}

bool isProbeName(const std::string &name)
{
    return name.starts_with("NODE_") || name.starts_with("NOD_") || name.starts_with("DIS_")
        || name == "DAPLINK" || name == "MBED" || name == "MICROBIT";
}

} // namespace

std::vector<BootVolume> bootVolumes(const std::filesystem::path &mounts)
{
    std::vector<BootVolume> volumes;
    std::ifstream table(mounts);
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string device;
        std::string folder;
        std::string type;
        // Boot loaders show themselves as FAT.
        if (!(words >> device >> folder >> type) || (type != "vfat" && type != "msdos"))
            continue;
        BootVolume volume;
        volume.folder = unescaped(folder);
        volume.name = volume.folder.filename().string();
        std::error_code ignored;
        const bool hasUf2 = std::filesystem::exists(volume.folder / "INFO_UF2.TXT", ignored);
        const bool hasDetails = std::filesystem::exists(volume.folder / "DETAILS.TXT", ignored);
        volume.takesUf2 = hasUf2 || isUf2Name(volume.name);
        if (volume.takesUf2 || hasDetails || isProbeName(volume.name))
            volumes.push_back(std::move(volume));
    }
    return volumes;
}

} // namespace rosler
