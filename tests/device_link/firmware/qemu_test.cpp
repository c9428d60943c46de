// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <random>
#include <set>

#include <QTemporaryDir>
#include <QtTest>

#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/qemu_board.h"

namespace qemu_test {

using namespace rosler;

/// Each board's firmware in QEMU: the same suite on all of them.
class QemuTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void eachBoardComputesTheOraclesBits_data();
    void eachBoardComputesTheOraclesBits();
    void eachBoardComputesTheOraclesBitsOfImages_data() { eachBoardComputesTheOraclesBits_data(); }
    void eachBoardComputesTheOraclesBitsOfImages();
    void int8ProductsOfFewColumns_data();
    void int8ProductsOfFewColumns();
    void floatWeightsOfEveryKindKeepTheirBits_data() { eachBoardComputesTheOraclesBits_data(); }
    void floatWeightsOfEveryKindKeepTheirBits();
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

/// Bits of a finite weight: first all zeros and subnormal halves, or subnormal singles, then numbers of every
/// exponent.
std::uint32_t finiteBits(rsl_number number, std::uint32_t index, std::mt19937 &random)
{
    const bool subnormal = index < 2048;
    const std::uint32_t sign = index & 1;
    const std::uint32_t fraction = static_cast<std::uint32_t>(random());
    if (number == RSL_F16)
        return sign << 15 | (subnormal ? index >> 1 : (1 + (index >> 1) % 30) << 10 | (fraction & 0x3FF));
    return sign << 31 | (subnormal ? 0 : (1 + (index >> 1) % 254) << 23) | (fraction & 0x7FFFFF);
}

/// A dense layer of five columns and so many rows, without biases, of weights from `next` on. Some rows hold
/// an infinity or a NaN besides: in the first four columns, in the one that is left, and in the last row.
AlignedBytes imageOfEveryKind(rsl_number number, std::uint32_t rows, std::uint32_t &next)
{
    SampleModel model;
    model.number = number;
    model.inputs = 5;
    model.layers = {{rows, 0, false, false}};
    AlignedBytes image = sampleImage(model);
    rsl_model parts {};
    if (rsl_model_open(image.data(), image.size(), &parts).fault != RSL_FAULT_NONE)
        qFatal("the sample is no image");
    std::uint8_t *const factor = image.data() + productOf(parts).weights;
    const rsl_factor f {number, RSL_LAYOUT_F_4X1, rows, 5};
    const auto put = [&](std::uint32_t r, std::uint32_t c, std::uint32_t bits) {
        std::memcpy(factor + rsl_factor_weight(&f, r, c), &bits, number == RSL_F16 ? 2 : 4);
    };
    std::mt19937 random(rows);
    for (std::uint32_t r = 0; r < rows; ++r) {
        std::memset(factor + rsl_factor_bias(&f, r), 0, 4);
        for (std::uint32_t c = 0; c < 5; ++c)
            put(r, c, finiteBits(number, next++, random));
    }
    const std::array<std::uint32_t, 4> singles {0x7F800000, 0xFF800000, 0x7FC00000, 0xFFA00001};
    const std::array<std::uint32_t, 4> halves {0x7C00, 0xFC00, 0x7E00, 0xFD01}; // the last one signals
    const auto &special = number == RSL_F16 ? halves : singles;
    for (std::uint32_t i = 0; i < 4; ++i) {
        put(i, i, special[i]);
        put(9 + i, 4, special[i]);
    }
    put(rows - 1, rows % 5, special[(rows - 1) % 4]);
    answerImage(image);
    return image;
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

void QemuTest::eachBoardComputesTheOraclesBitsOfImages()
{
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    const std::optional<rsl_caps> caps = board.host().hello();
    QVERIFY(caps);
    for (const rsl_number number : {RSL_F32, RSL_F16, RSL_I8})
        for (const bool standardised : {false, true}) {
            SampleModel model;
            model.number = number;
            model.layout = static_cast<rsl_layout>(caps->preferred);
            model.rows = 9;
            model.columns = 8;
            model.inputs = 9 * 8 * 3;
            model.standardised = standardised;
            model.windows = {{RSL_CONV, {3, 3, 1, 1, 1, 1}, 16, 0, true, false},
                             {RSL_MAX_POOL, {2, 2, 2, 1, 0, 0}, 0, 0, false, false},
                             {RSL_CONV_SKETCHED, {3, 3, 1, 2, 1, 0}, 10, 5, true, standardised},
                             {RSL_DEPTHWISE, {3, 2, 1, 1, 1, 1}, 0, 0, false, false},
                             {RSL_CONV, {1, 1, 1, 1, 0, 0}, 7, 0, true, false},
                             {RSL_AVERAGE_POOL, {2, 2, 1, 1, 0, 0}, 0, 0, false, false}};
            AlignedBytes image = sampleImage(model);
            answerImage(image);
            const std::optional<Reply> reply = board.host().push(image);
            QVERIFY(reply);
            QCOMPARE(int {statusOf(*reply)}, int {RSL_OK}); // and so are its outputs the oracle's
        }
    // Features of samples: of one long window, and of frames.
    for (const SampleExtraction &extraction :
         {SampleExtraction {256, 1, 256, 256, 0, 0}, {100, 2, 32, 16, 9, 5}})
        for (const rsl_number number : {RSL_F32, RSL_I8}) {
            SampleModel model;
            model.number = number;
            model.layout = static_cast<rsl_layout>(caps->preferred);
            model.extraction = extraction;
            model.inputs = extraction.features();
            model.layers = {{7, 3, false, false}};
            AlignedBytes image = sampleImage(model);
            answerImage(image);
            const std::optional<Reply> reply = board.host().push(image);
            QVERIFY(reply);
            QCOMPARE(int {statusOf(*reply)}, int {RSL_OK});
        }
}

void QemuTest::init()
{
    QFETCH(int, row);
    if (const QString missing = qemuMissing(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
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
        const int operations = first->layers;
        QVERIFY(operations == 4 || operations == 5); // with the input widened or not
        std::int64_t layers = 0;
        for (int i = 0; i < operations; ++i)
            layers += board.instructions(first->layer_ticks[i], *first);
        const std::int64_t count = board.instructions(first->ticks[0], *first);
        for (int i = 0; i < 5; ++i) { // exact, and the same every time
            QCOMPARE(board.instructions(first->ticks[i], *first), count);
            QCOMPARE(board.instructions(second->ticks[i], *second), count);
        }
        QVERIFY(count > 1000);
        QVERIFY2(std::abs(layers - count) < 60 * operations,
                 qPrintable(QStringLiteral("%1 %2").arg(layers).arg(count)));
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

void QemuTest::int8ProductsOfFewColumns_data()
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < emulatedBoards().size(); ++i) // the other kernels have no such code
        if (QByteArray(emulatedBoards()[i].name) == "mps2-an386")
            QTest::newRow(emulatedBoards()[i].name) << static_cast<int>(i);
}

void QemuTest::int8ProductsOfFewColumns()
{
    // The kernel has code of its own for some numbers of columns: each from int8 and from int16, to int8 and
    // to int16, with 1 to 4 rows in the last group, and with fewer than four in all.
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    const std::optional<rsl_caps> caps = board.host().hello();
    QVERIFY(caps);
    std::mt19937 random(7);
    for (std::uint32_t cols = 1; cols <= 33; ++cols) {
        SampleModel model;
        model.layout = static_cast<rsl_layout>(caps->preferred);
        model.inputs = cols;
        model.layers = {{2, 0, false, false},    {cols, 9, false, false},           {9, 0, false, false},
                        {cols, 0, false, false}, {6, cols, false, false},           {cols, 7, false, false},
                        {11, 0, false, false},   {cols, 0, false, false},           {8, cols, false, false},
                        {cols, 0, false, false}, {1 + cols % 9, cols, false, false}};
        model.seed = cols;
        AlignedBytes image = sampleImage(model);
        answerImage(image);
        const std::optional<Reply> reply = board.host().push(image);
        QVERIFY2(reply && statusOf(*reply) == RSL_OK, qPrintable(QString::number(cols)));
        std::vector<std::uint8_t> input(cols);
        for (std::uint8_t &number : input)
            number = static_cast<std::uint8_t>(random());
        const auto output = board.host().run(input);
        QVERIFY2(output && *output == oracleOutputs(image, input.data()), qPrintable(QString::number(cols)));
    }
}

void QemuTest::floatWeightsOfEveryKindKeepTheirBits()
{
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    QVERIFY(board.host().hello());
    for (const rsl_number number : {RSL_F16, RSL_F32}) {
        std::uint32_t next = 0;
        for (const std::uint32_t rows : {273, 274, 275}) { // one, two and three rows left of four
            const AlignedBytes image = imageOfEveryKind(number, rows, next);
            const std::optional<Reply> reply = board.host().push(image);
            QVERIFY(reply);
            QCOMPARE(int {statusOf(*reply)}, int {RSL_OK});
            // One column after another as it is, then all of them, with products that are subnormal, too.
            for (std::size_t column = 0; column < 7; ++column) {
                std::array<float, 5> x {};
                if (column < 5)
                    x[column] = 1.0F;
                else
                    x = column == 5 ? std::array {1.0F, -3.0F, 0.1F, 1000.0F, -1.0F / 3.0F}
                                    : std::array {1e-38F, -1e-36F, 3e-35F, 1e-33F, -7e-41F};
                std::vector<std::uint8_t> input(sizeof x);
                std::memcpy(input.data(), x.data(), sizeof x);
                std::uint16_t classIndex = 0;
                const auto output = board.host().run(input, &classIndex);
                QVERIFY(output);
                QVERIFY2(*output == oracleOutputs(image, input.data()),
                         qPrintable(QStringLiteral("%1 %2").arg(rows).arg(column)));
            }
        }
        QVERIFY(next > 4000);
    }
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
    QCOMPARE(answered, 16);
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

} // namespace qemu_test

#include "qemu_test.moc"
