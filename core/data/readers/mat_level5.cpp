// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/mat_level5.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/inflate_stream.h"
#include "core/data/loading_stopped.h"
#include "core/data/readers/mat_number.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

using Bytes = std::span<const std::byte>;

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t headerBytes = 128;
constexpr std::size_t mostVariables = 10'000;
constexpr std::uint32_t miInt8 = 1;
constexpr std::uint32_t miInt32 = 5;
constexpr std::uint32_t miUint32 = 6;
constexpr std::uint32_t miMatrix = 14;
constexpr std::uint32_t miCompressed = 15;

/// The type of numbers that the format calls so, if it is one.
std::optional<MatNumbers::Type> numberType(std::uint32_t type)
{
    using enum MatNumbers::Type;
    constexpr std::array<std::optional<MatNumbers::Type>, 14> types {
        std::nullopt, Int8,         UInt8,  Int16,        UInt16,       Int32, UInt32,
        Single,       std::nullopt, Double, std::nullopt, std::nullopt, Int64, UInt64};
    return type < types.size() ? types.at(type) : std::nullopt;
}

constexpr std::array<std::string_view, 16> arrayClasses {
    "nothing", "cell",  "struct", "object", "char",  "sparse", "double", "single",
    "int8",    "uint8", "int16",  "uint16", "int32", "uint32", "int64",  "uint64"};
constexpr std::size_t firstNumeric = 6;

/// One element after the other of some bytes.
class Elements
{
public:
    Elements(Bytes bytes, bool swapped, std::string where, std::uint64_t first)
        : m_bytes(bytes)
        , m_swapped(swapped)
        , m_where(std::move(where))
        , m_first(first)
    {
    }

    struct Element {
        std::uint32_t type;
        Bytes data;
    };

    [[nodiscard]] bool atEnd() const noexcept { return m_at == m_bytes.size(); }
    [[nodiscard]] std::string where() const { return m_where + ":" + std::to_string(m_first + m_at); }
    [[nodiscard]] tl::unexpected<Error> malformed(const std::string &what) const
    {
        return fail(ErrorCode::Malformed, what, where());
    }

    Result<Element> next()
    {
        constexpr std::size_t tag = 8;
        if (m_bytes.size() - m_at < tag)
            return malformed("the file ends within a tag");
        const auto first = matNumberAt<std::uint32_t>(m_bytes.data() + m_at, m_swapped);
        if (const std::uint32_t size = first >> 16U; size != 0) { // all in 8 bytes
            constexpr std::size_t most = 4;
            if (size > most)
                return malformed("a small element of " + std::to_string(size) + " bytes");
            const Element element {first & 0xFFFFU, m_bytes.subspan(m_at + most, size)};
            m_at += tag;
            return element;
        }
        const auto size = matNumberAt<std::uint32_t>(m_bytes.data() + m_at + 4, m_swapped);
        if (size > m_bytes.size() - m_at - tag)
            return malformed("an element of " + std::to_string(size) + " bytes, but "
                             + std::to_string(m_bytes.size() - m_at - tag) + " are left");
        const Element element {first, m_bytes.subspan(m_at + tag, size)};
        m_at += tag + size;
        if (first != miCompressed) // padded, but perhaps not at the end
            m_at = std::min(m_bytes.size(), (m_at + 7) / 8 * 8);
        return element;
    }

private:
    Bytes m_bytes;
    bool m_swapped;
    std::string m_where;
    std::uint64_t m_first; ///< of the bytes in the file
    std::size_t m_at = 0;
};

/// @param owner  of the bytes, unless they are the file's
Result<MatVariable> parseMatrix(Bytes bytes, bool swapped, const std::string &file, std::uint64_t offset,
                                const std::shared_ptr<const std::vector<std::byte>> &owner)
{
    Elements parts(bytes, swapped, file, offset);
    MatVariable variable;
    const auto flags = parts.next();
    if (!flags)
        return tl::unexpected(flags.error());
    if (flags->type != miUint32 || flags->data.size() != 8)
        return parts.malformed("an array without its flags");
    const auto word = matNumberAt<std::uint32_t>(flags->data.data(), swapped);
    const std::size_t kind = word & 0xFFU;
    variable.kind =
        kind < arrayClasses.size() ? arrayClasses.at(kind) : "array of kind " + std::to_string(kind);
    constexpr std::uint32_t complexFlag = 0x0800;
    constexpr std::uint32_t logicalFlag = 0x0200;
    variable.complex = (word & complexFlag) != 0;
    if (variable.kind == "uint8" && (word & logicalFlag) != 0)
        variable.kind = "logical";
    variable.where = file + ":" + std::to_string(offset);
    if (kind >= arrayClasses.size() || kind == 0)
        return variable; // function handles and what MATLAB keeps of objects have neither size nor name
    const auto dims = parts.next();
    if (!dims)
        return tl::unexpected(dims.error());
    if (dims->type != miInt32 || dims->data.size() < 8 || dims->data.size() % 4 != 0)
        return parts.malformed("an array without its extents");
    constexpr Index most = Index {1} << 40;
    variable.cols = 1;
    for (std::size_t at = 0; at < dims->data.size(); at += 4) {
        const Index extent = matNumberAt<std::int32_t>(dims->data.data() + at, swapped);
        Index &into = at == 0 ? variable.rows : variable.cols;
        if (extent < 0 || (at > 0 && extent > 0 && into > most / extent))
            return parts.malformed("an array with an extent of " + std::to_string(extent));
        into = at == 0 ? extent : into * extent;
    }
    const auto name = parts.next();
    if (!name)
        return tl::unexpected(name.error());
    if (name->type != miInt8)
        return parts.malformed("an array without a name");
    variable.name = className({reinterpret_cast<const char *>(name->data.data()), name->data.size()});
    variable.where = file + ":" + variable.name;
    if (kind < firstNumeric)
        return variable;
    variable.numeric = true;
    if (variable.rows == 0 || variable.cols == 0)
        return variable; // some writers leave the numbers out
    const auto numbers = parts.next();
    if (!numbers)
        return tl::unexpected(numbers.error());
    const auto type = numberType(numbers->type);
    if (!type)
        return parts.malformed("numbers of the unknown type " + std::to_string(numbers->type));
    const std::size_t size = bytesOf(*type);
    if (variable.rows > most / variable.cols
        || numbers->data.size() / size != static_cast<std::uint64_t>(variable.rows * variable.cols)
        || numbers->data.size() % size != 0)
        return fail(ErrorCode::Malformed,
                    std::to_string(variable.rows) + " x " + std::to_string(variable.cols) + " numbers in "
                        + std::to_string(numbers->data.size()) + " bytes",
                    variable.where);
    variable.numbers = [inFile = MatNumbers {*type, swapped, numbers->data, owner}](
                           const std::stop_token &) -> Result<MatNumbers> { return inFile; };
    return variable;
}

