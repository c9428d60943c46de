// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/protocol/rsl_quantise.h"
#include "tests/device_link/support/qemu_board.h"
#include "tests/device_link/support/text_rows.h"

namespace qemu_text_test {

using namespace rosler;

/// The MLPerf Tiny device API over the pty of emulated boards: the rows that text_test holds the twin
/// against, and the runner's way of working.
class QemuTextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void eachBoardSpeaksTheWholeApi_data();
    void eachBoardSpeaksTheWholeApi();
    void theRunnersWayOfWorking_data();
    void theRunnersWayOfWorking();
    void windowsHoldInferencesAlone();
    void aRunInEachModeOverALossOfPower_data() { eachBoardSpeaksTheWholeApi_data(); }
    void aRunInEachModeOverALossOfPower();
};

namespace {

const EmulatedBoard &boardOf(int row)
{
    return emulatedBoards().at(static_cast<std::size_t>(row));
}

/// The sample as bytes of `db`, and as the input that they are for the model.
struct Sample {
    std::vector<std::uint8_t> sent;
    std::vector<std::uint8_t> input;
    std::vector<float> floats; ///< when it is sent as such
};

Sample sampleFor(const rsl_model &model, std::mt19937 &random)
{
    Sample sample;
    const std::string name = model.header->name;
    const rsl_tensor &x = *model.input;
    const std::uint32_t inputs = rsl_tensor_numbers(&x);
    if (name.rfind("ad", 0) == 0) { // float32, quantised on the board
        for (std::uint32_t i = 0; i < inputs; ++i) {
            // Between what int8 can say, and beyond it.
            const float value = x.scale * (static_cast<float>(random() % 40000U) * 0.01F - 50.0F);
            std::uint8_t bytes[4];
            std::memcpy(bytes, &value, 4);
            sample.sent.insert(sample.sent.end(), bytes, bytes + 4);
            sample.floats.push_back(value);
            sample.input.push_back(static_cast<std::uint8_t>(rsl_input_to_int8(value, x.scale, x.zero)));
        }
        return sample;
    }
    const bool pixels = name.rfind("ic", 0) == 0 || name.rfind("vww", 0) == 0;
    for (std::uint32_t i = 0; i < inputs; ++i) {
        const auto byte = static_cast<std::uint8_t>(random());
        sample.sent.push_back(byte);
        sample.input.push_back(static_cast<std::uint8_t>(byte ^ (pixels ? 0x80U : 0U)));
    }
    return sample;
}

/// The strap for energy mode, as the argument of QEMU's -device: what the board's README says.
QString strapOf(const QString &board)
{
    QFile readme(QStringLiteral(ROSLER_SOURCE_DIR "/device_link/firmware/boards/%1/README.md").arg(board));
    if (!readme.open(QIODevice::ReadOnly))
        return {};
    static const QRegularExpression form(QStringLiteral("`-device (loader,addr=0x[0-9A-F]+,data=[^`]+)`"));
    return form.match(QString::fromUtf8(readme.readAll())).captured(1);
}

long long lap(const QString &said, int index)
{
    static const QRegularExpression form(QStringLiteral("m-lap-us-([0-9]+)\r\n"));
    auto match = form.globalMatch(said);
    for (; index > 0 && match.hasNext(); --index)
        match.next();
    return match.hasNext() ? match.next().captured(1).toLongLong() : -1;
}

} // namespace

void QemuTextTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuTextTest::eachBoardSpeaksTheWholeApi_data()
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < emulatedBoards().size(); ++i)
        QTest::newRow(emulatedBoards()[i].name) << static_cast<int>(i);
}

