// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <functional>
#include <random>

#include <QtTest>

#include "device_link/host/board_client.h"
#include "device_link/host/board_info.h"
#include "device_link/host/image_forecast.h"
#include "device_link/host/links/twin_link.h"
#include "tests/support/layers.h"

namespace board_info_test {

using namespace rosler;

namespace {

using Lie = std::function<void(rsl_caps &)>;

/// A twin whose greeting is changed on its way.
class LyingLink final : public Link
{
public:
    explicit LyingLink(Lie lie)
        : m_twin(TwinLink::open().value())
        , m_lie(std::move(lie))
    {
        rsl_decoder_start(&m_decoder);
    }
    std::string name() const override { return "liar"; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override
    {
        std::array<std::uint8_t, 512> raw {};
        const auto got = m_twin->read(raw, timeout);
        if (!got)
            return got;
        for (std::size_t i = 0; i < *got; ++i)
            if (rsl_decoder_feed(&m_decoder, raw[i]) == RSL_FEED_FRAME)
                passOn();
        const std::size_t count = std::min(buffer.size(), m_said.size());
        std::copy_n(m_said.begin(), count, buffer.begin());
        m_said.erase(m_said.begin(), m_said.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }
    Result<void> write(std::span<const std::uint8_t> bytes) override { return m_twin->write(bytes); }
    Result<void> setBaud(std::uint32_t rate) override { return m_twin->setBaud(rate); }
    std::uint32_t baud() const override { return m_twin->baud(); }
    void discard() override { m_twin->discard(); }
    Clock::time_point now() const override { return m_twin->now(); }

private:
    void passOn()
    {
        rsl_frame frame = m_decoder.frame;
        std::array<std::uint8_t, RSL_MAX_PAYLOAD> payload {};
        std::copy_n(m_decoder.payload, frame.length, payload.begin());
        rsl_caps caps {};
        if (frame.type == RSL_HELLO && rsl_decode_caps(payload.data(), frame.length, &caps)) {
            m_lie(caps);
            frame.length = static_cast<std::uint16_t>(rsl_encode_caps(&caps, payload.data()));
        }
        std::array<std::uint8_t, RSL_MAX_WIRE_FRAME> wire {};
        const std::size_t length = rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size());
        m_said.insert(m_said.end(), wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length));
    }

