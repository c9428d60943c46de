// SPDX-License-Identifier: Apache-2.0
#include "core/data/archive_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "core/data/byte_source.h"
#include "core/data/loading_stopped.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t archivePieceBytes = std::size_t {256} * 1024;
constexpr std::uint64_t zipMostRatio = 8192; // deflate 1032, LZMA 7050
constexpr std::size_t longestPath = 4096;
constexpr std::array archiveEndings {".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".zip"};

/// @p path for a message: what cannot be printed is a question mark.
std::string printable(std::string_view path)
{
    std::string text(path.substr(0, 200));
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text;
}

/// The parts of @p path without "."; none when it leads out of where it stands.
std::optional<std::string> innerPath(std::string_view path)
{
    if (path.empty() || path.front() == '/' || path.size() > longestPath)
        return std::nullopt;
    std::string inner;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (part == "..")
            return std::nullopt;
        if (part.empty() || part == ".")
            continue;
        if (!inner.empty())
            inner += '/';
        inner += part;
    }
    return inner;
}

/// What systems leave behind: ".DS_Store", "._photo.jpg", "__MACOSX/...".
bool hides(std::string_view inner)
{
    return inner.starts_with('.') || inner.find("/.") != std::string_view::npos
        || inner.starts_with("__MACOSX/");
}

} // namespace

struct ArchiveSource::State {
    explicit State(ByteSource from)
        : source(std::move(from))
        , piece(archivePieceBytes)
    {
    }
    ~State()
    {
        if (reader != nullptr)
            ::archive_read_free(reader);
    }
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    static la_ssize_t feed(struct archive *reader, void *self, const void **bytes);

    [[nodiscard]] std::string place() const
    {
        const auto position = std::max<la_int64_t>(0, ::archive_read_header_position(reader));
        return source.where(static_cast<std::uint64_t>(position));
    }
    [[nodiscard]] std::string placeIn(std::uint64_t at) const
    {
        return source.name() + ":" + printable(path) + ":" + std::to_string(at);
    }
    /// What went wrong in libarchive, or in the bytes that it was fed with.
    tl::unexpected<Error> fault(const std::string &where) const;
    Result<void> passOver();
    Result<void> checkEnd();
    Result<std::optional<std::string>> admit(struct archive_entry *entry);
    Result<std::size_t> take(std::span<std::byte> into);

    ByteSource source;
    std::vector<std::byte> piece;
    std::optional<Error> feedError;
    struct archive *reader = nullptr;
    bool zip = false;
    bool ended = false;
    bool inFile = false;
    std::string path;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;     ///< that the file claims, at most what the archive can hold
    std::uint64_t unpacked = 0; ///< of all files
    std::uint64_t mostBytes = 0;
    std::stop_token stop;
};

la_ssize_t ArchiveSource::State::feed(struct archive *reader, void *self, const void **bytes)
{
    auto &state = *static_cast<State *>(self);
    auto read = state.source.readSome(state.piece);
    if (!read) {
        state.feedError = std::move(read.error());
        ::archive_set_error(reader, EIO, "%s", "damaged");
        return ARCHIVE_FATAL;
    }
    *bytes = state.piece.data();
    return static_cast<la_ssize_t>(*read);
}

tl::unexpected<Error> ArchiveSource::State::fault(const std::string &where) const
{
    if (feedError)
        return tl::unexpected<Error>(*feedError);
    if (::archive_errno(reader) == ENOMEM)
        throw std::bad_alloc();
    const char *said = ::archive_error_string(reader);
    return fail(ErrorCode::Malformed,
                std::string("the archive is damaged or cut off: ")
                    + (said != nullptr ? printable(said) : "libarchive does not say why"),
                where);
}

/// Reads what is left of the file, so that a stop is heard and a bomb has an end. A zip is sought through.
Result<void> ArchiveSource::State::passOver()
{
    while (inFile && !zip) {
        std::array<std::byte, 65536> rest;
        const auto read = take(rest);
        if (!read)
            return tl::unexpected(read.error());
        if (*read == 0)
            break;
    }
    return {};
}

/// A tar ends with blocks of zeros; one that is cut between two files has none. What is packed is read to its
/// end, where its checksum is.
Result<void> ArchiveSource::State::checkEnd()
{
    if (zip)
        return {};
    constexpr la_int64_t block = 512;
    if (::archive_filter_bytes(reader, 0) < ::archive_read_header_position(reader) + block)
        return fail(ErrorCode::Malformed, "the archive is cut off: no mark of its end", place());
    for (;;) {
        const auto read = source.readSome(piece);
        if (!read)
            return tl::unexpected(read.error());
        if (*read == 0)
            return {};
        unpacked += *read;
        if (unpacked > mostBytes)
            return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostBytes) + " bytes",
                        source.where(source.offset()));
        if (stop.stop_requested())
            return loadingStopped();
    }
}

