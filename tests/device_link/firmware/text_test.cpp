// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/wire_host.h"

using namespace rosler;

/// The MLPerf Tiny device API, command by command and error by error.
class TextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void answersWithoutAModel_data();
    void answersWithoutAModel();
    void loadsHexInAnyCase();
    void saysWhatIsWrongWithALoad_data();
    void saysWhatIsWrongWithALoad();
    void digitsBeyondTheLastByteAreIgnored();
    void aLoadEndsWithItsModel();
    void infersWhatWasLoaded();
    void countsWarmUpsAndRuns_data();
    void countsWarmUpsAndRuns();
    void resultsAreProbabilities();
    void anAutoencoderGivesOneNumber();
    void pixelsBecomeInt8();
    void floatsAreQuantised();
    void longCommandsAreRefusedWhole();
    void energyModeIsSilent();
    void framesAndTextShareThePort();

private:
    void push(const AlignedBytes &image);
    QString say(const char *command) { return QString::fromStdString(m_host->text(command)); }

    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> m_twin {nullptr, &rsl_twin_destroy};
    std::unique_ptr<WireHost> m_host;
};

namespace {

AlignedBytes named(const char *name, rsl_number number = RSL_I8, std::uint32_t outputs = 3)
{
    SampleModel model;
    model.number = number;
    model.inputs = 6;
    model.layers = {{outputs, 0, false, false}};
    model.name = name;
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

std::uint32_t knownInput(const AlignedBytes &image)
{
    rsl_model model {};
    (void)rsl_model_open(image.data(), image.size(), &model);
    return model.header->known_input;
}

} // namespace

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

void TextTest::answersWithoutAModel_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QString>("answer"); // a pattern, of all before m-ready
    const auto row = [](const char *command, const char *answer) {
        QTest::newRow(command[0] != 0 ? command : "nothing")
            << QByteArray(command) << QString::fromLatin1(answer);
    };
    row("name", "m-name-dut-\\[rosler-twin\\]\r\n");
    row("profile", "m-profile-\\[ULPMark for tinyML Firmware V0.0.1\\]\r\nm-model-\\[none\\]\r\n");
    row("timestamp", "m-lap-us-[0-9]+\r\n");
    row("results", "e-\\[No results yet\\]\r\n");
    row("infer 1", "e-\\[No model\\]\r\n");
    row("infer 0", "e-\\[Inference iterations must be >0, warm-ups >=0\\]\r\n");
    row("infer -1", "e-\\[Inference iterations must be >0, warm-ups >=0\\]\r\n");
    row("infer 1 x", "e-\\[Inference iterations must be >0, warm-ups >=0\\]\r\n");
    row("infer 99999999999", "e-\\[Inference iterations must be >0, warm-ups >=0\\]\r\n");
    row("", "e-\\[Empty command\\]\r\n");
    row("   ", "e-\\[Empty command\\]\r\n");
    row("hello", "e-\\[Unknown command: hello\\]\r\n");
    row("NAME", "e-\\[Unknown command: NAME\\]\r\n");
    row("db", "e-\\[Command 'db' requires a subcommand\\]\r\n");
    row("db load", "e-\\[Command 'db load' must be >0 bytes\\]\r\n");
    row("db load 0", "e-\\[Command 'db load' must be >0 bytes\\]\r\n");
    row("db load 5", "Supplied buffer size 5 exceeds maximum of 0\r\n");
    row("db print", "");
    row("db 00", "");
    row("mode loud", "e-\\[Unknown command: mode\\]\r\n");
    row("help", "(.+\r\n){9}");
}

void TextTest::answersWithoutAModel()
{
    QFETCH(QByteArray, command);
    QFETCH(QString, answer);
    const QString got = say(command.constData());
    QVERIFY2(QRegularExpression(QRegularExpression::anchoredPattern(answer + QStringLiteral("m-ready\r\n")))
                 .match(got)
                 .hasMatch(),
             qPrintable(got));
}

void TextTest::loadsHexInAnyCase()
{
    push(named("kws01"));
    QCOMPARE(say("db load 6"), QStringLiteral("m-[Expecting 6 bytes]\r\nm-ready\r\n"));
    QCOMPARE(say("db 00fF"), QStringLiteral("m-ready\r\n"));
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-ff\r\nm-ready\r\n"));
    QCOMPARE(say("db 7f80aBCd"), QStringLiteral("m-load-done\r\nm-ready\r\n"));
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-ff-7f-80-ab-cd\r\nm-ready\r\n"));
    QCOMPARE(
        say("profile"),
        QStringLiteral("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\nm-ready\r\n"));
}

void TextTest::saysWhatIsWrongWithALoad_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QString>("answer");
    QTest::newRow("odd") << QByteArray("db 0") << QStringLiteral("e-[Insufficent number of hex digits]");
    QTest::newRow("no digit") << QByteArray("db 0g") << QStringLiteral("e-[Invalid hex digit '0g']");
    QTest::newRow("too many") << QByteArray("db load 25")
                              << QStringLiteral("Supplied buffer size 25 exceeds maximum of 24");
    QTest::newRow("other size") << QByteArray(
        "db load 7") << QStringLiteral("e-[The model takes 6 inputs of one byte, or of four as float32]");
}

void TextTest::saysWhatIsWrongWithALoad()
{
    QFETCH(QByteArray, command);
    QFETCH(QString, answer);
    push(named("kws01"));
    say("db load 6");
    QCOMPARE(say(command.constData()), answer + QStringLiteral("\r\nm-ready\r\n"));
}

