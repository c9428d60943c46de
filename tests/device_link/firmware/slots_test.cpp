// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <set>

#include <QtTest>

#include "device_link/firmware/rsl_slots.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/wire_host.h"

namespace slots_test {

using namespace rosler;

/// Slots on flash as parts have it: units of 1 to 32 bytes that may be written once, and that a loss of power
/// leaves undecided, or not to be read at all.
class SlotsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void unitsOfEachSizeHoldModels_data();
    void unitsOfEachSizeHoldModels();
    void aPushCutAnywhereLeavesOldOrNewForGood_data();
    void aPushCutAnywhereLeavesOldOrNewForGood();
    void anActivationCutAnywhereLeavesOldOrNewForGood_data();
    void anActivationCutAnywhereLeavesOldOrNewForGood();
    void aStartCutWhileItSettlesSettlesTheNextTime_data();
    void aStartCutWhileItSettlesSettlesTheNextTime();
    void aPushGoesOnUnlessAChunkIsTorn();
    void aModelThatCannotBeReadAnyMoreGivesWay_data();
    void aModelThatCannotBeReadAnyMoreGivesWay();
    void aFullLogStillRejects_data();
    void aFullLogStillRejects();
};

namespace {

struct Flash {
    const char *name;
    rsl_twin_cells cells;
    std::uint32_t unit;
    std::uint32_t slotBytes; ///< with ECC, such that the image does not begin in the first page
    std::uint64_t step;      ///< between cuts
};

constexpr Flash flashes[] = {
    {"plain bytes", RSL_CELLS_PLAIN, 1, 8192, 3},
    {"marginal bytes", RSL_CELLS_MARGINAL, 1, 8192, 3},
    {"marginal words", RSL_CELLS_MARGINAL, 4, 8192, 2},
    {"ECC, 8 bytes", RSL_CELLS_ECC, 8, 65536, 8},
    {"ECC, 16 bytes", RSL_CELLS_ECC, 16, 65536, 16},
    {"ECC, 32 bytes", RSL_CELLS_ECC, 32, 65536, 16},
    {"marginal, 32 bytes", RSL_CELLS_MARGINAL, 32, 16384, 8},
};

void addFlashes()
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < std::size(flashes); ++i)
        QTest::newRow(flashes[i].name) << static_cast<int>(i);
}

struct Bench {
    Bench(const Flash &flash, std::uint32_t seed)
        : twin(make(flash, seed), &rsl_twin_destroy)
    {
    }

    static rsl_twin *make(const Flash &flash, std::uint32_t seed)
    {
        const rsl_twin_options options {nullptr, 8192, flash.slotBytes, flash.unit, nullptr};
        rsl_twin *twin = rsl_twin_create(&options);
        if (flash.cells != RSL_CELLS_PLAIN && !rsl_twin_set_cells(twin, flash.cells, seed))
            qFatal("no memory for the cells");
        return twin;
    }

    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> twin;
    WireHost host {[this](const std::vector<std::uint8_t> &bytes) {
                       rsl_twin_feed(twin.get(), bytes.data(), bytes.size());
                   },
                   [this] {
                       std::vector<std::uint8_t> bytes(65536);
                       bytes.resize(rsl_twin_take(twin.get(), bytes.data(), bytes.size()));
                       return bytes;
                   }};
};

/// Two small models of one shape, an input, and what each makes of it.
struct Models {
    explicit Models(std::uint32_t hidden = 4)
    {
        SampleModel model;
        model.inputs = 8;
        model.layers = {{hidden, 2, true, true}, {3, 0, false, false}};
        for (std::uint32_t i = 0; i < 2; ++i) {
            model.seed = i + 1;
            images[i] = sampleImage(model);
            answerImage(images[i]);
            outputs[i] = oracleOutputs(images[i], input.data());
        }
    }

