// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_file.h"

#include <type_traits>
#include <utility>

#include <hdf5.h>

#include "core/h5/h5_error.h"
#include "core/h5/h5_read_driver.h"

namespace rosler::h5 {

#ifndef H5_HAVE_THREADSAFE
#error                                                                                                       \
    "HDF5 must be built with --enable-threadsafe, as Debian's libhdf5-dev is: readers and the store call it at once"
#endif
static_assert(std::is_same_v<hid_t, std::int64_t>, "HDF5 1.10 or later");

namespace {

constexpr std::size_t growth = std::size_t {1} << 20; ///< by which a file in memory grows, bytes
constexpr std::size_t spare = 256;                    ///< behind a finished file, for what is to be appended

/// Properties of an object that keeps no times.
Result<Handle> timelessProperties(hid_t kind, const std::string &where)
{
    Handle properties(H5Pcreate(kind), &H5Pclose);
    if (!properties || H5Pset_obj_track_times(properties.id(), false) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot prepare an HDF5 object", where);
    return properties;
}

Result<Handle> memoryAccess(const std::string &name)
{
    Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
    if (!access || H5Pset_fapl_core(access.id(), growth, false) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot prepare an HDF5 file", name);
    return access;
}

} // namespace

std::string libraryVersion()
{
    prepareLibrary();
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    if (H5get_libversion(&major, &minor, &release) < 0)
        return "unknown";
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

Handle::Handle(Handle &&other) noexcept
    : m_id(std::exchange(other.m_id, -1))
    , m_close(other.m_close)
{
}

Handle &Handle::operator=(Handle &&other) noexcept
{
    std::swap(m_id, other.m_id);
    std::swap(m_close, other.m_close);
    return *this;
}

Handle::~Handle()
{
    if (m_id >= 0 && m_close != nullptr)
        m_close(m_id);
}

Result<File> File::create(std::string name)
{
    prepareLibrary();
    const auto access = memoryAccess(name);
    const auto creation = timelessProperties(H5P_FILE_CREATE, name);
    if (!access || !creation)
        return tl::unexpected(!access ? access.error() : creation.error());
    // The oldest format that fits, which every viewer reads.
    if (H5Pset_libver_bounds(access->id(), H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot prepare an HDF5 file", name);
    Handle file(H5Fcreate(memoryName().c_str(), H5F_ACC_TRUNC, creation->id(), access->id()), &H5Fclose);
    if (!file)
        return failWithStack(ErrorCode::Unreadable, "cannot make an HDF5 file in memory", name);
    return File(std::move(file), std::move(name));
}

Result<File> File::open(std::string_view bytes, std::string name)
{
    auto file = openToRead(bytes, ImageUse::Copied, name);
    if (!file)
        return tl::unexpected(std::move(file.error()));
    return File(std::move(*file), std::move(name));
}

Result<Group> File::root() const
{
    Handle group(H5Gopen2(m_handle.id(), "/", H5P_DEFAULT), &H5Gclose);
    if (!group)
        return failWithStack(ErrorCode::Malformed, "no root group", m_name);
    return Group(std::move(group), m_name + ":");
}

Result<std::string> File::bytes() const
{
    if (H5Fflush(m_handle.id(), H5F_SCOPE_GLOBAL) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot finish the HDF5 file", m_name);
    const ssize_t size = H5Fget_file_image(m_handle.id(), nullptr, 0);
    if (size <= 0)
        return failWithStack(ErrorCode::Unreadable, "cannot finish the HDF5 file", m_name);
    std::string image;
    image.reserve(static_cast<std::size_t>(size) + spare);
    image.resize(static_cast<std::size_t>(size));
    if (H5Fget_file_image(m_handle.id(), image.data(), image.size()) != size)
        return failWithStack(ErrorCode::Unreadable, "cannot finish the HDF5 file", m_name);
    return image;
}

std::string Group::at(const std::string &name) const
{
    return m_path + "/" + name;
}

bool Group::has(const std::string &name) const
{
    return H5Lexists(m_handle.id(), name.c_str(), H5P_DEFAULT) > 0;
}

Result<void> Group::checkHardLink(const std::string &name) const
{
    const htri_t exists = H5Lexists(m_handle.id(), name.c_str(), H5P_DEFAULT);
    if (exists < 0)
        return failWithStack(ErrorCode::Malformed, "this group cannot be searched", m_path);
    if (exists == 0)
        return fail(ErrorCode::NotFound, "the file has no such object", at(name));
    H5L_info_t info {};
    if (H5Lget_info(m_handle.id(), name.c_str(), &info, H5P_DEFAULT) < 0)
        return failWithStack(ErrorCode::Malformed, "this link cannot be read", at(name));
    if (info.type != H5L_TYPE_HARD)
        return fail(ErrorCode::Unsupported, "a link to elsewhere", at(name));
    return {};
}

Result<Group> Group::createGroup(const std::string &name)
{
    const auto creation = timelessProperties(H5P_GROUP_CREATE, at(name));
    if (!creation)
        return tl::unexpected(creation.error());
    Handle group(H5Gcreate2(m_handle.id(), name.c_str(), H5P_DEFAULT, creation->id(), H5P_DEFAULT),
                 &H5Gclose);
    if (!group)
        return failWithStack(ErrorCode::Unreadable, "cannot make the group", at(name));
    return Group(std::move(group), at(name));
}

Result<Group> Group::openGroup(const std::string &name) const
{
    if (auto link = checkHardLink(name); !link)
        return tl::unexpected(link.error());
    Handle group(H5Gopen2(m_handle.id(), name.c_str(), H5P_DEFAULT), &H5Gclose);
    if (!group)
        return failWithStack(ErrorCode::Malformed, "not a group", at(name));
    return Group(std::move(group), at(name));
}

} // namespace rosler::h5
