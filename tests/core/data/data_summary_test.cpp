// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <QtTest>

#include "core/data/data_summary.h"

namespace data_summary_test {

using namespace rosler;

namespace {

/// 12 examples of 3 classes: feature 0 counts, feature 1 stays, feature 2 hardly moves about a large number.
std::shared_ptr<const Dataset> small(bool grouped)
{
    DatasetParts parts;
    parts.name = "small";
    parts.source = "test";
    parts.shape = ExampleShape::vector(3);
    parts.classNames = {"a", "b", "c"};
    const auto fill = [&](Examples &examples, int count) {
        Matrix features(count, 3);
        for (int i = 0; i < count; ++i) {
            features(i, 0) = static_cast<float>(i);
            features(i, 1) = 7;
            features(i, 2) = 10000.0F + 0.25F * static_cast<float>(i % 2);
            examples.labels.push_back(static_cast<std::uint16_t>(i % 3));
            if (grouped)
                examples.groups.push_back(static_cast<std::uint32_t>(i / 4));
        }
        examples.features = std::move(features);
    };
    fill(parts.train, 12);
    fill(parts.test, 5);
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

} // namespace

class DataSummaryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPartIsCounted();
    void statisticsAreOfWhatIsTrainedOnAlone();
    void groupsAreCountedByPart();
    void howFarFeaturesReachIsSeenQuickly();
    void canBeCancelled();
};

void DataSummaryTest::everyPartIsCounted()
{
    const auto data = small(false);
    QVERIFY(data);
    const auto none = summarise(*data, ValidationSpec::none());
    QVERIFY(none);
    QCOMPARE(none->count(DataPart::Training), 12);
    QCOMPARE(none->count(DataPart::Validation), 0);
    QCOMPARE(none->count(DataPart::Test), 5);
    QCOMPARE(none->classes[2], (std::vector<Index> {2, 2, 1}));
    QCOMPARE(examplesOf(*data, none->split, DataPart::Test).size(), std::size_t {5});

    const auto held = summarise(*data, {0, 3});
    QVERIFY(held);
    QCOMPARE(held->count(DataPart::Validation), 3);
    QCOMPARE(held->count(DataPart::Training), 9);
    QCOMPARE(held->classes[1], (std::vector<Index> {1, 1, 1}));
    std::vector<std::uint32_t> both = examplesOf(*data, held->split, DataPart::Training);
    const auto validation = examplesOf(*data, held->split, DataPart::Validation);
    both.insert(both.end(), validation.begin(), validation.end());
    std::ranges::sort(both);
    for (std::uint32_t i = 0; i < 12; ++i)
        QCOMPARE(both.at(i), i);
}

void DataSummaryTest::statisticsAreOfWhatIsTrainedOnAlone()
{
    const auto data = small(false);
    const auto all = summarise(*data, ValidationSpec::none());
    QVERIFY(all);
    QCOMPARE(all->mean.at(0), 5.5F);
    QVERIFY(std::abs(all->deviation.at(0) - std::sqrt(143.0F / 12)) < 1e-6F);
    QCOMPARE(all->least.at(0), 0.0F);
    QCOMPARE(all->most.at(0), 11.0F);
    QCOMPARE(all->deviation.at(1), 0.0F);
    QCOMPARE(all->mean.at(2), 10000.125F);
    QCOMPARE(all->deviation.at(2), 0.125F); // sums of squares about zero would have lost it

    const auto held = summarise(*data, {0, 3});
    QVERIFY(held);
    double sum = 0;
    for (const std::uint32_t row : held->split.training)
        sum += row;
    QCOMPARE(held->mean.at(0), static_cast<float>(sum / 9));
}

void DataSummaryTest::groupsAreCountedByPart()
{
    QCOMPARE(summarise(*small(false), ValidationSpec::none())->groups, (std::array<Index, 3> {0, 0, 0}));
    const auto grouped = summarise(*small(true), {0, 4});
    QVERIFY(grouped);
    QCOMPARE(grouped->groups, (std::array<Index, 3> {2, 1, 2})); // three recordings, one of them held out
}

void DataSummaryTest::howFarFeaturesReachIsSeenQuickly()
{
    const auto data = small(false);
    const FeatureReach reach = featureReach(*data);
    QCOMPARE(reach.least, 0.0F);
    QCOMPARE(reach.most, 10000.25F);
    QVERIFY(shouldStandardise(*data, reach));
    QVERIFY(!shouldStandardise(*data, {0, 1}));
}

void DataSummaryTest::canBeCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    const auto summary = summarise(*small(false), ValidationSpec::none(), stop.get_token());
    QVERIFY(!summary);
    QCOMPARE(summary.error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(DataSummaryTest)

} // namespace data_summary_test

#include "data_summary_test.moc"
