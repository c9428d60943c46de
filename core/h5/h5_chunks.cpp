// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_chunks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "core/base/inflate_stream.h"
#include "core/h5/h5_error.h"

namespace rosler::h5 {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t checksumBytes = 4;

/// One step of what a chunk went through when it was written.
struct Filter {
    H5Z_filter_t kind;
    std::size_t itemBytes; ///< of shuffle
};

/// What shuffle took apart, together again: all first bytes lie first, then all second ones; a rest that is
/// no whole item lies as it was.
void unshuffle(Bytes &bytes, std::size_t itemBytes)
{
    const std::size_t items = bytes.size() / itemBytes;
    if (itemBytes < 2 || items < 2)
        return;
    Bytes together = bytes;
    for (std::size_t byte = 0; byte < itemBytes; ++byte)
        for (std::size_t item = 0; item < items; ++item)
            together[item * itemBytes + byte] = bytes[byte * items + item];
    bytes = std::move(together);
}

/// Fletcher's checksum as HDF5 has it: of big-endian words of 16 bits.
std::uint32_t fletcher32(std::span<const std::byte> bytes)
{
    constexpr std::uint64_t modulus = 65'535;
    constexpr std::size_t together = 1 << 20; // bytes, whose sums fit
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    for (std::size_t from = 0; from < bytes.size(); from += together) {
        const std::size_t end = std::min(bytes.size(), from + together);
        for (std::size_t i = from; i < end; i += 2) {
            std::uint64_t word = std::to_integer<std::uint64_t>(bytes[i]) << 8U;
            if (i + 1 < end)
                word |= std::to_integer<std::uint64_t>(bytes[i + 1]);
            first += word;
            second += first;
        }
        first %= modulus;
        second %= modulus;
    }
    return static_cast<std::uint32_t>(second << 16U | first);
}

/// Whether two sums are the same number modulo 65,535 in each half.
bool isSameSum(std::uint32_t a, std::uint32_t b)
{
    constexpr std::uint32_t modulus = 65'535;
    return (a >> 16U) % modulus == (b >> 16U) % modulus && (a & 0xFFFFU) % modulus == (b & 0xFFFFU) % modulus;
}

/// Takes the checksum off the end; false where it is that of other bytes.
bool takeChecksum(Bytes &bytes)
{
    if (bytes.size() < checksumBytes)
        return false;
    std::uint32_t said = 0;
    for (std::size_t i = 0; i < checksumBytes; ++i)
        said |= std::to_integer<std::uint32_t>(bytes[bytes.size() - checksumBytes + i]) << 8 * i;
    bytes.resize(bytes.size() - checksumBytes);
    const std::uint32_t sum = fletcher32(bytes);
    const std::uint32_t turned = (sum & 0xFF00FF00U) >> 8U | (sum & 0x00FF00FFU) << 8U; // HDF5 before 1.6.3
    return isSameSum(said, sum) || isSameSum(said, turned);
}

class PackedChunks
{
public:
    PackedChunks(const Handle &dataset, const ArrayInfo &array, std::uint64_t fileBytes,
                 const std::string &where, const std::stop_token &stop)
        : m_dataset(dataset)
        , m_array(array)
        , m_fileBytes(fileBytes)
        , m_where(where)
        , m_stop(stop)
    {
    }

    Result<void> prepare(std::int64_t memoryType);
    Result<void> read(Index first, Index count, std::span<std::byte> into);

private:
    using Place = std::vector<hsize_t>;

    [[nodiscard]] Result<void> fillMissing(const Place &offset);
    [[nodiscard]] Result<void> unpack(const Place &offset);
    [[nodiscard]] Result<void> undoFilters(std::uint32_t leftOut);
    [[nodiscard]] Result<void> inflate();
    void copy(const Place &offset, Index first, Index count, std::span<std::byte> into) const;

