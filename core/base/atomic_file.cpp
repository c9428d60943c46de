// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rosler {

namespace fs = std::filesystem;

namespace {

/// What the system said, in its words.
tl::unexpected<Error> systemError(int number, const fs::path &path)
{
    const ErrorCode code =
        number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Unreadable;
    return fail(code, std::generic_category().message(number), path.string());
}

/// The same for writing, where a missing folder is one more refusal.
tl::unexpected<Error> writeError(int number, const fs::path &path)
{
    return fail(ErrorCode::Unwritable, "cannot write: " + std::generic_category().message(number),
                path.string());
}

class Descriptor
{
public:
    explicit Descriptor(int number) noexcept
        : m_number(number)
    {
    }
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    [[nodiscard]] int number() const noexcept { return m_number; }
    [[nodiscard]] bool isOpen() const noexcept { return m_number >= 0; }

    /// Closes now and tells whether the system kept its promise: some report a full disk only here.
    [[nodiscard]] bool close() noexcept { return ::close(std::exchange(m_number, -1)) == 0; }

private:
    int m_number;
};

int syncWhole(int descriptor)
{
    int outcome = 0;
    do {
        outcome = ::fsync(descriptor);
    } while (outcome != 0 && errno == EINTR);
    return outcome;
}

/// Makes a rename in @p folder last. File systems that cannot sync folders say EINVAL, and need not.
Result<void> syncFolder(const fs::path &folder)
{
    const Descriptor descriptor(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.isOpen())
        return writeError(errno, folder);
    if (syncWhole(descriptor.number()) != 0 && errno != EINVAL && errno != ENOTSUP)
        return writeError(errno, folder);
    return {};
}

bool writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// An empty file beside the one it is to replace; gone again unless it took that place.
class TemporaryFile
{
public:
    static Result<TemporaryFile> beside(const fs::path &path)
    {
        static std::atomic<unsigned> next {0};
        struct stat old {
        };
        const bool replaces = ::stat(path.c_str(), &old) == 0;
        for (;;) {
            fs::path name = path;
            name += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
            const Descriptor made(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
            if (made.isOpen()) {
                if (replaces)
                    ::fchmod(made.number(), old.st_mode & 07777U); // as good as it goes
                return TemporaryFile(std::move(name));
            }
            if (errno != EEXIST)
                return writeError(errno, path);
        }
    }

    TemporaryFile(TemporaryFile &&other) noexcept
        : m_name(std::exchange(other.m_name, {}))
    {
    }
    TemporaryFile &operator=(TemporaryFile &&) = delete;
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;

    ~TemporaryFile()
    {
        if (!m_name.empty())
            ::unlink(m_name.c_str());
    }

    [[nodiscard]] const fs::path &name() const noexcept { return m_name; }

    Result<void> takePlaceOf(const fs::path &path)
    {
        {
            Descriptor file(::open(m_name.c_str(), O_RDONLY | O_CLOEXEC));
            if (!file.isOpen() || syncWhole(file.number()) != 0 || !file.close())
                return writeError(errno, path);
        }
        if (::rename(m_name.c_str(), path.c_str()) != 0)
            return writeError(errno, path);
        m_name.clear();
        return syncFolder(path.parent_path());
    }

private:
    explicit TemporaryFile(fs::path name) noexcept
        : m_name(std::move(name))
    {
    }

    fs::path m_name;
};

/// Where a chain of symbolic links ends, so that the link stays and its target is replaced.
fs::path behindLinks(const fs::path &path)
{
    std::error_code ignored;
    if (!fs::is_symlink(path, ignored))
        return path;
    fs::path target = fs::weakly_canonical(path, ignored);
    return ignored ? path : target;
}

} // namespace

Result<void> replaceFileAtomically(const fs::path &path,
                                   const std::function<Result<void>(const fs::path &temporary)> &write)
{
    const fs::path target = behindLinks(path);
    auto temporary = TemporaryFile::beside(target);
    if (!temporary)
        return tl::unexpected(temporary.error());
    if (auto written = write(temporary->name()); !written)
        return written;
    return temporary->takePlaceOf(target);
}

Result<void> writeFileAtomically(const fs::path &path, std::string_view bytes)
{
    return replaceFileAtomically(path, [&](const fs::path &temporary) -> Result<void> {
        Descriptor file(::open(temporary.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
        if (!file.isOpen() || !writeAll(file.number(), bytes) || !file.close())
            return writeError(errno, path);
        return {};
    });
}

namespace {

enum class Accepted { Anything, RegularFiles };

Result<std::string> readWhole(const fs::path &path, std::size_t limit, Accepted accepted)
{
    // Opening a pipe waits for its other end, unless told not to; regular files do not care.
    const int waiting = accepted == Accepted::RegularFiles ? O_NONBLOCK : 0;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | waiting));
    struct stat status {
    };
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0)
        return systemError(errno, path);
    if (accepted == Accepted::RegularFiles && !S_ISREG(status.st_mode))
        return fail(ErrorCode::Malformed, "not a regular file", path.string());
    const auto tooLong = [&] {
        return fail(ErrorCode::OutOfRange, "longer than the " + std::to_string(limit) + " bytes allowed",
                    path.string());
    };
    // The size is a hint: files under /proc say 0, pipes say nothing, and files grow.
    const auto expected = S_ISREG(status.st_mode) ? static_cast<std::uintmax_t>(status.st_size) : 0;
    if (expected > limit)
        return tooLong();
    std::string bytes(static_cast<std::size_t>(expected), '\0');
    std::size_t filled = 0;
    for (;;) {
        if (filled == bytes.size()) {
            char one = 0;
            const ssize_t more = ::read(file.number(), &one, 1);
            if (more == 0)
                return bytes;
            if (more > 0) {
                if (filled == limit)
                    return tooLong();
                bytes.resize(std::min(limit, std::max<std::size_t>(4096, filled * 2)));
                bytes[filled++] = one;
                continue;
            }
        } else {
            const ssize_t count = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
            if (count == 0) {
                bytes.resize(filled);
                return bytes;
            }
            if (count > 0) {
                filled += static_cast<std::size_t>(count);
                continue;
            }
        }
        if (errno != EINTR)
            return systemError(errno, path);
    }
}

} // namespace

Result<std::string> readWholeFile(const fs::path &path, std::size_t limit)
{
    return readWhole(path, limit, Accepted::Anything);
}

Result<std::string> readRegularFile(const fs::path &path, std::size_t limit)
{
    return readWhole(path, limit, Accepted::RegularFiles);
}

} // namespace rosler
