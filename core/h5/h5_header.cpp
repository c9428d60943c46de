// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_header.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <hdf5.h>

#include "core/h5/h5_error.h"
#include "core/h5/h5_read_driver.h"

namespace rosler::h5 {

namespace {

constexpr std::size_t mostHeaderBytes = 1'000'000; ///< of one object, all pieces together
constexpr std::size_t mostValueBytes = 4096;
constexpr std::uint64_t continuationMessage = 0x10;
constexpr std::uint64_t attributeMessage = 0x0C;

/// Bytes that are read one after the other. Behind their end all is 0, and good() is false.
class Cursor
{
public:
    explicit Cursor(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    [[nodiscard]] bool good() const noexcept { return m_good; }
    [[nodiscard]] std::size_t left() const noexcept { return m_bytes.size(); }

    std::span<const std::byte> take(std::size_t count)
    {
        if (count > m_bytes.size()) {
            m_good = false;
            m_bytes = {};
            return {};
        }
        const auto taken = m_bytes.first(count);
        m_bytes = m_bytes.subspan(count);
        return taken;
    }
    /// Little-endian.
    std::uint64_t number(std::size_t count)
    {
        std::uint64_t value = 0;
        const auto bytes = take(count);
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
        return value;
    }

private:
    std::span<const std::byte> m_bytes;
    bool m_good = true;
};

/// Some messages of a header, one after the other.
struct Piece {
    std::vector<std::byte> bytes;
    bool isOld = true;        ///< of version 1
    bool hasOrder = false;    ///< each message has a number, of version 2
    std::size_t addressBytes; ///< in this file
    std::size_t lengthBytes;  ///< in this file
};

std::size_t padded(std::size_t count)
{
    return (count + 7) / 8 * 8;
}

/// Reads an object's header from its file.
class Header
{
public:
    [[nodiscard]] bool open(const Handle &object);
    [[nodiscard]] std::optional<Piece> first();
    [[nodiscard]] std::optional<Piece> next(const Piece &before, std::uint64_t address, std::uint64_t size);

private:
    [[nodiscard]] std::optional<std::vector<std::byte>> bytesAt(std::uint64_t address, std::uint64_t count);

