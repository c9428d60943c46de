// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_bar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/printable.h"
#include "core/base/quantity_text.h"

namespace rosler::cli {

namespace {

/// A line can be drawn over: standard error is a terminal that can more than append.
bool onTerminal()
{
    const char *terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

using Clock = std::chrono::steady_clock;
constexpr auto redrawAfter = std::chrono::milliseconds(100);

std::string bar(double fraction)
{
    constexpr int width = 24;
    const int full = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * width));
    std::string text = "[";
    for (int i = 0; i < width; ++i)
        text += i < full ? '#' : '.';
    return text + ']';
}

std::string eta(double fraction, Clock::time_point start)
{
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    if (fraction < 0.005)
        return "ETA --";
    return "ETA " + durationText(elapsed * (1.0 - fraction) / fraction);
}

void drawLine(std::string line)
{
    winsize size {};
    const int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    if (static_cast<int>(line.size()) >= columns)
        line.resize(static_cast<std::size_t>(columns) - 1);
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
}

void eraseLine()
{
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

} // namespace

ProgressBar::ProgressBar(const ExperimentSpec &spec, std::vector<double> startEpochs)
    : m_shown(onTerminal())
    , m_done(std::move(startEpochs))
    , m_accuracy(spec.models.size(), std::numeric_limits<double>::quiet_NaN())
    , m_start(Clock::now())
{
    for (std::size_t i = 0; i < spec.models.size(); ++i) {
        m_names.push_back(printable(spec.models[i].name));
        m_epochs.push_back(static_cast<double>(trialOf(spec, i).training.epochs));
    }
    m_done.resize(m_names.size(), 0.0);
    m_doneAtStart = share();
}

double ProgressBar::share(std::size_t model) const
{
    return m_done[model] / m_epochs[model];
}

double ProgressBar::share() const
{
    double sum = 0;
    for (std::size_t i = 0; i < m_done.size(); ++i)
        sum += share(i);
    return sum / static_cast<double>(std::max<std::size_t>(1, m_done.size()));
}

ProgressBar::~ProgressBar()
{
    clear();
}

void ProgressBar::sampled(std::size_t trial, const MetricSample &sample)
{
    m_done[trial] = sample.epoch;
    if (const double accuracy = heldOutAccuracy(sample); std::isfinite(accuracy))
        m_accuracy[trial] = accuracy;
    if (Clock::now() - m_drawn > redrawAfter)
        draw();
}

void ProgressBar::ended(std::size_t trial)
{
    m_done[trial] = m_epochs[trial];
}

void ProgressBar::clear()
{
    if (m_shown)
        eraseLine();
}

void ProgressBar::draw()
{
    if (!m_shown)
        return;
    m_drawn = Clock::now();
    const double done = share();
    const double fraction = (done - m_doneAtStart) / std::max(1e-9, 1.0 - m_doneAtStart);
    std::size_t behind = 0;
    for (std::size_t i = 1; i < m_done.size(); ++i)
        if (share(i) < share(behind))
            behind = i;
    char epoch[64];
    std::snprintf(epoch, sizeof epoch, " epoch %.1f/%.0f  ", m_done[behind], m_epochs[behind]);
    std::string line = bar(done) + epoch + eta(fraction, m_start);
    for (std::size_t i = 0; i < m_names.size(); ++i)
        if (std::isfinite(m_accuracy[i]))
            line += "  " + m_names[i] + ' ' + percentText(m_accuracy[i]);
    drawLine(line);
}

SimpleProgress::SimpleProgress(std::string what)
    : m_shown(onTerminal())
    , m_what(std::move(what))
    , m_start(Clock::now())
{
}

SimpleProgress::~SimpleProgress()
{
    if (m_shown)
        eraseLine();
}

void SimpleProgress::report(double fraction)
{
    m_fraction = fraction;
    draw(eta(fraction, m_start));
}

void SimpleProgress::wait(const std::string &why)
{
    draw(why);
}

void SimpleProgress::draw(const std::string &rest)
{
    if (!m_shown || Clock::now() - m_drawn < redrawAfter)
        return;
    m_drawn = Clock::now();
    drawLine(bar(m_fraction) + ' ' + m_what + "  " + rest);
}

} // namespace rosler::cli
