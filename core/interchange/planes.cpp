// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/planes.h"

namespace rosler {

Index planeIndex(const ExampleShape &shape, Index feature)
{
    return feature % shape.channels * shape.pixels() + feature / shape.channels;
}

Matrix columnsAsPlanes(const Matrix &pixels, const ExampleShape &shape)
{
    Matrix planes(pixels.rows(), pixels.cols());
    for (Index j = 0; j < pixels.cols(); ++j)
        planes.col(planeIndex(shape, j)) = pixels.col(j);
    return planes;
}

Matrix columnsAsPixels(const Matrix &planes, const ExampleShape &shape)
{
    Matrix pixels(planes.rows(), planes.cols());
    for (Index j = 0; j < planes.cols(); ++j)
        pixels.col(j) = planes.col(planeIndex(shape, j));
    return pixels;
}

} // namespace rosler
