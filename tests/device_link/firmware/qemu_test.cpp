// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>
#include <set>

#include <QTemporaryDir>
#include <QtTest>

#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/qemu_board.h"

using namespace rosler;

/// Each board's firmware in QEMU: the same suite on all of them.
class QemuTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void eachBoardComputesTheOraclesBits_data();
    void eachBoardComputesTheOraclesBits();
    void goldenFramesAreUnderstood_data() { eachBoardComputesTheOraclesBits_data(); }
    void goldenFramesAreUnderstood();
    void countsNeverChange_data() { eachBoardComputesTheOraclesBits_data(); }
    void countsNeverChange();
    void aKilledBoardKeepsItsModel_data() { eachBoardComputesTheOraclesBits_data(); }
    void aKilledBoardKeepsItsModel();
};

namespace {

AlignedBytes imageFor(rsl_number number, std::uint8_t preferred, std::uint32_t seed)
{
    SampleModel model;
    model.number = number;
    model.layout = static_cast<rsl_layout>(preferred);
    model.inputs = 100;
    model.kept = 61;
    // Ranks and widths that leave every kind of rest: rows 1, 2, 3 of four; columns 1 to 7 of eight.
    model.layers = {{45, 10, true, true}, {31, 3, false, false}, {22, 0, true, false}, {13, 6, false, true}};
    model.seed = seed;
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

std::vector<std::uint8_t> inputFor(rsl_number number, std::uint32_t seed)
{
    std::mt19937 random(seed);
    std::vector<std::uint8_t> input(100 * (number == RSL_I8 ? 1 : 4));
    for (std::size_t i = 0; i < 100; ++i) {
        const float value = static_cast<float>(static_cast<std::int32_t>(random())) / 2147483648.0F;
        if (number == RSL_I8)
            input[i] = static_cast<std::uint8_t>(random());
        else
            std::memcpy(&input[4 * i], &value, 4);
    }
    if (number == RSL_F32 && seed % 2 == 0) { // subnormal products and sums
        const float tiny = 1e-41F;
        for (std::size_t i = 0; i < 100; ++i)
            std::memcpy(&input[4 * i], &tiny, 4);
    }
    return input;
}

const EmulatedBoard &boardOf(int row)
{
    return emulatedBoards().at(static_cast<std::size_t>(row));
}

} // namespace

void QemuTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuTest::eachBoardComputesTheOraclesBits_data()
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < emulatedBoards().size(); ++i)
        QTest::newRow(emulatedBoards()[i].name) << static_cast<int>(i);
}

void QemuTest::eachBoardComputesTheOraclesBits()
{
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    const std::optional<rsl_caps> caps = board.host().hello();
    QVERIFY(caps);
    QCOMPARE(QByteArray(caps->board),
             QByteArray(boardOf(row).slotsSize ? boardOf(row).name : boardOf(row).machine));
    QVERIFY(caps->core != 0);
    for (const rsl_number number : {RSL_F32, RSL_F16, RSL_I8}) {
        const AlignedBytes image = imageFor(number, caps->preferred, 5);
        const std::optional<Reply> reply = board.host().push(image);
        QVERIFY(reply);
        QCOMPARE(int {statusOf(*reply)}, int {RSL_OK});
        for (std::uint32_t seed = 0; seed < 6; ++seed) {
            const std::vector<std::uint8_t> input = inputFor(number, seed);
            std::uint16_t classIndex = 0;
            const auto output = board.host().run(input, &classIndex);
            QVERIFY(output);
            QVERIFY2(*output == oracleOutputs(image, input.data()), qPrintable(QString::number(seed)));
        }
        const std::optional<rsl_result> first = board.host().bench(5, RSL_BENCH_LAYERS);
        const std::optional<rsl_result> second = board.host().bench(5);
        QVERIFY(first && second);
        QCOMPARE(int {first->samples}, 5);
        QCOMPARE(int {first->layers}, 4);
        std::int64_t layers = 0;
        for (int i = 0; i < 4; ++i)
            layers += board.instructions(first->layer_ticks[i], *first);
        const std::int64_t count = board.instructions(first->ticks[0], *first);
        for (int i = 0; i < 5; ++i) { // exact, and the same every time
            QCOMPARE(board.instructions(first->ticks[i], *first), count);
            QCOMPARE(board.instructions(second->ticks[i], *second), count);
        }
        QVERIFY(count > 1000);
        QVERIFY2(std::abs(layers - count) < 200, qPrintable(QStringLiteral("%1 %2").arg(layers).arg(count)));
        qInfo("%s %s: %lld instructions", boardOf(row).name,
              number == RSL_F32       ? "f32"
                  : number == RSL_F16 ? "f16"
                                      : "i8",
              static_cast<long long>(count));
    }
    // What PORTING.md says of the stack, after all of this and some text.
    board.host().text("infer 1 0");
    board.host().text("help");
    QVERIFY(board.host().hello());
    QVERIFY(board.host().hello()); // the log follows the answer
    const QStringList words = QString::fromStdString(board.host().lastLog).split(QLatin1Char(' '));
    QVERIFY2(words.size() == 5 && words[0] == QLatin1String("stack:"), board.host().lastLog.c_str());
    qInfo("%s %s", boardOf(row).name, board.host().lastLog.c_str());
    QVERIFY(words[1].toInt() > 100 && words[1].toInt() < 2048);
}

