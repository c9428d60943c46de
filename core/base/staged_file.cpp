// SPDX-License-Identifier: Apache-2.0
#include "core/base/staged_file.h"

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rosler {

namespace fs = std::filesystem;

tl::unexpected<Error> writeFailed(int number, const fs::path &path)
{
    return fail(ErrorCode::Unwritable, "cannot write: " + std::generic_category().message(number),
                path.string());
}

int writeAll(int descriptor, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

namespace {

int syncDescriptor(int descriptor) noexcept
{
    while (::fsync(descriptor) != 0) {
        if (errno == EINVAL || errno == ENOTSUP)
            return 0; // this file system cannot, and need not
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

fs::path withEnding(fs::path path, const std::string &ending)
{
    path += ending;
    return path;
}

} // namespace

StagedFile::StagedFile(fs::path path, fs::path staged)
    : m_path(std::move(path))
    , m_staged(std::move(staged))
{
}

StagedFile::StagedFile(StagedFile &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_staged(std::exchange(other.m_staged, {}))
{
}

StagedFile::~StagedFile()
{
    if (!m_staged.empty())
        ::unlink(m_staged.c_str());
}

Result<StagedFile> StagedFile::write(const fs::path &path, std::string_view bytes, Outlive outlive)
{
    StagedFile file(path, withEnding(path, ".part"));
    if (auto filled = file.fill(bytes, outlive); !filled)
        return tl::unexpected(filled.error());
    return file;
}

Result<void> StagedFile::fill(std::string_view bytes, Outlive outlive) const
{
    const int descriptor = ::open(m_staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return writeFailed(errno, m_path);
    int failure = writeAll(descriptor, bytes);
    if (failure == 0 && outlive == Outlive::PowerCut)
        failure = syncDescriptor(descriptor);
    if (::close(descriptor) != 0 && failure == 0)
        failure = errno; // some file systems report a full disk only here
    if (failure != 0)
        return writeFailed(failure, m_path);
    return {};
}

Result<StagedFile> StagedFile::unique(const fs::path &path)
{
    static std::atomic<unsigned> next {0};
    struct stat old {
    };
    const bool replaces = ::stat(path.c_str(), &old) == 0;
    for (;;) {
        fs::path name = withEnding(path, ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(next++));
        const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == EEXIST)
            continue;
        if (descriptor < 0)
            return writeFailed(errno, path);
        if (replaces)
            (void)::fchmod(descriptor, old.st_mode & 07777U); // as good as it goes
        ::close(descriptor);
        return StagedFile(path, std::move(name));
    }
}

Result<void> StagedFile::commit()
{
    if (::rename(m_staged.c_str(), m_path.c_str()) != 0)
        return writeFailed(errno, m_path);
    m_staged.clear();
    return {};
}

Result<void> replaceFile(const fs::path &path, std::string_view bytes, Outlive outlive)
{
    return StagedFile::write(path, bytes, outlive).and_then([](StagedFile file) { return file.commit(); });
}

Result<void> syncPath(const fs::path &path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return writeFailed(errno, path);
    int failure = syncDescriptor(descriptor);
    if (::close(descriptor) != 0 && failure == 0)
        failure = errno;
    if (failure != 0)
        return writeFailed(failure, path);
    return {};
}

} // namespace rosler
