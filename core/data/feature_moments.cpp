// SPDX-License-Identifier: Apache-2.0
#include "core/data/feature_moments.h"

#include <numeric>

#include <Eigen/Core>

#include "core/base/contract.h"

namespace rosler {

FeatureMoments momentsOf(const FeatureTable &table, std::span<const std::uint32_t> rows,
                         std::span<const std::uint32_t> features)
{
    std::vector<std::uint32_t> kept(features.begin(), features.end());
    if (kept.empty()) {
        kept.resize(static_cast<std::size_t>(table.cols()));
        std::iota(kept.begin(), kept.end(), 0U);
    }
    const auto width = static_cast<Index>(kept.size());
    const Index count = rows.empty() ? table.rows() : static_cast<Index>(rows.size());
    ROSLER_EXPECTS(count >= 1);
    Eigen::ArrayXf example(width);
    const auto read = [&](Index i) {
        table.gather(rows.empty() ? i : static_cast<Index>(rows[static_cast<std::size_t>(i)]), kept,
                     example.data());
    };
    read(0);
    const Eigen::ArrayXf first = example;
    // Around the first example: of a feature that never varies, the sums are exactly 0.
    const Eigen::ArrayXd base = first.cast<double>();
    Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(width);
    for (Index i = 1; i < count; ++i) {
        read(i);
        sum += example.cast<double>() - base;
    }
    const Eigen::ArrayXd shift = sum / static_cast<double>(count);
    sum.setZero();
    for (Index i = 0; i < count; ++i) {
        read(i);
        sum += (example.cast<double>() - base - shift).square();
    }
    const Eigen::ArrayXd mean = base + shift;
    const Eigen::ArrayXd deviation = (sum / static_cast<double>(count)).sqrt();
    return {{mean.begin(), mean.end()}, {deviation.begin(), deviation.end()}};
}

} // namespace rosler
