// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace rosler {

/// The right to write a run's folder: a lock on the file `lock` in it. One holder at a time, in this process
/// and among all; the system releases it when its process dies, however that comes about. Moves with a folder
/// that is renamed.
///
/// Taken by flock(); where the file system knows none, by an open file description lock, which NFS knows.
class RunLock
{
public:
    /// @return Rejected    another one holds it; `what` says which process, as far as that is known
    /// @return Unwritable  the lock's file cannot be made, or the file system knows neither kind of lock
    [[nodiscard]] static Result<RunLock> take(const std::filesystem::path &folder);

    RunLock() = default; ///< holds nothing
    RunLock(RunLock &&other) noexcept;
    RunLock &operator=(RunLock &&other) noexcept;
    RunLock(const RunLock &) = delete;
    RunLock &operator=(const RunLock &) = delete;
    ~RunLock();

    void release() noexcept;

private:
    explicit RunLock(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    int m_descriptor = -1;
};

/// The two ways of locking, on the descriptor of a file that is open for writing.
/// @return 0, EWOULDBLOCK when another one holds it, or the error of the system
namespace file_lock {
[[nodiscard]] int tryFlock(int descriptor) noexcept;
[[nodiscard]] int tryDescriptionLock(int descriptor) noexcept;
} // namespace file_lock

} // namespace rosler
