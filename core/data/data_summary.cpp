// SPDX-License-Identifier: Apache-2.0
#include "core/data/data_summary.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/data/feature_moments.h"

namespace rosler {

namespace {

constexpr std::size_t examplesBetweenLooks = 1024; ///< at the stop token

Index groupsAmong(const Examples &examples, const std::vector<std::uint32_t> &chosen)
{
    if (examples.groups.empty())
        return 0;
    std::vector<std::uint32_t> seen;
    seen.reserve(chosen.size());
    for (const std::uint32_t row : chosen)
        seen.push_back(examples.groups[row]);
    std::ranges::sort(seen);
    return static_cast<Index>(std::ranges::unique(seen).begin() - seen.begin());
}

} // namespace

std::string_view partName(DataPart part)
{
    constexpr std::array<std::string_view, dataParts> names {"training", "validation", "test"};
    return names.at(static_cast<std::size_t>(part));
}

Index DataSummary::count(DataPart part) const noexcept
{
    const std::vector<Index> &counts = classes[static_cast<std::size_t>(part)];
    return std::accumulate(counts.begin(), counts.end(), Index {0});
}

FeatureReach featureReach(const Dataset &data)
{
    constexpr Index mostNumbers = 100'000;
    const FeatureTable &features = data.train().features;
    const Index looks = std::clamp<Index>(mostNumbers / features.cols(), 1, features.rows());
    std::vector<float> row(static_cast<std::size_t>(features.cols()));
    FeatureReach reach {features(0, 0), features(0, 0)};
    for (Index i = 0; i < looks; ++i) {
        features.widen(i * features.rows() / looks, row.data());
        const auto [least, most] = std::ranges::minmax(row);
        reach = {std::min(reach.least, least), std::max(reach.most, most)};
    }
    return reach;
}

bool shouldStandardise(const Dataset &data, const FeatureReach &reach)
{
    constexpr float far = 2;
    return (data.signal() && data.signal()->kind != SignalFeatureKind::Raw) || reach.least < -far
        || reach.most > far;
}

std::vector<std::uint32_t> examplesOf(const Dataset &data, const TrainingSplit &split, DataPart part)
{
    if (part == DataPart::Validation)
        return split.validation;
    if (part == DataPart::Training && !split.validation.empty())
        return split.training;
    const Examples &all = part == DataPart::Test ? data.test() : data.train();
    std::vector<std::uint32_t> rows(static_cast<std::size_t>(all.count()));
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

Result<DataSummary> summarise(const Dataset &data, const ValidationSpec &validation,
                              const std::stop_token &stop)
{
    DataSummary summary;
    if (validation.any()) {
        Result<TrainingSplit> split = splitTraining(data.train(), data.classes(), validation);
        if (!split)
            return tl::unexpected(split.error());
        summary.split = std::move(*split);
    }
    for (std::size_t part = 0; part < dataParts; ++part) {
        const auto which = static_cast<DataPart>(part);
        const Examples &examples = which == DataPart::Test ? data.test() : data.train();
        const std::vector<std::uint32_t> rows = examplesOf(data, summary.split, which);
        std::vector<Index> &counts = summary.classes[part];
        counts.assign(static_cast<std::size_t>(data.classes()), 0);
        for (const std::uint32_t row : rows)
            ++counts[examples.labels[row]];
        summary.groups[part] = groupsAmong(examples, rows);
    }
    const std::vector<std::uint32_t> trained = examplesOf(data, summary.split, DataPart::Training);
    const auto features = static_cast<std::size_t>(data.features());
    summary.least.assign(features, std::numeric_limits<float>::max());
    summary.most.assign(features, std::numeric_limits<float>::lowest());
    std::vector<float> example(features);
    for (std::size_t i = 0; i < trained.size(); ++i) {
        if (i % examplesBetweenLooks == 0 && stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled", data.source());
        data.train().features.widen(trained[i], example.data());
        for (std::size_t j = 0; j < features; ++j) {
            summary.least[j] = std::min(summary.least[j], example[j]);
            summary.most[j] = std::max(summary.most[j], example[j]);
        }
    }
    const FeatureMoments moments = momentsOf(data.train().features, trained, {});
    summary.mean.assign(moments.mean.begin(), moments.mean.end());
    summary.deviation.assign(moments.deviation.begin(), moments.deviation.end());
    return summary;
}

} // namespace rosler