    /// Which of the two the board computes; -1: neither.
    int activeOf(WireHost &host) const
    {
        if (!host.hello())
            return -1;
        const auto output = host.run(input);
        return !output ? -1 : *output == outputs[0] ? 0 : *output == outputs[1] ? 1 : -1;
    }

    std::vector<std::uint8_t> input = {3, 250, 17, 90, 128, 64, 200, 5};
    AlignedBytes images[2];
    std::vector<std::uint8_t> outputs[2];
};

bool isPushed(WireHost &host, const AlignedBytes &image)
{
    const std::optional<Reply> reply = host.push(image);
    return reply && reply->frame.type == RSL_COMMIT && statusOf(*reply) == RSL_OK;
}

} // namespace

void SlotsTest::unitsOfEachSizeHoldModels_data()
{
    QTest::addColumn<quint32>("unit");
    for (const std::uint32_t unit : {1U, 2U, 4U, 8U, 16U, 32U})
        QTest::addRow("%u bytes", unit) << unit;
}

void SlotsTest::unitsOfEachSizeHoldModels()
{
    QFETCH(quint32, unit);
    const Models models;
    Bench bench({"", RSL_CELLS_ECC, unit, 16384, 0}, 1);
    const auto caps = bench.host.hello();
    QVERIFY(caps);
    QCOMPARE(caps->slot[0].capacity % std::max(unit, 16U), 0U);
    for (const int i : {0, 1, 0, 1}) { // over each other, after an erase
        QVERIFY(isPushed(bench.host, models.images[i]));
        QCOMPARE(models.activeOf(bench.host), i);
        rsl_twin_power_cycle(bench.twin.get());
        QCOMPARE(models.activeOf(bench.host), i);
    }
}

void SlotsTest::aPushCutAnywhereLeavesOldOrNewForGood_data()
{
    addFlashes();
}

void SlotsTest::aPushCutAnywhereLeavesOldOrNewForGood()
{
    QFETCH(int, row);
    const Flash &flash = flashes[row];
    const Models models;
    int cases = 0;
    int kept = 0;
    bool isWhole = false;
    for (std::uint64_t cut = 0; !isWhole; cut += flash.step) {
        Bench bench(flash, static_cast<std::uint32_t>(cut) + 1);
        bench.host.hello();
        QVERIFY(isPushed(bench.host, models.images[0]));
        rsl_twin_cut_power_after(bench.twin.get(), cut);
        isWhole = isPushed(bench.host, models.images[1]);
        const QByteArray where = QByteArray::number(cut);
        rsl_twin_power_cycle(bench.twin.get());
        const int active = models.activeOf(bench.host);
        QVERIFY2(active >= 0, where);
        QVERIFY2(active == 1 || !isWhole, where);
        for (int start = 0; start < 4; ++start) { // undecided bits read differently; the model stays
            rsl_twin_power_cycle(bench.twin.get());
            QVERIFY2(models.activeOf(bench.host) == active, where);
        }
        QVERIFY2(isPushed(bench.host, models.images[1]), where); // and it comes to its end after all
        for (int start = 0; start < 2; ++start) {
            rsl_twin_power_cycle(bench.twin.get());
            QVERIFY2(models.activeOf(bench.host) == 1, where);
        }
        kept += active == 0 ? 1 : 0;
        ++cases;
    }
    qInfo("power cut at %d places: the old model kept %d times", cases, kept);
    QVERIFY(cases > 300);
    QVERIFY(kept > 300 && kept < cases);
}

void SlotsTest::anActivationCutAnywhereLeavesOldOrNewForGood_data()
{
    addFlashes();
}

