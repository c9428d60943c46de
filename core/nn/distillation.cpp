// SPDX-License-Identifier: Apache-2.0
#include "core/nn/distillation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/contract.h"

namespace rosler {

namespace {

/// log softmax(numbers / temperature)
void logSoftmax(std::span<const double> numbers, double temperature, std::span<double> to)
{
    const double highest = *std::ranges::max_element(numbers);
    double total = 0;
    for (std::size_t j = 0; j < numbers.size(); ++j) {
        to[j] = (numbers[j] - highest) / temperature;
        total += std::exp(to[j]);
    }
    const double shift = std::log(total);
    for (double &number : to)
        number -= shift;
}

} // namespace

double distilledLoss(std::span<const double> logits, std::span<const double> teacher, Index label,
                     const Distillation &distillation, std::span<double> gradient)
{
    const std::size_t classes = logits.size();
    ROSLER_EXPECTS(teacher.size() == classes && gradient.size() == classes && label >= 0
                   && label < static_cast<Index>(classes));
    const auto [temperature, share] = distillation;
    std::vector<double> soft(classes);
    std::vector<double> taught(classes);
    std::vector<double> hard(classes);
    logSoftmax(logits, 1.0, hard);
    logSoftmax(logits, temperature, soft);
    logSoftmax(teacher, temperature, taught);
    double divergence = 0;
    for (std::size_t j = 0; j < classes; ++j) {
        const double p = std::exp(taught[j]);
        divergence += p * (taught[j] - soft[j]);
        const double one = static_cast<Index>(j) == label ? 1.0 : 0.0;
        gradient[j] =
            (1.0 - share) * (std::exp(hard[j]) - one) + share * temperature * (std::exp(soft[j]) - p);
    }
    return -(1.0 - share) * hard[static_cast<std::size_t>(label)]
        + share * temperature * temperature * divergence;
}

BatchScore distilledCrossEntropy(const ConstMatrixView &logits, std::span<const std::uint16_t> labels,
                                 const ConstMatrixView &teacher, const Distillation &distillation,
                                 MatrixView &gradient, float scale)
{
    ROSLER_EXPECTS(teacher.rows() == logits.rows() && teacher.cols() == logits.cols());
    const BatchScore score = softmaxCrossEntropy(logits, labels);
    const auto classes = static_cast<std::size_t>(logits.cols());
    std::vector<double> own(classes);
    std::vector<double> taught(classes);
    std::vector<double> slope(classes);
    for (Index i = 0; i < logits.rows(); ++i) {
        for (std::size_t j = 0; j < classes; ++j) {
            own[j] = static_cast<double>(rowAt(logits, i)[j]);
            taught[j] = static_cast<double>(rowAt(teacher, i)[j]);
        }
        (void)distilledLoss(own, taught, labels[static_cast<std::size_t>(i)], distillation, slope);
        for (std::size_t j = 0; j < classes; ++j)
            rowAt(gradient, i)[j] = static_cast<float>(static_cast<double>(scale) * slope[j]);
    }
    return score;
}

} // namespace rosler
