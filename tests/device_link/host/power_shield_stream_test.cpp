// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <QtTest>

#include "device_link/host/meters/power_shield_stream.h"

namespace power_shield_stream_test {

using namespace rosler::power_shield;

namespace {

std::vector<std::uint8_t> bytesOf(std::string_view text)
{
    return {text.begin(), text.end()};
}

std::vector<Item> asciiItems(std::string_view text, std::size_t piece)
{
    AsciiStream stream;
    std::vector<Item> items;
    const auto bytes = bytesOf(text);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        stream.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), items);
    return items;
}

std::vector<Item> binaryItems(const std::vector<std::uint8_t> &bytes, std::size_t piece,
                              std::size_t *slips = nullptr)
{
    BinaryStream stream;
    std::vector<Item> items;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        stream.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), items);
    if (slips != nullptr)
        *slips = stream.slips();
    return items;
}

template <typename T>
std::size_t count(const std::vector<Item> &items)
{
    return static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(), [](const Item &i) { return std::holds_alternative<T>(i); }));
}

} // namespace

class PowerShieldStreamTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void samplesAreThoseOfTheManual();
    void textComesInAnyPieces();
    void aTimeStampMayBearAMark();
    void binaryComesInAnyPieces();
    void aSlipIsFoundAndCounted();
};

void PowerShieldStreamTest::samplesAreThoseOfTheManual()
{
    QVERIFY(std::abs(*asciiSample("6409-07") - 6409e-7) < 1e-15);
    QCOMPARE(*asciiSample("0012+00"), 12.0);
    for (const char *bad : {"", "6409-0", "6409-077", "64090-7", "a409-07", "6409*07", "6409-0x"})
        QVERIFY(!asciiSample(bad));
    // 0x52A0 = 672 / 16^5
    QCOMPARE(*binarySample(0x52, 0xA0), 672.0 / (16.0 * 16 * 16 * 16 * 16));
    QCOMPARE(*binarySample(0x0F, 0xFF), 4095.0);
    QVERIFY(!binarySample(0xF0, 0xF3));
}

void PowerShieldStreamTest::textComesInAnyPieces()
{
    const std::string_view text = "PowerShield > ack start\r\n6409-07\r\n6410-07 6411-07\r\n"
                                  "TimeStamp: 001s 250ms, buff 07%\r\nevent 12 ris\r\n6412-07\r\n"
                                  "64x2-07\r\nAcquisition completed\r\nPowerShield > ";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const auto items = asciiItems(text, piece);
        QCOMPARE(items.size(), std::size_t {9});
        QCOMPARE(std::get<Line>(items[0]).text, std::string("ack start"));
        QVERIFY(std::abs(std::get<Sample>(items[3]).value - 6411e-7) < 1e-12);
        QCOMPARE(std::get<TimeStamp>(items[4]).milliseconds, 1250U);
        QCOMPARE(std::get<TimeStamp>(items[4]).bufferPercent, 7U);
        QCOMPARE(std::get<Event>(items[5]).number, 12U);
        QVERIFY(std::holds_alternative<Slip>(items[7])); // 64x2-07
        QVERIFY(std::holds_alternative<End>(items[8]));
    }
}

void PowerShieldStreamTest::aTimeStampMayBearAMark()
{
    for (const char mark : {' ', '>', '<'}) {
        const auto items = asciiItems(std::string("TimeStamp:") + mark + "012s 007ms, buff 93%\r\n", 5);
        QCOMPARE(items.size(), std::size_t {1});
        QVERIFY(std::holds_alternative<TimeStamp>(items[0]));
        QCOMPARE(std::get<TimeStamp>(items[0]).milliseconds, 12007U);
        QCOMPARE(std::get<TimeStamp>(items[0]).bufferPercent, 93U);
    }
    for (const char *other :
         {"TimeStamp:x012s 007ms, buff 93%\r\n", "TimeStamp:>>012s 007ms, buff 93%\r\n"}) {
        const auto items = asciiItems(other, 5);
        QCOMPARE(items.size(), std::size_t {1});
        QVERIFY(std::holds_alternative<Line>(items[0]));
    }
}

void PowerShieldStreamTest::binaryComesInAnyPieces()
{
    std::vector<std::uint8_t> bytes {0x52, 0xA0, 0xF0, 0xF3, 0x00, 0x00, 0x03, 0xE8, 0x07, 0xFF, 0xFF,
                                     0x52, 0xA1, 0xF0, 0xF7, 0x0C, 0xE4, 0xFF, 0xFF, 0xF0, 0xF2};
    for (const char c : std::string_view("event 3 fal"))
        bytes.push_back(static_cast<std::uint8_t>(c));
    for (const int b : {0xFF, 0xFF, 0x41, 0x00, 0xF0, 0xF5, 0xFF, 0xFF, 0xF0, 0xF4})
        bytes.push_back(static_cast<std::uint8_t>(b));
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        std::size_t slips = 99;
        const auto items = binaryItems(bytes, piece, &slips);
        QCOMPARE(slips, std::size_t {0});
        QCOMPARE(items.size(), std::size_t {7});
        QCOMPARE(std::get<Sample>(items[0]).value, 672.0 / 1048576.0);
        QCOMPARE(std::get<TimeStamp>(items[1]).milliseconds, 1000U);
        QCOMPARE(std::get<TimeStamp>(items[1]).bufferPercent, 7U);
        QCOMPARE(std::get<Event>(items[3]).number, 3U);
        QCOMPARE(std::get<Sample>(items[4]).value, 256.0 / 65536.0);
        QVERIFY(std::holds_alternative<Overcurrent>(items[5]));
        QVERIFY(std::holds_alternative<End>(items[6]));
    }
}

void PowerShieldStreamTest::aSlipIsFoundAndCounted()
{
    // A byte got lost; the next metadata stands at an odd place.
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 200; ++i) {
        bytes.push_back(0x52);
        if (i != 50)
            bytes.push_back(0xA0);
    }
    for (const int b : {0xF0, 0xF3, 0x00, 0x00, 0x03, 0xE8, 0x00, 0xFF, 0xFF})
        bytes.push_back(static_cast<std::uint8_t>(b));
    for (int i = 0; i < 100; ++i) {
        bytes.push_back(0x52);
        bytes.push_back(0xA0);
    }
    std::size_t slips = 0;
    const auto items = binaryItems(bytes, 64, &slips);
    QVERIFY(slips > 0);
    // From the metadata on all is right again.
    QVERIFY(count<Sample>(items) >= 299);
    for (std::size_t i = items.size() - 100; i < items.size(); ++i)
        QCOMPARE(std::get<Sample>(items[i]).value, 672.0 / 1048576.0);
}

QTEST_APPLESS_MAIN(PowerShieldStreamTest)

} // namespace power_shield_stream_test

#include "power_shield_stream_test.moc"