Result<std::vector<std::byte>> inflated(Bytes packed, std::uint64_t most, const std::string &where,
                                        const std::stop_token &stop)
{
    InflateStream stream;
    if (!stream.ready())
        return fail(ErrorCode::Unreadable, "no memory to inflate", where);
    stream.z.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data())); // only read
    stream.z.avail_in = static_cast<uInt>(packed.size());
    constexpr std::size_t piece = 1 << 20;
    std::vector<std::byte> bytes;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        if (stop.stop_requested())
            return loadingStopped();
        if (bytes.size() >= most)
            return fail(ErrorCode::OutOfRange,
                        "inflates to more than the " + std::to_string(most) + " bytes that are allowed",
                        where);
        const std::size_t before = bytes.size();
        bytes.resize(before + piece);
        stream.z.next_out = reinterpret_cast<Bytef *>(bytes.data() + before);
        stream.z.avail_out = piece;
        state = inflate(&stream.z, Z_NO_FLUSH);
        bytes.resize(before + piece - stream.z.avail_out);
        if (state != Z_OK && state != Z_STREAM_END)
            return fail(ErrorCode::Malformed, "a deflated variable is damaged or cut off", where);
    }
    return bytes;
}

bool isSwapped(Bytes header)
{
    constexpr std::size_t byteOrder = 126;
    return std::memcmp(header.data() + byteOrder, "MI", 2) == 0;
}

} // namespace

bool isMatLevel5(Bytes bytes)
{
    constexpr std::size_t version = 124;
    constexpr std::size_t byteOrder = 126;
    if (bytes.size() < headerBytes)
        return false;
    const bool swapped = isSwapped(bytes);
    return (swapped || std::memcmp(bytes.data() + byteOrder, "IM", 2) == 0)
        && matNumberAt<std::uint16_t>(bytes.data() + version, swapped) == 0x0100;
}

Result<std::vector<MatVariable>> level5Variables(Bytes bytes, const std::string &name,
                                                 std::uint64_t mostBytes, const std::stop_token &stop)
{
    const bool swapped = isSwapped(bytes);
    std::vector<MatVariable> variables;
    Elements elements(bytes.subspan(headerBytes), swapped, name, headerBytes);
    std::uint64_t used = 0;
    while (!elements.atEnd()) {
        if (stop.stop_requested())
            return loadingStopped();
        const std::string where = elements.where();
        const auto element = elements.next();
        if (!element)
            return tl::unexpected(element.error());
        Bytes matrix = element->data;
        std::shared_ptr<const std::vector<std::byte>> owner;
        if (element->type == miCompressed) {
            auto unpacked = inflated(matrix, mostBytes - used, where, stop);
            if (!unpacked)
                return tl::unexpected(std::move(unpacked.error()));
            used += unpacked->size();
            owner = std::make_shared<const std::vector<std::byte>>(std::move(*unpacked));
            const auto within = Elements(*owner, swapped, where + ":inflated", 0).next();
            if (!within)
                return tl::unexpected(within.error());
            if (within->type != miMatrix)
                continue;
            matrix = within->data;
        } else if (element->type != miMatrix) {
            continue;
        }
        auto variable = parseMatrix(
            matrix, swapped, name,
            owner == nullptr ? static_cast<std::uint64_t>(matrix.data() - bytes.data()) : 0, owner);
        if (!variable)
            return tl::unexpected(std::move(variable.error()));
        if (variables.size() == mostVariables)
            return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostVariables) + " variables",
                        name);
        variables.push_back(std::move(*variable));
    }
    return variables;
}

} // namespace rosler
