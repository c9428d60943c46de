// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/mat_variable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "core/base/contract.h"
#include "core/data/readers/mat_number.h"

namespace rosler {

namespace {

constexpr Index mostVectors = 64;

using Vectors = std::vector<std::vector<float>>;

template <typename Number>
void toFloats(const MatVariable &variable, const MatNumbers &numbers, Vectors &vectors)
{
    // Column by column. Vectors run along the longer extent.
    const bool columns = variable.rows >= variable.cols;
    const std::byte *at = numbers.bytes.data();
    for (Index col = 0; col < variable.cols; ++col)
        for (Index row = 0; row < variable.rows; ++row, at += sizeof(Number))
            vectors[static_cast<std::size_t>(columns ? col : row)]
                   [static_cast<std::size_t>(columns ? row : col)] =
                       static_cast<float>(matNumberAt<Number>(at, numbers.swapped));
}

struct Conversion {
    std::size_t bytes;
    void (*toFloats)(const MatVariable &, const MatNumbers &, Vectors &);
};

const Conversion &conversionOf(MatNumbers::Type type)
{
    // in the order of the enumeration
    static constexpr std::array<Conversion, 10> all {{{1, &toFloats<std::int8_t>},
                                                      {1, &toFloats<std::uint8_t>},
                                                      {2, &toFloats<std::int16_t>},
                                                      {2, &toFloats<std::uint16_t>},
                                                      {4, &toFloats<std::int32_t>},
                                                      {4, &toFloats<std::uint32_t>},
                                                      {8, &toFloats<std::int64_t>},
                                                      {8, &toFloats<std::uint64_t>},
                                                      {4, &toFloats<float>},
                                                      {8, &toFloats<double>}}};
    return all.at(static_cast<std::size_t>(type));
}

} // namespace

std::size_t bytesOf(MatNumbers::Type type) noexcept
{
    return conversionOf(type).bytes;
}

Result<std::vector<std::vector<float>>> MatVariable::vectors(const std::stop_token &stop) const
{
    if (!numeric)
        return fail(ErrorCode::Unsupported,
                    "\"" + name + "\" is of kind " + kind + ", not an array of numbers", where);
    if (complex)
        return fail(ErrorCode::Unsupported, "\"" + name + "\" has complex numbers", where);
    if (rows * cols == 0)
        return fail(ErrorCode::OutOfRange, "\"" + name + "\" is empty", where);
    const Index count = std::min(rows, cols);
    if (count > mostVectors)
        return fail(ErrorCode::Unsupported,
                    "\"" + name + "\" has " + std::to_string(rows) + " x " + std::to_string(cols)
                        + " numbers; recordings have at most " + std::to_string(mostVectors) + " channels",
                    where);
    const auto read = numbers(stop);
    if (!read)
        return tl::unexpected(read.error());
    ROSLER_EXPECTS(read->bytes.size() == static_cast<std::size_t>(rows * cols) * bytesOf(read->type));
    Vectors result(static_cast<std::size_t>(count),
                   std::vector<float>(static_cast<std::size_t>(std::max(rows, cols))));
    conversionOf(read->type).toFloats(*this, *read, result);
    return result;
}

} // namespace rosler
