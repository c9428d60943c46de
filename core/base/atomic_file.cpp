// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/staged_file.h"

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

private:
    int m_number;
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

/// Fills a file beside @p path by @p fill and puts it in its place, to outlive a power cut from then on.
template <typename Fill>
Result<void> replaceBy(const fs::path &path, Fill fill)
{
    const fs::path target = behindLinks(path);
    auto staged = StagedFile::unique(target);
    if (!staged)
        return tl::unexpected(staged.error());
    const fs::path folder = target.parent_path();
    return fill(*staged).and_then([&] { return staged->commit(); }).and_then([&] {
        return syncPath(folder.empty() ? "." : folder);
    });
}

} // namespace

Result<void> replaceFileAtomically(const fs::path &path,
                                   const std::function<Result<void>(const fs::path &temporary)> &write)
{
    return replaceBy(path, [&](const StagedFile &staged) {
        return write(staged.name()).and_then([&] {
            return syncPath(staged.name()).map_error([&](Error error) {
                error.where = path.string(); // not the name that is gone by now
                return error;
            });
        });
    });
}

Result<void> writeFileAtomically(const fs::path &path, std::string_view bytes)
{
    return replaceBy(path, [&](const StagedFile &staged) { return staged.fill(bytes, Outlive::PowerCut); });
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
