// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/experiment/experiment_runner.h"

namespace rosler::cli {

/// One line on standard error that is drawn over and over: a bar, the time to go, each model's last accuracy.
/// Silent when standard error is no terminal.
class ProgressBar
{
public:
    ProgressBar(const ExperimentSpec &spec, std::vector<double> startEpochs = {});
    ~ProgressBar();
    ProgressBar(const ProgressBar &) = delete;
    ProgressBar &operator=(const ProgressBar &) = delete;

    void sampled(std::size_t trial, const MetricSample &sample);
    void ended(std::size_t trial);
    /// Erases the line, so that something else can be printed.
    void clear();

private:
    void draw();
    [[nodiscard]] double share(std::size_t model) const; ///< of its epochs, done
    [[nodiscard]] double share() const;                  ///< the mean of all models'

    bool m_shown;
    std::vector<double> m_epochs; ///< of each model, in all
    std::vector<std::string> m_names;
    std::vector<double> m_done; ///< passes of each model
    std::vector<double> m_accuracy;
    double m_doneAtStart = 0; ///< share of the work
    std::chrono::steady_clock::time_point m_start;
    std::chrono::steady_clock::time_point m_drawn;
};

/// A bar for work of which only the finished share is known.
class SimpleProgress
{
public:
    explicit SimpleProgress(std::string what);
    ~SimpleProgress();
    SimpleProgress(const SimpleProgress &) = delete;
    SimpleProgress &operator=(const SimpleProgress &) = delete;
    void report(double fraction);
    /// The share stands still, and nobody knows the time to go.
    /// @param why  stands in its place
    void wait(const std::string &why);
    [[nodiscard]] bool isShown() const noexcept { return m_shown; } ///< standard error is a terminal

private:
    void draw(const std::string &rest);

    bool m_shown;
    double m_fraction = 0;
    std::string m_what;
    std::chrono::steady_clock::time_point m_start;
    std::chrono::steady_clock::time_point m_drawn;
};

} // namespace rosler::cli
