// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/result.h"

namespace rosler {

/// The program of that name in $PATH; empty when there is none.
[[nodiscard]] std::filesystem::path findProgram(const std::string &name);
/// The same in folders of one's own, divided by colons.
[[nodiscard]] std::filesystem::path findProgram(const std::string &name, const std::string &path);

/// A program that runs as this one's child and never outlives it: killed with this object, and by the system
/// when the thread that started it ends. Its output is read, its input is empty. Ctrl+C in the terminal does
/// not reach it.
class ChildProcess
{
public:
    ChildProcess() = default;
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    /// @return Unreadable  the system has no process or pipe for it
    [[nodiscard]] Result<void> start(const std::filesystem::path &program,
                                     const std::vector<std::string> &arguments);
    /// Waits for output, at most @p timeout. Appends what came, both streams, to output().
    /// @return false  it has closed its output: it has ended, or soon will have
    bool readOutput(std::chrono::milliseconds timeout);
    [[nodiscard]] const std::string &output() const noexcept { return m_output; }
    /// That it has used so far; 0 when none runs.
    [[nodiscard]] std::chrono::nanoseconds processorTime() const;
    [[nodiscard]] pid_t id() const noexcept { return m_id; } ///< -1 when none runs
    /// Waits for its end, which is near when readOutput() was false.
    /// @return its exit code; 128 + the signal that ended it; -1 when none runs
    int wait();
    /// Ends it at once and waits for its end.
    void kill();

private:
    pid_t m_id = -1;
    int m_pipe = -1;
    std::string m_output;
};

} // namespace rosler
