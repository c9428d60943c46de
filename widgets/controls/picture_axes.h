// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

class QPainter;

namespace rosler {

/// What the columns and rows of a picture stand for, where they are no places: its columns go from left to
/// right, its rows from below.
struct PictureAxis {
    QString title;   ///< with its unit
    double low = 0;  ///< at the edge where it begins
    double high = 1; ///< at the other

    friend bool operator==(const PictureAxis &, const PictureAxis &) = default;
};

struct PictureAxes {
    PictureAxis across;
    PictureAxis up;

    friend bool operator==(const PictureAxes &, const PictureAxes &) = default;
};

/// Paints titles, ticks and their labels in the painter's font and pen, as dense as they fit.
/// @return where the picture goes, inside of @p area; empty where there is no room
QRectF paintPictureAxes(QPainter &painter, const QRectF &area, const PictureAxes &axes);

} // namespace rosler
