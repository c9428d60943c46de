// SPDX-License-Identifier: Apache-2.0
#include "core/training/stage_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rosler {

namespace {

constexpr std::int64_t kinds = static_cast<std::int64_t>(factorKinds);

} // namespace

StageSchedule::StageSchedule(const TrialSpec &spec, Index trainExamples)
    : m_trainExamples(trainExamples)
    , m_batch(std::max<Index>(1, std::min(spec.training.batch, trainExamples)))
    , m_stepsPerEpoch((trainExamples + m_batch - 1) / m_batch)
    , m_totalSteps(m_stepsPerEpoch * spec.training.epochs)
    , m_successiveFrom(m_totalSteps)
    , m_learningRate(spec.model.learningRate)
    , m_schedule(spec.training.schedule)
    , m_warmup(std::min<std::int64_t>(
          m_totalSteps, std::llround(spec.training.warmup * static_cast<double>(m_stepsPerEpoch))))
{
    if (!spec.model.isSketched())
        return;
    m_successiveFrom = static_cast<std::int64_t>(
        std::floor(spec.model.sketch.successiveFrom * static_cast<double>(m_totalSteps)));
    m_orthonormalise = spec.model.sketch.orthonormalise;
}

FactorSet StageSchedule::factors(std::int64_t step) const noexcept
{
    if (step < m_successiveFrom)
        return {};
    const auto kind = static_cast<Factor>((step - m_successiveFrom) % kinds);
    return {kind == Factor::R, kind == Factor::U, kind == Factor::C};
}

double StageSchedule::learningRate(std::int64_t step) const noexcept
{
    if (step < m_warmup)
        return m_learningRate * static_cast<double>(step + 1) / static_cast<double>(m_warmup);
    if (m_schedule == ScheduleKind::Constant)
        return m_learningRate;
    const double done = m_totalSteps > m_warmup
        ? static_cast<double>(step - m_warmup) / static_cast<double>(m_totalSteps - m_warmup)
        : 1.0;
    return m_learningRate * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

bool StageSchedule::orthonormalisesAfter(std::int64_t steps) const noexcept
{
    return m_orthonormalise > 0 && steps % m_orthonormalise == 0;
}

std::int64_t StageSchedule::orthonormalisations() const noexcept
{
    return m_orthonormalise > 0 ? m_totalSteps / m_orthonormalise : 0;
}

Index StageSchedule::batchSize(std::int64_t step) const noexcept
{
    const std::int64_t inEpoch = step % m_stepsPerEpoch;
    return std::min<Index>(m_batch, m_trainExamples - inEpoch * m_batch);
}

StageSchedule::Examples StageSchedule::examples() const noexcept
{
    const std::int64_t missing = m_stepsPerEpoch * m_batch - m_trainExamples; // in each epoch's last batch
    Examples sum;
    sum.parallel = m_successiveFrom * m_batch - m_successiveFrom / m_stepsPerEpoch * missing;
    const std::int64_t successive = m_totalSteps - m_successiveFrom;
    for (std::int64_t k = 0; k < kinds; ++k)
        sum.successive[static_cast<std::size_t>(k)] = (successive - k + kinds - 1) / kinds * m_batch;
    if (missing > 0) {
        const std::int64_t firstEpoch = m_successiveFrom / m_stepsPerEpoch;
        for (std::int64_t epoch = firstEpoch; epoch < m_totalSteps / m_stepsPerEpoch; ++epoch) {
            const std::int64_t last = (epoch + 1) * m_stepsPerEpoch - 1;
            sum.successive[static_cast<std::size_t>((last - m_successiveFrom) % kinds)] -= missing;
        }
    }
    return sum;
}

Index sketchedFeatures(Index read, double share) noexcept
{
    return std::clamp<Index>(static_cast<Index>(std::lround(share * static_cast<double>(read))), 1, read);
}

} // namespace rosler