/// The file's path when it is one to read, else none.
Result<std::optional<std::string>> ArchiveSource::State::admit(struct archive_entry *entry)
{
    const char *named = ::archive_entry_pathname_utf8(entry);
    if (named == nullptr)
        named = ::archive_entry_pathname(entry);
    if (named == nullptr)
        return fail(ErrorCode::Malformed, "a file without a readable name", place());
    auto inner = innerPath(named);
    if (!inner)
        return fail(ErrorCode::Malformed,
                    "the path \"" + printable(named) + "\" leads out of the archive, or is too long",
                    place());
    // A hard link has the type of what it names, and no bytes.
    if (::archive_entry_filetype(entry) != AE_IFREG || ::archive_entry_hardlink(entry) != nullptr
        || inner->empty() || hides(*inner))
        return std::optional<std::string> {};
    if (::archive_entry_sparse_count(entry) > 0)
        return fail(ErrorCode::Unsupported, "\"" + printable(*inner) + "\" is a sparse file", place());
    if (::archive_entry_is_encrypted(entry) != 0)
        return fail(ErrorCode::Unsupported, "\"" + printable(*inner) + "\" is encrypted", place());
    const std::uint64_t most = zip ? source.fileBytes() * zipMostRatio
                                   : source.mostBytesLeft() + archivePieceBytes; // a piece is read ahead
    size = most;
    if (::archive_entry_size_is_set(entry) != 0) {
        const la_int64_t claimed = ::archive_entry_size(entry);
        if (claimed < 0 || static_cast<std::uint64_t>(claimed) > most)
            return fail(ErrorCode::Malformed,
                        "\"" + printable(*inner) + "\" claims " + std::to_string(claimed)
                            + " bytes; the archive of " + std::to_string(source.fileBytes())
                            + " holds no more than " + std::to_string(most),
                        place());
        size = static_cast<std::uint64_t>(claimed);
    }
    return inner;
}

Result<std::size_t> ArchiveSource::State::take(std::span<std::byte> into)
{
    if (stop.stop_requested())
        return loadingStopped();
    if (!inFile || into.empty())
        return 0;
    const la_ssize_t read =
        ::archive_read_data(reader, into.data(), std::min(into.size(), archivePieceBytes));
    if (read < 0)
        return fault(placeIn(offset));
    const auto count = static_cast<std::size_t>(read);
    if (count == 0)
        inFile = false;
    offset += count;
    unpacked += count;
    if (unpacked > mostBytes)
        return fail(ErrorCode::OutOfRange,
                    "the archive holds more than the " + std::to_string(mostBytes) + " bytes allowed",
                    placeIn(offset));
    return count;
}

ArchiveSource::ArchiveSource(std::unique_ptr<State> state) noexcept
    : m_state(std::move(state))
{
}

ArchiveSource::ArchiveSource(ArchiveSource &&other) noexcept = default;
ArchiveSource &ArchiveSource::operator=(ArchiveSource &&other) noexcept = default;
ArchiveSource::~ArchiveSource() = default;

bool ArchiveSource::isNamed(const fs::path &path)
{
    const std::string name = path.filename().string();
    std::error_code ignored;
    return std::ranges::any_of(archiveEndings, [&](std::string_view end) { return name.ends_with(end); })
        && fs::is_regular_file(path, ignored);
}

Result<ArchiveSource> ArchiveSource::open(const fs::path &path, std::uint64_t mostBytes, std::stop_token stop)
{
    auto source = ByteSource::open(path);
    if (!source)
        return tl::unexpected(std::move(source.error()));
    auto state = std::make_unique<State>(std::move(*source));
    state->mostBytes = mostBytes;
    state->stop = std::move(stop);
    state->zip = path.extension() == ".zip" || path.extension() == ".npz";
    state->reader = ::archive_read_new();
    if (state->reader == nullptr)
        throw std::bad_alloc();
    int outcome = ARCHIVE_OK;
    if (state->zip) { // has its list of files at the end, so that the file itself is read
        ::archive_read_support_format_zip_seekable(state->reader);
        outcome = ::archive_read_open_filename(state->reader, path.c_str(), 65536);
    } else {
        ::archive_read_support_format_tar(state->reader);
        outcome = ::archive_read_open2(state->reader, state.get(), nullptr, State::feed, nullptr, nullptr);
    }
    if (outcome != ARCHIVE_OK)
        return state->fault(state->source.where(0));
    return ArchiveSource(std::move(state));
}

Result<std::optional<std::string>> ArchiveSource::next()
{
    State &state = *m_state;
    for (;;) {
        if (auto passed = state.passOver(); !passed)
            return tl::unexpected(std::move(passed.error()));
        state.inFile = false;
        if (state.stop.stop_requested())
            return loadingStopped();
        if (state.ended)
            return std::optional<std::string> {};
        struct archive_entry *entry = nullptr;
        const int outcome = ::archive_read_next_header(state.reader, &entry);
        if (outcome == ARCHIVE_EOF) {
            state.ended = true;
            if (auto end = state.checkEnd(); !end)
                return tl::unexpected(std::move(end.error()));
            return std::optional<std::string> {};
        }
        if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN)
            return state.fault(state.place());
        auto admitted = state.admit(entry);
        if (!admitted)
            return tl::unexpected(std::move(admitted.error()));
        state.inFile = true;
        state.offset = 0;
        state.path = admitted->value_or("");
        if (*admitted)
            return admitted;
    }
}

Result<std::size_t> ArchiveSource::readSome(std::span<std::byte> into)
{
    return m_state->take(into);
}

std::uint64_t ArchiveSource::offset() const noexcept
{
    return m_state->offset;
}

std::uint64_t ArchiveSource::mostBytesLeft() const noexcept
{
    return m_state->size - std::min(m_state->size, m_state->offset);
}

std::string ArchiveSource::where(std::uint64_t offset) const
{
    return m_state->placeIn(offset);
}

double ArchiveSource::fraction() const noexcept
{
    const auto all = static_cast<double>(std::max<std::uint64_t>(1, m_state->source.fileBytes()));
    const auto read = m_state->zip ? static_cast<double>(::archive_filter_bytes(m_state->reader, -1))
                                   : static_cast<double>(m_state->source.fileBytesRead());
    return std::clamp(read / all, 0.0, 1.0);
}

} // namespace rosler
