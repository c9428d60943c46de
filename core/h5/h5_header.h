// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/h5/h5_file.h"

namespace rosler::h5 {

/// An attribute that is one value.
struct HeaderAttribute {
    enum class Kind { Text, Integer, Other };

    Kind kind = Kind::Other;
    bool isSigned = false;        ///< of an integer
    bool bigEndian = false;       ///< of an integer
    std::vector<std::byte> bytes; ///< of the value
};

/// An attribute as it lies in the header of an object [1]. The header is read here, each length in it
/// compared with the bytes around it: HDF5 copies the value of a damaged attribute from beyond the header
/// (1.10.8).
/// @param object  of a file that openToRead() opened
/// @param path    how errors call the object
/// @return NotFound     the object has no such attribute in its header
/// @return Malformed    the header is damaged
/// @return Unsupported  an attribute that is not one value, or takes more than 4,096 bytes
///
/// [1] The HDF Group, "HDF5 File Format Specification Version 3.0", sections IV.A.1 and IV.A.2.m.
[[nodiscard]] Result<HeaderAttribute> headerAttribute(const Handle &object, const std::string &name,
                                                      const std::string &path);

} // namespace rosler::h5
