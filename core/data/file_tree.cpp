// SPDX-License-Identifier: Apache-2.0
#include "core/data/file_tree.h"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/ascii_text.h"
#include "core/data/archive_source.h"
#include "core/data/byte_source.h"
#include "core/data/loading_stopped.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr int deepestFolder = 4;

/// What of a tree is looked at to know its format.
constexpr std::size_t entriesToKnow = 5000;
constexpr std::size_t filesToKnow = 16; // of one folder or archive
constexpr std::size_t archivesToKnow = 16;
constexpr std::uint64_t bytesToKnow = 500'000; // unpacked of an archive: xz takes 10 ms

/// A file of a folder, which has a source of its own, or of an archive, whose files share one.
template <typename Source>
class FileOf final : public TreeFile
{
public:
    FileOf(std::string path, Source &&source)
        : m_path(std::move(path))
        , m_source(std::forward<Source>(source))
    {
    }

    [[nodiscard]] const std::string &path() const noexcept override { return m_path; }
    [[nodiscard]] Result<std::size_t> readSome(std::span<std::byte> into) override
    {
        return m_source.readSome(into);
    }
    [[nodiscard]] std::uint64_t offset() const noexcept override { return m_source.offset(); }
    [[nodiscard]] std::uint64_t mostBytesLeft() const noexcept override { return m_source.mostBytesLeft(); }
    [[nodiscard]] std::string where(std::uint64_t offset) const override { return m_source.where(offset); }

private:
    std::string m_path;
    Source m_source;
};

using FolderFile = FileOf<ByteSource>;
using ArchivedFile = FileOf<ArchiveSource &>;

/// Files of a folder, by their paths in it, and the archives at its top.
struct Listing {
    std::vector<std::string> files;
    std::vector<fs::path> archives;
};

/// Adds what lies in @p folder, which is @p inner of the tree.
/// @param most  entries to look at
Result<void> listFolder(const fs::path &folder, const std::string &inner, int depth, std::uint64_t &most,
                        const std::stop_token &stop, Listing &listing)
{
    std::error_code error;
    std::vector<fs::path> below;
    for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
         entries.increment(error)) {
        if (stop.stop_requested())
            return loadingStopped();
        if (most == 0)
            return fail(ErrorCode::OutOfRange, "too many files", folder.string());
        --most;
        const std::string name = entries->path().filename().string();
        std::error_code ignored; // a link to nothing is neither
        if (name.starts_with('.') || name == "__MACOSX")
            continue;
        if (entries->is_directory(ignored))
            below.push_back(entries->path());
        else if (depth == 0 && ArchiveSource::isNamed(entries->path()))
            listing.archives.push_back(entries->path());
        else if (entries->is_regular_file(ignored))
            listing.files.push_back(inner + name);
    }
    if (error)
        return fail(ErrorCode::Unreadable, "cannot read: " + error.message(), folder.string());
    std::sort(below.begin(), below.end());
    for (const fs::path &next : below)
        if (depth + 1 < deepestFolder) {
            auto listed =
                listFolder(next, inner + next.filename().string() + '/', depth + 1, most, stop, listing);
            if (!listed)
                return listed;
        }
    return {};
}

Result<Listing> listTree(const fs::path &source, std::uint64_t most, const std::stop_token &stop)
{
    Listing listing;
    std::error_code ignored;
    if (!fs::is_directory(source, ignored)) {
        listing.archives.push_back(source);
        return listing;
    }
    if (auto listed = listFolder(source, "", 0, most, stop, listing); !listed)
        return tl::unexpected(std::move(listed.error()));
    std::sort(listing.files.begin(), listing.files.end());
    std::sort(listing.archives.begin(), listing.archives.end());
    return listing;
}

Result<void> visitArchive(const fs::path &path, const TreeVisit &visit,
                          const std::function<void(double)> &report)
{
    auto archive = ArchiveSource::open(path, visit.mostBytes, visit.stop);
    if (!archive)
        return tl::unexpected(std::move(archive.error()));
    for (std::uint64_t files = 0;; ++files) {
        auto inner = archive->next();
        if (!inner)
            return tl::unexpected(std::move(inner.error()));
        if (!*inner)
            return {};
        if (files == visit.mostFiles)
            return fail(ErrorCode::OutOfRange, "too many files", path.string());
        if (visit.wanted(**inner)) {
            ArchivedFile file(std::move(**inner), *archive);
            if (auto taken = visit.take(file); !taken)
                return taken;
        }
        report(archive->fraction());
    }
}

} // namespace

