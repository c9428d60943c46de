// SPDX-License-Identifier: Apache-2.0
#include "core/data/byte_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t bufferBytes = std::size_t {256} * 1024;
constexpr std::uint64_t deflateMostRatio = 1032; // zlib's technical notes: 258 bytes from 2 bits
// A match of 273 bytes takes 14 binary decisions of at least log2(2048 / 2017) bits: 7,050 to one.
constexpr std::uint64_t lzmaMostRatio = 8192;
constexpr std::uint64_t lzmaMostMemory = std::uint64_t {512} * 1024 * 1024; // xz -9 takes 65 MB
constexpr std::array<unsigned char, 6> xzMagic {0xFD, '7', 'z', 'X', 'Z', 0x00};

std::string shortName(const fs::path &path)
{
    std::error_code ignored;
    const fs::path whole = fs::absolute(path, ignored).lexically_normal();
    const fs::path folder = whole.parent_path().filename();
    return (folder / whole.filename()).string();
}

tl::unexpected<Error> systemError(int number, const std::string &where)
{
    const ErrorCode code =
        number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Unreadable;
    return fail(code, "cannot read: " + std::generic_category().message(number), where);
}

} // namespace

/// One open file, the piece of it in memory, and what unpacks it when it is packed.
struct ByteSource::State {
    explicit State(const fs::path &path)
        : name(shortName(path))
    {
    }
    ~State()
    {
        if (packing == Packing::Gzip)
            ::inflateEnd(&inflater);
        if (packing == Packing::Xz)
            ::lzma_end(&decoder);
        if (descriptor >= 0)
            ::close(descriptor);
    }
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    [[nodiscard]] std::string where(std::uint64_t position) const
    {
        return name + ":" + std::to_string(position);
    }
    [[nodiscard]] std::size_t buffered() const noexcept { return end - begin; }
    [[nodiscard]] std::uint64_t packedOffset() const noexcept { return fileRead - buffered(); }

    Result<void> refill();
    Result<std::size_t> take(std::span<std::byte> into);
    Result<std::size_t> inflate(std::span<std::byte> into);
    Result<std::size_t> decode(std::span<std::byte> into);
    void startInflating();
    void startDecoding();

    enum class Packing { None, Gzip, Xz };

    std::string name;
    int descriptor = -1;
    std::uint64_t fileSize = 0;
    std::uint64_t fileRead = 0;
    std::uint64_t offset = 0; ///< unpacked
    std::vector<unsigned char> buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    z_stream inflater {};
    lzma_stream decoder = LZMA_STREAM_INIT;
    bool decoded = false; ///< the xz stream has come to its end
    Packing packing = Packing::None;
    bool inMember = false; ///< a gzip file is one or more members, one after the other
};

/// Reads the next piece when the last is used up; at the file's end the buffer stays empty.
Result<void> ByteSource::State::refill()
{
    if (begin < end)
        return {};
    for (;;) {
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count >= 0) {
            begin = 0;
            end = static_cast<std::size_t>(count);
            fileRead += end;
            return {};
        }
        if (errno != EINTR)
            return systemError(errno, where(offset));
    }
}

void ByteSource::State::startInflating()
{
    constexpr int gzipOnly = 16;
    if (::inflateInit2(&inflater, MAX_WBITS + gzipOnly) != Z_OK)
        throw std::bad_alloc();
    packing = Packing::Gzip;
    inMember = true;
}

void ByteSource::State::startDecoding()
{
    if (::lzma_stream_decoder(&decoder, lzmaMostMemory, LZMA_CONCATENATED) != LZMA_OK)
        throw std::bad_alloc();
    packing = Packing::Xz;
}

/// Some of @p into; 0 only at the end.
Result<std::size_t> ByteSource::State::take(std::span<std::byte> into)
{
    if (packing == Packing::Gzip)
        return inflate(into);
    if (packing == Packing::Xz)
        return decode(into);
    if (auto filled = refill(); !filled)
        return tl::unexpected(std::move(filled.error()));
    const std::size_t count = std::min(into.size(), buffered());
    std::memcpy(into.data(), buffer.data() + begin, count);
    begin += count;
    offset += count;
    return count;
}

Result<std::size_t> ByteSource::State::inflate(std::span<std::byte> into)
{
    const std::size_t wanted = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
    inflater.next_out = reinterpret_cast<Bytef *>(into.data());
    inflater.avail_out = static_cast<uInt>(wanted);
    while (inflater.avail_out > 0) {
        if (auto filled = refill(); !filled)
            return tl::unexpected(std::move(filled.error()));
        const bool ended = buffered() == 0;
        if (!inMember) {
            if (ended)
                break;
            ::inflateReset(&inflater);
            inMember = true;
        }
        inflater.next_in = buffer.data() + begin;
        inflater.avail_in = static_cast<uInt>(buffered());
        const uInt outBefore = inflater.avail_out;
        const int outcome = ::inflate(&inflater, Z_NO_FLUSH);
        begin = end - inflater.avail_in;
        offset += outBefore - inflater.avail_out;
        if (outcome == Z_STREAM_END)
            inMember = false;
        else if (outcome == Z_MEM_ERROR)
            throw std::bad_alloc();
        else if (outcome == Z_BUF_ERROR && ended)
            return fail(ErrorCode::Malformed,
                        "the gzip stream is cut off after " + std::to_string(fileRead) + " packed bytes",
                        where(offset));
        else if (outcome != Z_OK && outcome != Z_BUF_ERROR)
            return fail(ErrorCode::Malformed,
                        "the gzip stream is damaged at packed byte " + std::to_string(packedOffset()) + ": "
                            + (inflater.msg != nullptr ? inflater.msg : "no such code"),
                        where(offset));
    }
    return wanted - inflater.avail_out;
}