    Handle m_file;
    std::uint64_t m_base = 0; ///< of all addresses
    std::uint64_t m_address = 0;
    std::size_t m_addressBytes = 0;
    std::size_t m_lengthBytes = 0;
    std::size_t m_left = mostHeaderBytes;
};

bool Header::open(const Handle &object)
{
    H5O_info_t info {};
    m_file = Handle(H5Iget_file_id(object.id()), &H5Fclose);
    const Handle creation(m_file ? H5Fget_create_plist(m_file.id()) : -1, &H5Pclose);
    hsize_t before = 0;
    if (!creation || H5Pget_userblock(creation.id(), &before) < 0
        || H5Pget_sizes(creation.id(), &m_addressBytes, &m_lengthBytes) < 0
        || H5Oget_info2(object.id(), &info, H5O_INFO_BASIC) < 0 || m_addressBytes > sizeof m_address
        || m_lengthBytes > sizeof m_address)
        return false;
    m_base = before;
    m_address = info.addr;
    return true;
}

std::optional<std::vector<std::byte>> Header::bytesAt(std::uint64_t address, std::uint64_t count)
{
    if (count > m_left || address > ~std::uint64_t {0} - m_base)
        return std::nullopt;
    m_left -= count;
    std::vector<std::byte> bytes(count);
    if (!readRaw(m_file, m_base + address, bytes))
        return std::nullopt;
    return bytes;
}

std::optional<Piece> Header::first()
{
    constexpr std::size_t oldHead = 16;
    constexpr std::size_t newHead = 6;
    const auto head = bytesAt(m_address, oldHead);
    if (!head)
        return std::nullopt;
    Piece piece {{}, true, false, m_addressBytes, m_lengthBytes};
    std::uint64_t begin = m_address + oldHead;
    std::uint64_t size = 0;
    if (std::memcmp(head->data(), "OHDR", 4) == 0) {
        const auto flags = std::to_integer<unsigned>((*head)[newHead - 1]);
        const std::size_t times = (flags & 0x20U) != 0 ? 16 : 0;
        const std::size_t limits = (flags & 0x10U) != 0 ? 4 : 0;
        const std::size_t sizeBytes = std::size_t {1} << (flags & 3U);
        const auto rest = bytesAt(m_address + newHead, times + limits + sizeBytes);
        if (!rest)
            return std::nullopt;
        size = Cursor(std::span(*rest).last(sizeBytes)).number(sizeBytes);
        begin = m_address + newHead + rest->size();
        piece.isOld = false;
        piece.hasOrder = (flags & 4U) != 0;
    } else if ((*head)[0] == std::byte {1}) {
        size = Cursor(std::span(*head).subspan(8, 4)).number(4);
    } else {
        return std::nullopt;
    }
    auto bytes = bytesAt(begin, size);
    if (!bytes)
        return std::nullopt;
    piece.bytes = std::move(*bytes);
    return piece;
}

std::optional<Piece> Header::next(const Piece &before, std::uint64_t address, std::uint64_t size)
{
    constexpr std::size_t signature = 4;
    constexpr std::size_t checksum = 4;
    auto bytes = bytesAt(address, size);
    if (!bytes || (!before.isOld && size < signature + checksum))
        return std::nullopt;
    Piece piece = before;
    piece.bytes = std::move(*bytes);
    if (!before.isOld) {
        piece.bytes.resize(size - checksum);
        piece.bytes.erase(piece.bytes.begin(), piece.bytes.begin() + signature);
    }
    return piece;
}

/// How many values a dataspace has, if that is one.
bool isOne(std::span<const std::byte> dataspace, std::size_t lengthBytes)
{
    Cursor cursor(dataspace);
    const std::uint64_t version = cursor.number(1);
    const std::uint64_t rank = cursor.number(1);
    cursor.take(1);
    const std::uint64_t kind = cursor.number(1); // of version 2; 2 is none
    cursor.take(version == 1 ? 4 : 0);
    for (std::uint64_t i = 0; i < rank && cursor.good(); ++i)
        if (cursor.number(lengthBytes) != 1)
            return false;
    return cursor.good() && (version == 1 || (version == 2 && kind != 2));
}

/// The value of an attribute's message, where it is one. What makes no sense is of the kind Other.
HeaderAttribute valueOf(std::span<const std::byte> datatype, std::span<const std::byte> dataspace,
                        std::span<const std::byte> data, std::size_t lengthBytes)
{
    constexpr std::uint64_t fixedPoint = 0;
    constexpr std::uint64_t string = 3;
    HeaderAttribute attribute;
    Cursor type(datatype);
    const std::uint64_t kind = type.number(1) & 0x0FU;
    const std::uint64_t bits = type.number(3);
    const std::uint64_t size = type.number(4);
    if (!type.good() || !isOne(dataspace, lengthBytes) || size > data.size() || size > mostValueBytes)
        return attribute;
    attribute.bytes.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
    attribute.isSigned = (bits & 8U) != 0;
    attribute.bigEndian = (bits & 1U) != 0;
    if (kind == string)
        attribute.kind = HeaderAttribute::Kind::Text;
    else if (kind == fixedPoint && size > 0 && size <= sizeof(std::uint64_t))
        attribute.kind = HeaderAttribute::Kind::Integer;
    return attribute;
}

/// The attribute of a message, if it is called so.
std::optional<HeaderAttribute> attributeOf(std::span<const std::byte> message, std::string_view name,
                                           std::size_t lengthBytes)
{
    Cursor cursor(message);
    const std::uint64_t version = cursor.number(1);
    const std::uint64_t flags = cursor.number(1); // since version 2: whether parts lie elsewhere
    const std::size_t nameBytes = cursor.number(2);
    const std::size_t typeBytes = cursor.number(2);
    const std::size_t spaceBytes = cursor.number(2);
    cursor.take(version == 3 ? 1 : 0);
    const auto part = [&](std::size_t count) { return cursor.take(version == 1 ? padded(count) : count); };
    const auto called = part(nameBytes);
    const auto datatype = part(typeBytes);
    const auto dataspace = part(spaceBytes);
    const auto letters = called.first(std::min(called.size(), name.size() + 1));
    if (!cursor.good() || version < 1 || version > 3 || letters.size() != name.size() + 1
        || std::memcmp(letters.data(), name.data(), name.size()) != 0 || letters.back() != std::byte {0})
        return std::nullopt;
    if (version > 1 && flags != 0)
        return HeaderAttribute {};
    return valueOf(datatype, dataspace, cursor.take(cursor.left()), lengthBytes);
}

} // namespace

Result<HeaderAttribute> headerAttribute(const Handle &object, const std::string &name,
                                        const std::string &path)
{
    const auto damaged = [&] {
        return failWithStack(ErrorCode::Malformed, "the header of this object cannot be read", path);
    };
    Header header;
    if (!header.open(object))
        return damaged();
    std::optional<Piece> piece = header.first();
    for (std::vector<std::pair<std::uint64_t, std::uint64_t>> others; piece;) {
        Cursor cursor(piece->bytes);
        const std::size_t head = piece->isOld ? 8 : piece->hasOrder ? 6 : 4;
        while (cursor.left() >= head) {
            const std::uint64_t kind = cursor.number(piece->isOld ? 2 : 1);
            const std::uint64_t size = cursor.number(2);
            cursor.take(piece->isOld ? 4 : head - 3);
            const auto message = cursor.take(size);
            if (!cursor.good())
                return damaged();
            if (kind == continuationMessage) {
                Cursor place(message);
                const std::uint64_t address = place.number(piece->addressBytes);
                others.emplace_back(address, place.number(piece->lengthBytes));
            } else if (kind == attributeMessage) {
                if (auto found = attributeOf(message, name, piece->lengthBytes)) {
                    if (found->kind == HeaderAttribute::Kind::Other)
                        return fail(ErrorCode::Unsupported, "not one text or integer", path + "@" + name);
                    return std::move(*found);
                }
            }
        }
        if (others.empty())
            return fail(ErrorCode::NotFound, "the object has no such attribute", path + "@" + name);
        piece = header.next(*piece, others.back().first, others.back().second);
        others.pop_back();
    }
    return damaged();
}

} // namespace rosler::h5