Result<void> TreeFile::read(std::span<std::byte> into)
{
    while (!into.empty()) {
        const auto taken = readSome(into);
        if (!taken)
            return tl::unexpected(taken.error());
        if (*taken == 0)
            return fail(ErrorCode::Malformed,
                        "the file ends after " + std::to_string(offset()) + " bytes; "
                            + std::to_string(into.size()) + " more are needed",
                        where(offset()));
        into = into.subspan(*taken);
    }
    return {};
}

Result<std::vector<std::byte>> TreeFile::readAll(std::uint64_t most)
{
    std::vector<std::byte> all;
    std::vector<std::byte> piece(
        static_cast<std::size_t>(std::clamp<std::uint64_t>(mostBytesLeft(), 1024, 65536)));
    for (;;) {
        const auto taken = readSome(piece);
        if (!taken)
            return tl::unexpected(taken.error());
        if (*taken == 0)
            return all;
        if (*taken > most - all.size())
            return fail(ErrorCode::OutOfRange, "more than the " + std::to_string(most) + " bytes allowed",
                        where(offset()));
        all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*taken));
    }
}

Result<void> visitFiles(const fs::path &source, const TreeVisit &visit)
{
    auto listing = listTree(source, visit.mostFiles, visit.stop);
    if (!listing)
        return tl::unexpected(std::move(listing.error()));
    const auto all = static_cast<double>(listing->files.size() + listing->archives.size());
    double done = 0;
    const auto report = [&](double fraction) {
        if (visit.report)
            visit.report((done + fraction) / all);
    };
    for (std::string &inner : listing->files) {
        if (visit.stop.stop_requested())
            return loadingStopped();
        if (visit.wanted(inner)) {
            auto bytes = ByteSource::open(source / inner);
            if (!bytes)
                return tl::unexpected(std::move(bytes.error()));
            FolderFile file(std::move(inner), std::move(*bytes));
            if (auto taken = visit.take(file); !taken)
                return taken;
        }
        report(1);
        ++done;
    }
    for (const fs::path &archive : listing->archives) {
        if (auto visited = visitArchive(archive, visit, report); !visited)
            return visited;
        ++done;
    }
    return {};
}

std::vector<std::string> someFiles(const fs::path &source)
{
    std::vector<std::string> some;
    Listing listing;
    std::error_code ignored;
    if (fs::is_directory(source, ignored)) {
        std::uint64_t most = entriesToKnow;
        std::ignore = listFolder(source, "", 0, most, {}, listing); // as far as that
        some = std::move(listing.files);
    } else if (ArchiveSource::isNamed(source)) {
        listing.archives.push_back(source);
    }
    std::sort(listing.archives.begin(), listing.archives.end());
    listing.archives.resize(std::min(listing.archives.size(), archivesToKnow));
    for (const fs::path &path : listing.archives) {
        auto archive = ArchiveSource::open(path, bytesToKnow);
        for (std::size_t i = 0; archive && i < filesToKnow; ++i) {
            auto inner = archive->next();
            if (!inner || !*inner)
                break;
            some.push_back(std::move(**inner));
        }
    }
    return some;
}

std::string lowerEnding(std::string_view path)
{
    return lowerAscii(std::string(path.substr(std::min(path.size(), path.find_last_of('.')))));
}

std::string treeName(const fs::path &source)
{
    std::error_code ignored;
    fs::path whole = fs::absolute(source, ignored).lexically_normal();
    if (!whole.has_filename())
        whole = whole.parent_path();
    std::string name = whole.filename().string();
    if (!fs::is_directory(source, ignored))
        name = name.substr(0, std::max<std::size_t>(1, name.find('.')));
    return lowerAscii(std::move(name));
}

} // namespace rosler
