// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <QtTest>

#include "device_link/host/arena_plan.h"
#include "device_link/host/image_operations.h"
#include "tests/device_link/support/sample_image.h"

namespace arena_plan_test {

using namespace rosler;

/// Places in RAM, and what is said of them.
class ArenaPlanTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNeededAtATimeDoesNotOverlap()
    {
        std::mt19937 random(3);
        for (int round = 0; round < 2000; ++round) {
            std::vector<ArenaItem> items(1 + random() % 20);
            std::uint32_t sum = 0;
            for (ArenaItem &item : items) {
                item.bytes = 16 * static_cast<std::uint32_t>(1 + random() % 40);
                item.born = static_cast<int>(random() % 12) - 1;
                item.last = item.born + static_cast<int>(random() % 5);
                sum += item.bytes;
            }
            const ArenaPlan plan = planArena(items);
            std::uint32_t end = 0;
            for (std::size_t a = 0; a < items.size(); ++a) {
                QCOMPARE(plan.offsets[a] % 16, 0U);
                end = std::max(end, plan.offsets[a] + items[a].bytes);
                for (std::size_t b = 0; b < a; ++b)
                    QVERIFY(items[a].last < items[b].born || items[b].last < items[a].born
                            || plan.offsets[a] + items[a].bytes <= plan.offsets[b]
                            || plan.offsets[b] + items[b].bytes <= plan.offsets[a]);
            }
            QCOMPARE(plan.bytes, end);
            QVERIFY(plan.bytes <= sum);
        }
    }

    void aChainTakesTurns()
    {
        // Input to the end; three vectors, each needed until the next is there.
        const std::vector<ArenaItem> chain {{100 * 16, -1, 3}, {64, 0, 1}, {64, 1, 2}, {64, 2, 3}};
        QCOMPARE(planArena(chain).bytes, 1600U + 128U);
        QCOMPARE(planArena({}).bytes, 0U);
    }

    void eachOperationSaysWhatItNeeds()
    {
        SampleModel sample;
        sample.inputs = 30;
        sample.kept = 20;
        sample.layers = {{12, 5, true, true}, {7, 0, false, false}};
        const AlignedBytes image = sampleImage(sample);
        rsl_model model {};
        QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
        // Input 32 bytes, kept 64, R x and U R x 32 each, hidden 32, outputs 32.
        const std::vector<ImageOperation> wanted {{"gather 30-20", 0, 32 + 64},
                                                  {"sketched 20-5-12", 5 * 20 + 25 + 12 * 5, 32 + 64 + 96},
                                                  {"dense 12-7", 84, 32 + 32 + 32}};
        QVERIFY(operationsOf(model) == wanted);
    }
};

QTEST_APPLESS_MAIN(ArenaPlanTest)

} // namespace arena_plan_test

#include "arena_plan_test.moc"
