// SPDX-License-Identifier: Apache-2.0
// Datasets of h5::Group.
#include <algorithm>
#include <array>
#include <limits>

#include <hdf5.h>

#include "core/base/contract.h"
#include "core/h5/h5_error.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

namespace {

constexpr std::size_t mostDimensions = 8;

template <typename T>
struct Types;

template <>
struct Types<float> {
    static hid_t file() { return H5T_IEEE_F32LE; }
    static hid_t memory() { return H5T_NATIVE_FLOAT; }
    static constexpr const char *name = "float32";
};

template <>
struct Types<std::int64_t> {
    static hid_t file() { return H5T_STD_I64LE; }
    static hid_t memory() { return H5T_NATIVE_INT64; }
    static constexpr const char *name = "int64";
};

template <>
struct Types<std::uint32_t> {
    static hid_t file() { return H5T_STD_U32LE; }
    static hid_t memory() { return H5T_NATIVE_UINT32; }
    static constexpr const char *name = "uint32";
};

std::string extentsText(std::span<const hsize_t> extents)
{
    std::string text;
    for (const hsize_t extent : extents)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text.empty() ? "one value" : text;
}

std::vector<hsize_t> sizesOf(std::span<const Index> extents, std::size_t count)
{
    std::vector<hsize_t> sizes;
    std::size_t product = 1;
    for (const Index extent : extents) {
        ROSLER_EXPECTS(extent >= 0);
        sizes.push_back(static_cast<hsize_t>(extent));
        product *= static_cast<std::size_t>(extent);
    }
    ROSLER_EXPECTS(!extents.empty() && extents.size() <= mostDimensions && product == count);
    return sizes;
}

Result<std::vector<hsize_t>> extentsOf(const Handle &dataset, const std::string &where)
{
    const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
    const int dimensions = space ? H5Sget_simple_extent_ndims(space.id()) : -1;
    if (dimensions < 0)
        return failWithStack(ErrorCode::Malformed, "this dataset has no extents", where);
    if (static_cast<std::size_t>(dimensions) > mostDimensions)
        return fail(ErrorCode::Malformed, std::to_string(dimensions) + " dimensions", where);
    std::array<hsize_t, mostDimensions> sizes {};
    if (H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr) < 0)
        return failWithStack(ErrorCode::Malformed, "this dataset has no extents", where);
    return std::vector<hsize_t>(sizes.begin(), sizes.begin() + dimensions);
}

} // namespace

/// Opens a dataset whose bytes lie in one piece in this very file, unfiltered.
Result<Handle> Group::openDataset(const std::string &name) const
{
    if (auto link = checkHardLink(name); !link)
        return tl::unexpected(link.error());
    Handle dataset(H5Dopen2(m_handle.id(), name.c_str(), H5P_DEFAULT), &H5Dclose);
    if (!dataset)
        return failWithStack(ErrorCode::Malformed, "not a dataset", at(name));
    const Handle creation(H5Dget_create_plist(dataset.id()), &H5Pclose);
    if (!creation)
        return failWithStack(ErrorCode::Malformed, "this dataset cannot be read", at(name));
    if (H5Pget_layout(creation.id()) != H5D_CONTIGUOUS || H5Pget_external_count(creation.id()) != 0)
        return fail(ErrorCode::Unsupported, "this dataset is not one piece of the file", at(name));
    return dataset;
}

Result<Index> Group::length(const std::string &name, Index most) const
{
    const auto dataset = openDataset(name);
    if (!dataset)
        return tl::unexpected(dataset.error());
    const auto extents = extentsOf(*dataset, at(name));
    if (!extents)
        return tl::unexpected(extents.error());
    if (extents->size() != 1 || extents->front() > static_cast<hsize_t>(most))
        return fail(ErrorCode::Malformed,
                    "extents " + extentsText(*extents) + " where there may be at most "
                        + std::to_string(most),
                    at(name));
    return static_cast<Index>(extents->front());
}

template <typename T>
Result<void> Group::write(const std::string &name, std::span<const T> values, std::span<const Index> extents)
{
    const std::vector<hsize_t> sizes = sizesOf(extents, values.size());
    const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), &H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
    if (!space || !creation || H5Pset_obj_track_times(creation.id(), false) < 0
        || H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot prepare the dataset", at(name));
    const Handle dataset(H5Dcreate2(m_handle.id(), name.c_str(), Types<T>::file(), space.id(), H5P_DEFAULT,
                                    creation.id(), H5P_DEFAULT),
                         &H5Dclose);
    if (!dataset)
        return failWithStack(ErrorCode::Unreadable, "cannot make the dataset", at(name));
    if (!values.empty()
        && H5Dwrite(dataset.id(), Types<T>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot write the dataset", at(name));
    return {};
}

template <typename T>
Result<void> Group::read(const std::string &name, std::span<T> values, std::span<const Index> extents) const
{
    const std::vector<hsize_t> wanted = sizesOf(extents, values.size());
    const auto dataset = openDataset(name);
    if (!dataset)
        return tl::unexpected(dataset.error());
    const Handle type(H5Dget_type(dataset->id()), &H5Tclose);
    if (!type || H5Tequal(type.id(), Types<T>::file()) <= 0)
        return fail(ErrorCode::Malformed, std::string("not ") + Types<T>::name, at(name));
    const auto found = extentsOf(*dataset, at(name));
    if (!found)
        return tl::unexpected(found.error());
    if (*found != wanted)
        return fail(ErrorCode::Malformed,
                    "extents " + extentsText(*found) + " where " + extentsText(wanted) + " are expected",
                    at(name));
    if (!values.empty()
        && H5Dread(dataset->id(), Types<T>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        return failWithStack(ErrorCode::Malformed, "this dataset cannot be read", at(name));
    return {};
}

template Result<void> Group::write(const std::string &, std::span<const float>, std::span<const Index>);
template Result<void> Group::write(const std::string &, std::span<const std::int64_t>,
                                   std::span<const Index>);
template Result<void> Group::write(const std::string &, std::span<const std::uint32_t>,
                                   std::span<const Index>);
template Result<void> Group::read(const std::string &, std::span<float>, std::span<const Index>) const;
template Result<void> Group::read(const std::string &, std::span<std::int64_t>, std::span<const Index>) const;
template Result<void> Group::read(const std::string &, std::span<std::uint32_t>,
                                  std::span<const Index>) const;

} // namespace rosler::h5