void SlotsTest::anActivationCutAnywhereLeavesOldOrNewForGood()
{
    QFETCH(int, row);
    const Flash &flash = flashes[row];
    const Models models;
    std::set<int> seen;
    for (std::uint32_t cut = 0; cut < 4 * std::max(flash.unit, 16U); ++cut) {
        Bench bench(flash, cut + 77);
        bench.host.hello();
        QVERIFY(isPushed(bench.host, models.images[1]) && isPushed(bench.host, models.images[0]));
        rsl_twin_cut_power_after(bench.twin.get(), cut);
        (void)bench.host.ask(RSL_SLOT, {0, RSL_SLOT_ACTIVATE}); // the first that was pushed
        rsl_twin_power_cycle(bench.twin.get());
        const int active = models.activeOf(bench.host);
        QVERIFY2(active >= 0, QByteArray::number(cut));
        for (int start = 0; start < 4; ++start) {
            rsl_twin_power_cycle(bench.twin.get());
            QVERIFY2(models.activeOf(bench.host) == active, QByteArray::number(cut));
        }
        seen.insert(active);
    }
    QCOMPARE(seen, (std::set<int> {0, 1}));
}

void SlotsTest::aStartCutWhileItSettlesSettlesTheNextTime_data()
{
    addFlashes();
}

void SlotsTest::aStartCutWhileItSettlesSettlesTheNextTime()
{
    QFETCH(int, row);
    const Flash &flash = flashes[row];
    const Models models;
    const std::uint32_t cell = std::max(flash.unit, 16U);
    int settled = 0;
    for (std::uint32_t cut = 0; cut < 2 * cell; cut += 3)
        for (std::uint32_t again = 0; again < 2 * cell; again += 5) {
            Bench bench(flash, cut * 1000 + again + 1);
            bench.host.hello();
            QVERIFY(isPushed(bench.host, models.images[1]) && isPushed(bench.host, models.images[0]));
            rsl_twin_cut_power_after(bench.twin.get(), cut);
            (void)bench.host.ask(RSL_SLOT, {0, RSL_SLOT_ACTIVATE});
            QVERIFY(!rsl_twin_has_power(bench.twin.get()));
            rsl_twin_cut_power_after(bench.twin.get(), again);
            rsl_twin_power_cycle(bench.twin.get());
            settled += rsl_twin_has_power(bench.twin.get()) ? 0 : 1;
            rsl_twin_power_cycle(bench.twin.get());
            const int active = models.activeOf(bench.host);
            const QByteArray where = QByteArray::number(cut) + ", " + QByteArray::number(again);
            QVERIFY2(active >= 0, where);
            for (int start = 0; start < 4; ++start) {
                rsl_twin_power_cycle(bench.twin.get());
                QVERIFY2(models.activeOf(bench.host) == active, where);
            }
        }
    QVERIFY(settled > 20); // there was something to cut
}

void SlotsTest::aPushGoesOnUnlessAChunkIsTorn()
{
    const Models models(40);
    const Flash flash = flashes[1];
    const AlignedBytes &image = models.images[1];
    QVERIFY(image.size() > 2 * RSL_CHUNK);
    int wentOn = 0;
    int anew = 0;
    for (std::uint64_t cut = 0; cut < 600; cut += 7) {
        Bench bench(flash, static_cast<std::uint32_t>(cut) + 1);
        bench.host.hello();
        QVERIFY(bench.host.begin(image));
        rsl_twin_cut_power_after(bench.twin.get(), cut);
        (void)bench.host.data(image, 0);
        (void)bench.host.data(image, RSL_CHUNK);
        rsl_twin_power_cycle(bench.twin.get());
        bench.host.hello();
        const auto begun = bench.host.begin(image);
        QVERIFY(begun && begun->status == RSL_OK);
        (begun->next_off > 0 ? wentOn : anew) += 1;
        QVERIFY(isPushed(bench.host, image));
        QCOMPARE(models.activeOf(bench.host), 1);
    }
    qInfo("%d pushes went on, %d began anew", wentOn, anew);
    QVERIFY(anew > 0);

    Bench bench(flash, 1); // between chunks, nothing is torn
    bench.host.hello();
    QVERIFY(bench.host.begin(image));
    QVERIFY(bench.host.data(image, 0));
    rsl_twin_power_cycle(bench.twin.get());
    bench.host.hello();
    QCOMPARE(bench.host.begin(image)->next_off, std::uint32_t {RSL_CHUNK});
}

