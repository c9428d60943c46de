// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// Numbers as a file keeps them, column by column.
struct MatNumbers {
    enum class Type { Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Single, Double };

    Type type = Type::Double;
    bool swapped = false; ///< of the other byte order
    std::span<const std::byte> bytes;
    std::shared_ptr<const std::vector<std::byte>> owner; ///< of the bytes; none: they are the file's
};

/// Bytes of a number of this type.
[[nodiscard]] std::size_t bytesOf(MatNumbers::Type type) noexcept;

/// One variable of a MATLAB file, of whatever version.
struct MatVariable {
    std::string name;
    std::string kind;     ///< "double", "int16", "struct", "cell", ...
    bool numeric = false; ///< an array of numbers, not sparse
    bool complex = false;
    Index rows = 0;
    Index cols = 0;    ///< of more than two extents: the product of the others
    std::string where; ///< "load0/105.mat:X105_DE_time"

    /// Of numeric ones that are neither complex nor empty: rows times cols numbers. May unpack them.
    std::function<Result<MatNumbers>(const std::stop_token &)> numbers;

    [[nodiscard]] bool readable() const noexcept { return numeric && !complex && rows * cols > 0; }
    /// Its vectors along the longer extent, each rows (or cols) numbers as floats.
    /// @return Unsupported  not an array of real numbers, or more than 64 vectors
    /// @return OutOfRange   an empty one
    /// @return the errors of numbers()
    [[nodiscard]] Result<std::vector<std::vector<float>>> vectors(const std::stop_token &stop = {}) const;
};

} // namespace rosler
