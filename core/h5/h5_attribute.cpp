// SPDX-License-Identifier: Apache-2.0
// Attributes of h5::Group.
#include <algorithm>

#include <hdf5.h>

#include "core/base/contract.h"
#include "core/h5/h5_error.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

namespace {

constexpr std::size_t longestText = 4096; ///< bytes
constexpr hssize_t mostTexts = 4096;

Result<void> writeAttribute(std::int64_t group, const std::string &name, std::int64_t type,
                            std::int64_t space, const void *value, const std::string &where)
{
    const Handle attribute(H5Acreate2(group, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
    if (!attribute || H5Awrite(attribute.id(), type, value) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot write the attribute", where);
    return {};
}

/// Fixed length, UTF-8, filled with zeros: what Keras writes, and what every viewer shows.
Handle textType(std::size_t length)
{
    Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
    if (!type || H5Tset_size(type.id(), std::max<std::size_t>(length, 1)) < 0
        || H5Tset_strpad(type.id(), H5T_STR_NULLPAD) < 0 || H5Tset_cset(type.id(), H5T_CSET_UTF8) < 0)
        return {};
    return type;
}

/// One number of exactly this type.
Result<void> readNumber(const Handle &attribute, std::int64_t fileType, std::int64_t memoryType, void *value,
                        const std::string &where)
{
    const Handle type(H5Aget_type(attribute.id()), &H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), &H5Sclose);
    if (!type || !space)
        return failWithStack(ErrorCode::Malformed, "this attribute cannot be read", where);
    if (H5Tequal(type.id(), fileType) <= 0 || H5Sget_simple_extent_npoints(space.id()) != 1)
        return fail(ErrorCode::Malformed, "this attribute is not one number of the expected type", where);
    if (H5Aread(attribute.id(), memoryType, value) < 0)
        return failWithStack(ErrorCode::Malformed, "this attribute cannot be read", where);
    return {};
}

} // namespace

Result<Handle> Group::openAttribute(const std::string &name) const
{
    const htri_t exists = H5Aexists(m_handle.id(), name.c_str());
    if (exists < 0)
        return failWithStack(ErrorCode::Malformed, "the attributes cannot be read", m_path);
    if (exists == 0)
        return fail(ErrorCode::NotFound, "the file has no such attribute", m_path + "@" + name);
    Handle attribute(H5Aopen(m_handle.id(), name.c_str(), H5P_DEFAULT), &H5Aclose);
    if (!attribute)
        return failWithStack(ErrorCode::Malformed, "this attribute cannot be read", m_path + "@" + name);
    return attribute;
}

Result<void> Group::setText(const std::string &name, std::string_view value)
{
    ROSLER_EXPECTS(value.size() <= longestText);
    const std::string padded(value.empty() ? std::string(1, '\0') : std::string(value));
    const Handle type = textType(padded.size());
    const Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
    return writeAttribute(m_handle.id(), name, type.id(), space.id(), padded.data(), m_path + "@" + name);
}

Result<void> Group::setTexts(const std::string &name, const std::vector<std::string> &values)
{
    ROSLER_EXPECTS(!values.empty() && values.size() <= static_cast<std::size_t>(mostTexts));
    std::size_t length = 1;
    for (const std::string &value : values)
        length = std::max(length, value.size());
    ROSLER_EXPECTS(length <= longestText);
    std::string padded(values.size() * length, '\0');
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i].copy(padded.data() + i * length, length);
    const Handle type = textType(length);
    const hsize_t count = values.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), &H5Sclose);
    return writeAttribute(m_handle.id(), name, type.id(), space.id(), padded.data(), m_path + "@" + name);
}

Result<void> Group::setInteger(const std::string &name, std::int64_t value)
{
    const Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
    return writeAttribute(m_handle.id(), name, H5T_STD_I64LE, space.id(), &value, m_path + "@" + name);
}

Result<void> Group::setReal(const std::string &name, double value)
{
    const Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
    return writeAttribute(m_handle.id(), name, H5T_IEEE_F64LE, space.id(), &value, m_path + "@" + name);
}

Result<std::vector<std::string>> Group::texts(const std::string &name) const
{
    const std::string where = m_path + "@" + name;
    const auto attribute = openAttribute(name);
    if (!attribute)
        return tl::unexpected(attribute.error());
    const Handle type(H5Aget_type(attribute->id()), &H5Tclose);
    const Handle space(H5Aget_space(attribute->id()), &H5Sclose);
    if (!type || !space)
        return failWithStack(ErrorCode::Malformed, "this attribute cannot be read", where);
    if (H5Sget_simple_extent_npoints(space.id()) == 0)
        return std::vector<std::string> {}; // of whatever type: numpy has none for no texts
    if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0)
        return fail(ErrorCode::Malformed, "not texts of fixed length", where);
    const std::size_t length = H5Tget_size(type.id());
    const hssize_t count = H5Sget_simple_extent_npoints(space.id());
    if (length == 0 || length > longestText || count < 1 || count > mostTexts)
        return fail(ErrorCode::Malformed,
                    std::to_string(count) + " texts of " + std::to_string(length)
                        + " bytes; at most 4096 of 4096 are read",
                    where);
    std::string padded(static_cast<std::size_t>(count) * length, '\0');
    if (H5Aread(attribute->id(), type.id(), padded.data()) < 0)
        return failWithStack(ErrorCode::Malformed, "this attribute cannot be read", where);
    std::vector<std::string> values;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        std::string value = padded.substr(i * length, length);
        value.resize(std::min(value.find('\0'), value.size()));
        values.push_back(std::move(value));
    }
    return values;
}

Result<std::string> Group::text(const std::string &name) const
{
    auto values = texts(name);
    if (!values)
        return tl::unexpected(values.error());
    if (values->size() != 1)
        return fail(ErrorCode::Malformed, "not one text but " + std::to_string(values->size()),
                    m_path + "@" + name);
    return std::move(values->front());
}

Result<std::int64_t> Group::integer(const std::string &name) const
{
    std::int64_t value = 0;
    const auto attribute = openAttribute(name);
    if (!attribute)
        return tl::unexpected(attribute.error());
    if (auto read = readNumber(*attribute, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, m_path + "@" + name);
        !read)
        return tl::unexpected(read.error());
    return value;
}

Result<double> Group::real(const std::string &name) const
{
    double value = 0;
    const auto attribute = openAttribute(name);
    if (!attribute)
        return tl::unexpected(attribute.error());
    if (auto read = readNumber(*attribute, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, m_path + "@" + name);
        !read)
        return tl::unexpected(read.error());
    return value;
}

} // namespace rosler::h5
