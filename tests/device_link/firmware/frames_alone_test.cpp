// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/text_rows.h"

namespace frames_alone_test {

using namespace rosler;

/// A firmware that is linked without the text API.
class FramesAloneTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void isSilentUntilAFrameComes();
    void takesModelsAndComputes();

private:
    void feed(const std::string &bytes);
    std::vector<std::uint8_t> take();

    std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> m_twin {nullptr, &rsl_twin_destroy};
    std::unique_ptr<WireHost> m_host;
};

void FramesAloneTest::init()
{
    const rsl_twin_options options {nullptr, 4096, 8192, 1, nullptr};
    m_twin.reset(rsl_twin_create(&options));
    m_host = std::make_unique<WireHost>(
        [this](const std::vector<std::uint8_t> &b) { rsl_twin_feed(m_twin.get(), b.data(), b.size()); },
        [this] { return take(); });
}

void FramesAloneTest::feed(const std::string &bytes)
{
    rsl_twin_feed(m_twin.get(), reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
}

std::vector<std::uint8_t> FramesAloneTest::take()
{
    std::vector<std::uint8_t> bytes(65536);
    bytes.resize(rsl_twin_take(m_twin.get(), bytes.data(), bytes.size()));
    return bytes;
}

void FramesAloneTest::isSilentUntilAFrameComes()
{
    QVERIFY(take().empty());
    for (const char *text : {"name%", "infer 1 0%", "%", "\r\nmode energy%"}) {
        feed(text);
        QVERIFY(take().empty());
        feed(std::string(1, '\0') + text); // after a stray zero, too
        QVERIFY(take().empty());
    }
    QVERIFY(m_host->hello());
}

void FramesAloneTest::takesModelsAndComputes()
{
    QVERIFY(m_host->hello());
    const AlignedBytes image = textModel("kws01");
    const std::optional<Reply> pushed = m_host->push(image);
    QVERIFY(pushed && statusOf(*pushed) == RSL_OK);
    feed("db load 6%db 000102030405%infer 1 0%");
    QVERIFY(take().empty());
    const std::optional<rsl_result> benched = m_host->bench(1);
    QVERIFY(benched);
    QCOMPARE(benched->runs, 1U);
}

QTEST_GUILESS_MAIN(FramesAloneTest)

} // namespace frames_alone_test

#include "frames_alone_test.moc"
