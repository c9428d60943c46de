// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/training_plan.h"

#include <algorithm>
#include <utility>

namespace rosler {

TrainingPlan::TrainingPlan(std::vector<Trial> trials)
    : m_trials(std::move(trials))
{
}

void TrainingPlan::sampled(std::size_t trial, const MetricSample &sample)
{
    if (trial >= m_trials.size())
        return;
    Trial &t = m_trials[trial];
    t.step = std::max(t.step, sample.step);
    t.seconds = std::max(t.seconds, sample.seconds);
    t.epoch = std::max(t.epoch, sample.epoch);
}

void TrainingPlan::ended(std::size_t trial)
{
    if (trial < m_trials.size())
        m_trials[trial].ended = true;
}

double TrainingPlan::fraction() const
{
    double done = 0;
    double all = 0;
    for (const Trial &t : m_trials) {
        const auto total = static_cast<double>(t.totalSteps);
        done += t.ended ? total : std::min(static_cast<double>(t.step), total);
        all += total;
    }
    return all > 0 ? done / all : 0;
}

const TrainingPlan::Trial *TrainingPlan::furthestBehind() const
{
    const Trial *least = nullptr;
    for (const Trial &t : m_trials)
        if (!t.ended && (least == nullptr || t.epoch * least->epochs < least->epoch * t.epochs))
            least = &t;
    return least;
}

double TrainingPlan::epoch() const
{
    const Trial *behind = furthestBehind();
    return behind != nullptr ? behind->epoch : epochs();
}

double TrainingPlan::epochs() const
{
    if (const Trial *behind = furthestBehind())
        return behind->epochs;
    return m_trials.empty() ? 0 : m_trials.back().epochs;
}

double TrainingPlan::secondsLeft(double ranSeconds) const
{
    double measuredSeconds = 0;
    double measuredSteps = 0;
    double trained = 0;
    for (const Trial &t : m_trials) {
        trained += t.seconds - t.startSeconds;
        if (t.step > 0 && t.seconds > 0) {
            measuredSeconds += t.seconds;
            measuredSteps += static_cast<double>(t.step);
        }
    }
    if (measuredSteps <= 0 || trained <= 0)
        return -1;
    const double meanPace = measuredSeconds / measuredSteps;
    double left = 0;
    for (const Trial &t : m_trials) {
        if (t.ended)
            continue;
        const double pace = t.step > 0 && t.seconds > 0 ? t.seconds / static_cast<double>(t.step) : meanPace;
        left += pace * static_cast<double>(std::max<std::int64_t>(0, t.totalSteps - t.step));
    }
    return left * std::max(1.0, ranSeconds / trained);
}

} // namespace rosler
