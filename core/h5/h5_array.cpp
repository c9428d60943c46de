// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_array.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <hdf5.h>

#include "core/base/contract.h"
#include "core/h5/h5_chunks.h"
#include "core/h5/h5_error.h"
#include "core/h5/h5_header.h"
#include "core/h5/h5_read_driver.h"

namespace rosler::h5 {

namespace {

constexpr std::size_t mostObjects = 10'000;
constexpr std::size_t mostGroupsDeep = 32;
constexpr std::size_t longestName = 1'000;
constexpr int mostExtents = 8;
constexpr std::uint64_t largestChunk = 256'000'000; // bytes

struct NumberType {
    char kind;
    std::size_t bytes;
    hid_t memory;
};

/// The type of memory for numbers of this kind and size, or none.
const NumberType *memoryType(char kind, std::size_t bytes)
{
    static const std::array types {
        NumberType {'u', 1, H5T_NATIVE_UINT8},  NumberType {'u', 2, H5T_NATIVE_UINT16},
        NumberType {'u', 4, H5T_NATIVE_UINT32}, NumberType {'u', 8, H5T_NATIVE_UINT64},
        NumberType {'i', 1, H5T_NATIVE_INT8},   NumberType {'i', 2, H5T_NATIVE_INT16},
        NumberType {'i', 4, H5T_NATIVE_INT32},  NumberType {'i', 8, H5T_NATIVE_INT64},
        NumberType {'f', 4, H5T_NATIVE_FLOAT},  NumberType {'f', 8, H5T_NATIVE_DOUBLE}};
    const auto found = std::ranges::find_if(
        types, [&](const NumberType &type) { return type.kind == kind && type.bytes == bytes; });
    return found == types.end() ? nullptr : &*found;
}

/// Its extents and the kind of its numbers; nothing is read.
bool describe(const Handle &dataset, ArrayInfo &info)
{
    const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
    const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
    const Handle creation(H5Dget_create_plist(dataset.id()), &H5Pclose);
    if (!type || !space || !creation)
        return false;
    const int dimensions = H5Sget_simple_extent_ndims(space.id());
    std::array<hsize_t, mostExtents> sizes {};
    if (dimensions < 0 || dimensions > mostExtents
        || H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr) < 0)
        return false;
    constexpr hsize_t mostRows = hsize_t {1} << 62;
    for (int i = 0; i < dimensions; ++i)
        info.extents.push_back(static_cast<Index>(std::min(sizes[static_cast<std::size_t>(i)], mostRows)));
    const H5T_class_t kind = H5Tget_class(type.id());
    const std::size_t bytes = H5Tget_size(type.id());
    if (kind == H5T_INTEGER) {
        info.kind = H5Tget_sign(type.id()) == H5T_SGN_NONE ? 'u' : 'i';
        info.itemBytes = bytes;
    } else if (kind == H5T_FLOAT && bytes <= sizeof(double)) {
        info.kind = 'f';
        info.itemBytes = std::max(bytes, sizeof(float)); // half precision is widened
    }
    info.records = kind == H5T_COMPOUND;
    if (memoryType(info.kind, info.itemBytes) == nullptr)
        info.kind = 0;
    if (H5Pget_layout(creation.id()) == H5D_CHUNKED
        && H5Pget_chunk(creation.id(), mostExtents, sizes.data()) == dimensions && dimensions > 0)
        info.chunkRows = static_cast<Index>(std::clamp<hsize_t>(sizes[0], 1, mostRows));
    return true;
}

/// Whether all of it lies in this file, in pieces that memory can hold.
Result<void> checkKept(const Handle &dataset, const std::string &where)
{
    const Handle creation(H5Dget_create_plist(dataset.id()), &H5Pclose);
    const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
    if (!creation || !type)
        return failWithStack(ErrorCode::Malformed, "this dataset cannot be read", where);
    const H5D_layout_t layout = H5Pget_layout(creation.id());
    if (layout == H5D_VIRTUAL || H5Pget_external_count(creation.id()) != 0)
        return fail(ErrorCode::Unsupported, "its numbers lie in other files", where);
    if (layout != H5D_CHUNKED)
        return {};
    std::array<hsize_t, mostExtents> sizes {};
    const int dimensions = H5Pget_chunk(creation.id(), mostExtents, sizes.data());
    std::uint64_t bytes = H5Tget_size(type.id());
    for (int i = 0; i < dimensions && i < mostExtents; ++i) {
        const hsize_t extent = std::max<hsize_t>(sizes[static_cast<std::size_t>(i)], 1);
        if (bytes > largestChunk / extent)
            return fail(ErrorCode::OutOfRange,
                        "pieces of more than " + std::to_string(largestChunk) + " bytes are packed together",
                        where);
        bytes *= extent;
    }
    return {};
}

/// What is read of a dataset.
struct Selection {
    std::vector<hsize_t> start;
    std::vector<hsize_t> sizes;
    hid_t memoryType;
};

/// Whether a dataset that lies in the head of its object is as long as its extents say, which HDF5 does not
/// look at (1.10.8).
Result<void> checkCompact(const Handle &dataset, const ArrayInfo &array, const std::string &where)
{
    const Handle creation(H5Dget_create_plist(dataset.id()), &H5Pclose);
    const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
    if (!creation || !type)
        return failWithStack(ErrorCode::Malformed, "this dataset cannot be read", where);
    if (H5Pget_layout(creation.id()) != H5D_COMPACT)
        return {};
    const hsize_t held = H5Dget_storage_size(dataset.id());
    hsize_t wanted = H5Tget_size(type.id());
    for (const Index extent : array.extents)
        wanted = extent != 0 && wanted > held / static_cast<hsize_t>(extent)
            ? held + 1
            : wanted * static_cast<hsize_t>(extent);
    if (wanted != held)
        return fail(ErrorCode::Malformed, array.text() + " in " + std::to_string(held) + " bytes", where);
    return {};
}

/// By HDF5, some megabytes after the other. Nothing of it is packed.
Result<void> readPlain(const Handle &dataset, Selection what, std::span<std::byte> into,
                       const std::string &where, const std::stop_token &stop)
{
    constexpr std::size_t together = 16'000'000; // bytes
    const std::size_t axis = static_cast<std::size_t>(
        std::ranges::find_if(what.sizes.begin(), what.sizes.end() - 1, [](hsize_t size) { return size > 1; })
        - what.sizes.begin());
    const hsize_t count = what.sizes[axis];
    const std::size_t pieceBytes = into.size() / count; // of one along the axis
    const hsize_t most = std::max<hsize_t>(1, together / pieceBytes);
    const hsize_t begin = what.start[axis];
    for (hsize_t done = 0; done < count; done += what.sizes[axis]) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", where);
        what.start[axis] = begin + done;
        what.sizes[axis] = std::min(most, count - done);
        const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
        const Handle memory(H5Screate_simple(static_cast<int>(what.sizes.size()), what.sizes.data(), nullptr),
                            &H5Sclose);
        if (!space || !memory
            || H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, what.start.data(), nullptr, what.sizes.data(),
                                   nullptr)
                < 0
            || H5Dread(dataset.id(), what.memoryType, memory.id(), space.id(), H5P_DEFAULT,
                       into.data() + done * pieceBytes)
                < 0)
            return failWithStack(ErrorCode::Malformed, "it cannot be read", where);
    }
    return {};
}