void QemuTest::goldenFramesAreUnderstood()
{
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    QVERIFY(board.host().hello());
    QFile file(QStringLiteral(ROSLER_SOURCE_DIR "/device_link/protocol/vectors/frames.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    int answered = 0;
    while (!file.atEnd()) {
        const QStringList fields = QString::fromLatin1(file.readLine()).simplified().split(QLatin1Char(' '));
        const bool request = fields.value(2) == QLatin1String("0");
        const QString name = fields.value(0);
        // Not the one that ends it; nor a change of rate, which the next test would have to wait for.
        if (!request || name == QLatin1String("reset") || name == QLatin1String("baud"))
            continue;
        const QByteArray wire = QByteArray::fromHex(fields.value(6).toLatin1());
        board.write({wire.begin(), wire.end()});
        rsl_decoder decoder;
        rsl_decoder_start(&decoder);
        bool answer = false;
        while (!answer) {
            const std::vector<std::uint8_t> bytes = board.read(4000);
            QVERIFY2(!bytes.empty(), qPrintable(name));
            for (const std::uint8_t byte : bytes)
                if (rsl_decoder_feed(&decoder, byte) == RSL_FEED_FRAME && decoder.frame.type != RSL_LOG
                    && decoder.frame.type != RSL_BUSY)
                    answer = decoder.frame.seq == fields.value(3).toInt();
        }
        if (name
            != QLatin1String(
                "hello")) { // "begin" announces what is no image of ours: a typed answer all the same
            rsl_error error {};
            if (decoder.frame.type == RSL_ERROR
                && rsl_decode_error(decoder.payload, decoder.frame.length, &error))
                QVERIFY2(error.status != RSL_BAD_PAYLOAD && error.status != RSL_UNKNOWN_TYPE,
                         qPrintable(name));
        }
        ++answered;
    }
    QCOMPARE(answered, 11);
}

void QemuTest::countsNeverChange()
{
    QFETCH(int, row);
    std::set<std::int64_t> counts;
    std::set<std::vector<std::int64_t>> layers;
    int benches = 0;
    for (int start = 0; start < 2; ++start) { // and in another QEMU
        QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
        QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
        const std::optional<rsl_caps> caps = board.host().hello();
        QVERIFY(caps);
        const std::optional<Reply> reply = board.host().push(imageFor(RSL_I8, caps->preferred, 8));
        QVERIFY(reply && statusOf(*reply) == RSL_OK);
        for (int i = 0; i < 10; ++i, ++benches) {
            const std::optional<rsl_result> result = board.host().bench(3, RSL_BENCH_LAYERS);
            QVERIFY(result && result->samples == 3);
            for (int run = 0; run < 3; ++run)
                counts.insert(board.instructions(result->ticks[run], *result));
            std::vector<std::int64_t> each;
            for (int layer = 0; layer < result->layers; ++layer)
                each.push_back(board.instructions(result->layer_ticks[layer], *result));
            layers.insert(each);
        }
    }
    qInfo("%s: %lld instructions in each of %d benches of 3 runs", boardOf(row).name,
          static_cast<long long>(*counts.begin()), benches);
    QCOMPARE(counts.size(), std::size_t {1});
    QCOMPARE(layers.size(), std::size_t {1});
}

void QemuTest::aKilledBoardKeepsItsModel()
{
    QFETCH(int, row);
    if (!boardOf(row).slotsSize)
        QSKIP("its models are in RAM");
    const QTemporaryDir folder;
    const QString slots = folder.filePath(QStringLiteral("slots.bin"));
    AlignedBytes image;
    {
        QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE), slots);
        QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
        const std::optional<rsl_caps> caps = board.host().hello();
        QVERIFY(caps);
        image = imageFor(RSL_I8, caps->preferred, 6);
        const std::optional<Reply> reply = board.host().push(image);
        QVERIFY(reply && statusOf(*reply) == RSL_OK);
        QVERIFY(board.host().begin(imageFor(RSL_I8, caps->preferred, 7)));
        board.kill(); // SIGKILL, in the middle of the next push
    }
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE), slots);
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    QVERIFY(board.host().hello());
    const std::vector<std::uint8_t> input = inputFor(RSL_I8, 1);
    const auto output = board.host().run(input);
    QVERIFY(output && *output == oracleOutputs(image, input.data()));
}

QTEST_GUILESS_MAIN(QemuTest)
#include "qemu_test.moc"
