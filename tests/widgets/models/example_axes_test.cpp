// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/widgets/signal_data.h"
#include "widgets/models/example_axes.h"

namespace example_axes_test {

using namespace rosler;
using test::signalData;

namespace {

ExampleAxes axesOf(const SignalFeatures &features)
{
    return exampleAxes(*signalData(features));
}

SignalFeatures samplesAt(double rate, Index window)
{
    SignalFeatures features;
    features.kind = SignalFeatureKind::Raw;
    features.rate = rate;
    features.window = window;
    return features;
}

} // namespace

class ExampleAxesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tablesAndPicturesHaveNone()
    {
        const auto table = test::smallData(ExampleShape::vector(6));
        QCOMPARE(exampleKind(*table), ExampleKind::Numbers);
        const ExampleAxes axes = exampleAxes(*table);
        QCOMPARE(axes.across.title, QStringLiteral("feature"));
        QCOMPARE(axes.across.at(5), 5.0);
        QVERIFY(!axes.across.figureAxis().minimum && !axes.across.figureAxis().maximum);
        QCOMPARE(axes.channels, Index {1});
        QCOMPARE(exampleKind(*test::smallData({3, 4, 4})), ExampleKind::Picture);
        QCOMPARE(exampleAxes(*test::smallData({3, 4, 4})).channels, Index {1});
    }

    void samplesLieAlongTime_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("window");
        QTest::addColumn<QString>("title");
        QTest::addColumn<double>("second"); ///< place of sample 1
        QTest::addColumn<double>("end");
        QTest::newRow("ms") << 12'000.0 << 2400 << QStringLiteral("time (ms)") << 1 / 12.0 << 200.0;
        QTest::newRow("s") << 50.0 << 128 << QStringLiteral("time (s)") << 0.02 << 2.56;
        QTest::newRow("µs") << 1e6 << 64 << QStringLiteral("time (µs)") << 1.0 << 64.0;
        QTest::newRow("nobody said") << 0.0 << 64 << QStringLiteral("sample") << 1.0 << 64.0;
    }
    void samplesLieAlongTime()
    {
        QFETCH(double, rate);
        QFETCH(int, window);
        QFETCH(QString, title);
        QFETCH(double, second);
        QFETCH(double, end);
        const ExampleAxes axes = axesOf(samplesAt(rate, window));
        QCOMPARE(axes.kind, ExampleKind::Waveform);
        QCOMPARE(axes.across.title, title);
        QCOMPARE(axes.across.at(0), 0.0);
        QCOMPARE(axes.across.at(1), second);
        const FigureAxis axis = axes.across.figureAxis();
        QCOMPARE(axis.minimum.value(), 0.0);
        QCOMPARE(axis.maximum.value(), end);
        QVERIFY(!axes.across.figureAxis(true).minimum); // which cannot be 0 there
    }

    void magnitudesLieAlongFrequency()
    {
        SignalFeatures features;
        features.rate = 12'000;
        features.window = 2048;
        const ExampleAxes axes = axesOf(features);
        QCOMPARE(axes.kind, ExampleKind::Spectrum);
        QCOMPARE(axes.across.title, QStringLiteral("frequency (Hz)"));
        QCOMPARE(axes.up.title, QStringLiteral("amplitude spectrum"));
        QCOMPARE(axes.across.at(0), 12'000.0 / 2048); // the mean is none of them
        QCOMPARE(axes.across.at(1023), 6000.0);
        QCOMPARE(axes.across.high, 6000.0);
        QCOMPARE(frequencyAxis(0, 0.25).title, QStringLiteral("frequency (cycles a sample)"));
        QCOMPARE(frequencyAxis(0, 0.25).at(1), 0.5);
        QCOMPARE(frequencyAxis(1e6, 0.25).title, QStringLiteral("frequency (kHz)"));
        QCOMPARE(frequencyAxis(1e6, 0.25).high, 500.0);
        QCOMPARE(frequencyAxis(0.1, 0.25).title, QStringLiteral("frequency (mHz)"));
    }

    void framesArePicturesOfTimeAndBand()
    {
        SignalFeatures features;
        features.kind = SignalFeatureKind::LogMel;
        features.rate = 1000;
        features.window = 400;
        features.frame = 200;
        features.hop = 100;
        features.bands = 6;
        features.channels = 2;
        const ExampleAxes axes = axesOf(features);
        QCOMPARE(axes.kind, ExampleKind::Frames);
        QCOMPARE(axes.channels, Index {2});
        QCOMPARE(axes.across.title, QStringLiteral("time (ms)"));
        QCOMPARE(axes.across.at(0), 100.0); // its middle
        QCOMPARE(axes.across.low, 50.0);
        QCOMPARE(axes.across.high, 350.0); // of three
        QCOMPARE(axes.up.title, QStringLiteral("mel band"));
        QCOMPARE(axes.up.low, 0.5);
        QCOMPARE(axes.up.high, 6.5);
        features.kind = SignalFeatureKind::Mfcc;
        features.coefficients = 5;
        QCOMPARE(axesOf(features).up.title, QStringLiteral("cepstral coefficient"));
        QCOMPARE(axesOf(features).up.high, 4.5);
        features.window = 200; // one frame is no picture
        QCOMPARE(axesOf(features).kind, ExampleKind::Numbers);
        QCOMPARE(axesOf(features).across.title, QStringLiteral("cepstral coefficient"));
        QCOMPARE(axesOf(features).channels, Index {2});
    }

    void channelsAreTakenApart()
    {
        const std::vector<float> values {1, 2, 3, 4, 5, 6};
        QCOMPARE(channelOf(values, 2, 1), (std::vector<float> {2, 4, 6}));
        QCOMPARE(channelOf(values, 1, 0), values);
        const PlaceAxis axis {QStringLiteral("time (ms)"), 10, 2, 0, 0};
        QCOMPARE(pointsAlong(axis, channelOf(values, 3, 2)), (QList<QPointF> {{10, 3}, {12, 6}}));
    }
};

QTEST_GUILESS_MAIN(ExampleAxesTest)

} // namespace example_axes_test

#include "example_axes_test.moc"
