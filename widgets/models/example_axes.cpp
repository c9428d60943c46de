// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/example_axes.h"

#include <QCoreApplication>

namespace rosler {

namespace {

struct AxisWords {
    Q_DECLARE_TR_FUNCTIONS(rosler::ExampleAxes)
};

/// A unit in which numbers up to @p greatest are neither long nor small.
struct AxisUnit {
    double times = 1; ///< of the basic unit
    QString title;
};

AxisUnit timeUnit(double seconds)
{
    if (seconds >= 1)
        return {1, AxisWords::tr("time (s)")};
    return seconds >= 1e-3 ? AxisUnit {1e3, AxisWords::tr("time (ms)")}
                           : AxisUnit {1e6, AxisWords::tr("time (µs)")};
}

AxisUnit frequencyUnit(double hertz)
{
    if (hertz >= 1e5)
        return {1e-3, AxisWords::tr("frequency (kHz)")};
    return hertz >= 0.1 ? AxisUnit {1, AxisWords::tr("frequency (Hz)")}
                        : AxisUnit {1e3, AxisWords::tr("frequency (mHz)")};
}

/// @p count places, @p apart seconds from each other, the first @p firstAt; a bit of time around each is its
/// own.
PlaceAxis timeAxis(double firstAt, double apart, Index count, bool centred)
{
    const double begin = centred ? firstAt - apart / 2 : firstAt;
    const double end = begin + static_cast<double>(count) * apart;
    const AxisUnit unit = timeUnit(end);
    return {unit.title, firstAt * unit.times, apart * unit.times, begin * unit.times, end * unit.times};
}

/// @p count places that are only numbered, from @p first on.
PlaceAxis numberAxis(const QString &title, double first, Index count)
{
    return {title, first, 1, first - 0.5, first + static_cast<double>(count) - 0.5};
}

PlaceAxis bandsOf(const SignalFeatures &signal)
{
    return signal.kind == SignalFeatureKind::Mfcc
        ? numberAxis(AxisWords::tr("cepstral coefficient"), 0, signal.coefficients)
        : numberAxis(AxisWords::tr("mel band"), 1, signal.bands);
}

/// The signal that examples are of; none where they are anything else.
const SignalFeatures *signalOf(const Dataset &data)
{
    return data.signal() && data.signal()->shape() == data.shape() ? &*data.signal() : nullptr;
}

} // namespace

FigureAxis PlaceAxis::figureAxis(bool logarithmic) const
{
    FigureAxis axis {title.toStdString(), logarithmic, {}, {}};
    if (!logarithmic && low < high) {
        axis.minimum = low;
        axis.maximum = high;
    }
    return axis;
}

ExampleKind exampleKind(const Dataset &data)
{
    const SignalFeatures *signal = signalOf(data);
    if (data.shape().height > 1)
        return signal != nullptr ? ExampleKind::Frames : ExampleKind::Picture;
    if (signal == nullptr || signal->hasFrames())
        return ExampleKind::Numbers;
    return signal->kind == SignalFeatureKind::Raw ? ExampleKind::Waveform : ExampleKind::Spectrum;
}

ExampleAxes exampleAxes(const Dataset &data)
{
    const ExampleShape &shape = data.shape();
    const SignalFeatures *signal = signalOf(data);
    ExampleAxes axes;
    axes.kind = exampleKind(data);
    axes.up.title = AxisWords::tr("value");
    if (signal == nullptr) {
        axes.across.title = AxisWords::tr("feature");
        return axes;
    }
    axes.channels = signal->channels;
    switch (axes.kind) {
    case ExampleKind::Waveform:
        axes.across = signal->rate > 0
            ? timeAxis(0, 1 / signal->rate, signal->window, false)
            : PlaceAxis {AxisWords::tr("sample"), 0, 1, 0, static_cast<double>(shape.width)};
        break;
    case ExampleKind::Spectrum:
        axes.across = frequencyAxis(signal->rate, 1 / static_cast<double>(signal->window));
        axes.up.title = AxisWords::tr("amplitude spectrum");
        break;
    case ExampleKind::Frames: // each at its middle
        axes.across = timeAxis(static_cast<double>(signal->frame) / 2 / signal->rate,
                               static_cast<double>(signal->hop) / signal->rate, shape.height, true);
        axes.up = bandsOf(*signal);
        break;
    case ExampleKind::Numbers:
    case ExampleKind::Picture:
        axes.across = bandsOf(*signal); // of the one frame
        break;
    }
    return axes;
}

PlaceAxis frequencyAxis(double rate, double cycles)
{
    constexpr double highest = 0.5; // cycles a sample
    if (!(rate > 0))
        return {AxisWords::tr("frequency (cycles a sample)"), cycles, cycles, 0, highest};
    const AxisUnit unit = frequencyUnit(highest * rate);
    const double step = cycles * rate * unit.times;
    return {unit.title, step, step, 0, highest * rate * unit.times};
}

QList<QPointF> pointsAlong(const PlaceAxis &axis, std::span<const float> values)
{
    QList<QPointF> points;
    points.reserve(static_cast<qsizetype>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
        points << QPointF(axis.at(static_cast<Index>(i)), static_cast<double>(values[i]));
    return points;
}

std::vector<float> channelOf(std::span<const float> values, Index channels, Index channel)
{
    std::vector<float> own;
    own.reserve(values.size() / static_cast<std::size_t>(channels));
    for (auto i = static_cast<std::size_t>(channel); i < values.size();
         i += static_cast<std::size_t>(channels))
        own.push_back(values[i]);
    return own;
}

} // namespace rosler
