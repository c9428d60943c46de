// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <QtTest>

#include "core/data/signal/amplitude_spectrum.h"

namespace amplitude_spectrum_test {

using namespace rosler;

namespace {

/// @p amplitude sin(2 pi @p cycles n) + @p offset.
std::vector<float> sine(Index samples, double cycles, double amplitude, double offset)
{
    std::vector<float> x;
    for (Index n = 0; n < samples; ++n)
        x.push_back(static_cast<float>(
            offset + amplitude * std::sin(2 * std::numbers::pi * cycles * static_cast<double>(n))));
    return x;
}

} // namespace

class AmplitudeSpectrumTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSineHasItsAmplitudeAtItsFrequency_data()
    {
        QTest::addColumn<int>("samples");
        QTest::addColumn<int>("transformed");
        QTest::newRow("a power of two") << 2048 << 2048;
        QTest::newRow("odd") << 315 << 315;
        QTest::newRow("16,000") << 16'000 << 16'000;
        QTest::newRow("a prime") << 16'381 << 16'200;
        QTest::newRow("more than are transformed") << 1'048'576 << 65'536;
        QTest::newRow("few") << 11 << 10;
    }
    void aSineHasItsAmplitudeAtItsFrequency()
    {
        QFETCH(int, samples);
        QFETCH(int, transformed);
        auto spectrum = AmplitudeSpectrum::make(samples).value();
        QCOMPARE(spectrum.samples(), Index {samples});
        QCOMPARE(spectrum.transformed(), Index {transformed});
        QCOMPARE(spectrum.size(), Index {transformed / 2});
        const Index bin = spectrum.size() / 2;
        QCOMPARE(spectrum.frequency(bin), (static_cast<double>(bin) + 1) / transformed);
        const auto amplitudes = spectrum.of(sine(samples, spectrum.frequency(bin), 3, 1000));
        QCOMPARE(amplitudes.size(), static_cast<std::size_t>(spectrum.size()));
        const auto at = static_cast<std::size_t>(bin);
        QVERIFY(std::abs(amplitudes[at] - 3) < 0.01F);
        // The window's neighbours have half of it, all others nothing; nor does the mean show.
        QVERIFY(std::abs(amplitudes[at - 1] - 1.5F) < 0.01F);
        QVERIFY(std::abs(amplitudes[at + 1] - 1.5F) < 0.01F);
        for (std::size_t i = 0; i < amplitudes.size(); ++i)
            if (i + 1 < at || i > at + 1)
                QVERIFY2(amplitudes[i] < 0.01F, qPrintable(QString::number(i)));
    }

    void itIsWhatExamplesOfSpectraAre()
    {
        const std::vector<float> x = sine(512, 0.1234, 1, 0);
        SignalFeatures features;
        features.window = 512;
        std::vector<float> expected(256);
        const std::vector<std::span<const float>> channels {x};
        SignalExtractor::make(features).value().extract(channels, expected.data());
        const auto got = AmplitudeSpectrum::make(512).value().of(x);
        for (std::size_t i = 2; i < expected.size(); ++i) // where the mean is not
            QVERIFY(std::abs(got[i] - expected[i]) < 1e-3F);
    }

    void silenceIsNothing()
    {
        for (const float amplitude : AmplitudeSpectrum::make(100).value().of(std::vector<float>(100, 7.0F)))
            QCOMPARE(amplitude, 0.0F);
    }

    void oneSampleHasNoSpectrum()
    {
        for (const Index samples : {Index {0}, Index {1}}) {
            const auto made = AmplitudeSpectrum::make(samples);
            QVERIFY(!made);
            QCOMPARE(made.error().code, ErrorCode::OutOfRange);
        }
        QCOMPARE(AmplitudeSpectrum::make(2).value().size(), Index {1});
    }
};

QTEST_MAIN(AmplitudeSpectrumTest)

} // namespace amplitude_spectrum_test

#include "amplitude_spectrum_test.moc"
