// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>
#include <vector>

#include <QtTest>

#include "device_link/firmware/rsl_text.h"

namespace text_window_test {

/// The text API beside a firmware of the test's own: what happens between the two marks of a window.
class TextWindowTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void energyWindowsHoldInferencesAlone();
    void performanceWindowsHoldInferencesAlone();
    void pulsesLastAHundredMicroseconds_data();
    void pulsesLastAHundredMicroseconds();
    void theModeAfterStartIsTheHosts();

private:
    void start(bool energy, std::uint32_t timerHz = 1'000'000);
    void say(const char *command);

    std::vector<std::string> m_events; ///< what the port and the firmware were asked for, in order
    std::uint32_t m_ticks = 0;
    std::uint32_t m_low = 0;     ///< ticks at which the pin went low
    std::uint32_t m_longest = 0; ///< ticks that it stayed low
    std::uint32_t m_shortest = 0;
    float m_input[2] {};
    float m_output[2] {1.0F, 2.0F};
    std::uint8_t m_spare[64] {};
    rsl_port m_port {};
    rsl_text m_text {};
};

void TextWindowTest::init()
{
    m_events.clear();
    m_ticks = 0;
    m_longest = 0;
    m_shortest = UINT32_MAX;
}

void TextWindowTest::start(bool energy, std::uint32_t timerHz)
{
    m_port = {};
    m_port.context = this;
    m_port.vendor = "test";
    m_port.timer_hz = timerHz;
    m_port.write = [](void *context, const std::uint8_t *bytes, std::size_t length) {
        std::vector<std::string> &events = static_cast<TextWindowTest *>(context)->m_events;
        const std::string text(reinterpret_cast<const char *>(bytes), length);
        if (events.empty() || events.back().back() == '\n' || events.back().find("m-") != 0)
            events.push_back(text);
        else
            events.back() += text;
    };
    m_port.ticks = [](void *context) { return static_cast<TextWindowTest *>(context)->m_ticks += 3; };
    m_port.window = [](void *context, bool on) {
        auto *test = static_cast<TextWindowTest *>(context);
        test->m_events.emplace_back(on ? "low" : "high");
        if (on) {
            test->m_low = test->m_ticks;
        } else {
            test->m_longest = std::max(test->m_longest, test->m_ticks - test->m_low);
            test->m_shortest = std::min(test->m_shortest, test->m_ticks - test->m_low);
        }
    };
    rsl_text_host host {};
    host.context = this;
    host.port = &m_port;
    host.energy = energy;
    host.model = [](void *context, rsl_text_model *model) {
        auto *test = static_cast<TextWindowTest *>(context);
        *model = {};
        model->name = "kws01";
        model->inputs = 2;
        model->outputs = 2;
        model->input = reinterpret_cast<std::uint8_t *>(test->m_input);
        model->output = reinterpret_cast<const std::uint8_t *>(test->m_output);
        model->has_output = true;
        model->known_input = model->input;
        model->spare = test->m_spare;
        model->spare_bytes = sizeof test->m_spare;
    };
    host.ticks = [](void *context) -> std::uint64_t {
        auto *test = static_cast<TextWindowTest *>(context);
        test->m_events.emplace_back("time");
        return test->m_ticks;
    };
    host.infer = [](void *context, const void *, std::uint32_t runs) {
        auto *test = static_cast<TextWindowTest *>(context);
        test->m_ticks += 1000 * runs;
        test->m_events.push_back("infer " + std::to_string(runs));
    };
    rsl_text_start(&m_text, &host);
}

void TextWindowTest::say(const char *command)
{
    m_events.clear();
    for (; *command != 0; ++command)
        rsl_text_feed(&m_text, static_cast<std::uint8_t>(*command));
    rsl_text_feed(&m_text, '%');
}

void TextWindowTest::energyWindowsHoldInferencesAlone()
{
    start(true);
    say("db load 2");
    say("db 0102");
    say("infer 7 2");
    const std::vector<std::string> wanted {"m-warmup-start-2\r\n",
                                           "infer 2",
                                           "m-warmup-done\r\n",
                                           "m-infer-start-7\r\n",
                                           "low",
                                           "high",
                                           "infer 7",
                                           "low",
                                           "high",
                                           "m-infer-done\r\n",
                                           "m-results-[0.269,0.731]\r\n",
                                           "m-ready\r\n"};
    std::string all;
    for (const std::string &event : m_events)
        all += event + "|";
    QVERIFY2(m_events == wanted, all.c_str());
}

void TextWindowTest::performanceWindowsHoldInferencesAlone()
{
    start(false);
    say("db load 2");
    say("db 0102");
    const std::uint32_t before = m_ticks;
    say("infer 7 2");
    const std::string from = std::to_string(before + 2000);
    const std::string to = std::to_string(before + 9000);
    const std::vector<std::string> wanted {"m-warmup-start-2\r\n",
                                           "infer 2",
                                           "m-warmup-done\r\n",
                                           "m-infer-start-7\r\n",
                                           "time",
                                           "infer 7",
                                           "time",
                                           "m-lap-us-" + from + "\r\n",
                                           "m-lap-us-" + to + "\r\n",
                                           "m-infer-done\r\n",
                                           "m-results-[0.269,0.731]\r\n",
                                           "m-ready\r\n"};
    QVERIFY(m_events == wanted);
}

void TextWindowTest::pulsesLastAHundredMicroseconds_data()
{
    QTest::addColumn<unsigned>("hz");
    QTest::newRow("1 MHz") << 1'000'000U;
    QTest::newRow("25 MHz") << 25'000'000U;
    QTest::newRow("168 MHz") << 168'000'000U;
    QTest::newRow("a timer too slow to tell") << 1000U;
}

void TextWindowTest::pulsesLastAHundredMicroseconds()
{
    QFETCH(unsigned, hz);
    start(true, hz);
    say("timestamp");
    QVERIFY(m_shortest >= hz / 10'000);
    QVERIFY(m_longest <= hz / 10'000 + 10); // one look at the clock, and its step
}

void TextWindowTest::theModeAfterStartIsTheHosts()
{
    start(true);
    const std::vector<std::string> energy {"m-timestamp-mode-energy\r\n", "low", "high", "m-init-done\r\n",
                                           "m-ready\r\n"};
    QVERIFY(m_events == energy);
    m_events.clear();
    start(false);
    QVERIFY(m_events.front() == "m-timestamp-mode-performance\r\n");
    QVERIFY(std::find(m_events.begin(), m_events.end(), "low") == m_events.end());
}

QTEST_GUILESS_MAIN(TextWindowTest)

} // namespace text_window_test

#include "text_window_test.moc"
