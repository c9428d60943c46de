// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <QtTest>

#include "core/data/signal/signal_extractor.h"
#include "tests/support/naive.h"

namespace signal_extractor_test {

using namespace rosler;
using std::numbers::pi;
using Values = std::vector<double>;

namespace {

/// m_0 .. m_(n/2) by the formula, in long double.
Values magnitudes(std::span<const float> x, bool hann)
{
    const std::size_t size = x.size();
    std::vector<long double> windowed;
    long double sum = 0;
    for (std::size_t n = 0; n < size; ++n) {
        const long double w = hann
            ? 0.5L - 0.5L * std::cos(2 * std::numbers::pi_v<long double> * n / static_cast<long double>(size))
            : 1.0L;
        sum += w;
        windowed.push_back(w * static_cast<long double>(x[n]));
    }
    Values result;
    for (std::size_t k = 0; k <= size / 2; ++k) {
        std::complex<long double> total = 0;
        for (std::size_t n = 0; n < size; ++n)
            total += windowed[n]
                * std::polar(1.0L,
                             -2 * std::numbers::pi_v<long double> * static_cast<long double>(k * n % size)
                                 / static_cast<long double>(size));
        result.push_back(static_cast<double>(2 * std::abs(total) / sum));
    }
    return result;
}

double mel(double frequency)
{
    return 2595 * std::log10(1 + frequency / 700);
}

Values logMel(std::span<const float> x, const SignalFeatures &f)
{
    const Values m = magnitudes(x, f.hann);
    Values result;
    for (Index b = 0; b < f.bands; ++b) {
        const auto edge = [&](Index j) {
            const double at = static_cast<double>(j) * mel(f.rate / 2) / static_cast<double>(f.bands + 1);
            return 700 * (std::pow(10, at / 2595) - 1);
        };
        double energy = 0;
        for (std::size_t k = 0; k < m.size(); ++k) {
            const double at = static_cast<double>(k) * f.rate / static_cast<double>(f.frame);
            double weight = 0;
            if (at > edge(b) && at <= edge(b + 1))
                weight = (at - edge(b)) / (edge(b + 1) - edge(b));
            else if (at > edge(b + 1) && at < edge(b + 2))
                weight = (edge(b + 2) - at) / (edge(b + 2) - edge(b + 1));
            energy += weight * m[k] * m[k];
        }
        result.push_back(std::log(std::max(1e-10, energy)));
    }
    return result;
}

std::vector<float> noise(Index count, std::uint64_t seed)
{
    const Matrix x = naive::randomMatrix(1, count, seed);
    return {x.data(), x.data() + count};
}

std::vector<float> extracted(const SignalFeatures &features, const std::vector<std::vector<float>> &channels)
{
    auto extractor = SignalExtractor::make(features).value();
    std::vector<float> result(static_cast<std::size_t>(features.shape().size()));
    const std::vector<std::span<const float>> spans(channels.begin(), channels.end());
    extractor.extract(spans, result.data());
    return result;
}

void near(const std::vector<float> &got, const Values &expected, double most)
{
    QCOMPARE(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        QVERIFY2(std::abs(static_cast<double>(got[i]) - expected[i]) <= most * (1 + std::abs(expected[i])),
                 std::to_string(i).c_str());
}

} // namespace

class SignalExtractorTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void magnitudesAreThoseOfTheFormula_data();
    void magnitudesAreThoseOfTheFormula();
    void aSineHasItsAmplitude();
    void bandsAreThoseOfTheFormula();
    void coefficientsAreThoseOfTheFormula();
    void channelsLieSideBySide();
    void refusesWhatDoesNotGoTogether_data();
    void refusesWhatDoesNotGoTogether();
};

void SignalExtractorTest::magnitudesAreThoseOfTheFormula_data()
{
    QTest::addColumn<int>("window");
    QTest::addColumn<bool>("hann");
    for (const int window : {2, 3, 16, 30, 49, 64, 250})
        for (const bool hann : {false, true})
            QTest::addRow("%d %d", window, hann) << window << hann;
}

void SignalExtractorTest::magnitudesAreThoseOfTheFormula()
{
    QFETCH(int, window);
    QFETCH(bool, hann);
    SignalFeatures features;
    features.window = window;
    features.hann = hann;
    const auto x = noise(window, 5);
    Values expected = magnitudes(x, hann);
    expected.erase(expected.begin());
    near(extracted(features, {x}), expected, 1e-6);
}

void SignalExtractorTest::aSineHasItsAmplitude()
{
    SignalFeatures features;
    features.window = 256;
    std::vector<float> x;
    for (int n = 0; n < 256; ++n)
        x.push_back(static_cast<float>(5 + 3 * std::cos(2 * pi * 20 * n / 256.0 + 1)));
    const auto m = extracted(features, {x});
    QCOMPARE(m.size(), std::size_t {128});
    QVERIFY(std::abs(m[19] - 3.0F) < 1e-5F); // bin 20: bin 0 is not there
    QVERIFY(std::abs(m[60]) < 1e-5F);
}

void SignalExtractorTest::bandsAreThoseOfTheFormula()
{
    SignalFeatures features;
    features.kind = SignalFeatureKind::LogMel;
    features.rate = 8000;
    features.window = 300;
    features.frame = 128;
    features.hop = 60;
    features.bands = 12;
    QCOMPARE(features.shape(), (ExampleShape {1, 3, 12}));
    const auto x = noise(300, 6);
    Values expected;
    for (std::size_t frame = 0; frame < 3; ++frame)
        for (const double value : logMel(std::span(x).subspan(60 * frame, 128), features))
            expected.push_back(value);
    near(extracted(features, {x}), expected, 1e-6);
    const auto silent = extracted(features, {std::vector<float>(300)});
    for (const float value : silent)
        QCOMPARE(value, static_cast<float>(std::log(1e-10)));
}

void SignalExtractorTest::coefficientsAreThoseOfTheFormula()
{
    SignalFeatures features;
    features.kind = SignalFeatureKind::Mfcc;
    features.rate = 8000;
    features.window = 256;
    features.frame = 256;
    features.bands = 20;
    features.coefficients = 7;
    const auto x = noise(256, 7);
    const Values mels = logMel(x, features);
    Values expected;
    for (int i = 0; i < 7; ++i) {
        double sum = 0;
        for (int b = 0; b < 20; ++b)
            sum += mels[static_cast<std::size_t>(b)] * std::cos(pi * i * (b + 0.5) / 20);
        expected.push_back(std::sqrt((i == 0 ? 1.0 : 2.0) / 20) * sum);
    }
    near(extracted(features, {x}), expected, 1e-6);
}

void SignalExtractorTest::channelsLieSideBySide()
{
    SignalFeatures one;
    one.window = 32;
    SignalFeatures two = one;
    two.channels = 2;
    const auto a = noise(32, 1);
    const auto b = noise(32, 2);
    for (const auto kind : {SignalFeatureKind::Raw, SignalFeatureKind::Fft}) {
        one.kind = two.kind = kind;
        const auto left = extracted(one, {a});
        const auto right = extracted(one, {b});
        const auto both = extracted(two, {a, b});
        for (std::size_t i = 0; i < left.size(); ++i) {
            QCOMPARE(both[2 * i], left[i]);
            QCOMPARE(both[2 * i + 1], right[i]);
        }
    }
    one.kind = SignalFeatureKind::Raw;
    QVERIFY(extracted(one, {a}) == a);
}

void SignalExtractorTest::refusesWhatDoesNotGoTogether_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<SignalFeatures>("features");
    SignalFeatures good;
    good.kind = SignalFeatureKind::Mfcc;
    good.rate = 16'000;
    QVERIFY(SignalExtractor::make(good));
    const auto row = [&](const char *option, auto change) {
        SignalFeatures bad = good;
        change(bad);
        QTest::addRow("%s %d", option, static_cast<int>(bad.window + bad.frame)) << QString(option) << bad;
    };
    row("window", [](SignalFeatures &f) { f.window = 1; });
    row("frame", [](SignalFeatures &f) { f.frame = 4096; });
    row("hop", [](SignalFeatures &f) { f.hop = 0; });
    row("coefficients", [](SignalFeatures &f) { f.coefficients = 41; });
    row("bands", [](SignalFeatures &f) { f.bands = 200; });
    row("recorded_rate", [](SignalFeatures &f) { f.rate = 0; });
}

void SignalExtractorTest::refusesWhatDoesNotGoTogether()
{
    QFETCH(QString, option);
    QFETCH(SignalFeatures, features);
    const auto made = SignalExtractor::make(features);
    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::OutOfRange);
    QCOMPARE(QString::fromStdString(made.error().where), "options/" + option);
}

QTEST_APPLESS_MAIN(SignalExtractorTest)

} // namespace signal_extractor_test

#include "signal_extractor_test.moc"