    std::unique_ptr<TwinLink> m_twin;
    Lie m_lie;
    rsl_decoder m_decoder {};
    std::vector<std::uint8_t> m_said;
};

Result<BoardInfo> greetingOf(Lie lie)
{
    return BoardClient(std::make_unique<LyingLink>(std::move(lie))).hello();
}

/// What a twin says of itself.
rsl_caps honest()
{
    rsl_caps caps {};
    const auto info = greetingOf([&caps](const rsl_caps &said) { caps = said; });
    if (!info)
        qFatal("%s", message(info.error()).c_str());
    return caps;
}

const std::vector<LayerShape> net {
    {.inputs = 40, .outputs = 30, .rank = 4, .read = 40, .kept = 30, .relu = true},
    {.inputs = 30, .outputs = 10, .read = 30, .kept = 10}};

} // namespace

class BoardInfoTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCannotBeIsRefused_data()
    {
        QTest::addColumn<Lie>("lie");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, Lie lie, const char *says) {
            QTest::newRow(name) << std::move(lie) << QString::fromLatin1(says);
        };
        row(
            "a layout of floats", [](rsl_caps &c) { c.preferred = RSL_LAYOUT_F_4X1; },
            "prefers layout 1 of int8 weights, which is none of them");
        row(
            "a layout of nobody", [](rsl_caps &c) { c.preferred = 200; },
            "prefers layout 200 of int8 weights, which is none of them");
        row(
            "a layout that it has not", [](rsl_caps &c) { c.layouts = RSL_LAYOUT_BIT(RSL_LAYOUT_F_4X1); },
            "which it does not know itself");
        row(
            "no clock", [](rsl_caps &c) { c.clock_hz = 0; }, "states a clock of 0 Hz");
        row(
            "no timer", [](rsl_caps &c) { c.timer_hz = 0; }, "a timer of 0 Hz");
        row(
            "short frames", [](rsl_caps &c) { c.max_payload = 16; }, "takes frames of 16 bytes");
        row(
            "more than a slot holds",
            [](rsl_caps &c) {
                c.slot[1].state = RSL_SLOT_VALID;
                c.slot[1].capacity = 100;
                c.slot[1].length = 101;
            },
            "holds 101 bytes in slot 1, which has 100");
        row(
            "a slot that is not there", [](rsl_caps &c) { c.active = 7; }, "computes from slot 7");
        row(
            "an empty slot", [](rsl_caps &c) { c.active = 0; }, "computes from slot 0, which holds no model");
    }

    void whatCannotBeIsRefused()
    {
        QFETCH(Lie, lie);
        QFETCH(QString, says);
        const auto info = greetingOf(lie);
        QVERIFY(!info);
        QCOMPARE(info.error().code, ErrorCode::Malformed);
        QCOMPARE(info.error().where, std::string("liar"));
        QVERIFY2(QString::fromStdString(info.error().what).contains(says), info.error().what.c_str());
    }

    void namesObeyNoTerminal()
    {
        rsl_caps caps = honest();
        std::fill(std::begin(caps.board), std::end(caps.board), '\x1b'); // no zero at its end, too
        caps.firmware[0] = '\n';
        caps.slot[0].name[0] = '\x07';
        const auto info = boardInfoOf(caps, "liar");
        QVERIFY2(info, info ? "" : message(info.error()).c_str());
        QCOMPARE(info->board, std::string(RSL_BOARD_NAME, '?'));
        QCOMPARE(info->firmware.front(), '?');
        QCOMPARE(info->slots[0].name, std::string("?"));
    }

    void aCoreIsNamedByWhatItSays()
    {
        rsl_caps caps = honest();
        caps.core = 0x410FC241;
        QCOMPARE(boardInfoOf(caps, "board")->core, std::string("Cortex-M4"));
        caps.features |= RSL_IS_RISCV;
        caps.core = 0x40001125;
        QCOMPARE(boardInfoOf(caps, "board")->core, std::string("RISC-V RV32IMAFC"));
        caps.core = 0; // allowed: it tells nothing
        QCOMPARE(boardInfoOf(caps, "board")->core, std::string("RISC-V"));
    }

    /// 10^6 greetings of any bytes: what is taken is safe to compute with.
    void anyGreetingIsRefusedOrSafe()
    {
        const rsl_caps good = honest();
        std::array<std::uint8_t, RSL_MAX_PAYLOAD> payload {};
        const std::size_t length = rsl_encode_caps(&good, payload.data());
        std::mt19937 random(9);
        int taken = 0;
        for (int i = 0; i < 1'000'000; ++i) {
            auto bytes = payload;
            for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
                bytes[random() % length] = static_cast<std::uint8_t>(random());
            rsl_caps caps {};
            if (!rsl_decode_caps(bytes.data(), length, &caps))
                continue;
            const auto info = boardInfoOf(caps, "liar");
            if (!info)
                continue;
            ++taken;
            QVERIFY(rsl_holds_int8(info->preferred));
            QVERIFY(info->clockHz > 0.0 && info->timerHz > 0.0 && info->credits >= 1);
            QVERIFY(info->slots.size() <= RSL_MAX_SLOTS);
        }
        QVERIFY2(taken > 100'000 && taken < 1'000'000, qPrintable(QString::number(taken)));
    }

    void noImageIsPackedByALayoutOfFloats()
    {
        for (const int layout : {0, int {RSL_LAYOUT_F_4X1}}) {
            const auto forecast = imageForecast(planOf(net), RSL_I8, static_cast<rsl_layout>(layout));
            QVERIFY(!forecast);
            QCOMPARE(forecast.error().code, ErrorCode::OutOfRange);
            Network network = networkOf(net);
            network.initialise(1);
            const Matrix x = Matrix::Constant(4, 40, 0.25F);
            const auto image = packModel(network,
                                         {.type = RSL_I8,
                                          .int8Layout = static_cast<rsl_layout>(layout),
                                          .name = "net",
                                          .foldU = false},
                                         view(x), twinInference());
            QVERIFY(!image);
            QCOMPARE(image.error().where, std::string("net"));
        }
    }
};

QTEST_APPLESS_MAIN(BoardInfoTest)

} // namespace board_info_test

#include "board_info_test.moc"