Result<std::size_t> ByteSource::State::decode(std::span<std::byte> into)
{
    decoder.next_out = reinterpret_cast<std::uint8_t *>(into.data());
    decoder.avail_out = into.size();
    while (decoder.avail_out > 0 && !decoded) {
        if (auto filled = refill(); !filled)
            return tl::unexpected(std::move(filled.error()));
        const bool ended = buffered() == 0;
        decoder.next_in = buffer.data() + begin;
        decoder.avail_in = buffered();
        const std::size_t outBefore = decoder.avail_out;
        const lzma_ret outcome = ::lzma_code(&decoder, ended ? LZMA_FINISH : LZMA_RUN);
        begin = end - decoder.avail_in;
        offset += outBefore - decoder.avail_out;
        if (outcome == LZMA_STREAM_END)
            decoded = true;
        else if (outcome == LZMA_MEM_ERROR)
            throw std::bad_alloc();
        else if (outcome == LZMA_MEMLIMIT_ERROR)
            return fail(ErrorCode::Unsupported,
                        "unpacking the xz stream takes " + std::to_string(::lzma_memusage(&decoder))
                            + " bytes of memory; at most " + std::to_string(lzmaMostMemory) + " are allowed",
                        where(offset));
        else if (outcome == LZMA_BUF_ERROR && ended)
            return fail(ErrorCode::Malformed,
                        "the xz stream is cut off after " + std::to_string(fileRead) + " packed bytes",
                        where(offset));
        else if (outcome != LZMA_OK && outcome != LZMA_BUF_ERROR)
            return fail(ErrorCode::Malformed,
                        "the xz stream is damaged before packed byte " + std::to_string(packedOffset())
                            + " (liblzma: " + std::to_string(static_cast<int>(outcome)) + ")",
                        where(offset));
    }
    return into.size() - decoder.avail_out;
}

ByteSource::ByteSource(std::unique_ptr<State> state) noexcept
    : m_state(std::move(state))
{
}

ByteSource::ByteSource(ByteSource &&other) noexcept = default;
ByteSource &ByteSource::operator=(ByteSource &&other) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const fs::path &path)
{
    auto state = std::make_unique<State>(path);
    // Without O_NONBLOCK a named pipe would hold the caller until somebody writes to it.
    state->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status {
    };
    if (state->descriptor < 0 || ::fstat(state->descriptor, &status) != 0)
        return systemError(errno, state->name);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Unreadable, "not a regular file", state->name);
    state->fileSize = static_cast<std::uint64_t>(status.st_size);
    state->buffer.resize(std::clamp<std::size_t>(static_cast<std::size_t>(status.st_size), 16, bufferBytes));
    if (auto filled = state->refill(); !filled)
        return tl::unexpected(std::move(filled.error()));
    if (state->end >= 2 && state->buffer[0] == 0x1F && state->buffer[1] == 0x8B)
        state->startInflating();
    else if (state->end >= xzMagic.size()
             && std::equal(xzMagic.begin(), xzMagic.end(), state->buffer.begin()))
        state->startDecoding();
    return ByteSource(std::move(state));
}

const std::string &ByteSource::name() const noexcept
{
    return m_state->name;
}

std::string ByteSource::where(std::uint64_t offset) const
{
    return m_state->where(offset);
}

std::uint64_t ByteSource::offset() const noexcept
{
    return m_state->offset;
}

std::uint64_t ByteSource::mostBytesLeft() const noexcept
{
    std::uint64_t most = m_state->fileSize;
    if (m_state->packing == State::Packing::Gzip)
        most *= deflateMostRatio;
    else if (m_state->packing == State::Packing::Xz)
        most *= lzmaMostRatio;
    return most - std::min(most, m_state->offset);
}

std::uint64_t ByteSource::fileBytes() const noexcept
{
    return m_state->fileSize;
}

std::uint64_t ByteSource::fileBytesRead() const noexcept
{
    return m_state->packedOffset();
}

Result<std::size_t> ByteSource::readSome(std::span<std::byte> into)
{
    return m_state->take(into);
}

Result<void> ByteSource::read(std::span<std::byte> into)
{
    const std::uint64_t start = offset();
    const std::size_t wanted = into.size();
    while (!into.empty()) {
        auto taken = m_state->take(into);
        if (!taken)
            return tl::unexpected(std::move(taken.error()));
        if (*taken == 0)
            return fail(ErrorCode::Malformed,
                        "the file ends after " + std::to_string(offset()) + " bytes; "
                            + std::to_string(wanted) + " from byte " + std::to_string(start)
                            + " on are needed",
                        where(offset()));
        into = into.subspan(*taken);
    }
    return {};
}

Result<std::uint32_t> ByteSource::readBigEndian32()
{
    std::array<std::byte, 4> bytes {};
    if (auto filled = read(bytes); !filled)
        return tl::unexpected(std::move(filled.error()));
    std::uint32_t value = 0;
    for (const std::byte byte : bytes)
        value = (value << 8U) | std::to_integer<std::uint32_t>(byte);
    return value;
}

Result<void> ByteSource::expectEnd()
{
    const std::uint64_t end = offset();
    std::array<std::byte, 1> more {};
    const auto taken = m_state->take(more);
    if (!taken)
        return tl::unexpected(taken.error());
    if (*taken != 0)
        return fail(ErrorCode::Malformed,
                    "there are bytes after the last, which is number " + std::to_string(end)
                        + " by the header",
                    where(end));
    return {};
}

} // namespace rosler
