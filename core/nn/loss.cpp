// SPDX-License-Identifier: Apache-2.0
#include "core/nn/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/contract.h"

namespace rosler {

BatchScore softmaxCrossEntropy(const ConstMatrixView &logits, std::span<const std::uint16_t> labels,
                               MatrixView *gradient, float scale)
{
    ROSLER_EXPECTS(static_cast<Index>(labels.size()) == logits.rows());
    const Index classes = logits.cols();
    std::vector<float> weights(static_cast<std::size_t>(classes));
    BatchScore score;
    for (Index i = 0; i < logits.rows(); ++i) {
        const float *row = rowAt(logits, i);
        const Index label = labels[static_cast<std::size_t>(i)];
        const Index best = std::max_element(row, row + classes) - row;
        const float highest = row[best];
        double total = 0;
        for (Index j = 0; j < classes; ++j) {
            const float e = std::exp(row[j] - highest);
            weights[static_cast<std::size_t>(j)] = e;
            total += static_cast<double>(e);
        }
        score.lossSum += std::log(total) - static_cast<double>(row[label] - highest);
        score.correct += best == label ? 1 : 0;
        if (gradient != nullptr) {
            const auto factor = static_cast<float>(static_cast<double>(scale) / total);
            for (Index j = 0; j < classes; ++j)
                (*gradient)(i, j) =
                    weights[static_cast<std::size_t>(j)] * factor - (j == label ? scale : 0.0F);
        }
    }
    return score;
}

} // namespace rosler