/// A dataset without a cache of chunks: HDF5 reads chunks that are not packed straight from their places
/// then, not as many bytes as their index says (1.10.8).
Handle openDataset(const Handle &file, const std::string &path)
{
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS), &H5Pclose);
    if (!access || H5Pset_chunk_cache(access.id(), 0, 0, 0) < 0)
        return {};
    return {H5Dopen2(file.id(), path.c_str(), access.id()), &H5Dclose};
}

/// A link of a group, and whether it is a hard one.
struct Link {
    std::string name;
    bool hard;
};

/// Called by H5Literate for each link of a group.
herr_t takeLink(hid_t /*group*/, const char *name, const H5L_info_t *info, void *links) noexcept
try {
    auto &found = *static_cast<std::vector<Link> *>(links);
    if (found.size() > mostObjects)
        return 1; // one too many: enough
    found.push_back({name, info->type == H5L_TYPE_HARD});
    return 0;
} catch (...) { // no memory; HDF5 is C
    return -1;
}

/// The links of a group in the order of their names' bytes, without those that are not taken. In the order
/// that HDF5 has them: to sort them it makes a table, of which it frees what it did not fill where a link is
/// damaged (1.10.8).
/// @return OutOfRange  more than mostObjects
Result<std::vector<Link>> linksOf(const Handle &group, const std::string &where)
{
    std::vector<Link> links;
    hsize_t next = 0;
    if (H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &next, &takeLink, &links) < 0)
        return failWithStack(ErrorCode::Malformed, "this group cannot be searched", where);
    if (links.size() > mostObjects)
        return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostObjects) + " objects", where);
    std::erase_if(links, [](const Link &link) { // long ones, and what would be followed as a path
        return link.name.empty() || link.name.size() >= longestName || link.name == "."
            || link.name.find('/') != std::string::npos;
    });
    std::ranges::sort(links, {}, &Link::name);
    return links;
}

