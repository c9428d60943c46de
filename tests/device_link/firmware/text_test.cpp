// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <random>

#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/text_rows.h"

namespace text_test {

using namespace rosler;

/// The MLPerf Tiny device API, command by command and error by error, on the twin; qemu_text_test holds
/// boards against the same rows.
class TextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void answersWithoutAModel();
    void answersWithAModel();
    void greetsInText();
    void loadsAsTheRunnerDoes_data();
    void loadsAsTheRunnerDoes();
    void aLoadEndsWithItsModel();
    void infersWhatWasLoaded();
    void countsWarmUpsAndRuns_data();
    void countsWarmUpsAndRuns();
    void resultsAreProbabilities();
    void anAutoencoderGivesOneNumber();
    void pixelsBecomeInt8();
    void floatsAreQuantised();
    void framesAndTextShareThePort();
    void aStrayZeroOpensNoFrame();
    void aFrameEndsHalfACommand();
    void aFrameThatCameDuringWorkIsNoCommand();

private:
    void push(const AlignedBytes &image);
    QString say(const char *command) { return QString::fromStdString(m_host->text(command)); }

    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> m_twin {nullptr, &rsl_twin_destroy};
    std::unique_ptr<WireHost> m_host;
};

void TextTest::init()
{
    const rsl_twin_options options {nullptr, 4096, 8192, 1, nullptr};
    m_twin.reset(rsl_twin_create(&options));
    m_host = std::make_unique<WireHost>(
        [this](const std::vector<std::uint8_t> &b) { rsl_twin_feed(m_twin.get(), b.data(), b.size()); },
        [this] {
            std::vector<std::uint8_t> bytes(65536);
            bytes.resize(rsl_twin_take(m_twin.get(), bytes.data(), bytes.size()));
            return bytes;
        });
    QVERIFY(m_host->hello());
}

void TextTest::push(const AlignedBytes &image)
{
    const std::optional<Reply> reply = m_host->push(image);
    QVERIFY(reply && statusOf(*reply) == RSL_OK);
}

void TextTest::answersWithoutAModel()
{
    for (const TextRow &row : textRowsWithoutModel("rosler-twin")) {
        const std::string said = m_host->text(row.command);
        QVERIFY2(answers(said, row), (row.command + ": " + said).c_str());
    }
}

void TextTest::answersWithAModel()
{
    push(textModel("kws01"));
    for (const TextRow &row : textRowsWithModel()) {
        const std::string said = m_host->text(row.command);
        QVERIFY2(answers(said, row), (row.command + ": " + said).c_str());
    }
}

void TextTest::greetsInText()
{
    QVERIFY(m_host->ask(RSL_RESET, {}));
    const std::string said = m_host->untilReady();
    QVERIFY2(answers(said, {"", textBanner()}), said.c_str());
}

void TextTest::loadsAsTheRunnerDoes_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("outputs");
    QTest::newRow("keywords, int8") << QByteArray("kws01") << 490 << 12;
    QTest::newRow("images, pixels") << QByteArray("ic01") << 3072 << 10;
}

void TextTest::loadsAsTheRunnerDoes()
{
    QFETCH(QByteArray, name);
    QFETCH(int, inputs);
    QFETCH(int, outputs);
    const AlignedBytes image = textModel(name.toStdString(), static_cast<std::uint32_t>(inputs),
                                         static_cast<std::uint32_t>(outputs));
    const rsl_twin_options options {nullptr, 65536, 131072, 1, nullptr};
    m_twin.reset(rsl_twin_create(&options));
    QVERIFY(m_host->hello());
    push(image);
    std::mt19937 random(3);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(inputs));
    for (std::uint8_t &byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    const std::string fault = loadByText(*m_host, bytes);
    QVERIFY2(fault.empty(), fault.c_str());
    if (name == "ic01")
        for (std::uint8_t &byte : bytes)
            byte ^= 0x80;
    const std::vector<double> said = textResults(m_host->text("infer 1 0"));
    const std::vector<double> wanted = oracleResults(image, bytes.data());
    QCOMPARE(said.size(), wanted.size());
    for (std::size_t i = 0; i < said.size(); ++i)
        QVERIFY(std::abs(said[i] - wanted[i]) < 0.00051);
}

