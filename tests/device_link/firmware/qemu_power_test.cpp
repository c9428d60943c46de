// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/qemu_board.h"

namespace qemu_power_test {

using namespace rosler;

/// Power cuts at random moments of pushes to an emulated board: QEMU is killed, with the memory that keeps
/// models in a file. Whatever the moment, the board then has the old model or the new, whole and right.
/// ROSLER_POWER_CUTS says how many; 100 unless set.
class QemuPowerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aPushCutAtAnyMomentLeavesOldOrNew();
};

namespace {

using Bytes = std::vector<std::uint8_t>;
using std::chrono::microseconds;

constexpr std::uint32_t inputs = 48;

AlignedBytes imageOf(std::uint32_t seed)
{
    SampleModel model;
    model.layout = RSL_LAYOUT_I8_2X2; // what the board prefers
    model.inputs = inputs;
    model.layers = {{64, 0, true, false}, {20, 0, false, false}};
    model.seed = seed;
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

enum Phase { Begin, Data, Commit, Phases };
const char *const phaseNames[Phases] = {"BEGIN", "DATA", "COMMIT"};

/// A push in its three steps.
/// @param step  called before each
/// @return whether the board confirmed the new model
template <typename Step>
bool push(WireHost &host, const AlignedBytes &image, Step step)
{
    step(Begin);
    const std::optional<rsl_begin_reply> begun = host.begin(image);
    if (!begun || begun->status != RSL_OK)
        return false;
    step(Data);
    for (std::uint32_t offset = begun->next_off; offset < image.size();) {
        const std::optional<rsl_ack> ack = host.data(image, offset);
        if (!ack)
            return false;
        offset = ack->next_off;
    }
    step(Commit);
    const std::optional<Reply> reply = host.commit(image);
    return reply && reply->frame.type == RSL_COMMIT && statusOf(*reply) == RSL_OK;
}

/// The image that the board says is active, of two, and that its outputs are those of: 0 or 1, or -1.
int activeOf(WireHost &host, const AlignedBytes *const (&images)[2], std::mt19937 &random)
{
    const std::optional<rsl_caps> caps = host.hello();
    if (!caps || caps->active >= caps->slots || caps->slot[caps->active].state != RSL_SLOT_VALID)
        return -1;
    Bytes input(inputs);
    for (std::uint8_t &byte : input)
        byte = static_cast<std::uint8_t>(random());
    const std::optional<Bytes> output = host.run(input);
    for (int i = 0; i < 2; ++i) {
        const rsl_begin known = announcement(*images[i]);
        const bool same = std::memcmp(known.sha256, caps->slot[caps->active].sha256, 32) == 0;
        if (same)
            return output && *output == oracleOutputs(*images[i], input.data()) ? i : -1;
    }
    return -1;
}

} // namespace

void QemuPowerTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuPowerTest::aPushCutAtAnyMomentLeavesOldOrNew()
{
    bool given = false;
    const int asked = qEnvironmentVariableIntValue("ROSLER_POWER_CUTS", &given);
    const int cuts = given ? asked : 100;
    const EmulatedBoard &kind = emulatedBoards().front();
    const QTemporaryDir folder;
    const QString slots = folder.filePath(QStringLiteral("slots.bin"));
    const QString firmware = QStringLiteral(ROSLER_FIRMWARE);
    std::mt19937 random(11);

    // Uncut, to know how long each step takes.
    std::int64_t lasts[Phases] = {};
    AlignedBytes old = imageOf(1);
    auto board = std::make_unique<QemuBoard>(kind, firmware, slots);
    QVERIFY2(board->fault().isEmpty(), qPrintable(board->fault()));
    QVERIFY(board->host().hello());
    for (const std::uint32_t seed : {2U, 1U}) {
        QElapsedTimer timer;
        timer.start();
        int last = -1;
        const auto note = [&](int phase) {
            if (last >= 0)
                lasts[last] = timer.nsecsElapsed() / 1000;
            timer.restart();
            last = phase;
        };
        QVERIFY(push(board->host(), imageOf(seed), note));
        note(Phases);
    }
    qInfo("a push of %zu bytes: BEGIN %.1f ms, DATA %.1f ms, COMMIT %.1f ms", old.size(),
          static_cast<double>(lasts[Begin]) / 1000, static_cast<double>(lasts[Data]) / 1000,
          static_cast<double>(lasts[Commit]) / 1000);

    int left[Phases][2] = {}; // old, new
    int tornErase = 0;
    int resumed = 0;
    AlignedBytes next = imageOf(100);
    for (int cut = 0; cut < cuts; ++cut) {
        // Steps are as likely as each other, and a moment within one as any other; a little beyond, too.
        const auto phase = static_cast<Phase>(random() % Phases);
        const auto most = static_cast<std::uint32_t>(lasts[phase] * 5 / 4);
        const microseconds delay(random() % (most + 1));
        bool isCutting = false;
        const bool confirmed = push(board->host(), next, [&](Phase now) {
            if (now == phase && !isCutting) {
                isCutting = true;
                board->killAfter(delay);
            }
        });
        QVERIFY(isCutting);
        board->kill();

        board = std::make_unique<QemuBoard>(kind, firmware, slots);
        QVERIFY2(board->fault().isEmpty(), qPrintable(board->fault()));
        const int active = activeOf(board->host(), {&old, &next}, random);
        const QString where = QStringLiteral("cut %1, %2 us into %3")
                                  .arg(cut)
                                  .arg(delay.count())
                                  .arg(QLatin1String(phaseNames[phase]));
        QVERIFY2(active >= 0, qPrintable(where + QStringLiteral(": neither the old model nor the new")));
        QVERIFY2(active == 1 || !confirmed,
                 qPrintable(where + QStringLiteral(": a confirmed model is gone")));
        ++left[phase][active];
        if (active == 1) {
            old = next;
            next = imageOf(101 + static_cast<std::uint32_t>(cut));
            continue;
        }
        const std::optional<rsl_caps> caps = board->host().hello();
        QVERIFY(caps);
        tornErase += caps->slot[1 - caps->active].state == RSL_SLOT_EMPTY ? 1 : 0;
        if (random() % 2 == 0) { // the same once more, from where it ended; else another takes its place
            const std::optional<rsl_begin_reply> begun = board->host().begin(next);
            QVERIFY(begun && begun->status == RSL_OK);
            resumed += begun->next_off > 0 ? 1 : 0;
        } else {
            next = imageOf(101 + static_cast<std::uint32_t>(cut));
        }
    }
    int before = 0;
    int after = 0;
    for (int phase = 0; phase < Phases; ++phase) {
        qInfo("cut in %s: %d left the old model, %d the new", phaseNames[phase], left[phase][0],
              left[phase][1]);
        before += left[phase][0];
        after += left[phase][1];
    }
    qInfo("%d power cuts: %d left the old model, %d the new, 0 neither; %d slots half erased, %d pushes went "
          "on",
          before + after, before, after, tornErase, resumed);
    QCOMPARE(before + after, cuts);
    // A push cut at its end has both ends.
    QVERIFY(cuts < 30 || (left[Commit][0] > 0 && left[Commit][1] > 0));

    // And it still takes a model.
    QVERIFY(push(board->host(), next, [](Phase) {}));
    QCOMPARE(activeOf(board->host(), {&old, &next}, random), 1);
}

QTEST_GUILESS_MAIN(QemuPowerTest)

} // namespace qemu_power_test

#include "qemu_power_test.moc"