/// What is in a file, group by group.
class Walk
{
public:
    explicit Walk(std::string name)
        : m_name(std::move(name))
    {
    }

    Result<void> visit(const Handle &group, const std::string &path, std::size_t depth)
    {
        if (depth > mostGroupsDeep)
            return fail(ErrorCode::OutOfRange,
                        "groups are more than " + std::to_string(mostGroupsDeep) + " deep in one another",
                        m_name + ":/" + path);
        const auto links = linksOf(group, m_name + ":/" + path);
        if (!links)
            return tl::unexpected(links.error());
        for (const auto &[name, hard] : *links) {
            if (++m_seen > mostObjects)
                return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostObjects) + " objects",
                            m_name);
            if (!hard)
                continue;
            const Handle object(H5Oopen(group.id(), name.c_str(), H5P_DEFAULT), &H5Oclose);
            if (!object)
                continue; // damaged; others may be whole
            if (auto done = take(object, path.empty() ? name : path + '/' + name, depth); !done)
                return done;
        }
        return {};
    }

    [[nodiscard]] std::vector<ArrayInfo> found() && { return std::move(m_found); }

private:
    Result<void> take(const Handle &object, const std::string &path, std::size_t depth)
    {
        switch (H5Iget_type(object.id())) {
        case H5I_GROUP: {
            H5O_info_t info {};
            // Groups may be linked in a circle.
            if (H5Oget_info2(object.id(), &info, H5O_INFO_BASIC) < 0 || !m_groups.insert(info.addr).second)
                return {};
            return visit(object, path, depth + 1);
        }
        case H5I_DATASET: {
            ArrayInfo array;
            array.path = path;
            if (describe(object, array))
                m_found.push_back(std::move(array));
            return {};
        }
        default:
            return {};
        }
    }

    std::string m_name;
    std::size_t m_seen = 0;
    std::set<haddr_t> m_groups;
    std::vector<ArrayInfo> m_found;
};

} // namespace

std::string ArrayInfo::text() const
{
    std::string all;
    for (const Index extent : extents)
        all += (all.empty() ? "" : " x ") + std::to_string(extent);
    if (all.empty())
        all = "one value";
    if (kind == 0)
        return all + ", no numbers";
    return all + (kind == 'u' ? ", uint" : kind == 'i' ? ", int" : ", float") + std::to_string(8 * itemBytes);
}

Result<ArrayFile> ArrayFile::open(const std::filesystem::path &path)
{
    std::string name = path.filename().string();
    auto file = openToRead(path.string(), name);
    if (!file)
        return tl::unexpected(std::move(file.error()));
    return ArrayFile(std::move(*file), std::move(name));
}

Result<ArrayFile> ArrayFile::open(std::span<const std::byte> bytes, std::string name)
{
    auto file =
        openToRead({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, ImageUse::Borrowed, name);
    if (!file)
        return tl::unexpected(std::move(file.error()));
    return ArrayFile(std::move(*file), std::move(name));
}

Result<std::vector<ArrayInfo>> ArrayFile::list() const
{
    const Handle root(H5Gopen2(m_handle.id(), "/", H5P_DEFAULT), &H5Gclose);
    if (!root)
        return failWithStack(ErrorCode::Malformed, "no root group", m_name);
    Walk walk(m_name);
    if (auto done = walk.visit(root, {}, 0); !done)
        return tl::unexpected(done.error());
    return std::move(walk).found();
}

Result<std::vector<Member>> ArrayFile::members(const std::string &group, const std::stop_token &stop) const
{
    const Handle opened(H5Gopen2(m_handle.id(), group.empty() ? "/" : group.c_str(), H5P_DEFAULT), &H5Gclose);
    if (!opened)
        return failWithStack(ErrorCode::Malformed, "this group cannot be searched", where(group));
    const auto links = linksOf(opened, where(group));
    if (!links)
        return tl::unexpected(links.error());
    std::vector<Member> found;
    for (const auto &[name, hard] : *links) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", where(group));
        Member member {name, hard ? Member::Kind::Other : Member::Kind::Link, {}};
        const Handle object(hard ? H5Oopen(opened.id(), member.name.c_str(), H5P_DEFAULT) : -1, &H5Oclose);
        const H5I_type_t kind = object ? H5Iget_type(object.id()) : H5I_BADID;
        member.array.path = group.empty() ? member.name : group + '/' + member.name;
        if (kind == H5I_GROUP)
            member.kind = Member::Kind::Group;
        else if (kind == H5I_DATASET && describe(object, member.array))
            member.kind = Member::Kind::Array;
        found.push_back(std::move(member));
    }
    return found;
}

