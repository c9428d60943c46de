// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_array.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <hdf5.h>

#include "core/base/contract.h"
#include "core/h5/h5_error.h"
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
    if (memoryType(info.kind, info.itemBytes) == nullptr)
        info.kind = 0;
    if (H5Pget_layout(creation.id()) == H5D_CHUNKED
        && H5Pget_chunk(creation.id(), mostExtents, sizes.data()) == dimensions && dimensions > 0)
        info.chunkRows = static_cast<Index>(std::clamp<hsize_t>(sizes[0], 1, mostRows));
    return true;
}

/// The filters that HDF5 brings itself.
bool isKnownFilter(H5Z_filter_t filter)
{
    constexpr std::array known {H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32,
                                H5Z_FILTER_SZIP,    H5Z_FILTER_NBIT,    H5Z_FILTER_SCALEOFFSET};
    return std::ranges::find(known, filter) != known.end();
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
    for (int i = 0; i < H5Pget_nfilters(creation.id()); ++i) {
        unsigned flags = 0;
        std::size_t values = 0;
        const H5Z_filter_t filter = H5Pget_filter2(creation.id(), static_cast<unsigned>(i), &flags, &values,
                                                   nullptr, 0, nullptr, nullptr);
        if (!isKnownFilter(filter))
            return fail(ErrorCode::Unsupported, "it is packed by filter " + std::to_string(filter), where);
    }
    return {};
}

/// The name of a hard link of a group; empty for other links.
std::string hardLinkName(const Handle &group, hsize_t number)
{
    H5L_info_t info {};
    if (H5Lget_info_by_idx(group.id(), ".", H5_INDEX_NAME, H5_ITER_INC, number, &info, H5P_DEFAULT) < 0
        || info.type != H5L_TYPE_HARD)
        return {};
    std::string name(longestName, '\0');
    const ssize_t length = H5Lget_name_by_idx(group.id(), ".", H5_INDEX_NAME, H5_ITER_INC, number,
                                              name.data(), name.size(), H5P_DEFAULT);
    if (length <= 0 || static_cast<std::size_t>(length) >= longestName)
        return {};
    name.resize(static_cast<std::size_t>(length));
    return name;
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
        H5G_info_t info {};
        if (H5Gget_info(group.id(), &info) < 0)
            return failWithStack(ErrorCode::Malformed, "this group cannot be searched", m_name + ":/" + path);
        for (hsize_t i = 0; i < info.nlinks; ++i) {
            if (++m_seen > mostObjects)
                return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostObjects) + " objects",
                            m_name);
            const std::string name = hardLinkName(group, i);
            if (name.empty())
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
    keepQuiet();
    std::string name = path.filename().string();
    (void)H5PLset_loading_state(0); // no filters out of libraries that lie about
    const auto access = readAccess({}, name);
    if (!access)
        return tl::unexpected(access.error());
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access->id()), &H5Fclose);
    if (!file)
        return failWithStack(ErrorCode::Malformed, "not a whole HDF5 file", std::move(name));
    return ArrayFile(std::move(file), std::move(name));
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

Result<void> ArrayFile::read(const ArrayInfo &array, Index first, Index count,
                             std::span<std::byte> into) const
{
    const NumberType *type = memoryType(array.kind, array.itemBytes);
    if (type == nullptr || array.extents.empty())
        return fail(ErrorCode::Unsupported, "it holds no numbers in rows: " + array.text(), where(array));
    const Handle dataset(H5Dopen2(m_handle.id(), array.path.c_str(), H5P_DEFAULT), &H5Dclose);
    if (!dataset)
        return failWithStack(ErrorCode::Malformed, "not a dataset", where(array));
    if (auto kept = checkKept(dataset, where(array)); !kept)
        return kept;
    std::vector<hsize_t> start(array.extents.size(), 0);
    std::vector<hsize_t> sizes(array.extents.begin(), array.extents.end());
    start.front() = static_cast<hsize_t>(first);
    sizes.front() = static_cast<hsize_t>(count);
    hsize_t numbers = 1;
    for (const hsize_t size : sizes)
        numbers *= size;
    ROSLER_EXPECTS(first >= 0 && count >= 0 && first + count <= array.rows()
                   && into.size() == numbers * array.itemBytes);
    if (numbers == 0)
        return {};
    const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
    const Handle memory(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), &H5Sclose);
    if (!space || !memory
        || H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, sizes.data(), nullptr) < 0
        || H5Dread(dataset.id(), type->memory, memory.id(), space.id(), H5P_DEFAULT, into.data()) < 0)
        return failWithStack(ErrorCode::Malformed, "it cannot be read", where(array));
    return {};
}

} // namespace rosler::h5
