// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rosler {

std::filesystem::path findProgram(const std::string &name)
{
    const char *path = std::getenv("PATH");
    return findProgram(name, path != nullptr ? path : "/usr/bin:/bin");
}

std::filesystem::path findProgram(const std::string &name, const std::string &path)
{
    std::string left = path;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find(':'), left.size());
        const std::filesystem::path file = std::filesystem::path(left.substr(0, end)) / name;
        if (end > 0 && ::access(file.c_str(), X_OK) == 0)
            return file;
        left.erase(0, end + 1);
    }
    return {};
}

ChildProcess::~ChildProcess()
{
    kill();
}

Result<void> ChildProcess::start(const std::filesystem::path &program,
                                 const std::vector<std::string> &arguments)
{
    std::array<int, 2> ends {};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(ErrorCode::Unreadable, std::strerror(errno), program.string());
    // Made before the fork: between fork and exec only system calls are allowed.
    std::vector<std::string> words {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char *> pointers;
    for (std::string &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t parent = ::getpid();
    m_id = ::fork();
    if (m_id < 0) {
        const std::string why = std::strerror(errno);
        ::close(ends[0]);
        ::close(ends[1]);
        return fail(ErrorCode::Unreadable, why, program.string());
    }
    if (m_id == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(127);
        ::setpgid(0, 0);
        const int nothing = ::open("/dev/null", O_RDONLY);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::execv(pointers.front(), pointers.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    m_pipe = ends[0];
    return {};
}

bool ChildProcess::readOutput(std::chrono::milliseconds timeout)
{
    pollfd wait {m_pipe, POLLIN, 0};
    const int ready = m_pipe < 0 ? -1 : ::poll(&wait, 1, static_cast<int>(timeout.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR && m_pipe >= 0))
        return true;
    std::array<char, 4096> bytes {};
    const ssize_t n = ready > 0 ? ::read(m_pipe, bytes.data(), bytes.size()) : -1;
    if (n <= 0)
        return false;
    m_output.append(bytes.data(), static_cast<std::size_t>(n));
    return true;
}

std::chrono::nanoseconds ChildProcess::processorTime() const
{
    clockid_t clock {};
    timespec time {};
    if (m_id < 0 || ::clock_getcpuclockid(m_id, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int ChildProcess::wait()
{
    if (m_id <= 0)
        return -1;
    int status = 0;
    while (::waitpid(m_id, &status, 0) < 0 && errno == EINTR) { }
    m_id = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::kill()
{
    if (m_pipe >= 0)
        ::close(m_pipe);
    m_pipe = -1;
    if (m_id <= 0)
        return;
    ::kill(m_id, SIGKILL);
    while (::waitpid(m_id, nullptr, 0) < 0 && errno == EINTR) { }
    m_id = -1;
}

} // namespace rosler
