// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/data/batch_order.h"
#include "core/training/batch_feeder.h"
#include "tests/support/naive.h"

namespace batch_feeder_test {

using namespace rosler;

namespace {

constexpr Index examples = 23;
constexpr Index features = 6;

std::shared_ptr<const Dataset> makeData()
{
    DatasetParts parts;
    parts.name = "numbers";
    parts.shape.width = features;
    parts.classNames = {"a", "b", "c"};
    parts.train.features = naive::randomMatrix(examples, features, 1);
    parts.test.features = naive::randomMatrix(1, features, 2);
    parts.test.labels = {0};
    for (Index i = 0; i < examples; ++i)
        parts.train.labels.push_back(static_cast<std::uint16_t>(i % 3));
    return Dataset::make(std::move(parts)).value();
}

/// Whether the batch holds the examples of its step in the epoch's order, with these features.
bool isRight(const Batch &batch, const Dataset &data, std::int64_t step,
             const std::vector<std::uint32_t> &columns)
{
    const std::int64_t perEpoch = 5; // 5 + 5 + 5 + 5 + 3
    const auto order = epochOrder(9, static_cast<std::uint32_t>(step / perEpoch), examples);
    const Index first = step % perEpoch * 5;
    if (batch.step != step || batch.count != std::min<Index>(5, examples - first))
        return false;
    for (Index i = 0; i < batch.count; ++i) {
        const Index example = order[static_cast<std::size_t>(first + i)];
        if (batch.labels[static_cast<std::size_t>(i)]
            != data.train().labels[static_cast<std::size_t>(example)])
            return false;
        for (std::size_t j = 0; j < columns.size(); ++j)
            if (batch.features(i, static_cast<Index>(j)) != data.train().features(example, columns[j]))
                return false;
    }
    return true;
}

} // namespace

class BatchFeederTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesTheExamplesInTheEpochsOrder();
    void gathersKeptFeaturesAlone();
    void startsAtAnyStep();
};

void BatchFeederTest::givesTheExamplesInTheEpochsOrder()
{
    const auto data = makeData();
    BatchFeeder feeder(data, {}, {}, 5, 9);
    for (std::int64_t step = 0; step < 17; ++step)
        QVERIFY(isRight(feeder.take(step), *data, step, {0, 1, 2, 3, 4, 5}));
}

void BatchFeederTest::gathersKeptFeaturesAlone()
{
    const auto data = makeData();
    const std::vector<std::uint32_t> kept {1, 2, 5};
    BatchFeeder feeder(data, {}, kept, 5, 9);
    for (std::int64_t step = 0; step < 11; ++step) {
        const Batch &batch = feeder.take(step);
        QCOMPARE(batch.features.cols(), Index {3});
        QVERIFY(isRight(batch, *data, step, kept));
    }
}

void BatchFeederTest::startsAtAnyStep()
{
    const auto data = makeData();
    for (const std::int64_t step : {4, 5, 13, 13, 2, 0, 1}) {
        BatchFeeder fresh(data, {}, {}, 5, 9);
        QVERIFY(isRight(fresh.take(step), *data, step, {0, 1, 2, 3, 4, 5}));
    }
    BatchFeeder feeder(data, {}, {}, 5, 9);
    for (const std::int64_t step : {4, 5, 13, 13, 2, 0, 1}) // as nobody does, but nothing forbids
        QVERIFY(isRight(feeder.take(step), *data, step, {0, 1, 2, 3, 4, 5}));
}

QTEST_APPLESS_MAIN(BatchFeederTest)

} // namespace batch_feeder_test

#include "batch_feeder_test.moc"
