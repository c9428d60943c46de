// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_environment.h"

#include <array>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <Eigen/Core>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <sched.h>
#include <sys/utsname.h>
#include <tbb/version.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/atomic_file.h"
#include "core/h5/h5_file.h"
#include "core/store/build_commit.h"
#include "core/store/build_info.h"
#include "core/store/process_identity.h"

namespace rosler {

namespace {

constexpr std::size_t longestSystemFile = std::size_t {4} << 20;

/// What stands behind the first @p key and @p separator at the beginning of a line.
std::string valueIn(const char *path, std::string_view key, char separator)
{
    const auto text = readWholeFile(path, longestSystemFile);
    if (!text)
        return {};
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const std::string_view line = std::string_view(*text).substr(begin, end - begin);
        begin = end + 1;
        const std::size_t at = line.find(separator);
        if (!line.starts_with(key) || at == std::string_view::npos)
            continue;
        std::string_view value = line.substr(at + 1);
        while (!value.empty() && (value.front() == ' ' || value.front() == '"'))
            value.remove_prefix(1);
        while (!value.empty() && (value.back() == ' ' || value.back() == '"'))
            value.remove_suffix(1);
        return std::string(value);
    }
    return {};
}

int usableCores()
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    return static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

std::string versionOf(int major, int minor, int patch)
{
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

} // namespace

RunEnvironment thisEnvironment(int threads)
{
    RunEnvironment environment;
    environment.version = build::version;
    environment.commit = build::commit;
    environment.modified = build::modified;
    environment.compiler = build::compiler;
    environment.compilerFlags = build::flags;
    environment.buildType = build::type;
    environment.libraries = {
        {"eigen", versionOf(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
        {"tbb", TBB_runtime_version()},
        {"hdf5", h5::libraryVersion()},
        {"nlohmann_json",
         versionOf(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
        {"openssl", OpenSSL_version(OPENSSL_VERSION)},
        {"zlib", zlibVersion()},
    };
    environment.host = thisProcess().host;
    environment.cpu = valueIn("/proc/cpuinfo", "model name", ':');
    environment.cores = usableCores();
    environment.threads = threads > 0 ? threads : environment.cores;
    environment.memoryBytes = ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE);
    environment.system = valueIn("/etc/os-release", "PRETTY_NAME", '=');
    utsname names {};
    if (::uname(&names) == 0)
        environment.kernel =
            std::string(names.sysname) + " " + std::string(names.release) + " " + std::string(names.machine);
    if (::getloadavg(&environment.load, 1) != 1)
        environment.load = std::numeric_limits<double>::quiet_NaN();
    return environment;
}

} // namespace rosler
