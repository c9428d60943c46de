// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// One variable of a MATLAB file.
struct MatVariable {
    std::string name;
    std::string kind;     ///< "double", "int16", "struct", "cell", ...
    bool numeric = false; ///< an array of numbers, not sparse
    bool complex = false;
    Index rows = 0;
    Index cols = 0;    ///< of more than two extents: the product of the others
    std::string where; ///< "load0/105.mat:X105_DE_time"

    // Of numeric ones: the real part as it lies in the file.
    std::uint32_t type = 0;
    bool swapped = false;
    std::span<const std::byte> data;

    [[nodiscard]] bool readable() const noexcept { return numeric && !complex && rows * cols > 0; }
    /// Its vectors along the longer extent, each rows (or cols) numbers as floats.
    /// @return Unsupported  not an array of real numbers, or more than 64 vectors
    /// @return OutOfRange   an empty one
    [[nodiscard]] Result<std::vector<std::vector<float>>> vectors() const;
};

/// The variables of a MATLAB file of level 5 [1], as `save -v6` (plain) and `-v7` (deflated) write it. Every
/// length in it is compared with the bytes around it. What is no array of numbers is named, not read.
///
/// [1] The MathWorks, "MAT-File Format", section "Level 5 MAT-File Format".
class MatFile
{
public:
    /// @param bytes       stay the file's, and outlive the variables
    /// @param mostBytes   of what is inflated, all together
    /// @return Malformed    lengths that do not fit, a damaged stream; `where` is "load0/105.mat:128"
    /// @return Unsupported  a file of level 4 or 7.3, or none of MATLAB's
    /// @return OutOfRange   more than @p mostBytes, or more than 10,000 variables
    /// @return Cancelled    by the token, within milliseconds
    [[nodiscard]] static Result<MatFile> parse(std::span<const std::byte> bytes, const std::string &name,
                                               std::uint64_t mostBytes, const std::stop_token &stop = {});

    [[nodiscard]] const std::vector<MatVariable> &variables() const noexcept { return m_variables; }

private:
    std::list<std::vector<std::byte>> m_inflated;
    std::vector<MatVariable> m_variables;
};

} // namespace rosler