    const Handle &m_dataset;
    const ArrayInfo &m_array;
    std::uint64_t m_fileBytes;
    const std::string &m_where;
    const std::stop_token &m_stop;
    Handle m_creation;
    Handle m_type; ///< in the file
    std::int64_t m_memoryType = -1;
    Place m_chunk; ///< its extents
    std::size_t m_items = 1;
    std::size_t m_fileItemBytes = 0;
    std::vector<Filter> m_filters;
    Bytes m_bytes; ///< of the chunk that is being read; numbers of memory at last
};

Result<void> PackedChunks::prepare(std::int64_t memoryType)
{
    const std::size_t dimensions = m_array.extents.size();
    m_memoryType = memoryType;
    m_creation = Handle(H5Dget_create_plist(m_dataset.id()), &H5Pclose);
    m_type = Handle(H5Dget_type(m_dataset.id()), &H5Tclose);
    m_chunk.resize(dimensions);
    unsigned options = 0;
    if (!m_creation || !m_type || H5Pget_chunk_opts(m_creation.id(), &options) < 0
        || H5Pget_chunk(m_creation.id(), static_cast<int>(dimensions), m_chunk.data())
            != static_cast<int>(dimensions)
        || std::ranges::find(m_chunk, hsize_t {0}) != m_chunk.end())
        return failWithStack(ErrorCode::Malformed, "its chunks cannot be read", m_where);
    if (options != 0)
        return fail(ErrorCode::Unsupported, "some of its chunks are packed, and others are not", m_where);
    m_fileItemBytes = H5Tget_size(m_type.id());
    for (const hsize_t extent : m_chunk)
        m_items *= extent;
    for (int i = 0; i < H5Pget_nfilters(m_creation.id()); ++i) {
        unsigned flags = 0;
        std::array<unsigned, 8> values {};
        std::size_t count = values.size();
        const H5Z_filter_t kind = H5Pget_filter2(m_creation.id(), static_cast<unsigned>(i), &flags, &count,
                                                 values.data(), 0, nullptr, nullptr);
        if (kind != H5Z_FILTER_DEFLATE && kind != H5Z_FILTER_SHUFFLE && kind != H5Z_FILTER_FLETCHER32)
            return fail(ErrorCode::Unsupported, "it is packed by filter " + std::to_string(kind), m_where);
        if (kind == H5Z_FILTER_SHUFFLE && (count == 0 || values[0] == 0))
            return fail(ErrorCode::Malformed, "it is shuffled by items of no bytes", m_where);
        m_filters.push_back({kind, values[0]});
    }
    return {};
}

Result<void> PackedChunks::read(Index first, Index count, std::span<std::byte> into)
{
    const std::size_t dimensions = m_chunk.size();
    Place begin(dimensions, 0);
    begin[0] = static_cast<hsize_t>(first) / m_chunk[0] * m_chunk[0];
    Place end(m_array.extents.begin(), m_array.extents.end());
    end[0] = static_cast<hsize_t>(first + count);
    for (Place offset = begin;;) {
        if (m_stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", m_where);
        if (auto done = unpack(offset); !done)
            return done;
        copy(offset, first, count, into);
        std::size_t d = dimensions;
        for (; d > 0; --d) { // the next one
            offset[d - 1] += m_chunk[d - 1];
            if (offset[d - 1] < end[d - 1])
                break;
            offset[d - 1] = begin[d - 1];
        }
        if (d == 0)
            return {};
    }
}

/// A chunk that was never written: HDF5 gives one of its numbers, and the others are the same.
Result<void> PackedChunks::fillMissing(const Place &offset)
{
    const Place one(offset.size(), 1);
    Bytes number(m_array.itemBytes);
    const Handle space(H5Dget_space(m_dataset.id()), &H5Sclose);
    const Handle memory(H5Screate_simple(static_cast<int>(one.size()), one.data(), nullptr), &H5Sclose);
    if (!space || !memory
        || H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, offset.data(), nullptr, one.data(), nullptr) < 0
        || H5Dread(m_dataset.id(), m_memoryType, memory.id(), space.id(), H5P_DEFAULT, number.data()) < 0)
        return failWithStack(ErrorCode::Malformed, "a chunk cannot be found", m_where);
    m_bytes.resize(m_items * number.size());
    for (std::size_t at = 0; at < m_bytes.size(); at += number.size())
        std::memcpy(m_bytes.data() + at, number.data(), number.size());
    return {};
}

Result<void> PackedChunks::unpack(const Place &offset)
{
    hsize_t packed = 0;
    if (H5Dget_chunk_storage_size(m_dataset.id(), offset.data(), &packed) < 0 || packed == 0)
        return fillMissing(offset);
    if (packed > m_fileBytes)
        return fail(ErrorCode::Malformed,
                    "a chunk of " + std::to_string(packed) + " bytes in a file of "
                        + std::to_string(m_fileBytes),
                    m_where);
    m_bytes.resize(packed);
    std::uint32_t leftOut = 0;
    if (H5Dread_chunk(m_dataset.id(), H5P_DEFAULT, offset.data(), &leftOut, m_bytes.data()) < 0)
        return failWithStack(ErrorCode::Malformed, "a chunk cannot be read", m_where);
    if (auto undone = undoFilters(leftOut); !undone)
        return undone;
    if (m_bytes.size() != m_items * m_fileItemBytes)
        return fail(ErrorCode::Malformed,
                    "a chunk of " + std::to_string(m_items * m_fileItemBytes) + " bytes unpacks to "
                        + std::to_string(m_bytes.size()),
                    m_where);
    m_bytes.resize(m_items * std::max(m_fileItemBytes, m_array.itemBytes));
    if (H5Tconvert(m_type.id(), m_memoryType, m_items, m_bytes.data(), nullptr, H5P_DEFAULT) < 0)
        return failWithStack(ErrorCode::Malformed, "its numbers cannot be converted", m_where);
    return {};
}

/// @param leftOut  a bit for each filter that this chunk did not go through
Result<void> PackedChunks::undoFilters(std::uint32_t leftOut)
{
    constexpr std::size_t most = 32; // have a bit
    for (std::size_t i = m_filters.size(); i-- > 0;) {
        if (i < most && (leftOut >> i & 1U) != 0)
            continue;
        switch (m_filters[i].kind) {
        case H5Z_FILTER_DEFLATE:
            if (auto inflated = inflate(); !inflated)
                return inflated;
            break;
        case H5Z_FILTER_SHUFFLE:
            unshuffle(m_bytes, m_filters[i].itemBytes);
            break;
        default:
            if (!takeChecksum(m_bytes))
                return fail(ErrorCode::Malformed, "the checksum of a chunk is wrong", m_where);
        }
    }
    return {};
}

Result<void> PackedChunks::inflate()
{
    InflateStream stream;
    if (!stream.ready())
        return fail(ErrorCode::Unreadable, "no memory to inflate", m_where);
    stream.z.next_in = reinterpret_cast<Bytef *>(m_bytes.data());
    stream.z.avail_in = static_cast<uInt>(m_bytes.size()); // chunks have sizes of 32 bits
    Bytes plain(m_items * m_fileItemBytes + m_filters.size() * checksumBytes);
    stream.z.next_out = reinterpret_cast<Bytef *>(plain.data());
    constexpr std::size_t piece = 1 << 22;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        if (m_stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", m_where);
        stream.z.avail_out =
            static_cast<uInt>(std::min<std::size_t>(piece, plain.size() - stream.z.total_out));
        state = ::inflate(&stream.z, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END)
            return fail(ErrorCode::Malformed, "a deflated chunk is damaged, or longer than a chunk", m_where);
    }
    plain.resize(stream.z.total_out);
    m_bytes = std::move(plain);
    return {};
}

/// What of the chunk at @p offset lies in the array, row by row, to its place among the rows that are read.
void PackedChunks::copy(const Place &offset, Index first, Index count, std::span<std::byte> into) const
{
    const std::size_t dimensions = m_chunk.size();
    const std::size_t item = m_array.itemBytes;
    Place from(dimensions, 0); // within the chunk
    Place to(dimensions);      // within what is read
    Place sizes(dimensions);   // of the block that both share
    Place extents(m_array.extents.begin(), m_array.extents.end());
    const auto begin = static_cast<hsize_t>(first);
    extents[0] = static_cast<hsize_t>(count);
    from[0] = begin > offset[0] ? begin - offset[0] : 0;
    for (std::size_t d = 0; d < dimensions; ++d) {
        to[d] = offset[d] + from[d] - (d == 0 ? begin : 0);
        sizes[d] = std::min(m_chunk[d] - from[d], extents[d] - to[d]);
    }
    std::size_t inner = dimensions - 1; // from here on the block is one piece in both
    std::size_t run = sizes[inner];
    while (inner > 0 && sizes[inner] == m_chunk[inner] && sizes[inner] == extents[inner])
        run *= sizes[--inner];
    for (Place at(inner, 0);;) {
        std::size_t source = 0;
        std::size_t target = 0;
        for (std::size_t d = 0; d < dimensions; ++d) {
            const hsize_t step = d < inner ? at[d] : 0;
            source = source * m_chunk[d] + from[d] + step;
            target = target * extents[d] + to[d] + step;
        }
        std::memcpy(into.data() + target * item, m_bytes.data() + source * item, run * item);
        std::size_t d = inner;
        for (; d > 0; --d) {
            if (++at[d - 1] < sizes[d - 1])
                break;
            at[d - 1] = 0;
        }
        if (d == 0)
            return;
    }
}

} // namespace

Result<void> readPackedChunks(const Handle &dataset, const ArrayInfo &array, Index first, Index count,
                              std::int64_t memoryType, std::uint64_t fileBytes, std::span<std::byte> into,
                              const std::string &where, const std::stop_token &stop)
{
    PackedChunks chunks(dataset, array, fileBytes, where, stop);
    if (auto prepared = chunks.prepare(memoryType); !prepared)
        return prepared;
    return chunks.read(first, count, into);
}

} // namespace rosler::h5