void TextTest::aLoadEndsWithItsModel()
{
    for (const rsl_slot_op op : {RSL_SLOT_REJECT, RSL_SLOT_ERASE}) {
        push(textModel("kws01"));
        say("db load 6");
        say("db 0001");
        const std::optional<rsl_caps> caps = m_host->hello();
        QVERIFY(caps && caps->active != RSL_NO_ACTIVE_SLOT);
        // The active model, and what may be the one before.
        for (std::uint8_t slot = 0; slot < caps->slots; ++slot)
            m_host->ask(RSL_SLOT, {slot, static_cast<std::uint8_t>(op)});
        QCOMPARE(int {m_host->hello()->active}, int {RSL_NO_ACTIVE_SLOT});
        QCOMPARE(say("db 0203"), QStringLiteral("m-ready\r\n"));
        QCOMPARE(say("db print"), QStringLiteral("m-ready\r\n"));
        QCOMPARE(say("infer 1 0"), QStringLiteral("e-[No model]\r\nm-ready\r\n"));
        QCOMPARE(say("results"), QStringLiteral("e-[No results yet]\r\nm-ready\r\n"));
    }
}

void TextTest::infersWhatWasLoaded()
{
    const AlignedBytes image = textModel("kws01");
    push(image);
    say("db load 6");
    say("db 10203040f0e0");
    say("infer 1 0");
    // The same by a frame.
    const std::vector<std::uint8_t> input {0x10, 0x20, 0x30, 0x40, 0xF0, 0xE0};
    const std::optional<Reply> reply = m_host->ask(RSL_OUTPUT, {0, 0, 0, 0});
    rsl_output output {};
    QVERIFY(rsl_decode_output(reply->payload.data(), reply->payload.size(), &output));
    QVERIFY(std::vector<std::uint8_t>(output.bytes, output.bytes + output.length)
            == oracleOutputs(image, input.data()));
}

void TextTest::countsWarmUpsAndRuns_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<int>("runs");
    QTest::addColumn<int>("warmUps");
    QTest::newRow("both") << QByteArray("infer 5 2") << 5 << 2;
    QTest::newRow("no warm-up") << QByteArray("infer 3 0") << 3 << 0;
    QTest::newRow("ten unless said") << QByteArray("infer 4") << 4 << 10;
    QTest::newRow("spaces") << QByteArray("  infer   4   1") << 4 << 1;
}

void TextTest::countsWarmUpsAndRuns()
{
    QFETCH(QByteArray, command);
    QFETCH(int, runs);
    QFETCH(int, warmUps);
    push(textModel("kws01"));
    const QString got = say(command.constData());
    const QRegularExpression form(QRegularExpression::anchoredPattern(
        QStringLiteral("m-warmup-start-%1\r\nm-warmup-done\r\nm-infer-start-%2\r\nm-lap-us-([0-9]+)\r\nm-lap-"
                       "us-([0-9]+)\r\n"
                       "m-infer-done\r\nm-results-\\[[0-9.,]+\\]\r\nm-ready\r\n")
            .arg(warmUps)
            .arg(runs)));
    const QRegularExpressionMatch match = form.match(got);
    QVERIFY2(match.hasMatch(), qPrintable(got));
    // The twin's clock counts looks at it: two an inference, before it and after it.
    const int elapsed = match.captured(2).toInt() - match.captured(1).toInt();
    QCOMPARE(elapsed, 2 * runs + 1);
}

void TextTest::resultsAreProbabilities()
{
    for (const rsl_number number : {RSL_F32, RSL_I8}) {
        const AlignedBytes image = textModel("kws01", 6, 3, number);
        push(image);
        m_host->text("infer 1 0");
        const std::vector<double> said = textResults(m_host->text("results"));
        const std::vector<double> wanted = oracleResults(image, nullptr);
        QCOMPARE(said.size(), std::size_t {3});
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(said[i] - wanted[i]) < 0.00051);
    }
}

void TextTest::anAutoencoderGivesOneNumber()
{
    const AlignedBytes image = textModel("ad01", 6, 6, RSL_F32);
    push(image);
    const std::vector<float> ones(6, 1.0F);
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(ones.data());
    const std::string fault = loadByText(*m_host, {bytes, bytes + 24});
    QVERIFY2(fault.empty(), fault.c_str());
    m_host->text("infer 1 0");
    const std::vector<double> said = textResults(m_host->text("results"));
    QCOMPARE(said.size(), std::size_t {1});
    QVERIFY(std::abs(said[0] - oracleResults(image, bytes)[0]) < 0.00051);
}

