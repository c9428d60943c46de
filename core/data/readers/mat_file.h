// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/data/readers/mat_variable.h"

namespace rosler {

/// The variables of a MATLAB file: of level 5 (mat_level5.h), which is what `save -v6` and `-v7` write, or of
/// version 7.3 (mat_v73.h). What is no array of numbers is named, not read.
class MatFile
{
public:
    /// @param bytes       stay the file's, and outlive the variables
    /// @param mostBytes   of what is unpacked: of all variables together of level 5, of each of version 7.3
    /// @return Malformed    damaged, or cut off; `where` begins with @p name
    /// @return Unsupported  a file of level 4, or none of MATLAB's
    /// @return OutOfRange   more than @p mostBytes, or more than 10,000 variables
    /// @return Cancelled    by the token, within milliseconds
    [[nodiscard]] static Result<MatFile> parse(std::span<const std::byte> bytes, const std::string &name,
                                               std::uint64_t mostBytes, const std::stop_token &stop = {});

    [[nodiscard]] const std::vector<MatVariable> &variables() const noexcept { return m_variables; }

private:
    explicit MatFile(std::vector<MatVariable> variables)
        : m_variables(std::move(variables))
    {
    }

    std::vector<MatVariable> m_variables;
};

} // namespace rosler