Result<Handle> ArrayFile::openObject(const std::string &path) const
{
    Handle object(H5Oopen(m_handle.id(), path.c_str(), H5P_DEFAULT), &H5Oclose);
    if (!object)
        return failWithStack(ErrorCode::Malformed, "this object cannot be read", where(path));
    return object;
}

Result<std::string> ArrayFile::text(const std::string &path, const std::string &attribute) const
{
    const auto object = openObject(path);
    if (!object)
        return tl::unexpected(object.error());
    const auto found = headerAttribute(*object, attribute, where(path));
    if (!found)
        return tl::unexpected(found.error());
    if (found->kind != HeaderAttribute::Kind::Text)
        return fail(ErrorCode::Unsupported, "not a text", where(path) + "@" + attribute);
    const auto end = std::ranges::find(found->bytes, std::byte {0});
    return std::string(reinterpret_cast<const char *>(found->bytes.data()),
                       static_cast<std::size_t>(end - found->bytes.begin()));
}

Result<std::int64_t> ArrayFile::integer(const std::string &path, const std::string &attribute) const
{
    const auto object = openObject(path);
    if (!object)
        return tl::unexpected(object.error());
    auto found = headerAttribute(*object, attribute, where(path));
    if (!found)
        return tl::unexpected(found.error());
    if (found->kind != HeaderAttribute::Kind::Integer)
        return fail(ErrorCode::Unsupported, "not an integer", where(path) + "@" + attribute);
    if (!found->bigEndian)
        std::ranges::reverse(found->bytes);
    const bool isNegative = found->isSigned && (found->bytes.front() & std::byte {0x80}) != std::byte {0};
    std::uint64_t value = isNegative ? ~std::uint64_t {0} : 0;
    for (const std::byte byte : found->bytes)
        value = value << 8U | std::to_integer<std::uint64_t>(byte);
    constexpr std::uint64_t most = ~std::uint64_t {0} >> 1U;
    return static_cast<std::int64_t>(found->isSigned ? value : std::min(value, most));
}

Result<void> ArrayFile::read(const ArrayInfo &array, Index first, Index count, std::span<std::byte> into,
                             const std::stop_token &stop) const
{
    const NumberType *type = memoryType(array.kind, array.itemBytes);
    if (type == nullptr || array.extents.empty())
        return fail(ErrorCode::Unsupported, "it holds no numbers in rows: " + array.text(), where(array));
    const Handle dataset = openDataset(m_handle, array.path);
    if (!dataset)
        return failWithStack(ErrorCode::Malformed, "not a dataset", where(array));
    if (auto kept = checkKept(dataset, where(array)); !kept)
        return kept;
    if (auto whole = checkCompact(dataset, array, where(array)); !whole)
        return whole;
    Selection what {std::vector<hsize_t>(array.extents.size(), 0),
                    std::vector<hsize_t>(array.extents.begin(), array.extents.end()), type->memory};
    what.start.front() = static_cast<hsize_t>(first);
    what.sizes.front() = static_cast<hsize_t>(count);
    hsize_t numbers = 1;
    for (const hsize_t size : what.sizes)
        numbers *= size;
    ROSLER_EXPECTS(first >= 0 && count >= 0 && first + count <= array.rows()
                   && into.size() == numbers * array.itemBytes);
    if (numbers == 0)
        return {};
    const Handle creation(H5Dget_create_plist(dataset.id()), &H5Pclose);
    hsize_t fileBytes = 0;
    if (!creation || H5Fget_filesize(m_handle.id(), &fileBytes) < 0)
        return failWithStack(ErrorCode::Malformed, "it cannot be read", where(array));
    if (H5Pget_layout(creation.id()) == H5D_CHUNKED && H5Pget_nfilters(creation.id()) > 0)
        return readPackedChunks(dataset, array, first, count, type->memory, fileBytes, into, where(array),
                                stop);
    return readPlain(dataset, std::move(what), into, where(array), stop);
}

} // namespace rosler::h5
