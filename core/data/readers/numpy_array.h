// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/result.h"
#include "core/data/feature_table.h"
#include "core/data/file_tree.h"
#include "core/data/read_limits.h"

namespace rosler {

/// An array as a .npy file has it [1]: versions 1.0, 2.0 and 3.0, numbers of either byte order, C or Fortran
/// order.
///
/// [1] https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumpyArray {
    char kind = 'f';           ///< 'b' bool, 'u', 'i', 'f'
    std::size_t itemBytes = 4; ///< 1, 2, 4 or 8
    bool bigEndian = false;
    bool fortran = false;
    std::vector<Index> shape; ///< 1 to 8 extents; their product is what the bytes hold
    std::vector<std::byte> bytes;
    std::string place; ///< for errors: where the numbers begin

    [[nodiscard]] Index rows() const noexcept { return shape.front(); }
    [[nodiscard]] Index cols() const noexcept; ///< numbers of a row: 1 where there is one extent
    /// Bytes that all numbers take as they are, and as a FeatureTable keeps them. Doubles, as extents may
    /// be any.
    [[nodiscard]] double readBytes() const noexcept;
    [[nodiscard]] double keptBytes() const noexcept;
};

/// What a load of several arrays takes of memory: each as it is read, beside the features that are made of
/// it, and these once more where a test part is drawn of them.
class ArrayRoom
{
public:
    /// @param drawn  whether a test part is
    ArrayRoom(const ReadLimits &limits, bool drawn)
        : m_limits(limits)
        , m_drawn(drawn)
    {
    }

    /// Adds an array, of which the extents and the type of its numbers count.
    /// @return OutOfRange   more rows than examples are allowed, or no numbers
    [[nodiscard]] Result<void> add(const NumpyArray &array, const std::string &where);
    /// @param known  Exact: no array is to come
    /// @return OutOfMemory  more than the limits allow: @p where says of what
    [[nodiscard]] Result<void> check(NeedIs known, const std::string &where, const std::string &what) const;

private:
    const ReadLimits &m_limits;
    bool m_drawn;
    double m_bytes = 0;
};

/// Reads all of @p file. What the header promises is compared with the file and @p room, which it is added
/// to, before it is allocated.
/// @return Malformed    no such file, cut, or longer than its header says
/// @return Unsupported  numbers of another kind: text, complex, records, Python objects; another version
/// @return OutOfRange, OutOfMemory  as ArrayRoom says
[[nodiscard]] Result<NumpyArray> readNumpyArray(TreeFile &file, ArrayRoom &room);

/// How the extents behind the first lie in a row of features.
enum class NumpyLayout { Auto, Pixels, Planes };

/// What one example is: n numbers; height x width; height x width x channels, or planes before (Auto: where
/// the first extent is 1 or 3 and the last none of 1, 3 and 4). Other arrays are a vector.
/// @param planes  whether planes have to become pixels
[[nodiscard]] ExampleShape numpyShape(const NumpyArray &array, NumpyLayout layout, bool &planes);

/// Rows of features in the order of ExampleShape. Bytes and 16-bit integers are kept as they are.
/// @param divisor  features are the numbers divided by it; 0 = 255 for unsigned bytes, else 1
[[nodiscard]] FeatureTable numpyFeatures(const NumpyArray &array, bool planes, double divisor);

/// Labels as whole numbers: one a row, or rows with a single 1 among zeros.
/// @return Malformed  a fraction, or no such row; `where` says which
[[nodiscard]] Result<std::vector<std::int64_t>> numpyLabels(const NumpyArray &array);

} // namespace rosler