void TextTest::digitsBeyondTheLastByteAreIgnored()
{
    push(named("kws01"));
    say("db load 6");
    QCOMPARE(say("db 000102030405060708"), QStringLiteral("m-load-done\r\nm-ready\r\n"));
    QCOMPARE(say("db 99"), QStringLiteral("m-ready\r\n"));
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-01-02-03-04-05\r\nm-ready\r\n"));
}

void TextTest::aLoadEndsWithItsModel()
{
    for (const rsl_slot_op op : {RSL_SLOT_REJECT, RSL_SLOT_ERASE}) {
        push(named("kws01"));
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
    const AlignedBytes image = named("kws01");
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
    push(named("kws01"));
    const QString got = say(command.constData());
    const QRegularExpression form(QRegularExpression::anchoredPattern(
        QStringLiteral("m-warmup-start-%1\r\nm-warmup-done\r\nm-infer-start-%2\r\nm-lap-us-([0-9]+)\r\nm-lap-"
                       "us-([0-9]+)\r\n"
                       "m-infer-done\r\nm-results-\\[[0-9.,]+\\]\r\nm-ready\r\n")
            .arg(warmUps)
            .arg(runs)));
    const QRegularExpressionMatch match = form.match(got);
    QVERIFY2(match.hasMatch(), qPrintable(got));
    // The twin's clock counts looks at it: four an inference.
    const int elapsed = match.captured(2).toInt() - match.captured(1).toInt();
    QCOMPARE(elapsed, 4 * runs + 1);
}

void TextTest::resultsAreProbabilities()
{
    for (const rsl_number number : {RSL_F32, RSL_I8}) {
        const AlignedBytes image = named("kws01", number);
        push(image);
        say("infer 1 0");
        const std::vector<std::uint8_t> bytes = oracleOutputs(image, image.data() + knownInput(image));
        std::vector<double> logits;
        for (std::size_t i = 0; i < 3; ++i) {
            float f = 0;
            std::int16_t q = 0;
            if (number == RSL_F32)
                std::memcpy(&f, &bytes[4 * i], 4);
            else
                std::memcpy(&q, &bytes[2 * i], 2);
            logits.push_back(number == RSL_F32 ? static_cast<double>(f) : 0.001 * q);
        }
        double sum = 0;
        for (const double logit : logits)
            sum += std::exp(logit);
        const QString got = say("results");
        const QStringList values = got.mid(11, got.indexOf(QLatin1Char(']')) - 11).split(QLatin1Char(','));
        QCOMPARE(values.size(), 3);
        for (int i = 0; i < 3; ++i)
            QVERIFY2(std::abs(values[i].toDouble() - std::exp(logits[static_cast<std::size_t>(i)]) / sum)
                         < 0.00051,
                     qPrintable(got));
    }
}

void TextTest::anAutoencoderGivesOneNumber()
{
    const AlignedBytes image = named("ad01", RSL_F32, 6);
    push(image);
    say("db load 24");
    say("db 0000803f0000803f0000803f0000803f0000803f0000803f"); // six times 1
    say("infer 1 0");
    std::vector<float> ones(6, 1.0F);
    const std::vector<std::uint8_t> bytes =
        oracleOutputs(image, reinterpret_cast<const std::uint8_t *>(ones.data()));
    double error = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        float y = 0;
        std::memcpy(&y, &bytes[4 * i], 4);
        error += (static_cast<double>(y) - 1) * (static_cast<double>(y) - 1) / 6;
    }
    const QString got = say("results");
    QVERIFY(got.startsWith(QStringLiteral("m-results-[")));
    QVERIFY(std::abs(got.mid(11, got.indexOf(QLatin1Char(']')) - 11).toDouble() - error) < 0.00051);
}

void TextTest::pixelsBecomeInt8()
{
    const AlignedBytes image = named("ic01");
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
    const AlignedBytes image = named("ad01"); // scale 1/255, zero point -128
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

void TextTest::longCommandsAreRefusedWhole()
{
    const std::string eighty = "db " + std::string(77, '0');
    QCOMPARE(say(eighty.c_str()), QStringLiteral("e-[Insufficent number of hex digits]\r\nm-ready\r\n"));
    QCOMPARE(say((eighty + "0").c_str()),
             QStringLiteral("e-[Command longer than 80 characters]\r\nm-ready\r\n"));
    QCOMPARE(say(std::string(100000, 'x').c_str()),
             QStringLiteral("e-[Command longer than 80 characters]\r\nm-ready\r\n"));
    QCOMPARE(say("name"), QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n"));
}

void TextTest::energyModeIsSilent()
{
    push(named("kws01"));
    QCOMPARE(say("mode energy"), QStringLiteral("m-timestamp-mode-energy\r\nm-ready\r\n"));
    QCOMPARE(say("timestamp"), QStringLiteral("m-ready\r\n"));
    QVERIFY(!say("infer 2 0").contains(QStringLiteral("m-lap-us")));
    QCOMPARE(say("mode performance"), QStringLiteral("m-timestamp-mode-performance\r\nm-ready\r\n"));
    QVERIFY(say("timestamp").startsWith(QStringLiteral("m-lap-us-")));
}

void TextTest::framesAndTextShareThePort()
{
    QCOMPARE(say("\x01na\x02name"),
             QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n")); // line noise goes
    QVERIFY(m_host->hello());
    QCOMPARE(say("name\r\n"), QStringLiteral("m-name-dut-[rosler-twin]\r\nm-ready\r\n"));
    QVERIFY(m_host->ask(RSL_ECHO, {'n', 'a', 'm', 'e', '%', 0, 0})->payload.size() == 7);
}

QTEST_GUILESS_MAIN(TextTest)
#include "text_test.moc"
