// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QLabel>
#include <QTest>

#include "tests/support/accessibility_audit.h"
#include "tests/widgets/signal_data.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/feature_image.h"
#include "widgets/pages/example_view.h"

namespace example_view_test {

using namespace rosler;
using test::signalData;

namespace {

SignalFeatures samples(Index window, Index channels)
{
    SignalFeatures features;
    features.kind = SignalFeatureKind::Raw;
    features.rate = 8000;
    features.window = window;
    features.channels = channels;
    return features;
}

std::vector<float> firstOf(const Dataset &data)
{
    std::vector<float> features(static_cast<std::size_t>(data.features()));
    data.train().features.widen(0, features.data());
    return features;
}

void showFirst(ExampleView &view, const std::shared_ptr<const Dataset> &data)
{
    view.setData(data);
    view.setExample(firstOf(*data), QStringLiteral("normal, example 0"));
    view.resize(500, 500);
    view.show();
}

/// The x of the greatest y.
double peakOf(const FigureSeries &series)
{
    return std::ranges::max_element(series.points, {}, &FigurePoint::y)->x;
}

} // namespace

class ExampleViewTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aWaveformStandsAboveItsSpectrum()
    {
        ExampleView view;
        showFirst(view, signalData(samples(1024, 1)));
        QVERIFY(view.curve()->isVisible());
        QVERIFY(view.spectrum()->isVisible());
        const auto figures = view.figures();
        QCOMPARE(figures.size(), std::size_t {2});
        QCOMPARE(figures[0].stem, std::string("example"));
        QCOMPARE(figures[1].stem, std::string("spectrum"));
        const auto &wave = std::get<LineFigure>(figures[0].figure);
        const auto &spectrum = std::get<LineFigure>(figures[1].figure);
        QCOMPARE(wave.x.title, std::string("time (ms)"));
        QCOMPARE(wave.series.at(0).points.at(8).x, 1.0);
        QCOMPARE(spectrum.x.title, std::string("frequency (Hz)"));
        QCOMPARE(spectrum.y.title, std::string("amplitude spectrum"));
        QCOMPARE(spectrum.series.at(0).points.size(), std::size_t {512});
        QCOMPARE(peakOf(spectrum.series.at(0)), 1000.0);
        QVERIFY(!view.grab().isNull());
        ROSLER_VERIFY_ACCESSIBLE(&view);
    }

    void eachChannelHasItsOwnCurve()
    {
        ExampleView view;
        showFirst(view, signalData(samples(256, 3)));
        for (const NamedFigure &named : view.figures()) {
            const auto &figure = std::get<LineFigure>(named.figure);
            QCOMPARE(figure.series.size(), std::size_t {3});
            QCOMPARE(figure.series[2].name, std::string("channel 3"));
            const auto highest = [&](std::size_t channel) {
                return std::ranges::max(figure.series[channel].points, {}, &FigurePoint::y).y;
            };
            QVERIFY(std::abs(highest(2) / highest(0) - 4) < 1e-3);
        }
        showFirst(view, signalData(samples(256, 1))); // none of them is left
        QCOMPARE(view.curve()->seriesIds().size(), 1);
        QCOMPARE(view.spectrum()->seriesIds().size(), 1);
    }

    void ofLongWindowsThePartIsNamedThatIsTransformed()
    {
        ExampleView view;
        auto *words = view.findChild<QLabel *>(QStringLiteral("exampleWords"));
        showFirst(view, signalData(samples(1024, 1)));
        QCOMPARE(words->text(), QStringLiteral("normal, example 0"));
        showFirst(view, signalData(samples(1021, 1)));
        QVERIFY2(words->text().contains(QLocale().toString(1008)), qPrintable(words->text()));
    }

    void spectraAreCurvesOverFrequency()
    {
        SignalFeatures features = samples(512, 1);
        features.kind = SignalFeatureKind::Fft;
        ExampleView view;
        showFirst(view, signalData(features));
        QVERIFY(view.curve()->isVisible());
        QVERIFY(!view.spectrum()->isVisible());
        const auto figures = view.figures();
        QCOMPARE(figures.size(), std::size_t {1});
        const auto &figure = std::get<LineFigure>(figures[0].figure);
        QCOMPARE(figure.x.title, std::string("frequency (Hz)"));
        QCOMPARE(figure.series.at(0).points.back().x, 4000.0);
    }

    void framesArePicturesWithAxes()
    {
        SignalFeatures features = samples(1024, 2);
        features.kind = SignalFeatureKind::LogMel;
        features.frame = 256;
        features.hop = 256;
        features.bands = 8;
        ExampleView view;
        showFirst(view, signalData(features, 0.05));
        const auto pictures = view.findChildren<FeatureImage *>();
        QCOMPARE(pictures.size(), 2);
        for (const FeatureImage *picture : pictures)
            QVERIFY(picture->isVisible());
        QVERIFY(view.figures().empty());
        QVERIFY(!view.grab().isNull());
        features.channels = 1;
        showFirst(view, signalData(features, 0.05));
        QVERIFY(!pictures[1]->isVisible());
        ROSLER_VERIFY_ACCESSIBLE(&view);
    }

    void axesAreKeptFromExampleToExample()
    {
        ExampleView view;
        const auto data = signalData(samples(256, 1));
        showFirst(view, data);
        view.spectrum()->setLogY(true);
        view.setExample(firstOf(*data), QStringLiteral("normal, example 1"));
        QVERIFY(view.spectrum()->isLogY());
        showFirst(view, signalData(samples(512, 1)));
        QVERIFY(!view.spectrum()->isLogY());
    }

    void tablesAreCurvesOverNumbers()
    {
        ExampleView view;
        showFirst(view, test::smallData(ExampleShape::vector(6)));
        const auto figures = view.figures();
        QCOMPARE(figures.size(), std::size_t {1});
        QCOMPARE(std::get<LineFigure>(figures[0].figure).x.title, std::string("feature"));
        view.setData(nullptr);
        QVERIFY(view.figures().empty());
        QVERIFY(view.curve()->seriesIds().isEmpty());
    }
};

QTEST_MAIN(ExampleViewTest)

} // namespace example_view_test

#include "example_view_test.moc"