void QemuTextTest::eachBoardSpeaksTheWholeApi()
{
    QFETCH(int, row);
    QemuBoard board(boardOf(row), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    WireHost &host = board.host();
    const std::optional<rsl_caps> caps = host.hello();
    QVERIFY(caps);
    const auto vendor = QString::fromStdString(host.text("name"))
                            .section(QLatin1Char('['), 1)
                            .section(QLatin1Char(']'), 0, 0)
                            .toStdString();
    QVERIFY(!vendor.empty());
    for (const TextRow &exchange : textRowsWithoutModel(vendor)) {
        const std::string said = host.text(exchange.command);
        QVERIFY2(answers(said, exchange), (exchange.command + ": " + said).c_str());
    }
    const auto layout = static_cast<rsl_layout>(caps->preferred);
    const std::optional<Reply> pushed = host.push(textModel("kws01", 6, 3, RSL_I8, layout));
    QVERIFY(pushed && statusOf(*pushed) == RSL_OK);
    for (const TextRow &exchange : textRowsWithModel()) {
        const std::string said = host.text(exchange.command);
        QVERIFY2(answers(said, exchange), (exchange.command + ": " + said).c_str());
    }
    // The banner: the port stays open while the board starts anew.
    QVERIFY(host.ask(RSL_RESET, {}));
    const std::string said = host.untilReady();
    QVERIFY2(answers(said, {"", textBanner()}), said.c_str());
}

void QemuTextTest::theRunnersWayOfWorking_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("samples");
    // The four tasks' shapes.
    QTest::newRow("keywords: int8") << QByteArray("kws01") << 490 << 12 << 3;
    QTest::newRow("images: pixels") << QByteArray("ic01") << 3072 << 10 << 2;
    QTest::newRow("persons: pixels") << QByteArray("vww01") << 27648 << 2 << 1;
    QTest::newRow("anomalies: float32") << QByteArray("ad01") << 640 << 640 << 1;
}

