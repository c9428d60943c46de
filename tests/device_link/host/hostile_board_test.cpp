// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>
#include <random>

#include <QtTest>

#include "core/base/random.h"
#include "device_link/host/board_client.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_push.h"
#include "tests/support/layers.h"

namespace hostile_board_test {

using namespace rosler;
using std::chrono::milliseconds;

namespace {

/// A twin that says something else than it should: its replies with bytes changed, cut, lengthened or of
/// another type, numbers that no board can mean, and replies that nobody asked for. Their frames are whole:
/// what is tried is what the host makes of them.
class HostileBoard final : public Link
{
public:
    HostileBoard(Link &twin, std::uint32_t seed)
        : m_twin(twin)
        , m_random(seed)
    {
        rsl_decoder_start(&m_decoder);
    }

    std::string name() const override { return "hostile"; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, milliseconds timeout) override
    {
        if (m_said.empty()) {
            std::array<std::uint8_t, 4096> raw {};
            const auto count = m_twin.read(raw, milliseconds(0));
            if (!count)
                return count;
            for (std::size_t i = 0; i < *count; ++i)
                if (rsl_decoder_feed(&m_decoder, raw[i]) == RSL_FEED_FRAME)
                    passOn();
        }
        if (m_said.empty())
            m_now += timeout;
        const std::size_t count = std::min(buffer.size(), m_said.size());
        std::copy_n(m_said.begin(), count, buffer.begin());
        m_said.erase(m_said.begin(), m_said.begin() + static_cast<std::ptrdiff_t>(count));
        return count;
    }
    Result<void> write(std::span<const std::uint8_t> bytes) override { return m_twin.write(bytes); }
    Result<void> setBaud(std::uint32_t) override { return {}; }
    std::uint32_t baud() const override { return 115200; }
    void discard() override { m_said.clear(); }
    Clock::time_point now() const override { return m_now; }

    bool isCalm = false;
    std::uint64_t replies = 0; ///< that were not the twin's own

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(m_random() % n); }

    void send(const rsl_frame &frame, const std::vector<std::uint8_t> &payload)
    {
        rsl_frame sized = frame;
        sized.length = static_cast<std::uint16_t>(payload.size());
        std::array<std::uint8_t, RSL_MAX_WIRE_FRAME> wire {};
        const std::size_t length = rsl_frame_encode(&sized, payload.data(), wire.data(), wire.size());
        m_said.insert(m_said.end(), wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length));
    }

    void spoil(std::vector<std::uint8_t> &payload)
    {
        static constexpr std::uint8_t telling[] = {0, 1, 2, 3, 0x7F, 0x80, 0xFE, 0xFF};
        for (unsigned n = 1 + below(3); n > 0 && !payload.empty(); --n) {
            const std::size_t at = below(static_cast<unsigned>(std::min<std::size_t>(payload.size(), 64)));
            switch (below(4)) {
            case 0:
                payload[at] = static_cast<std::uint8_t>(m_random());
                break;
            case 1: // a whole number
                for (std::size_t i = at; i < std::min(at + 4, payload.size()); ++i)
                    payload[i] = telling[below(8)];
                break;
            case 2:
                payload.resize(below(static_cast<unsigned>(payload.size()) + 1));
                break;
            default:
                payload.resize(std::min<std::size_t>(RSL_MAX_PAYLOAD, payload.size() + below(40)),
                               static_cast<std::uint8_t>(m_random()));
            }
        }
    }

