// SPDX-License-Identifier: Apache-2.0
#include "core/store/process_identity.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "core/base/atomic_file.h"
#include "core/base/text_number.h"

namespace rosler {

namespace {

constexpr std::size_t longestProcFile = 65536;

std::string firstLine(const std::string &path)
{
    const auto text = readWholeFile(path, longestProcFile);
    return text ? text->substr(0, text->find('\n')) : std::string();
}

/// Field 22 of /proc/PID/stat. The second field, a name in brackets, may hold anything.
std::optional<std::uint64_t> startOf(std::int64_t pid)
{
    const std::string stat = firstLine("/proc/" + std::to_string(pid) + "/stat");
    std::size_t at = stat.rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field)
        at = stat.find(' ', at + 1);
    if (at == std::string::npos)
        return std::nullopt;
    const std::string_view rest = std::string_view(stat).substr(at + 1);
    return numberIn<std::uint64_t>(rest.substr(0, rest.find(' ')));
}

ProcessIdentity identify()
{
    ProcessIdentity self;
    self.pid = ::getpid();
    self.started = startOf(self.pid).value_or(0);
    self.boot = firstLine("/proc/sys/kernel/random/boot_id");
    std::error_code ignored;
    self.pidNamespace = std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
    std::array<char, 256> host {};
    if (::gethostname(host.data(), host.size() - 1) == 0)
        self.host = host.data();
    return self;
}

} // namespace

const ProcessIdentity &thisProcess()
{
    // A forked child is another process with the same memory.
    thread_local ProcessIdentity self;
    if (self.pid != ::getpid())
        self = identify();
    return self;
}

Liveness livenessOf(const ProcessIdentity &process)
{
    const ProcessIdentity &self = thisProcess();
    if (process.boot == self.boot && process.pidNamespace == self.pidNamespace)
        return startOf(process.pid) == process.started ? Liveness::Alive : Liveness::Dead;
    // The same machine since started anew, or another one.
    return process.boot != self.boot && process.host == self.host ? Liveness::Dead : Liveness::OutOfSight;
}

} // namespace rosler
