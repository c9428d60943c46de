// SPDX-License-Identifier: Apache-2.0
#include "core/sketch/column_sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/contract.h"
#include "core/sketch/randomised_svd.h"

namespace rosler {

std::vector<std::uint32_t> sampleUniformly(Index population, Index count, const RandomStream &random)
{
    ROSLER_EXPECTS(count >= 0 && count <= population);
    auto order = random.permutation(static_cast<std::uint32_t>(population));
    order.resize(static_cast<std::size_t>(count));
    std::sort(order.begin(), order.end());
    return order;
}

std::vector<std::uint32_t> sampleByWeight(std::span<const double> weights, Index count,
                                          const RandomStream &random)
{
    ROSLER_EXPECTS(count >= 0 && count <= static_cast<Index>(weights.size()));
    // Each item's key is log(u) / weight; the largest keys are the sample. Items of no weight come after
    // all others, in random order among themselves.
    struct Item {
        bool weightless;
        double key;
        std::uint32_t number;
    };
    std::vector<Item> items(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double u = (static_cast<double>(random.block(i)[1]) + 1.0) * 0x1p-32;
        const bool weightless = !(weights[i] > 0.0);
        items[i] = {weightless, weightless ? std::log(u) : std::log(u) / weights[i],
                    static_cast<std::uint32_t>(i)};
    }
    std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) {
        if (a.weightless != b.weightless)
            return b.weightless;
        return a.key != b.key ? a.key > b.key : a.number < b.number;
    });
    std::vector<std::uint32_t> chosen(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < chosen.size(); ++i)
        chosen[i] = items[i].number;
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::vector<double> columnLeverage(const Eigen::MatrixXd &matrix, Index rank, const RandomStream &random)
{
    const auto svd = randomisedSvd(matrix, rank, random);
    // Beyond the matrix's own rank singular vectors are arbitrary and say nothing of its columns.
    const double smallest = svd.values(0) * std::numeric_limits<double>::epsilon()
        * static_cast<double>(std::max(matrix.rows(), matrix.cols()));
    const Index ownRank = (svd.values.array() > smallest).count();
    std::vector<double> scores(static_cast<std::size_t>(matrix.cols()));
    for (Index j = 0; j < matrix.cols(); ++j)
        scores[static_cast<std::size_t>(j)] = svd.right.row(j).head(ownRank).squaredNorm();
    return scores;
}

std::vector<std::uint32_t> chooseFeatures(const ConstMatrixView &sample, Index count,
                                          FeatureSampling sampling, Index rank, std::uint64_t seed)
{
    const RandomStream random(seed, Draw::KeptFeatures, 0);
    if (sampling == FeatureSampling::Uniform)
        return sampleUniformly(sample.cols(), count, random);
    ROSLER_EXPECTS(sample.rows() >= 1);
    Eigen::MatrixXd centred = sample.cast<double>();
    centred.rowwise() -= centred.colwise().mean().eval();
    for (Index j = 0; j < sample.cols(); ++j)
        if ((sample.col(j).array() == sample(0, j)).all())
            centred.col(j).setZero(); // whatever rounding made of its mean
    const Eigen::VectorXd variance = centred.colwise().squaredNorm().transpose();
    if (sampling == FeatureSampling::Variance)
        return sampleByWeight({variance.data(), static_cast<std::size_t>(variance.size())}, count, random);
    const RandomStream testMatrix(seed, Draw::Sketch, std::numeric_limits<std::uint32_t>::max());
    auto scores = columnLeverage(centred, std::min({rank, centred.rows(), centred.cols()}), testMatrix);
    // A feature outside the subspace still says more than one that never varies.
    constexpr double least = 1e-100;
    for (std::size_t j = 0; j < scores.size(); ++j)
        scores[j] = variance(static_cast<Index>(j)) > 0.0 ? std::max(scores[j], least) : 0.0;
    return sampleByWeight(scores, count, random);
}

} // namespace rosler
