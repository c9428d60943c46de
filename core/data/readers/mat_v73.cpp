// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/mat_v73.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/quantity_text.h"
#include "core/data/loading_stopped.h"
#include "core/data/test_part.h"
#include "core/h5/h5_array.h"

namespace rosler {

namespace {

using Kind = h5::Member::Kind;

constexpr std::size_t userBlockBytes = 512;
constexpr Index mostNumbers = Index {1} << 40;
constexpr std::uint64_t mostDeflated = 1032; // bytes that zlib makes of one at most

/// Classes whose arrays are numbers.
bool isNumeric(std::string_view matlabClass)
{
    constexpr std::array<std::string_view, 11> all {"double", "single", "int8",  "uint8",  "int16",  "uint16",
                                                    "int32",  "uint32", "int64", "uint64", "logical"};
    return std::ranges::find(all, matlabClass) != all.end();
}

MatNumbers::Type typeOf(const h5::ArrayInfo &array)
{
    using enum MatNumbers::Type;
    if (array.kind == 'f')
        return array.itemBytes == sizeof(float) ? Single : Double;
    constexpr std::array integers {Int8, Int16, Int32, Int64};
    constexpr std::array naturals {UInt8, UInt16, UInt32, UInt64};
    const auto size = static_cast<std::size_t>(std::countr_zero(array.itemBytes));
    return array.kind == 'i' ? integers.at(size) : naturals.at(size);
}

/// One file while its variables are listed.
class Listing
{
public:
    Listing(std::shared_ptr<const h5::ArrayFile> file, std::string name, std::uint64_t fileBytes,
            std::uint64_t mostBytes)
        : m_file(std::move(file))
        , m_name(std::move(name))
        , m_fileBytes(fileBytes)
        , m_mostBytes(mostBytes)
    {
    }

    [[nodiscard]] Result<MatVariable> variableOf(const h5::Member &member) const;

private:
    [[nodiscard]] Result<void> describeArray(const h5::ArrayInfo &array, MatVariable &variable) const;
    void describeGroup(const h5::Member &member, MatVariable &variable) const;
    [[nodiscard]] Result<void> takeExtents(std::span<const Index> extents, MatVariable &variable) const;
    [[nodiscard]] std::vector<Index> emptyExtents(const h5::ArrayInfo &array) const;