    void passOn()
    {
        rsl_frame frame = m_decoder.frame;
        std::vector<std::uint8_t> payload(m_decoder.payload, m_decoder.payload + frame.length);
        if (isCalm || below(3) != 0) {
            send(frame, payload);
            return;
        }
        ++replies;
        switch (below(8)) {
        case 0: // any bytes, of any type
            frame.type = static_cast<std::uint8_t>(below(3) == 0 ? m_random() : m_random() % 18);
            payload.resize(below(RSL_MAX_PAYLOAD + 1));
            std::generate(payload.begin(), payload.end(),
                          [this] { return static_cast<std::uint8_t>(m_random()); });
            break;
        case 1: { // busy for 49 days, or for a moment
            rsl_frame busy = frame;
            busy.type = RSL_BUSY;
            send(busy,
                 below(300) == 0 ? std::vector<std::uint8_t>(4, 0xFF)
                                 : std::vector<std::uint8_t> {9, 0, 0, 0});
            break;
        }
        case 2:
            frame.type = RSL_ERROR;
            payload = {static_cast<std::uint8_t>(below(40)), 0, static_cast<std::uint8_t>(m_random()), 0,
                       static_cast<std::uint8_t>(m_random())};
            payload.resize(below(2) == 0 ? 12 : below(12));
            break;
        case 3:
            frame.type = RSL_LOG;
            break;
        default:
            spoil(payload);
        }
        send(frame, payload);
    }

    Link &m_twin;
    std::mt19937 m_random;
    rsl_decoder m_decoder {};
    std::vector<std::uint8_t> m_said;
    Clock::time_point m_now;
};

class Borrowed final : public Link
{
public:
    explicit Borrowed(Link &inner)
        : m_inner(inner)
    {
    }
    std::string name() const override { return m_inner.name(); }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, milliseconds timeout) override
    {
        return m_inner.read(buffer, timeout);
    }
    Result<void> write(std::span<const std::uint8_t> bytes) override { return m_inner.write(bytes); }
    Result<void> setBaud(std::uint32_t rate) override { return m_inner.setBaud(rate); }
    std::uint32_t baud() const override { return m_inner.baud(); }
    void discard() override { m_inner.discard(); }
    Clock::time_point now() const override { return m_inner.now(); }

private:
    Link &m_inner;
};

ModelImage image(std::uint64_t seed)
{
    Network network = networkOf({{.inputs = 20, .outputs = 12, .read = 20, .kept = 12}});
    network.initialise(seed);
    Matrix x(2, 20);
    const RandomStream random(5, Draw::Shuffle, 0);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = random.uniform(static_cast<std::uint64_t>(i));
    const Matrix calibration = x;
    PackOptions options;
    options.name = "hostile " + std::to_string(seed);
    return *packModel(network, options, view(calibration), twinInference());
}

} // namespace

