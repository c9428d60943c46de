// SPDX-License-Identifier: GPL-3.0-or-later
// How quickly the window answers while both models train at full speed on the built-in digits. A thread
// posts a heartbeat every two milliseconds; what is measured is how long each waits for the GUI thread.
// Prints one JSON object. Run it with the platform that is to be measured (offscreen, or xcb under Xvfb).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <QAction>
#include <QApplication>
#include <QEventLoop>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>

#include "app/gui/main_window.h"
#include "app/session/app_services.h"

using namespace rosler;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto beat = std::chrono::milliseconds(2);
constexpr int measuredMilliseconds = 10'000;

double millisecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Runs the event loop until @p done says so, at most a minute.
template <typename F>
bool wait(F done)
{
    const Clock::time_point start = Clock::now();
    while (!done() && millisecondsSince(start) < 60'000)
        QApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    return done();
}

double quantile(std::vector<double> &sorted, double share)
{
    if (sorted.empty())
        return std::nan("");
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(std::lround(share * last))];
}

/// Event latencies of the GUI thread, in ms, over @p milliseconds.
std::vector<double> heartbeats(QObject &receiver, int milliseconds)
{
    std::vector<double> latencies;
    std::jthread heart([&](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            const Clock::time_point posted = Clock::now();
            QMetaObject::invokeMethod(
                &receiver, [&latencies, posted] { latencies.push_back(millisecondsSince(posted)); },
                Qt::QueuedConnection);
            std::this_thread::sleep_for(beat);
        }
    });
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
    heart.request_stop();
    heart.join();
    QCoreApplication::sendPostedEvents(&receiver);
    std::sort(latencies.begin(), latencies.end());
    return latencies;
}

nlohmann::ordered_json summary(std::vector<double> sorted)
{
    return {{"beats", sorted.size()},
            {"p50", quantile(sorted, 0.5)},
            {"p99", quantile(sorted, 0.99)},
            {"max", sorted.empty() ? std::nan("") : sorted.back()}};
}

} // namespace

int main(int argc, char **argv)
{
    const Clock::time_point begun = Clock::now();
    QApplication app(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    const QTemporaryDir folder;
    AppServices services({std::filesystem::path(folder.filePath(QStringLiteral("runs")).toStdString()),
                          folder.filePath(QStringLiteral("state"))});
    MainWindow window(services, {{}, {}, false});
    bool ready = false;
    QObject::connect(&window, &MainWindow::ready, &window, [&] { ready = true; });
    window.show();
    QApplication::processEvents();
    const double interactive = millisecondsSince(begun);
    if (!wait([&] { return ready; }))
        return 1;
    const double dataLoaded = millisecondsSince(begun);

    constexpr int forecasts = 2000;
    const Clock::time_point forecastStart = Clock::now();
    std::uint64_t sum = 0;
    for (int i = 0; i < forecasts; ++i)
        for (std::size_t model = 0; model < window.design().spec().models.size(); ++model)
            sum += window.design().forecast(model).value_or(TrialCost {}).macs;
    const double forecastMicroseconds = 1000 * millisecondsSince(forecastStart) / forecasts;

    const std::vector<double> idle = heartbeats(window, 2000);

    TrainingSession &training = services.training();
    std::size_t points = 0;
    double firstPoint = 0;
    Clock::time_point pressed;
    QObject::connect(&training, &TrainingSession::sampled, &window, [&](const MetricsBatch &batch) {
        if (points == 0)
            firstPoint = millisecondsSince(pressed);
        points += batch.entries.size();
    });
    pressed = Clock::now();
    window.train();
    if (!wait([&] { return points > 0; }))
        return 1;
    std::vector<double> busy;
    double stopLatency = 0;
    for (int left = measuredMilliseconds; left > 0;) {
        const Clock::time_point start = Clock::now();
        const std::vector<double> part = heartbeats(window, std::min(left, 500));
        left -= static_cast<int>(millisecondsSince(start));
        if (training.state() == TrainingSession::State::Running)
            busy.insert(busy.end(), part.begin(), part.end());
        else
            window.train(); // it ended: once more, the training must not pause
    }
    std::sort(busy.begin(), busy.end());
    if (training.state() == TrainingSession::State::Idle)
        window.train();
    wait([&, before = points] { return points > before; });
    const Clock::time_point stopped = Clock::now();
    training.stop();
    if (!wait([&] { return training.state() == TrainingSession::State::Idle; }))
        return 1;
    stopLatency = millisecondsSince(stopped);

    const nlohmann::ordered_json result {
        {"schema", "rosler.gui_latency/1"},
        {"platform", QApplication::platformName().toStdString()},
        {"cores", std::thread::hardware_concurrency()},
        {"interactive_ms", interactive},
        {"data_loaded_ms", dataLoaded},
        {"forecast_us", forecastMicroseconds},
        {"forecast_macs", sum / forecasts},
        {"first_point_ms", firstPoint},
        {"stop_ms", stopLatency},
        {"live_points", points},
        {"event_latency_idle_ms", summary(idle)},
        {"event_latency_training_ms", summary(busy)},
    };
    std::printf("%s\n", result.dump().c_str());
    return 0;
}