    std::shared_ptr<const h5::ArrayFile> m_file;
    std::string m_name;
    std::uint64_t m_fileBytes;
    std::uint64_t m_mostBytes;
};

/// Reads all of an array whose bytes are within the limit.
Result<MatNumbers> numbersOf(const h5::ArrayFile &file, const h5::ArrayInfo &array, std::uint64_t bytes,
                             const std::stop_token &stop)
{
    auto unpacked = std::make_shared<std::vector<std::byte>>(bytes);
    if (auto read = file.read(array, 0, array.rows(), *unpacked, stop); !read)
        return tl::unexpected(std::move(read.error()));
    return MatNumbers {typeOf(array), false, *unpacked, unpacked};
}

Result<MatVariable> Listing::variableOf(const h5::Member &member) const
{
    MatVariable variable;
    variable.name = className(member.name);
    variable.where = m_name + ":" + variable.name;
    if (member.kind == Kind::Link || member.kind == Kind::Other) {
        variable.kind = member.kind == Kind::Link ? "link to elsewhere" : "unreadable object";
        return variable;
    }
    const auto matlabClass = m_file->text(member.array.path, "MATLAB_class");
    if (!matlabClass) {
        variable.kind = matlabClass.error().code == ErrorCode::NotFound ? "object without MATLAB_class"
                                                                        : "object of no known MATLAB_class";
    } else {
        variable.kind = className(*matlabClass);
        variable.numeric = member.kind == Kind::Array && isNumeric(*matlabClass);
    }
    if (member.kind == Kind::Group)
        describeGroup(member, variable);
    else if (auto described = describeArray(member.array, variable); !described)
        return tl::unexpected(std::move(described.error()));
    return variable;
}

/// First the rows, then the columns: the product of all others.
Result<void> Listing::takeExtents(std::span<const Index> extents, MatVariable &variable) const
{
    variable.rows = 1;
    variable.cols = 1;
    for (std::size_t i = 0; i < extents.size(); ++i) {
        Index &into = i == 0 ? variable.rows : variable.cols;
        if (extents[i] < 0 || (extents[i] > 0 && into > mostNumbers / extents[i]))
            return fail(ErrorCode::Malformed, "an array with an extent of " + std::to_string(extents[i]),
                        variable.where);
        into *= extents[i];
    }
    if (variable.cols > 0 && variable.rows > mostNumbers / variable.cols)
        return fail(ErrorCode::Malformed,
                    std::to_string(variable.rows) + " x " + std::to_string(variable.cols) + " numbers",
                    variable.where);
    return {};
}

/// What an empty array holds: its extents, one of which is 0.
std::vector<Index> Listing::emptyExtents(const h5::ArrayInfo &array) const
{
    constexpr Index mostOfEmpty = 32;
    if (array.kind != 'u' || array.itemBytes != sizeof(Index) || array.extents.size() != 1
        || array.rows() > mostOfEmpty)
        return {0, 0};
    std::vector<Index> extents(static_cast<std::size_t>(array.rows()));
    const auto read = m_file->read(array, 0, array.rows(), std::as_writable_bytes(std::span(extents)));
    return read && std::ranges::find(extents, 0) != extents.end() ? extents : std::vector<Index> {0, 0};
}

Result<void> Listing::describeArray(const h5::ArrayInfo &array, MatVariable &variable) const
{
    if (const auto empty = m_file->integer(array.path, "MATLAB_empty"); empty && *empty != 0)
        return takeExtents(emptyExtents(array), variable);
    const std::vector<Index> extents(array.extents.rbegin(), array.extents.rend());
    if (auto taken = takeExtents(extents, variable); !taken)
        return taken;
    variable.complex = variable.numeric && array.records;
    if (!variable.numeric || variable.complex)
        return {};
    if (array.kind == 0 || extents.empty()) {
        variable.numeric = false;
        variable.kind += " kept as something else";
        return {};
    }
    const std::uint64_t bytes = static_cast<std::uint64_t>(variable.rows * variable.cols) * array.itemBytes;
    variable.numbers = [file = m_file, array, bytes, where = variable.where, most = m_mostBytes,
                        inFile = m_fileBytes](const std::stop_token &stop) -> Result<MatNumbers> {
        if (bytes > most)
            return fail(ErrorCode::OutOfRange,
                        array.text() + " take " + bytesText(static_cast<double>(bytes)) + " of memory; "
                            + bytesText(static_cast<double>(most)) + " are allowed",
                        where);
        if (bytes / mostDeflated > inFile)
            return fail(ErrorCode::OutOfRange,
                        array.text() + " cannot be in a file of " + std::to_string(inFile) + " bytes", where);
        auto numbers = numbersOf(*file, array, bytes, stop);
        if (!numbers)
            numbers.error().where = where;
        return numbers;
    };
    return {};
}

/// Structures and sparse matrices, as far as their extents are at hand.
void Listing::describeGroup(const h5::Member &member, MatVariable &variable) const
{
    const auto sparseRows = m_file->integer(member.array.path, "MATLAB_sparse");
    const auto fields = m_file->members(member.array.path);
    if (sparseRows)
        variable.kind = "sparse";
    if (!fields)
        return;
    if (sparseRows) {
        const auto columns = std::ranges::find(*fields, "jc", &h5::Member::name);
        variable.rows = std::clamp<Index>(*sparseRows, 0, mostNumbers);
        variable.cols = columns == fields->end() ? 0 : std::max<Index>(columns->array.rows() - 1, 0);
    } else if (variable.kind == "struct") {
        // The fields of an array of structures are arrays of references, which have no MATLAB_class.
        variable.rows = 1;
        variable.cols = 1;
        if (fields->empty() || fields->front().kind != Kind::Array
            || m_file->text(fields->front().array.path, "MATLAB_class"))
            return;
        const std::vector<Index> &extents = fields->front().array.extents;
        MatVariable scratch;
        if (takeExtents(std::vector<Index>(extents.rbegin(), extents.rend()), scratch)) {
            variable.rows = scratch.rows;
            variable.cols = scratch.cols;
        }
    }
}

} // namespace

bool isMatV73(std::span<const std::byte> bytes)
{
    constexpr std::string_view magic = "\x89HDF\r\n\x1a\n";
    const auto begins = [&](std::size_t at) {
        return bytes.size() >= at + magic.size()
            && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
    };
    return begins(0) || begins(userBlockBytes);
}

Result<std::vector<MatVariable>> v73Variables(std::span<const std::byte> bytes, const std::string &name,
                                              std::uint64_t mostBytes, const std::stop_token &stop)
{
    auto opened = h5::ArrayFile::open(bytes, name);
    if (!opened)
        return tl::unexpected(std::move(opened.error()));
    const auto file = std::make_shared<const h5::ArrayFile>(std::move(*opened));
    const auto members = file->members({}, stop);
    if (!members)
        return tl::unexpected(members.error());
    const Listing listing(file, name, bytes.size(), mostBytes);
    std::vector<MatVariable> variables;
    for (const h5::Member &member : *members) {
        if (stop.stop_requested())
            return loadingStopped();
        if (member.name == "#refs#" || member.name == "#subsystem#")
            continue;
        auto variable = listing.variableOf(member);
        if (!variable)
            return tl::unexpected(std::move(variable.error()));
        variables.push_back(std::move(*variable));
    }
    return variables;
}

} // namespace rosler
