// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/numpy_array.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/base/text_number.h"

namespace rosler {

namespace {

constexpr std::uint32_t longestHeader = 65536;
constexpr std::size_t mostExtents = 8;
constexpr std::size_t numpyPieceBytes = std::size_t {256} * 1024;

/// The dictionary at the beginning, a literal of Python, read from front to back.
class HeaderText
{
public:
    explicit HeaderText(std::string_view text)
        : m_text(text)
    {
    }

    [[nodiscard]] std::size_t at() const noexcept { return m_at; }
    [[nodiscard]] bool take(std::string_view word)
    {
        skipSpace();
        if (!m_text.substr(m_at).starts_with(word))
            return false;
        m_at += word.size();
        return true;
    }
    [[nodiscard]] bool takeString(std::string &text)
    {
        skipSpace();
        if (m_at == m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"'))
            return false;
        const std::size_t end = m_text.find(m_text[m_at], m_at + 1);
        if (end == std::string_view::npos)
            return false;
        text = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return true;
    }
    [[nodiscard]] bool takeNumber(Index &number)
    {
        skipSpace();
        const std::size_t end = std::min(m_text.find_first_not_of("0123456789", m_at), m_text.size());
        const auto whole = numberIn<Index>(m_text.substr(m_at, end - m_at));
        if (!whole)
            return false;
        m_at = end;
        std::ignore = take("L"); // by Python 2
        number = *whole;
        return true;
    }

private:
    void skipSpace()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n'))
            ++m_at;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

bool takeShape(HeaderText &text, std::vector<Index> &shape)
{
    if (!text.take("("))
        return false;
    while (!text.take(")")) {
        if (shape.size() == mostExtents || !text.takeNumber(shape.emplace_back()))
            return false;
        if (!text.take(",")) // one alone is written (3,)
            return shape.size() > 1 && text.take(")");
    }
    return true;
}

/// The three entries in any order, each once. @param kind  as numpy writes it: "<f4"
bool takeHeader(HeaderText &text, std::string &kind, NumpyArray &array)
{
    unsigned seen = 0;
    const auto once = [&seen](unsigned bit) { return (std::exchange(seen, seen | bit) & bit) == 0; };
    if (!text.take("{"))
        return false;
    while (!text.take("}")) {
        std::string key;
        if (!text.takeString(key) || !text.take(":"))
            return false;
        if (key == "descr" && once(1)) {
            if (text.take("[")) { // a record; what of is of no interest
                kind = "[";
                return true;
            }
            if (!text.takeString(kind))
                return false;
        } else if (key == "fortran_order" && once(2)) {
            array.fortran = text.take("True");
            if (!array.fortran && !text.take("False"))
                return false;
        } else if (key != "shape" || !once(4) || !takeShape(text, array.shape)) {
            return false;
        }
        if (!text.take(","))
            return text.take("}") && seen == 7;
    }
    return seen == 7;
}

bool takeKind(std::string_view kind, NumpyArray &array)
{
    if (kind.size() != 3 || std::string_view("<>|=").find(kind[0]) == std::string_view::npos)
        return false;
    array.bigEndian = kind[0] == '>';
    array.kind = kind[1];
    array.itemBytes = static_cast<std::size_t>(kind[2] - '0');
    constexpr std::array known {"b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"};
    return std::ranges::find(known, kind.substr(1)) != known.end();
}

/// Magic, version and the length of the header.
Result<std::uint32_t> readStart(TreeFile &file)
{
    std::array<std::byte, 8> start {};
    if (auto read = file.read(start); !read)
        return tl::unexpected(std::move(read.error()));
    constexpr std::string_view magic = "\x93NUMPY";
    if (std::memcmp(start.data(), magic.data(), magic.size()) != 0)
        return fail(ErrorCode::Malformed, "no array of numpy: the magic number is another", file.where(0));
    const auto version = std::to_integer<int>(start[6]);
    if (version < 1 || version > 3 || start[7] != std::byte {0})
        return fail(ErrorCode::Unsupported,
                    "version " + std::to_string(version) + "."
                        + std::to_string(std::to_integer<int>(start[7])) + "; 1.0, 2.0 and 3.0 are read",
                    file.where(6));
    std::array<std::byte, 4> length {};
    if (auto read = file.read(std::span(length).first(version == 1 ? 2 : 4)); !read)
        return tl::unexpected(std::move(read.error()));
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < length.size(); ++i)
        bytes |= std::to_integer<std::uint32_t>(length[i]) << (8 * i);
    if (bytes > longestHeader)
        return fail(ErrorCode::Malformed,
                    "a header of " + std::to_string(bytes) + " bytes; at most "
                        + std::to_string(longestHeader) + " are read",
                    file.where(8));
    return bytes;
}

/// "60000 x 28 x 28".
std::string extentsText(const NumpyArray &array)
{
    std::string text;
    for (const Index extent : array.shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

/// Bytes that the shape takes, when there is room for them.
Result<std::uint64_t> promisedBytes(const NumpyArray &array, const TreeFile &file, ArrayRoom &room)
{
    if (auto added = room.add(array, file.where(0)); !added)
        return tl::unexpected(std::move(added.error()));
    if (auto fits = room.check(NeedIs::AtLeast, file.where(0), "with " + extentsText(array) + " numbers");
        !fits)
        return tl::unexpected(std::move(fits.error()));
    std::uint64_t bytes = array.itemBytes;
    for (const Index extent : array.shape)
        bytes *= static_cast<std::uint64_t>(extent); // below the limit, and so no overflow
    if (bytes > file.mostBytesLeft())
        return fail(ErrorCode::Malformed,
                    "the header promises " + std::to_string(bytes)
                        + " bytes, but the file holds no more than " + std::to_string(file.mostBytesLeft()),
                    file.where(file.offset()));
    return bytes;
}

float halfValue(std::uint16_t half)
{
    const float sign = (half & 0x8000U) != 0 ? -1.0F : 1.0F;
    const int exponent = (half >> 10U) & 0x1F;
    const auto fraction = static_cast<float>(half & 0x3FFU);
    if (exponent == 31)
        return fraction > 0 ? std::numeric_limits<float>::quiet_NaN()
                            : sign * std::numeric_limits<float>::infinity();
    return exponent == 0 ? sign * std::ldexp(fraction, -24)
                         : sign * std::ldexp(1024.0F + fraction, exponent - 25);
}

template <typename Word>
Word wordAt(const NumpyArray &array, std::size_t number)
{
    std::array<std::byte, sizeof(Word)> bytes {};
    std::memcpy(bytes.data(), array.bytes.data() + number * sizeof(Word), sizeof(Word));
    if (array.bigEndian)
        std::reverse(bytes.begin(), bytes.end());
    return std::bit_cast<Word>(bytes); // this program runs on little-endian machines
}

/// Calls @p use with a function that gives the number at a place in the bytes, of the type it has there.
template <typename Use>
auto withNumbers(const NumpyArray &array, const Use &use)
{
    const auto of = [&]<typename Word>(Word /*type*/) {
        return use([&array](std::size_t number) { return wordAt<Word>(array, number); });
    };
    if (array.kind == 'f' && array.itemBytes == 2)
        return use([&array](std::size_t number) { return halfValue(wordAt<std::uint16_t>(array, number)); });
    if (array.kind == 'f')
        return array.itemBytes == 4 ? of(float {}) : of(double {});
    const bool isSigned = array.kind == 'i';
    switch (array.itemBytes) {
    case 1:
        return isSigned ? of(std::int8_t {}) : of(std::uint8_t {});
    case 2:
        return isSigned ? of(std::int16_t {}) : of(std::uint16_t {});
    case 4:
        return isSigned ? of(std::int32_t {}) : of(std::uint32_t {});
    default:
        return isSigned ? of(std::int64_t {}) : of(std::uint64_t {});
    }
}

/// Where in the bytes the numbers of a row lie, from its first on, in the order in which they are wanted.
struct Places {
    std::size_t rowStride = 1;
    std::vector<std::size_t> ofColumn;
};

Places placesOf(const NumpyArray &array, bool planes)
{
    const std::size_t extents = array.shape.size();
    std::vector<std::size_t> stride(extents, 1);
    for (std::size_t i = 1; i < extents; ++i) {
        const std::size_t to = array.fortran ? i : extents - 1 - i;
        const std::size_t from = array.fortran ? i - 1 : extents - i;
        stride[to] = stride[from] * static_cast<std::size_t>(array.shape[from]);
    }
    std::vector<std::size_t> order; // of the extents, the slowest first
    for (std::size_t i = 1; i < extents; ++i)
        order.push_back(i);
    if (planes)
        std::rotate(order.begin(), order.begin() + 1, order.end());
    Places places {stride[0], {0}};
    for (const std::size_t extent : order) {
        std::vector<std::size_t> finer;
        finer.reserve(places.ofColumn.size() * static_cast<std::size_t>(array.shape[extent]));
        for (const std::size_t place : places.ofColumn)
            for (std::size_t i = 0; std::cmp_less(i, array.shape[extent]); ++i)
                finer.push_back(place + i * stride[extent]);
        places.ofColumn = std::move(finer);
    }
    return places;
}

/// Calls @p put(number in the table, number in the bytes) for all.
template <typename Put>
void forEachNumber(const NumpyArray &array, bool planes, const Put &put)
{
    std::size_t to = 0;
    if (!planes && !array.fortran) {
        for (const auto all = static_cast<std::size_t>(array.rows() * array.cols()); to < all; ++to)
            put(to, to);
        return;
    }
    const Places places = placesOf(array, planes);
    for (std::size_t row = 0; std::cmp_less(row, array.rows()); ++row)
        for (const std::size_t place : places.ofColumn)
            put(to++, row * places.rowStride + place);
}

} // namespace

Index NumpyArray::cols() const noexcept
{
    Index cols = 1;
    for (std::size_t i = 1; i < shape.size(); ++i)
        cols *= shape[i];
    return cols;
}

double NumpyArray::readBytes() const noexcept
{
    auto all = static_cast<double>(itemBytes);
    for (const Index extent : shape)
        all *= static_cast<double>(extent);
    return all;
}

double NumpyArray::keptBytes() const noexcept
{
    const bool byte = kind == 'b' || (kind == 'u' && itemBytes == 1);
    const bool narrow = kind == 'i' && itemBytes <= 2;
    return readBytes() / static_cast<double>(itemBytes) * (byte ? 1.0 : narrow ? 2.0 : 4.0);
}

Result<void> ArrayRoom::add(const NumpyArray &array, const std::string &where)
{
    if (std::ranges::find(array.shape, Index {0}) != array.shape.end())
        return fail(ErrorCode::OutOfRange, "an array without numbers: " + extentsText(array), where);
    if (array.rows() > m_limits.maxExamples)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(array.rows()) + " examples; at most "
                        + std::to_string(m_limits.maxExamples) + " are allowed",
                    where);
    const double read = array.readBytes();
    const double kept = array.keptBytes();
    m_bytes += (m_drawn ? std::max(read, kept) : read) + kept;
    return {};
}

Result<void> ArrayRoom::check(NeedIs known, const std::string &where, const std::string &what) const
{
    if (isTooMuch(m_bytes, m_limits))
        return tooLittleMemory(m_bytes, known, m_limits, where, what);
    return {};
}

Result<NumpyArray> readNumpyArray(TreeFile &file, ArrayRoom &room)
{
    const auto length = readStart(file);
    if (!length)
        return tl::unexpected(length.error());
    const std::uint64_t start = file.offset();
    std::string header(*length, '\0');
    if (auto read = file.read(std::as_writable_bytes(std::span(header))); !read)
        return tl::unexpected(std::move(read.error()));
    NumpyArray array;
    std::string kind;
    HeaderText text(header);
    if (!takeHeader(text, kind, array))
        return fail(ErrorCode::Malformed, "the header is none of an array", file.where(start + text.at()));
    if (!takeKind(kind, array)) {
        std::ranges::replace_if(
            kind, [](unsigned char c) { return c < 0x20 || c > 0x7E; }, '?');
        return fail(ErrorCode::Unsupported,
                    "numbers of type \"" + kind.substr(0, 20)
                        + "\"; bool, whole numbers of 1, 2, 4 and 8 bytes and floats of 2, 4 and 8 are read",
                    file.where(start));
    }
    if (array.shape.empty())
        return fail(ErrorCode::Unsupported, "a single number where there should be an array",
                    file.where(start));
    const auto bytes = promisedBytes(array, file, room);
    if (!bytes)
        return tl::unexpected(bytes.error());
    array.place = file.where(file.offset());
    // An archive's bound is a loose one: memory grows with the bytes that come, but not beyond the last.
    while (array.bytes.size() < *bytes) {
        const std::size_t at = array.bytes.size();
        if (array.bytes.capacity() - at < std::min<std::uint64_t>(numpyPieceBytes, *bytes - at))
            array.bytes.reserve(
                static_cast<std::size_t>(std::min<std::uint64_t>(*bytes, std::max(numpyPieceBytes, 2 * at))));
        array.bytes.resize(at
                           + static_cast<std::size_t>(std::min<std::uint64_t>(numpyPieceBytes, *bytes - at)));
        if (auto read = file.read(std::span(array.bytes).subspan(at)); !read)
            return tl::unexpected(std::move(read.error()));
    }
    std::array<std::byte, 1> more {};
    const auto end = file.readSome(more);
    if (!end)
        return tl::unexpected(end.error());
    if (*end != 0)
        return fail(ErrorCode::Malformed, "there are bytes after the last that the header promises",
                    file.where(file.offset() - 1));
    return array;
}

ExampleShape numpyShape(const NumpyArray &array, NumpyLayout layout, bool &planes)
{
    planes = false;
    const std::vector<Index> &shape = array.shape;
    if (shape.size() == 3)
        return {1, shape[1], shape[2]};
    if (shape.size() != 4)
        return ExampleShape::vector(array.cols());
    const bool lastIsColour = shape[3] == 1 || shape[3] == 3 || shape[3] == 4;
    const bool firstIsColour = shape[1] == 1 || shape[1] == 3;
    planes = layout == NumpyLayout::Planes || (layout == NumpyLayout::Auto && firstIsColour && !lastIsColour);
    return planes ? ExampleShape {shape[1], shape[2], shape[3]} : ExampleShape {shape[3], shape[1], shape[2]};
}

FeatureTable numpyFeatures(const NumpyArray &array, bool planes, double divisor)
{
    const auto count = static_cast<std::size_t>(array.rows() * array.cols());
    if (divisor == 0)
        divisor = array.kind == 'u' && array.itemBytes == 1 ? 255 : 1;
    const auto by = static_cast<float>(divisor);
    if (array.kind == 'b' || (array.kind == 'u' && array.itemBytes == 1)) {
        std::vector<std::uint8_t> numbers(count);
        forEachNumber(array, planes, [&](std::size_t to, std::size_t from) {
            numbers[to] = std::to_integer<std::uint8_t>(array.bytes[from]);
        });
        return {std::move(numbers), array.cols(), by};
    }
    if (array.kind == 'i' && array.itemBytes <= 2) {
        std::vector<std::int16_t> numbers(count);
        const bool narrow = array.itemBytes == 1;
        forEachNumber(array, planes, [&](std::size_t to, std::size_t from) {
            numbers[to] = narrow ? wordAt<std::int8_t>(array, from) : wordAt<std::int16_t>(array, from);
        });
        return {std::move(numbers), array.cols(), by};
    }
    Matrix values(array.rows(), array.cols());
    withNumbers(array, [&](const auto &numberAt) {
        forEachNumber(array, planes, [&](std::size_t to, std::size_t from) {
            values.data()[to] = static_cast<float>(static_cast<double>(numberAt(from)) / divisor);
        });
    });
    return values;
}

Result<std::vector<std::int64_t>> numpyLabels(const NumpyArray &array)
{
    std::vector<std::int64_t> labels(static_cast<std::size_t>(array.rows()));
    const auto cols = static_cast<std::size_t>(array.cols());
    std::vector<std::size_t> ones(labels.size());
    std::size_t bad = labels.size(); // the first row that is none
    withNumbers(array, [&](const auto &numberAt) {
        forEachNumber(array, false, [&](std::size_t to, std::size_t from) {
            const std::size_t row = to / cols;
            const auto number = numberAt(from);
            const auto value = static_cast<double>(number);
            constexpr double most = 1e15; // doubles are whole numbers far beyond
            if (!(std::abs(value) <= most) || std::trunc(value) != value
                || (cols > 1 && value != 0 && value != 1)) {
                bad = std::min(bad, row);
            } else if (cols == 1) {
                labels[row] = static_cast<std::int64_t>(number);
            } else if (value == 1) {
                labels[row] = static_cast<std::int64_t>(to % cols);
                ++ones[row];
            }
        });
    });
    if (cols > 1)
        for (std::size_t row = 0; row < bad; ++row)
            if (ones[row] != 1)
                bad = row;
    if (bad < labels.size())
        return fail(ErrorCode::Malformed,
                    cols == 1 ? "row " + std::to_string(bad) + " is no whole number, and so no label"
                              : "row " + std::to_string(bad) + " is not one 1 among zeros, and so no label",
                    array.place);
    return labels;
}

} // namespace rosler
