// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <memory>
#include <random>

#include <QtTest>

#include "device_link/firmware/rsl_device.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/protocol/rsl_quantise.h"
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
    void readsNowAndThenDuringLongWork();
    void countsWarmUpsAndRuns_data();
    void countsWarmUpsAndRuns();
    void resultsAreProbabilities();
    void anAutoencoderGivesOneNumber();
    void incompleteInputsAreTheKnownAnswers();
    void aModelThatFillsTheMemoryLeavesNoBuffer();
    void framesAndTextKeepTheirInputsApart();
    void aStrapChoosesEnergyMode();
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
        QCOMPARE(say("db 02"), QStringLiteral("m-ready\r\n"));
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

namespace {

/// A board whose seconds are a tenth of one of this thread's work, whatever else the machine does, and what
/// its loop reads.
struct Board {
    static std::uint32_t ticks(void *)
    {
        timespec now {};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<std::uint32_t>(now.tv_sec * 1'000'000'000 + now.tv_nsec);
    }
    static constexpr std::uint32_t second = 100'000'000;

    Board();

    alignas(16) std::uint8_t arena[4096] {};
    alignas(16) std::uint8_t kept[2][8192] {};
    std::string commands;
    std::size_t at = 0;
    std::string said;
    std::uint32_t last = 0;
    std::uint32_t longest = 0; ///< ticks between two reads after the commands
    rsl_port port {};
    rsl_device device {};
};

Board::Board()
{
    port.context = this;
    port.board = port.vendor = "board";
    port.timer_hz = second;
    port.read = [](void *context) {
        auto *board = static_cast<Board *>(context);
        const std::uint32_t now = ticks(nullptr);
        if (board->at == board->commands.size())
            board->longest = std::max(board->longest, now - board->last);
        board->last = now;
        return board->at < board->commands.size()
            ? int {static_cast<std::uint8_t>(board->commands[board->at++])}
            : -1;
    };
    port.write = [](void *context, const std::uint8_t *bytes, std::size_t n) {
        static_cast<Board *>(context)->said.append(reinterpret_cast<const char *>(bytes), n);
    };
    port.ticks = &ticks;
    port.arena = arena;
    port.arena_bytes = sizeof arena;
    port.slots = 2;
    port.slot_bytes = sizeof kept[0];
    port.write_unit = 1;
    port.slot[0] = kept[0];
    port.slot[1] = kept[1];
}

} // namespace

void TextTest::readsNowAndThenDuringLongWork()
{
    push(textModel("kws01"));
    const auto board = std::make_unique<Board>();
    std::size_t size = 0;
    const std::uint8_t *models = rsl_twin_slots(m_twin.get(), &size);
    QCOMPARE(size, sizeof board->kept);
    std::memcpy(board->kept, models, size);
    rsl_device_start(&board->device, &board->port);
    board->commands = "infer 6000000 0%";
    const std::uint32_t begin = Board::ticks(nullptr);
    while (board->at < board->commands.size())
        (void)rsl_device_step(&board->device);
    const std::uint32_t took = Board::ticks(nullptr) - begin;
    QVERIFY2(board->said.find("m-infer-done") != std::string::npos, board->said.c_str());
    QVERIFY(took > Board::second); // long work it was
    // Half a second, where the same work always takes the same time.
    QVERIFY2(board->longest < Board::second, qPrintable(QString::number(board->longest)));
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
    say("db load 6");
    say("db 000102030405");
    const QString got = say(command.constData());
    const QRegularExpression form(QRegularExpression::anchoredPattern(
        QStringLiteral("m-warmup-start-%1\r\nm-warmup-done\r\nm-infer-start-%2\r\nm-lap-us-([0-9]+)\r\nm-lap-"
                       "us-([0-9]+)\r\n"
                       "m-infer-done\r\nm-results-\\[[0-9.,]+\\]\r\nm-ready\r\n")
            .arg(warmUps)
            .arg(runs)));
    const QRegularExpressionMatch match = form.match(got);
    QVERIFY2(match.hasMatch(), qPrintable(got));
    // The twin's clock counts looks at it: two for the last run, one for each 1, 2, 4, .. of the others.
    const int elapsed = match.captured(2).toInt() - match.captured(1).toInt();
    int looks = 2 + 2;
    for (int left = runs - 1, atOnce = 1; left > 0; left -= atOnce, atOnce *= 2)
        looks += 1;
    QCOMPARE(elapsed, looks);
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
    // One of them far beyond what int8 can say: the error is against what was sent, not against what the
    // model was given.
    const std::vector<float> sent {0.1F, 0.2F, 0.3F, 0.4F, 30.0F, -7.0F};
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(sent.data());
    for (const rsl_number number : {RSL_F32, RSL_I8}) {
        const AlignedBytes image =
            textModel("ad01", 6, 6, number, number == RSL_I8 ? RSL_LAYOUT_I8_4X4 : RSL_LAYOUT_F_4X1);
        push(image);
        const std::string fault = loadByText(*m_host, {bytes, bytes + 24});
        QVERIFY2(fault.empty(), fault.c_str());
        const std::vector<double> said = textResults(m_host->text("infer 1 0"));
        QCOMPARE(said.size(), std::size_t {1});
        std::vector<std::uint8_t> input(bytes, bytes + 24);
        if (number == RSL_I8) {
            input.clear();
            for (const float value : sent)
                input.push_back(static_cast<std::uint8_t>(rsl_input_to_int8(value, 1.0F / 255.0F, -128)));
        }
        QVERIFY(std::abs(said[0] - oracleResults(image, input.data(), sent)[0]) < 0.00051);
        QCOMPARE(textResults(m_host->text("results")), said);
        // What comes by frames is not what was sent by text.
        const std::vector<std::uint8_t> zeros(input.size(), number == RSL_I8 ? 0x80 : 0);
        QVERIFY(m_host->run(zeros));
        const double wanted = oracleResults(image, zeros.data())[0];
        QVERIFY(std::abs(textResults(m_host->text("results")).at(0) - wanted) < 0.00051 + 1e-6 * wanted);
        if (number == RSL_I8)
            QVERIFY(std::abs(said[0] - oracleResults(image, input.data())[0]) > 1.0);
    }
}

void TextTest::incompleteInputsAreTheKnownAnswers()
{
    const AlignedBytes image = textModel("kws01");
    push(image);
    say("db load 6");
    say("db 7f7f7f7f7f7f");
    const QString whole = say("infer 1 0");
    say("db load 0");
    const std::string said = m_host->text("infer 1 0");
    QVERIFY(said.find("Input db has 0 elemented, expected 6\n") == 0);
    const std::vector<double> got = textResults(said);
    const std::vector<double> wanted = oracleResults(image, nullptr);
    QCOMPARE(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        QVERIFY(std::abs(got[i] - wanted[i]) < 0.00051);
    QVERIFY(textResults(whole.toStdString()) != got);
}

void TextTest::aModelThatFillsTheMemoryLeavesNoBuffer()
{
    const AlignedBytes image = textModel("kws01");
    rsl_model model {};
    QCOMPARE(int {rsl_model_open(image.data(), image.size(), &model).fault}, int {RSL_FAULT_NONE});
    const rsl_twin_options options {nullptr, rsl_model_ram_bytes(&model) + 8, 8192, 1, nullptr};
    m_twin.reset(rsl_twin_create(&options));
    QVERIFY(m_host->hello());
    push(image);
    QCOMPARE(say("db load 9"), QStringLiteral("Supplied buffer size 9 exceeds maximum of 8\nm-ready\r\n"));
    QCOMPARE(say("db load 8"), QStringLiteral("m-[Expecting 8 bytes]\r\nm-ready\r\n"));
    QCOMPARE(say("db 000102030405060708090a"), QStringLiteral("m-load-done\r\nm-ready\r\n"));
    QCOMPARE(say("db 0b0c"), QStringLiteral("m-ready\r\n")); // there is no room for them
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-01-02-03-04-05-06-07\r\nm-ready\r\n"));
}

void TextTest::framesAndTextKeepTheirInputsApart()
{
    push(textModel("kws01"));
    say("db load 6");
    say("db 000102030405");
    const QString before = say("infer 1 0").section(QStringLiteral("m-results"), 1);
    m_host->ask(
        RSL_INPUT,
        {1, 0, 0, 0, 0, 0, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F}); // in the place of the model's input
    QCOMPARE(say("infer 1 0").section(QStringLiteral("m-results"), 1), before);
    // And what frames brought is no longer there: a benchmark of it is refused, not run on something else.
    const std::optional<Reply> reply = m_host->ask(RSL_BENCH, {0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0});
    QVERIFY(reply && statusOf(*reply) == RSL_BAD_INPUT);
}

void TextTest::aStrapChoosesEnergyMode()
{
    push(textModel("kws01"));
    QCOMPARE(rsl_twin_baud(m_twin.get()), 115200U);
    say("name"); // what it said so far has been read
    rsl_twin_strap_energy(m_twin.get(), true);
    rsl_twin_power_cycle(m_twin.get()); // as the runner does
    QCOMPARE(rsl_twin_baud(m_twin.get()), 9600U);
    const std::string said = m_host->untilReady();
    QVERIFY2(answers(said, {"", textBanner(true)}), said.c_str());
    QCOMPARE(say("timestamp"), QStringLiteral("m-ready\r\n"));
    QVERIFY(!say("infer 2 0").contains(QStringLiteral("lap")));
    // Frames go on, and say the rate; a higher one can be had, and is lost with the power.
    QCOMPARE(m_host->hello()->baud, 9600U);
    rsl_twin_strap_energy(m_twin.get(), false);
    rsl_twin_power_cycle(m_twin.get());
    QCOMPARE(rsl_twin_baud(m_twin.get()), 115200U);
    QCOMPARE(m_host->hello()->baud, 115200U);
}

void TextTest::pixelsBecomeInt8()
{
    const AlignedBytes image = textModel("ic01");
    push(image);
    say("db load 6");
    say("db 00ff80010203");
    QCOMPARE(say("db print"), QStringLiteral("m-buffer-00-ff-80-01-02-03\r\n\r\nm-ready\r\n"));
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
    say("db 000000000000803fc2c0c03b"); // 0, 1, 1.5 / 255
    QCOMPARE(say("db 000000bf0000a0400000c07f"),
             QStringLiteral("m-load-done\r\nm-ready\r\n")); // -0.5, 5, nan
    say("infer 1 0");
    const std::vector<std::uint8_t> input {0x80, 0x7F, 0x82, 0x80, 0x7F, 0x80}; // -126.5: upwards
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