void SlotsTest::aModelThatCannotBeReadAnyMoreGivesWay_data()
{
    QTest::addColumn<quint32>("offset"); // in the slot of the newer model; 0xFFFFFFFF: its image's begin
    QTest::addColumn<int>("active");
    QTest::newRow("record") << 32U << 0;
    QTest::newRow("first cell of its state") << 128U + 64U << 1; // behind the two of the push's begin
    QTest::newRow("second cell of its state") << 128U + 96U << 1;
    QTest::newRow("journal") << 2048U << 1; // of use while it comes
    QTest::newRow("image") << 0xFFFFFFFFU << 0;
}

void SlotsTest::aModelThatCannotBeReadAnyMoreGivesWay()
{
    QFETCH(quint32, offset);
    QFETCH(int, active);
    const Models models;
    const std::uint32_t slotBytes = 65536;
    Bench bench({"", RSL_CELLS_ECC, 32, slotBytes, 0}, 1);
    bench.host.hello();
    QVERIFY(isPushed(bench.host, models.images[0]) && isPushed(bench.host, models.images[1]));
    QCOMPARE(int {bench.host.hello()->active}, 1);
    rsl_port port {};
    port.slot_bytes = slotBytes;
    port.write_unit = 32;
    const std::uint32_t at = offset == 0xFFFFFFFFU ? rsl_slot_image_offset(&port) + 96 : offset;
    rsl_twin_spoil(bench.twin.get(), slotBytes + at);
    for (int start = 0; start < 3; ++start) {
        rsl_twin_power_cycle(bench.twin.get());
        QCOMPARE(models.activeOf(bench.host), active);
    }
    QVERIFY(isPushed(bench.host, models.images[1 - active]));
    QVERIFY(isPushed(bench.host, models.images[active])); // into either slot
    QCOMPARE(models.activeOf(bench.host), active);
}

void SlotsTest::aFullLogStillRejects_data()
{
    QTest::addColumn<quint32>("unit");
    QTest::addColumn<int>("activations");
    QTest::newRow("16 bytes") << 16U << 57;
    QTest::newRow("32 bytes") << 32U << 27;
}

void SlotsTest::aFullLogStillRejects()
{
    QFETCH(quint32, unit);
    QFETCH(int, activations);
    const Models models;
    Bench bench({"", RSL_CELLS_ECC, unit, 16384, 0}, 1);
    bench.host.hello();
    QVERIFY(isPushed(bench.host, models.images[0]) && isPushed(bench.host, models.images[1]));
    int done = 1; // of slot 0
    for (;; ++done) {
        const auto reply = bench.host.ask(RSL_SLOT, {0, RSL_SLOT_ACTIVATE});
        if (reply->frame.type == RSL_ERROR) {
            QCOMPARE(int {statusOf(*reply)}, int {RSL_STORAGE});
            break;
        }
        QCOMPARE(int {bench.host.ask(RSL_SLOT, {1, RSL_SLOT_ACTIVATE})->frame.type}, int {RSL_SLOT});
        QVERIFY(done < 100);
    }
    QCOMPARE(done, activations);
    QCOMPARE(models.activeOf(bench.host), 1);
    QCOMPARE(int {bench.host.ask(RSL_SLOT, {0, RSL_SLOT_REJECT})->frame.type}, int {RSL_SLOT});
    rsl_twin_power_cycle(bench.twin.get());
    QCOMPARE(int {bench.host.hello()->slot[0].state}, int {RSL_SLOT_REJECTED});
    QVERIFY(isPushed(bench.host, models.images[0])); // pushed again, it has room
    QCOMPARE(models.activeOf(bench.host), 0);
}

QTEST_GUILESS_MAIN(SlotsTest)

} // namespace slots_test

#include "slots_test.moc"
