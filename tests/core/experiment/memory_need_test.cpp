// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/experiment/memory_need.h"
#include "tests/support/layers.h"

namespace memory_need_test {

using namespace rosler;

namespace {

constexpr Index examples = 60'000;

const ExampleShape &shape()
{
    static const ExampleShape images = ExampleShape::vector(784);
    return images;
}

ExperimentSpec twoModels()
{
    ExperimentSpec spec;
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({1024});
    ModelSpec sketched;
    sketched.name = "rosler";
    sketched.layers = layersOf({1024}, {8, 8}, {784, 1024});
    spec.models = {dense, sketched};
    return spec;
}

} // namespace

class MemoryNeedTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void needIsThatOfAllModelsAndOneCheckpoint();
    void refusalNamesTheLargestModelAndBothAmounts();
    void nothingIsRefusedWhereNothingIsKnown();
    void whatDoesNotMeetTheDataIsThatError();
};

void MemoryNeedTest::needIsThatOfAllModelsAndOneCheckpoint()
{
    const ExperimentSpec spec = twoModels();
    const auto dense = costOf(trialOf(spec, 0), shape(), 10, examples);
    const auto sketched = costOf(trialOf(spec, 1), shape(), 10, examples);
    // Three copies of parameters and the two numbers of Adam's state.
    const std::uint64_t need =
        dense->trainMemoryBytes + sketched->trainMemoryBytes + 3 * 4 * 3 * dense->parameters;
    QVERIFY(checkMemory(spec, shape(), 10, examples, need).has_value());
    QVERIFY(!checkMemory(spec, shape(), 10, examples, need - 1));
}

void MemoryNeedTest::refusalNamesTheLargestModelAndBothAmounts()
{
    ExperimentSpec spec = twoModels();
    spec.models[0].layers = layersOf({8192, 8192});
    const auto refused = checkMemory(spec, shape(), 10, examples, 1'500'000'000);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::OutOfMemory);
    // 73.6 million parameters, 13 numbers of each and a gradient of the largest layer
    QCOMPARE(refused.error().what,
             std::string("training \"dense\" needs about 3.82 GB of memory, all models side by side about "
                         "3.82 GB, and 1.50 GB are free"));
    spec.models.pop_back();
    QCOMPARE(checkMemory(spec, shape(), 10, examples, 1'500'000'000).error().what,
             std::string("training \"dense\" needs about 3.82 GB of memory, and 1.50 GB are free"));
}

void MemoryNeedTest::nothingIsRefusedWhereNothingIsKnown()
{
    ExperimentSpec spec = twoModels();
    spec.models[0].layers = layersOf({65'536, 65'536});
    QVERIFY(checkMemory(spec, shape(), 10, examples, std::nullopt).has_value());
    QVERIFY(!checkMemory(spec, shape(), 10, examples, 0));
}

void MemoryNeedTest::whatDoesNotMeetTheDataIsThatError()
{
    ExperimentSpec spec = twoModels();
    spec.models[1].layers[0].sketch->size = 785;
    QCOMPARE(checkMemory(spec, shape(), 10, examples, 0).error().code, ErrorCode::OutOfRange);
}

QTEST_APPLESS_MAIN(MemoryNeedTest)

} // namespace memory_need_test

#include "memory_need_test.moc"