void QemuTextTest::theRunnersWayOfWorking()
{
    QFETCH(QByteArray, name);
    QFETCH(int, inputs);
    QFETCH(int, outputs);
    QFETCH(int, samples);
    QemuBoard board(boardOf(0), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    WireHost &host = board.host();
    const std::optional<rsl_caps> caps = host.hello();
    QVERIFY(caps);
    const AlignedBytes image =
        textModel(name.toStdString(), static_cast<std::uint32_t>(inputs), static_cast<std::uint32_t>(outputs),
                  RSL_I8, static_cast<rsl_layout>(caps->preferred));
    rsl_model model {};
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
    const std::optional<Reply> pushed = host.push(image);
    QVERIFY(pushed && statusOf(*pushed) == RSL_OK);

    // Detection, then accuracy: `infer 1 0` for each sample.
    QVERIFY(host.text("name").find("m-name-dut-[") == 0);
    QVERIFY(host.text("profile").find("m-model-[" + name.toStdString() + "]") != std::string::npos);
    std::mt19937 random(7);
    for (int i = 0; i < samples; ++i) {
        const Sample sample = sampleFor(model, random);
        const std::string fault = loadByText(host, sample.sent);
        QVERIFY2(fault.empty(), fault.c_str());
        const std::string said = host.text("infer 1 0");
        const std::vector<double> got = textResults(said);
        const std::vector<double> wanted = oracleResults(image, sample.input.data(), sample.floats);
        QVERIFY2(got.size() == wanted.size(), said.c_str());
        for (std::size_t j = 0; j < got.size(); ++j) // three decimals
            QVERIFY2(std::abs(got[j] - wanted[j]) < 0.00051 + 1e-6 * wanted[j], said.c_str());
        QCOMPARE(host.text("results"), said.substr(said.find("m-results")));
    }

    // Performance: five windows; time goes on from each to the next, and twice as many take twice as long.
    long long before = -1;
    double each = 0;
    for (int window = 0; window < 5; ++window) {
        const int runs = window == 4 ? 20 : 10;
        const QString said =
            QString::fromStdString(host.text("infer " + std::to_string(runs) + (window == 0 ? "" : " 1")));
        const long long begin = lap(said, 0);
        const long long end = lap(said, 1);
        QVERIFY2(begin > before && end > begin, qPrintable(said));
        const double now = static_cast<double>(end - begin) / runs;
        if (window > 0) // the clock is of instructions; it also counts the bytes that came meanwhile
            QVERIFY2(std::abs(now - each) < 0.05 * each + 1, qPrintable(said));
        each = now;
        before = end;
    }
    const long long stamp = lap(QString::fromStdString(host.text("timestamp")), 0);
    QVERIFY(stamp > before);
}

/// Counted in instructions: what one of many inferences in a window takes is what BENCH finds, and a call.
void QemuTextTest::windowsHoldInferencesAlone()
{
    QemuBoard board(boardOf(0), QStringLiteral(ROSLER_FIRMWARE));
    QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
    WireHost &host = board.host();
    const std::optional<rsl_caps> caps = host.hello();
    QVERIFY(caps);
    const std::optional<Reply> pushed =
        host.push(textModel("kws01", 490, 12, RSL_I8, static_cast<rsl_layout>(caps->preferred)));
    QVERIFY(pushed && statusOf(*pushed) == RSL_OK);
    const std::optional<rsl_result> bench = host.bench(10);
    QVERIFY(bench);
    const auto alone = static_cast<double>(board.instructions(bench->min_ticks, *bench));
    const std::string fault = loadByText(host, std::vector<std::uint8_t>(490, 1));
    QVERIFY2(fault.empty(), fault.c_str());
    constexpr int runs = 5000;
    const QString said = QString::fromStdString(host.text("infer " + std::to_string(runs) + " 0"));
    const double nanosecondsEach = std::ldexp(1.0, boardOf(0).shift);
    const double each = static_cast<double>(lap(said, 1) - lap(said, 0)) * 1000.0 / nanosecondsEach / runs;
    qInfo("%.1f instructions an inference in the window, %.0f alone", each, alone);
    QVERIFY2(std::abs(each - alone) < 10, qPrintable(said));
}

/// What the runner sends, to the letter, and what it reads: performance at 115200 baud; then the board loses
/// its power and is opened with 9600 baud, with the strap set and no word from the runner. Without it the
/// next start is one of performance again.
void QemuTextTest::aRunInEachModeOverALossOfPower()
{
    QFETCH(int, row);
    const EmulatedBoard &emulated = boardOf(row);
    const QString strap = strapOf(QString::fromLatin1(emulated.name));
    if (strap.isEmpty() || emulated.slotsSize == nullptr)
        QSKIP("the emulator has no strap for this board, or keeps no models");
    const QTemporaryDir folder;
    const QString slotFile = folder.filePath(QStringLiteral("slots.bin"));
    std::string results;
    int start = 0;
    for (const bool energy : {false, true, false}) {
        QemuBoard board(emulated, QStringLiteral(ROSLER_FIRMWARE), slotFile,
                        energy ? QStringList {QStringLiteral("-device"), strap} : QStringList());
        QVERIFY2(board.fault().isEmpty(), qPrintable(board.fault()));
        WireHost &host = board.host();
        const std::optional<rsl_caps> caps = host.hello();
        QVERIFY(caps);
        QCOMPARE(caps->baud, energy ? 9600U : 115200U);
        if (start++ == 0) {
            const std::optional<Reply> pushed =
                host.push(textModel("kws01", 490, 12, RSL_I8, static_cast<rsl_layout>(caps->preferred)));
            QVERIFY(pushed && statusOf(*pushed) == RSL_OK);
        }
        const std::string name = host.text("name");
        QCOMPARE(QString::fromStdString(name),
                 QStringLiteral("m-name-dut-[rosler %1 (emulated)]\r\nm-ready\r\n")
                     .arg(QString::fromLatin1(emulated.name)));
        QCOMPARE(
            host.text("profile"),
            std::string("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\nm-ready\r\n"));
        const TextRow stamp {"timestamp", energy ? "" : "m-lap-us-[0-9]+\r\n"};
        QVERIFY(answers(host.text("timestamp"), stamp));
        std::mt19937 random(5);
        std::vector<std::uint8_t> sample(490);
        for (std::uint8_t &byte : sample)
            byte = static_cast<std::uint8_t>(random());
        const std::string fault = loadByText(host, sample, energy ? 26 : 31);
        QVERIFY2(fault.empty(), fault.c_str());
        const std::string lap = energy ? "" : "m-lap-us-[0-9]+\r\n";
        const TextRow inferred {
            "infer 10 3",
            "m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-10\r\n" + lap + lap
                + "m-infer-done\r\nm-results-\\[[01]\\.[0-9]{3}(,[01]\\.[0-9]{3}){11}\\]\r\n"};
        const std::string said = host.text("infer 10 3");
        QVERIFY2(answers(said, inferred), said.c_str());
        if (!results.empty())
            QCOMPARE(said.substr(said.find("m-results")), results);
        results = said.substr(said.find("m-results"));
        // A reset is no change of mode.
        QVERIFY(host.ask(RSL_RESET, {}));
        const std::string banner = host.untilReady();
        QVERIFY2(answers(banner, {"", textBanner(energy)}), banner.c_str());
    }
}

QTEST_GUILESS_MAIN(QemuTextTest)

} // namespace qemu_text_test

#include "qemu_text_test.moc"