void TextTest::pixelsBecomeInt8()
{
    const AlignedBytes image = textModel("ic01");
    push(image);
    say("db load 6");
    say("db 00ff80010203");
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-ff-80-01-02-03\r\nm-ready\r\n"));
    say("infer 1 0");
    const std::vector<std::uint8_t> input {0x80, 0x7F, 0x00, 0x81, 0x82, 0x83};
    const std::optional<Reply> reply = m_host->ask(RSL_OUTPUT, {0, 0, 0, 0});
    rsl_output output {};
    QVERIFY(rsl_decode_output(reply->payload.data(), reply->payload.size(), &output));
    QVERIFY(std::vector<std::uint8_t>(output.bytes, output.bytes + output.length)
            == oracleOutputs(image, input.data()));
}

void TextTest::floatsAreQuantised()
{
    const AlignedBytes image = textModel("ad01"); // scale 1/255, zero point -128
    push(image);
    say("db load 24");
    say("db 000000000000803f0000003f"); // 0, 1, 0.5
    QCOMPARE(say("db 000000bf0000a0400000c07f"),
             QStringLiteral("m-load-done\r\nm-ready\r\n")); // -0.5, 5, nan
    say("infer 1 0");
    const std::vector<std::uint8_t> input {0x80, 0x7F, 0xFF, 0x80, 0x7F, 0x80}; // 0.5: -0.5, away from zero
    const std::optional<Reply> reply = m_host->ask(RSL_OUTPUT, {0, 0, 0, 0});
    rsl_output output {};
    QVERIFY(rsl_decode_output(reply->payload.data(), reply->payload.size(), &output));
    QVERIFY(std::vector<std::uint8_t>(output.bytes, output.bytes + output.length)
            == oracleOutputs(image, input.data()));
}

void TextTest::framesAndTextShareThePort()
{
    QCOMPARE(say("\x01na\x02name"),
             QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n")); // line noise goes
    QVERIFY(m_host->hello());
    QCOMPARE(say("name\r\n"), QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n"));
    QVERIFY(m_host->ask(RSL_ECHO, {'n', 'a', 'm', 'e', '%', 0, 0})->payload.size() == 7);
}

void TextTest::aStrayZeroOpensNoFrame()
{
    const auto noise = [this](const std::vector<std::uint8_t> &bytes) {
        rsl_twin_feed(m_twin.get(), bytes.data(), bytes.size());
    };
    const QString name = QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n");
    noise({0});
    QCOMPARE(say("name"), name);
    QCOMPARE(say("name"), name);
    noise({0, 0});
    QCOMPARE(say("\r\nname"), name);
    noise({0, 0x80, 0xFF, 0}); // a frame that is none
    QCOMPARE(say("name"), name);
    noise({0, 2, 'n', 'a', 'm', 'e', '%'}); // the begin of a frame: no command
    QVERIFY(m_host->hello());
    QCOMPARE(say("name"), name);
    noise({0});
    QCOMPARE(say("db 0"), QStringLiteral("e-[Insufficent number of hex digits]\r\nm-ready\r\n"));
    noise({0});
    QVERIFY(m_host->hello());
}

void TextTest::aFrameEndsHalfACommand()
{
    rsl_twin_feed(m_twin.get(), reinterpret_cast<const std::uint8_t *>("PI"), 2); // left of a broken frame
    QVERIFY(m_host->hello());
    QCOMPARE(say("name"), QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n"));
}

void TextTest::aFrameThatCameDuringWorkIsNoCommand()
{
    const auto wire = [](rsl_type type, std::uint16_t seq, const std::vector<std::uint8_t> &payload) {
        const rsl_frame frame {RSL_PROTOCOL_VERSION,
                               static_cast<std::uint8_t>(type),
                               0,
                               seq,
                               0x1234,
                               static_cast<std::uint16_t>(payload.size())};
        std::vector<std::uint8_t> bytes(RSL_MAX_WIRE_FRAME);
        bytes.resize(rsl_frame_encode(&frame, payload.data(), bytes.data(), bytes.size()));
        return bytes;
    };
    push(textModel("kws01"));
    // The benchmark ends while the ECHO is half read, after as much as the loop reads at a time.
    const std::vector<std::uint8_t> echo = wire(RSL_ECHO, 901, std::vector<std::uint8_t>(40, 'y'));
    std::vector<std::uint8_t> bytes = wire(RSL_BENCH, 900, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0});
    bytes.resize(2 * RSL_MAX_WIRE_FRAME - 20, 0);
    bytes.insert(bytes.end(), echo.begin(), echo.end());
    rsl_twin_feed(m_twin.get(), bytes.data(), bytes.size());
    QCOMPARE(say("name"), QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n"));
}

QTEST_GUILESS_MAIN(TextTest)

} // namespace text_test

#include "text_test.moc"
