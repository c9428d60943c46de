// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/mat_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <zlib.h>

#include "core/data/test_part.h"

namespace rosler {

namespace {

using Bytes = std::span<const std::byte>;

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t headerBytes = 128;
constexpr std::size_t mostVariables = 10'000;
constexpr Index mostVectors = 64;
constexpr std::uint32_t miInt8 = 1;
constexpr std::uint32_t miInt32 = 5;
constexpr std::uint32_t miUint32 = 6;
constexpr std::uint32_t miMatrix = 14;
constexpr std::uint32_t miCompressed = 15;

/// Bytes of a number of this type; 0: no type of numbers.
std::size_t sizeOf(std::uint32_t type)
{
    constexpr std::array<std::size_t, 14> sizes {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
    return type < sizes.size() ? sizes.at(type) : 0;
}

constexpr std::array<std::string_view, 16> arrayClasses {
    "nothing", "cell",  "struct", "object", "char",  "sparse", "double", "single",
    "int8",    "uint8", "int16",  "uint16", "int32", "uint32", "int64",  "uint64"};
constexpr std::size_t firstNumeric = 6;

template <typename Number>
Number numberAt(const std::byte *at, bool swapped)
{
    std::array<std::byte, sizeof(Number)> bytes;
    std::memcpy(bytes.data(), at, sizeof(Number));
    if (swapped)
        std::ranges::reverse(bytes);
    return std::bit_cast<Number>(bytes);
}

template <typename Number>
void toFloats(const MatVariable &variable, std::vector<std::vector<float>> &vectors)
{
    // Column by column. Vectors run along the longer extent.
    const bool columns = variable.rows >= variable.cols;
    const std::byte *at = variable.data.data();
    for (Index col = 0; col < variable.cols; ++col)
        for (Index row = 0; row < variable.rows; ++row, at += sizeof(Number))
            vectors[static_cast<std::size_t>(columns ? col : row)]
                   [static_cast<std::size_t>(columns ? row : col)] =
                       static_cast<float>(numberAt<Number>(at, variable.swapped));
}

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
        const auto first = numberAt<std::uint32_t>(m_bytes.data() + m_at, m_swapped);
        if (const std::uint32_t size = first >> 16U; size != 0) { // all in 8 bytes
            constexpr std::size_t most = 4;
            if (size > most)
                return malformed("a small element of " + std::to_string(size) + " bytes");
            const Element element {first & 0xFFFFU, m_bytes.subspan(m_at + most, size)};
            m_at += tag;
            return element;
        }
        const auto size = numberAt<std::uint32_t>(m_bytes.data() + m_at + 4, m_swapped);
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

Result<MatVariable> parseMatrix(Bytes bytes, bool swapped, const std::string &file, std::uint64_t offset)
{
    Elements parts(bytes, swapped, file, offset);
    MatVariable variable;
    variable.swapped = swapped;
    const auto flags = parts.next();
    if (!flags)
        return tl::unexpected(flags.error());
    if (flags->type != miUint32 || flags->data.size() != 8)
        return parts.malformed("an array without its flags");
    const auto word = numberAt<std::uint32_t>(flags->data.data(), swapped);
    const std::size_t kind = word & 0xFFU;
    variable.kind =
        kind < arrayClasses.size() ? arrayClasses.at(kind) : "array of kind " + std::to_string(kind);
    variable.complex = (word & 0x0800U) != 0;
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
        const Index extent = numberAt<std::int32_t>(dims->data.data() + at, swapped);
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
    const std::size_t size = sizeOf(numbers->type);
    if (size == 0)
        return parts.malformed("numbers of the unknown type " + std::to_string(numbers->type));
    if (variable.rows > most / variable.cols
        || numbers->data.size() / size != static_cast<std::uint64_t>(variable.rows * variable.cols)
        || numbers->data.size() % size != 0)
        return fail(ErrorCode::Malformed,
                    std::to_string(variable.rows) + " x " + std::to_string(variable.cols) + " numbers in "
                        + std::to_string(numbers->data.size()) + " bytes",
                    variable.where);
    variable.type = numbers->type;
    variable.data = numbers->data;
    return variable;
}

Result<std::vector<std::byte>> inflated(Bytes packed, std::uint64_t most, const std::string &where,
                                        const std::stop_token &stop)
{
    struct Stream {
        z_stream z {};
        Stream() = default;
        Stream(const Stream &) = delete;
        Stream &operator=(const Stream &) = delete;
        ~Stream() { inflateEnd(&z); }
    } stream;
    if (inflateInit(&stream.z) != Z_OK)
        return fail(ErrorCode::Unreadable, "no memory to inflate", where);
    stream.z.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data())); // only read
    stream.z.avail_in = static_cast<uInt>(packed.size());
    constexpr std::size_t piece = 1 << 20;
    std::vector<std::byte> bytes;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "loading was stopped");
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

} // namespace

