// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/example_shape.h"
#include "core/base/matrix.h"

namespace rosler {

/// Where feature @p feature of an example (pixel by pixel, example_shape.h) is when it lies plane by plane,
/// as other programs have it.
[[nodiscard]] Index planeIndex(const ExampleShape &shape, Index feature);

/// Columns that stand for features pixel by pixel, put in the order of planes; and back.
[[nodiscard]] Matrix columnsAsPlanes(const Matrix &pixels, const ExampleShape &shape);
[[nodiscard]] Matrix columnsAsPixels(const Matrix &planes, const ExampleShape &shape);

} // namespace rosler
