// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QList>
#include <QRectF>

#include "core/base/example_shape.h"
#include "core/data/dataset.h"

class QPainter;

namespace rosler {

/// How an example looks: a picture of images, a small curve of data of height 1.

/// An example of one channel in grey, of three or more in its first three; features outside of [0, 1] make
/// the least and the greatest of the example black and white. @param features  shape.size() numbers
[[nodiscard]] QImage exampleImage(const float *features, const ExampleShape &shape);
/// The same of an example of @p data; frames of a signal are turned.
[[nodiscard]] QImage exampleImage(const float *features, const Dataset &data);
/// A picture of frames as one looks at it: time from left to right, bands from below.
[[nodiscard]] QImage turnedFrames(const QImage &image);

/// An example as a curve of at most 64 mean values, each in [0, 1] between the least and the greatest.
[[nodiscard]] QList<double> exampleCurve(const float *features, Index count);

/// Into the middle of @p cell, as large as it goes, in its own proportions. Pixels that are larger than two
/// of the screen's show as what they are.
void paintExample(QPainter &painter, const QRectF &cell, const QImage &image);
/// Over all of @p cell: a picture of frames has no proportions.
void paintFrames(QPainter &painter, const QRectF &cell, const QImage &image);
/// Over all of @p cell, with the painter's pen.
void paintExample(QPainter &painter, const QRectF &cell, const QList<double> &curve);

} // namespace rosler