/// Whatever a board says, the host answers for itself: a value that is right, or an error, in bounded time.
class HostileBoardTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAnswerIsRightOrRefused()
    {
        bool isNumber = false;
        const int wanted = qEnvironmentVariableIntValue("ROSLER_HOSTILE_REPLIES", &isNumber);
        const std::uint64_t most = isNumber ? static_cast<std::uint64_t>(wanted) : 50'000U;
        TwinOptions options;
        options.slotBytes = 1U << 14;
        options.arenaBytes = 1U << 14;
        const auto twin = TwinLink::open(options);
        QVERIFY(twin);
        HostileBoard board(**twin, 3);
        BoardClient client(std::make_unique<Borrowed>(board));
        std::size_t heard = 0;
        client.setConsole([&](std::string_view line) {
            for (const char c : line)
                QVERIFY((c >= ' ' && c <= '~') || c == '\t');
            ++heard;
        });
        const ModelImage models[2] = {image(1), image(2)};
        std::map<ErrorCode, int> errors;
        int right = 0;
        const auto note = [&](const auto &result) {
            if (result)
                ++right;
            else
                ++errors[result.error().code];
        };
        std::mt19937 random(4);
        while (board.replies < most) {
            const auto begun = board.now();
            const ModelImage &model = models[random() % 2];
            switch (random() % 8) {
            case 0:
            case 1:
                note(pushModel(client, model));
                break;
            case 2:
                note(client.bench({.warmUp = 0, .runs = 3, .layers = random() % 2 == 0}));
                break;
            case 3:
                note(client.activate(static_cast<std::uint8_t>(random() % 3)));
                break;
            case 4:
                note(client.raiseBaud(115200));
                break;
            case 5:
                note(client.hello());
                break;
            default: {
                const auto reply = client.run(model.knownInput());
                note(reply);
                if (reply) // a hostile board may lie; never beyond what an image can have
                    QVERIFY(reply->outputBytes.size() <= std::size_t {4} * RSL_MAX_WIDTH
                            && reply->classIndex < RSL_MAX_WIDTH);
            }
            }
            QVERIFY(board.now() - begun < std::chrono::hours(6));
            if (random() % 4 == 0) { // it comes to itself, and all goes on as if nothing had been
                board.isCalm = true;
                board.discard();
                const auto info = client.hello();
                QVERIFY2(info, info ? "" : message(info.error()).c_str());
                board.isCalm = false;
            }
        }
        QVERIFY(right > 0 && heard > 0);
        QVERIFY(errors[ErrorCode::Malformed] > 0 && errors[ErrorCode::Rejected] > 0);
        QVERIFY(errors[ErrorCode::TimedOut] > 0);
        board.isCalm = true;
        board.discard();
        QVERIFY(client.hello());
        const auto pushed = pushModel(client, models[0]);
        QVERIFY2(pushed, pushed ? "" : message(pushed.error()).c_str());
        qInfo("%d replies that were none: %d right, %d malformed, %d refused, %d timed out, %d unsupported",
              static_cast<int>(board.replies), right, errors[ErrorCode::Malformed],
              errors[ErrorCode::Rejected], errors[ErrorCode::TimedOut], errors[ErrorCode::Unsupported]);
    }

    void aBoardThatIsBusyForEverIsGivenUp()
    {
        /// Says BUSY for 49 days whatever it is asked.
        class BusyBoard final : public Link
        {
        public:
            BusyBoard() { rsl_decoder_start(&m_decoder); }
            std::string name() const override { return "busy"; }
            Result<std::size_t> read(std::span<std::uint8_t> buffer, milliseconds timeout) override
            {
                if (!m_wasAsked || m_now < m_next) {
                    m_now += timeout;
                    return std::size_t {0};
                }
                m_next = m_now + std::chrono::seconds(30);
                const rsl_frame frame {RSL_PROTOCOL_VERSION,    RSL_BUSY, RSL_FLAG_REPLY, m_decoder.frame.seq,
                                       m_decoder.frame.session, 4};
                const std::array<std::uint8_t, 4> payload {0xFF, 0xFF, 0xFF, 0xFF};
                return rsl_frame_encode(&frame, payload.data(), buffer.data(), buffer.size());
            }
            Result<void> write(std::span<const std::uint8_t> bytes) override
            {
                for (const std::uint8_t byte : bytes)
                    m_wasAsked = rsl_decoder_feed(&m_decoder, byte) == RSL_FEED_FRAME || m_wasAsked;
                return {};
            }
            Result<void> setBaud(std::uint32_t) override { return {}; }
            std::uint32_t baud() const override { return 115200; }
            void discard() override { }
            Clock::time_point now() const override { return m_now; }

        private:
            rsl_decoder m_decoder {};
            bool m_wasAsked = false;
            Clock::time_point m_now;
            Clock::time_point m_next;
        };
        const auto timesOut = [](const std::function<Result<void>(BoardClient &)> &ask, milliseconds most) {
            BoardClient client(std::make_unique<BusyBoard>());
            const auto begun = client.link().now();
            const auto asked = ask(client);
            QVERIFY(!asked);
            QCOMPARE(asked.error().code, ErrorCode::TimedOut);
            QVERIFY(client.link().now() - begun < most);
        };
        timesOut([](BoardClient &c) -> Result<void> { return c.hello().map([](const auto &) {}); },
                 std::chrono::minutes(2));
        timesOut([](BoardClient &c) { return c.activate(0); }, std::chrono::minutes(45));
        timesOut(
            [](BoardClient &c) -> Result<void> {
                return c.run(std::vector<std::uint8_t>(20)).map([](const auto &) {});
            },
            std::chrono::minutes(45));
        timesOut([](BoardClient &c) -> Result<void> { return c.bench({.runs = 3}).map([](const auto &) {}); },
                 std::chrono::minutes(45));
    }
};

QTEST_APPLESS_MAIN(HostileBoardTest)

} // namespace hostile_board_test

#include "hostile_board_test.moc"
