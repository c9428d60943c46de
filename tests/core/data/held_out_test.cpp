// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <QtTest>

#include "core/data/held_out.h"

namespace held_out_test {

using namespace rosler;

namespace {

/// @p counts examples of each class, mixed.
Examples examplesOf(const std::vector<Index> &counts)
{
    Examples examples;
    Index left = *std::max_element(counts.begin(), counts.end());
    for (Index round = 0; round < left; ++round)
        for (std::size_t c = 0; c < counts.size(); ++c)
            if (round < counts[c])
                examples.labels.push_back(static_cast<std::uint16_t>(c));
    examples.features = Matrix(Matrix::Zero(static_cast<Index>(examples.labels.size()), 1));
    return examples;
}

} // namespace

class HeldOutTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noneHoldsOutNothing();
    void everyExampleIsInOnePartAlone();
    void everyClassGivesItsShare();
    void groupsAreNotTornApart();
    void dependsOnTheDataAlone();
    void leavesSomethingToTrainOn();
};

void HeldOutTest::noneHoldsOutNothing()
{
    const auto split = splitTraining(examplesOf({5, 5}), 2, ValidationSpec::none());
    QVERIFY(split.has_value());
    QVERIFY(split->validation.empty());
    QCOMPARE(split->trainingCount(10), Index {10});
}

void HeldOutTest::everyExampleIsInOnePartAlone()
{
    const auto split = splitTraining(examplesOf({70, 20, 13}), 3, {0, 31}).value();
    QCOMPARE(split.validation.size(), 31U);
    QCOMPARE(split.trainingCount(103), trainingCountOf(103, {0, 31}));
    QVERIFY(std::is_sorted(split.training.begin(), split.training.end()));
    QVERIFY(std::is_sorted(split.validation.begin(), split.validation.end()));
    std::set<std::uint32_t> all(split.training.begin(), split.training.end());
    all.insert(split.validation.begin(), split.validation.end());
    QCOMPARE(all.size(), 103U);
    QCOMPARE(*all.rbegin(), 102U);
}

void HeldOutTest::everyClassGivesItsShare()
{
    const Examples examples = examplesOf({100, 50, 9, 1});
    const auto split = splitTraining(examples, 4, {0.1, 0}).value();
    std::vector<int> counts(4);
    for (const std::uint32_t number : split.validation)
        ++counts[examples.labels[number]];
    QCOMPARE(counts, (std::vector<int> {10, 5, 1, 0}));
}

void HeldOutTest::groupsAreNotTornApart()
{
    Examples examples = examplesOf({60, 60});
    for (std::uint32_t i = 0; i < 120; ++i)
        examples.groups.push_back(i / 7);
    const auto split = splitTraining(examples, 2, {0.25, 0}).value();
    std::set<std::uint32_t> held;
    for (const std::uint32_t number : split.validation)
        held.insert(examples.groups[number]);
    for (const std::uint32_t number : split.training)
        QVERIFY(!held.contains(examples.groups[number]));
    QVERIFY(split.validation.size() >= 30 && split.validation.size() < 37);

    examples.groups.assign(120, 3);
    const auto one = splitTraining(examples, 2, {0.25, 0});
    QVERIFY(!one);
    QVERIFY(one.error().what.find("one group") != std::string::npos);
}

void HeldOutTest::dependsOnTheDataAlone()
{
    const Examples examples = examplesOf({40, 40});
    QCOMPARE(splitTraining(examples, 2, {0.2, 0})->validation,
             splitTraining(examples, 2, {0, 16})->validation);
}

void HeldOutTest::leavesSomethingToTrainOn()
{
    const Examples examples = examplesOf({4, 4});
    for (const ValidationSpec &spec :
         {ValidationSpec {0, 8}, ValidationSpec {0, 900}, ValidationSpec {0.01, 0}}) {
        const auto split = splitTraining(examples, 2, spec);
        QVERIFY(!split);
        QCOMPARE(split.error().code, ErrorCode::OutOfRange);
        QCOMPARE(split.error().where, std::string("/training/validation"));
    }
    QCOMPARE(splitTraining(examples, 2, {0, 7})->training.size(), 1U);
}

QTEST_APPLESS_MAIN(HeldOutTest)

} // namespace held_out_test

#include "held_out_test.moc"
