// SPDX-License-Identifier: GPL-3.0-or-later
// How the window answers while it loads the data that are named on the command line, and how soon loading
// ends once it is cancelled: until the button has done its work, and until the thread that reads is free
// again. Prints one JSON object. Run it with the platform that is to be measured.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QEventLoop>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>

#include "app/gui/main_window.h"
#include "app/session/app_services.h"
#include "app/session/dataset_session.h"

using namespace rosler;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto beat = std::chrono::milliseconds(2);
constexpr int longestLoad = 600'000; // ms

double millisecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

template <typename F>
bool wait(F done, double milliseconds)
{
    const Clock::time_point start = Clock::now();
    while (!done() && millisecondsSince(start) < milliseconds)
        QApplication::processEvents(QEventLoop::AllEvents, 1);
    return done();
}

struct Load {
    double milliseconds = 0;
    std::vector<double> beats; ///< how long each waited for the GUI thread
};

/// Loads @p source in the window, to the end.
std::optional<Load> loadInWindow(MainWindow &window, AppServices &services, const QString &source)
{
    Load load;
    bool done = false;
    bool failed = false;
    QObject context;
    QObject::connect(&services.datasets(), &DatasetSession::loaded, &context, [&] { done = true; });
    QObject::connect(&services.datasets(), &DatasetSession::failed, &context, [&](const Error &error) {
        std::fprintf(stderr, "%s\n", message(error).c_str());
        failed = true;
    });
    std::jthread heart([&](const std::stop_token &stop) {
        while (!stop.stop_requested()) {
            const Clock::time_point posted = Clock::now();
            QMetaObject::invokeMethod(
                &context, [&load, posted] { load.beats.push_back(millisecondsSince(posted)); },
                Qt::QueuedConnection);
            std::this_thread::sleep_for(beat);
        }
    });
    const Clock::time_point start = Clock::now();
    window.loadData(source);
    const bool ended = wait([&] { return done || failed; }, longestLoad) && !failed;
    load.milliseconds = millisecondsSince(start);
    heart.request_stop();
    heart.join();
    QCoreApplication::sendPostedEvents(&context);
    std::ranges::sort(load.beats);
    if (!ended)
        return std::nullopt;
    return load;
}

/// From a press of the button until the window offers the data before again, in ms.
std::optional<double> cancelInWindow(MainWindow &window, const QString &source, double after)
{
    window.loadData(source);
    wait([] { return false; }, after);
    auto *cancel = window.findChild<QPushButton *>(QStringLiteral("cancel"));
    if (cancel == nullptr || !cancel->isVisible())
        return std::nullopt;
    const Clock::time_point pressed = Clock::now();
    cancel->click();
    QApplication::processEvents();
    return cancel->isVisible() ? std::nullopt : std::optional(millisecondsSince(pressed));
}

/// From cancel() until the reading thread has ended, in ms.
double cancelInSession(const QString &source, double after)
{
    auto session = std::make_unique<DatasetSession>();
    session->load({source.toStdString(), {}});
    wait([] { return false; }, after);
    const Clock::time_point cancelled = Clock::now();
    session->cancel();
    session.reset();
    return millisecondsSince(cancelled);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_load_cancel DATA\n");
        return 2;
    }
    const QString source = QString::fromLocal8Bit(argv[1]);
    QStandardPaths::setTestModeEnabled(true);
    const QTemporaryDir folder;
    AppServices services({std::filesystem::path(folder.filePath(QStringLiteral("runs")).toStdString()),
                          folder.filePath(QStringLiteral("state"))});
    MainWindow window(services, {{}, {}, false});
    bool ready = false;
    QObject::connect(&window, &MainWindow::ready, &window, [&] { ready = true; });
    window.show();
    if (!wait([&] { return ready; }, longestLoad))
        return 1;

    const std::optional<Load> load = loadInWindow(window, services, source);
    if (!load || load->beats.empty())
        return 1;
    constexpr int shares = 20;
    std::vector<double> pressed;
    std::vector<double> thread;
    for (int i = 0; i < shares; ++i) {
        const double after = load->milliseconds * (i + 0.5) / shares;
        if (const std::optional<double> took = cancelInWindow(window, source, after))
            pressed.push_back(*took);
        thread.push_back(cancelInSession(source, after));
    }
    const auto last = load->beats.size() - 1;
    const auto p99 = static_cast<std::size_t>(std::lround(0.99 * static_cast<double>(last)));
    const nlohmann::ordered_json out {
        {"source", source.toStdString()},
        {"load_ms", load->milliseconds},
        {"beats", {{"count", last + 1}, {"p99_ms", load->beats[p99]}, {"max_ms", load->beats[last]}}},
        {"cancel_button_ms",
         {{"count", pressed.size()}, {"max", pressed.empty() ? std::nan("") : std::ranges::max(pressed)}}},
        {"cancel_thread_ms", {{"all", thread}, {"max", std::ranges::max(thread)}}}};
    std::printf("%s\n", out.dump(2).c_str());
    return 0;
}