Result<std::vector<std::vector<float>>> MatVariable::vectors() const
{
    if (!numeric)
        return fail(ErrorCode::Unsupported,
                    "\"" + name + "\" is of kind " + kind + ", not an array of numbers", where);
    if (complex)
        return fail(ErrorCode::Unsupported, "\"" + name + "\" has complex numbers", where);
    if (rows * cols == 0)
        return fail(ErrorCode::OutOfRange, "\"" + name + "\" is empty", where);
    const Index count = std::min(rows, cols);
    if (count > mostVectors)
        return fail(ErrorCode::Unsupported,
                    "\"" + name + "\" has " + std::to_string(rows) + " x " + std::to_string(cols)
                        + " numbers; recordings have at most " + std::to_string(mostVectors) + " channels",
                    where);
    std::vector<std::vector<float>> result(
        static_cast<std::size_t>(count), std::vector<float>(static_cast<std::size_t>(std::max(rows, cols))));
    using Fill = void (*)(const MatVariable &, std::vector<std::vector<float>> &);
    constexpr std::array<Fill, 14> fills {nullptr,
                                          &toFloats<std::int8_t>,
                                          &toFloats<std::uint8_t>,
                                          &toFloats<std::int16_t>,
                                          &toFloats<std::uint16_t>,
                                          &toFloats<std::int32_t>,
                                          &toFloats<std::uint32_t>,
                                          &toFloats<float>,
                                          nullptr,
                                          &toFloats<double>,
                                          nullptr,
                                          nullptr,
                                          &toFloats<std::int64_t>,
                                          &toFloats<std::uint64_t>};
    fills.at(type)(*this, result);
    return result;
}

Result<MatFile> MatFile::parse(Bytes bytes, const std::string &name, std::uint64_t mostBytes,
                               const std::stop_token &stop)
{
    constexpr std::size_t byteOrder = 126;
    constexpr std::size_t version = 124;
    const auto isText = [&](std::size_t at, std::string_view text) {
        return bytes.size() >= at + text.size()
            && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
    };
    if (isText(0, "\x89HDF") || isText(512, "\x89HDF"))
        return fail(ErrorCode::Unsupported, "a MATLAB file of version 7.3; save it with -v7", name);
    const bool swapped = isText(byteOrder, "MI");
    if (bytes.size() < headerBytes || (!swapped && !isText(byteOrder, "IM"))
        || numberAt<std::uint16_t>(bytes.data() + version, swapped) != 0x0100)
        return fail(ErrorCode::Unsupported, "no MATLAB file of version 5 to 7; save it with -v7", name);
    MatFile file;
    Elements elements(bytes.subspan(headerBytes), swapped, name, headerBytes);
    std::uint64_t used = 0;
    while (!elements.atEnd()) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "loading was stopped");
        const std::string where = elements.where();
        const auto element = elements.next();
        if (!element)
            return tl::unexpected(element.error());
        Bytes matrix = element->data;
        if (element->type == miCompressed) {
            auto unpacked = inflated(matrix, mostBytes - used, where, stop);
            if (!unpacked)
                return tl::unexpected(std::move(unpacked.error()));
            used += unpacked->size();
            const Bytes inner = file.m_inflated.emplace_back(std::move(*unpacked));
            const auto within = Elements(inner, swapped, where + ":inflated", 0).next();
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
            element->type == miMatrix ? static_cast<std::uint64_t>(matrix.data() - bytes.data()) : 0);
        if (!variable)
            return tl::unexpected(std::move(variable.error()));
        if (file.m_variables.size() == mostVariables)
            return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostVariables) + " variables",
                        name);
        file.m_variables.push_back(std::move(*variable));
    }
    return file;
}

} // namespace rosler
