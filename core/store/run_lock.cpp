// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_lock.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/atomic_file.h"
#include "core/base/staged_file.h"
#include "core/store/process_identity.h"
#include "core/store/run_documents.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longestHolder = 4096;

/// "process 4711 on host": written into the lock's file by its holder.
std::string thisHolder()
{
    const ProcessIdentity &self = thisProcess();
    return "process " + std::to_string(self.pid) + " on " + self.host + "\n";
}

/// Only what a holder of ours would have written: the file may hold anything.
std::string holderIn(const fs::path &path)
{
    const auto text = readRegularFile(path, longestHolder);
    if (!text || !text->starts_with("process ") || text->back() != '\n')
        return "another process";
    const std::string line = text->substr(0, text->find('\n'));
    for (const char c : line)
        if (c < ' ' || c > '~')
            return "another process";
    return line;
}

} // namespace

int file_lock::tryFlock(int descriptor) noexcept
{
    return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

int file_lock::tryDescriptionLock(int descriptor) noexcept
{
    struct flock whole {
    };
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0)
        return 0;
    return errno == EACCES || errno == EAGAIN ? EWOULDBLOCK : errno;
}

Result<RunLock> RunLock::take(const fs::path &folder)
{
    const fs::path path = folder / run_file::lock;
    // O_NONBLOCK: whatever stands there by that name, opening it must not hang.
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor < 0)
        return writeFailed(errno, path);
    RunLock lock(descriptor);
    int failure = file_lock::tryFlock(descriptor);
    if (failure == ENOLCK || failure == EOPNOTSUPP || failure == ENOSYS || failure == EINVAL)
        failure = file_lock::tryDescriptionLock(descriptor);
    if (failure == EWOULDBLOCK)
        return fail(ErrorCode::Rejected, "the run is still going on: " + holderIn(path) + " writes it",
                    folder.filename().string());
    if (failure != 0)
        return writeFailed(failure, path);
    // For whoever asks who holds it; that it cannot be said on a full disk does no harm.
    if (::ftruncate(descriptor, 0) == 0)
        (void)writeAll(descriptor, thisHolder());
    return lock;
}

RunLock::RunLock(RunLock &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

RunLock &RunLock::operator=(RunLock &&other) noexcept
{
    if (this != &other) {
        release();
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

RunLock::~RunLock()
{
    release();
}

void RunLock::release() noexcept
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

} // namespace rosler
