// SPDX-License-Identifier: Apache-2.0
#include "core/base/free_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include "core/base/text_number.h"

namespace rosler {

namespace {

namespace fs = std::filesystem;
using Bytes = std::optional<std::uint64_t>;

Bytes least(Bytes a, Bytes b)
{
    return a && b ? std::min(*a, *b) : a ? a : b;
}

Bytes firstNumber(const fs::path &path)
{
    std::ifstream file(path);
    std::string word;
    if (!(file >> word))
        return {};
    return numberIn<std::uint64_t>(word); // "max" is none
}

/// The number behind @p key in a file of lines "key number".
Bytes numberOf(const fs::path &path, std::string_view key)
{
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name;
        std::string number;
        if (words >> name >> number && name == key)
            return numberIn<std::uint64_t>(number);
    }
    return {};
}

Bytes available(const fs::path &root)
{
    const Bytes kilobytes = numberOf(root / "proc/meminfo", "MemAvailable:");
    return kilobytes && *kilobytes <= std::numeric_limits<std::uint64_t>::max() / 1024
        ? Bytes(*kilobytes * 1024)
        : Bytes {};
}

/// What one control group leaves.
Bytes leftIn(const fs::path &group, const char *limitName, const char *usageName, std::string_view cacheName)
{
    const Bytes limit = firstNumber(group / limitName);
    const Bytes used = firstNumber(group / usageName);
    if (!limit || !used)
        return {};
    const std::uint64_t cache = std::min(*used, numberOf(group / "memory.stat", cacheName).value_or(0));
    const std::uint64_t held = *used - cache;
    return held < *limit ? *limit - held : 0;
}

/// The least that the process's control groups and those above them leave.
Bytes leftInGroups(const fs::path &root)
{
    Bytes left;
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) { // "0::/path", or "9:cpu,memory:/path" of version 1
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const bool two = controllers == ",,";
        if (!two && controllers.find(",memory,") == std::string::npos)
            continue;
        const fs::path mount = root / (two ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
        fs::path group = fs::path(line.substr(second + 1)).relative_path();
        for (;;) {
            left = least(left,
                         two ? leftIn(mount / group, "memory.max", "memory.current", "inactive_file")
                             : leftIn(mount / group, "memory.limit_in_bytes", "memory.usage_in_bytes",
                                      "total_inactive_file"));
            if (group.empty())
                break;
            group = group.parent_path();
        }
    }
    return left;
}

Bytes leftOfAddresses(const fs::path &root)
{
    rlimit limit {};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return {};
    const Bytes pages = firstNumber(root / "proc/self/statm");
    const std::uint64_t used = pages.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return used < limit.rlim_cur ? limit.rlim_cur - used : 0;
}

} // namespace

std::optional<std::uint64_t> freeMemory(const fs::path &root)
{
    return least(least(available(root), leftInGroups(root)), leftOfAddresses(root));
}

} // namespace rosler
