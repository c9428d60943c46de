// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include <QList>
#include <QPointF>
#include <QString>

#include "core/data/dataset.h"
#include "core/figure/figure.h"

namespace rosler {

/// What an example is, for whoever draws it.
enum class ExampleKind {
    Numbers,  ///< features of a table, or one frame of a signal: a curve over their numbers
    Picture,  ///< rows of pixels
    Waveform, ///< samples of a signal: a curve over time
    Spectrum, ///< amplitudes of frequencies: a curve over these
    Frames    ///< bands or cepstra, frame by frame: a picture, time by band
};

[[nodiscard]] ExampleKind exampleKind(const Dataset &data);

/// What the places along an axis stand for: place i is @p first + i @p step.
struct PlaceAxis {
    QString title; ///< with its unit
    double first = 0;
    double step = 1;
    double low = 0; ///< where the axis begins and ends; the same: wherever the places do
    double high = 0;

    [[nodiscard]] double at(Index place) const noexcept { return first + static_cast<double>(place) * step; }
    /// For charts; @p logarithmic axes have no limits, as they cannot begin at 0.
    [[nodiscard]] FigureAxis figureAxis(bool logarithmic = false) const;
};

/// How examples of some data are drawn: which axes, and how many curves or pictures side by side.
struct ExampleAxes {
    ExampleKind kind = ExampleKind::Numbers;
    Index channels = 1; ///< each its own curve, or picture of frames; those of pictures are colours: 1
    PlaceAxis across;   ///< features of a channel, columns, samples, frequencies or frames
    PlaceAxis up;       ///< of Frames: bands; else its title alone, of the values
};

[[nodiscard]] ExampleAxes exampleAxes(const Dataset &data);

/// The frequencies of a spectrum, multiples of @p cycles a sample up to the half of @p rate; where the rate
/// is 0, in cycles a sample.
[[nodiscard]] PlaceAxis frequencyAxis(double rate, double cycles);

/// @p values of one channel, at their places.
[[nodiscard]] QList<QPointF> pointsAlong(const PlaceAxis &axis, std::span<const float> values);

/// Every @p channels -th of @p values, from number @p channel on.
[[nodiscard]] std::vector<float> channelOf(std::span<const float> values, Index channels, Index channel);

} // namespace rosler
