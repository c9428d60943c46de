// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include <QtTest>

#include "device_link/firmware/rsl_line.h"

namespace line_test {

/// Numbers in lines of text, against the C library's.
class LineTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decimalsAreThoseOfPrintf();
    void wholeNumbersAreThoseOfPrintf();
    void longLinesGoInPieces();
};

namespace {

/// What a port was given to send.
struct Sent {
    Sent()
    {
        port.context = this;
        port.write = [](void *context, const std::uint8_t *bytes, std::size_t length) {
            auto *sent = static_cast<Sent *>(context);
            sent->text.append(reinterpret_cast<const char *>(bytes), length);
            ++sent->pieces;
        };
    }

    std::string text;
    int pieces = 0;
    rsl_port port {};
};

std::string decimal(float v)
{
    Sent sent;
    rsl_line line = rsl_line_to(&sent.port);
    rsl_line_put_decimal(&line, v);
    rsl_line_send(&line, "");
    return sent.text;
}

std::string byPrintf(float v)
{
    char text[80];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(v));
    return text;
}

} // namespace

void LineTest::decimalsAreThoseOfPrintf()
{
    for (const float v : {0.0F,
                          -0.0F,
                          0.0005F,
                          0.0625F,
                          0.1875F,
                          0.9995F,
                          0.99951F,
                          0.5F,
                          1.0F,
                          1.0625F,
                          999.9995F,
                          8388607.5F,
                          16777215.0F,
                          16777216.0F,
                          1e15F,
                          -2.5F,
                          std::numeric_limits<float>::denorm_min(),
                          std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN()})
        QCOMPARE(QString::fromStdString(decimal(v)), QString::fromStdString(byPrintf(v)));
    std::mt19937 random(3);
    for (int i = 0; i < 200'000; ++i) {
        float v = static_cast<float>(random() % 16384U) / 16384.0F; // many ties among them
        if (i % 2 == 0) {
            const auto bits = static_cast<std::uint32_t>(random());
            std::memcpy(&v, &bits, sizeof v);
            if (!(std::abs(v) < 9e15F))
                continue;
        }
        QCOMPARE(QString::fromStdString(decimal(v)), QString::fromStdString(byPrintf(v)));
    }
    QCOMPARE(decimal(std::numeric_limits<float>::max()), std::string("18446744073709551.615"));
}

void LineTest::wholeNumbersAreThoseOfPrintf()
{
    for (const std::int32_t n :
         {0, 1, -1, 10, -2147483647, 2147483647, std::numeric_limits<std::int32_t>::min()}) {
        Sent sent;
        rsl_line line = rsl_line_to(&sent.port);
        rsl_line_put_signed(&line, n);
        rsl_line_send(&line, "\n");
        QCOMPARE(sent.text, std::to_string(n) + "\n");
    }
    Sent sent;
    rsl_line line = rsl_line_to(&sent.port);
    rsl_line_put_number(&line, std::numeric_limits<std::uint64_t>::max());
    rsl_line_send(&line, "");
    QCOMPARE(sent.text, std::string("18446744073709551615"));
}

void LineTest::longLinesGoInPieces()
{
    Sent sent;
    rsl_line line = rsl_line_to(&sent.port);
    std::string wanted;
    for (int i = 0; i < 1000; ++i) {
        rsl_line_put_hex(&line, static_cast<std::uint8_t>(i));
        char text[3];
        std::snprintf(text, sizeof text, "%02x", i % 256);
        wanted += text;
    }
    rsl_line_send(&line, "\r\n");
    QCOMPARE(sent.text, wanted + "\r\n");
    QVERIFY(sent.pieces > 1);
}

QTEST_GUILESS_MAIN(LineTest)

} // namespace line_test

#include "line_test.moc"
