// SPDX-License-Identifier: GPL-3.0-or-later
// How many frames a second a curve of a million samples takes to be panned: a whole PlotWidget of 900 x 420,
// zoomed to a tenth, moved in 200 steps and painted at each. Prints one JSON object. Runs offscreen:
//
//     QT_QPA_PLATFORM=offscreen bench_plot_pan

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <QApplication>
#include <QElapsedTimer>
#include <QPixmap>
#include <QWheelEvent>

#include "core/base/random.h"
#include "widgets/charts/plot_widget.h"

using namespace rosler;

namespace {

constexpr int sampleCount = 1'000'000;
constexpr int steps = 200;

QList<QPointF> currentTrace()
{
    const RandomStream random(1, Draw::Shuffle, 0);
    QList<QPointF> points;
    points.reserve(sampleCount);
    for (int i = 0; i < sampleCount; ++i) {
        const double noise = static_cast<double>(random.uniform(static_cast<std::uint64_t>(i))) - 0.5;
        points.append({i * 1e-5, 12.0 + 3.0 * std::sin(i / 9e4) + 2.0 * noise});
    }
    return points;
}

/// Moves the view by a pixel distance as a drag with the middle button would.
void drag(PlotWidget &plot, QPoint from, QPoint to)
{
    const auto send = [&](QEvent::Type type, QPoint at, Qt::MouseButton button, Qt::MouseButtons buttons) {
        QMouseEvent event(type, at, plot.mapToGlobal(at), button, buttons, Qt::NoModifier);
        QCoreApplication::sendEvent(&plot, &event);
    };
    send(QEvent::MouseButtonPress, from, Qt::MiddleButton, Qt::MiddleButton);
    send(QEvent::MouseMove, to, Qt::NoButton, Qt::MiddleButton);
    send(QEvent::MouseButtonRelease, to, Qt::MiddleButton, Qt::NoButton);
}

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    PlotWidget plot;
    plot.resize(900, 420);
    FigureAxis x;
    x.title = "time (s)";
    FigureAxis y;
    y.title = "current (mA)";
    plot.setAxes(x, y);
    plot.setSeries("trace", "board current", seriesStyle(0));
    plot.replacePoints("trace", currentTrace());
    plot.show();
    QCoreApplication::processEvents();

    // Ten notches along x show 1 / 1.25^10, about a tenth.
    const QPoint middle(450, 220);
    for (int notch = 0; notch < 10; ++notch) {
        QWheelEvent turn(middle, plot.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier,
                         Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&plot, &turn);
    }

    std::vector<double> milliseconds;
    QImage before = plot.grab().toImage();
    int unchanged = 0;
    for (int step = 0; step < steps; ++step) {
        QElapsedTimer clock;
        clock.start();
        drag(plot, middle, middle + QPoint(step < steps / 2 ? 20 : -20, 0));
        const QPixmap frame = plot.grab(); // paints all of it
        milliseconds.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        const QImage now = frame.toImage();
        unchanged += now == before ? 1 : 0;
        before = now;
    }
    if (unchanged > 0) {
        std::fprintf(stderr, "%d of %d steps did not move the curve\n", unchanged, steps);
        return 1;
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    double total = 0;
    for (const double ms : milliseconds)
        total += ms;
    std::printf("{\"frames_per_second\":%.1f,\"series\":1,\"samples\":%d,\"steps\":%d,\"median_ms\":%.2f,"
                "\"p95_ms\":%.2f}\n",
                1000.0 * steps / total, sampleCount, steps, milliseconds[steps / 2],
                milliseconds[steps * 95 / 100]);
    return 0;
}
