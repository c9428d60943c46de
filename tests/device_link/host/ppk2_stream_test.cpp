// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <QtTest>

#include "device_link/host/meters/ppk2_stream.h"

namespace ppk2_stream_test {

using namespace rosler;

namespace {

constexpr std::string_view metadata =
    "Calibrated: 0\nR0: 1003.3506\nR1: 101.5865\nR2: 10.3027\nR3: 0.9636\n"
    "R4: 0.0564\nGS0: 0.0000\nGS1: 112.7890\nGS2: 18.0115\nGS3: 2.4217\nGS4: 0.0729\n"
    "GI0: 1.0000\nGI1: 0.9695\nGI2: 0.9609\nGI3: 0.9519\nGI4: 0.9582\n"
    "O0: 112.9420\nO1: 75.4627\nO2: 64.6020\nO3: 50.4983\nO4: 87.2177\n"
    "S0: 0.000000048\nS1: 0.000000596\nS2: 0.000005281\nS3: 0.000062577\nS4: 0.002940743\n"
    "I0: -0.000000104\nI1: -0.000001443\nI2: 0.000036439\nI3: -0.000374119\nI4: -0.009388455\n"
    "UG0: 1.00\nUG1: 1.00\nUG2: 1.00\nUG3: 1.00\nUG4: 1.00\nHW: 9173\nIA: 56\nEND\n";

std::uint32_t wordOf(unsigned i)
{
    return (i * 37U) % 16384U | ((i / 500U) % 5U) << 14 | (i % 64U) << 18 | ((i / 1000U) % 2U) << 24;
}

void put(std::vector<std::uint8_t> &bytes, std::uint32_t word)
{
    for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(word >> shift));
}

struct Heard {
    std::vector<Ppk2Stream::Sample> samples;
    std::size_t lost = 0;
    std::size_t slips = 0;
};

Heard hear(const std::vector<std::uint8_t> &bytes, std::size_t piece)
{
    Heard heard;
    Ppk2Stream stream;
    const auto sample = [&](const Ppk2Stream::Sample &s) { heard.samples.push_back(s); };
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        stream.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), sample,
                    [&](std::size_t n) { heard.lost += n; });
    stream.finish(sample);
    heard.slips = stream.slips();
    return heard;
}

} // namespace

class Ppk2StreamTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void metadataGiveTheCalibration();
    void staleBytesBeforeMetadataAreOverlooked();
    void badNumbersLeaveTheDefault();
    void truncatedMetadataAreRefused();
    void theCurrentIsThatOfTheFormula();
    void aWholeStreamComesInAnyPieces();
    void lostSamplesAreCounted();
    void rubbishInTheirPlaceTellsHowMany();
    void slipsOfBytesAreHealed();
    void rubbishEndsAndSamplesGoOn();
    void theFilterBridgesAChangeOfRange();
};

void Ppk2StreamTest::metadataGiveTheCalibration()
{
    const auto c = parsePpk2Metadata(metadata);
    QVERIFY(c);
    QCOMPARE(c->r[0], 1003.3506);
    QCOMPARE(c->gs[1], 112.789);
    QCOMPARE(c->gi[4], 0.9582);
    QCOMPARE(c->o[3], 50.4983);
    QCOMPARE(c->s[4], 0.002940743);
    QCOMPARE(c->i[4], -0.009388455);
    QCOMPARE(c->hardware, std::string("9173"));
    QVERIFY(c->calibrated);
}

void Ppk2StreamTest::staleBytesBeforeMetadataAreOverlooked()
{
    std::mt19937 random(7);
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::string text;
        for (unsigned i = 0; i < random() % 400; ++i)
            text += static_cast<char>(random());
        const auto c = parsePpk2Metadata(text + std::string(metadata));
        QVERIFY(c);
        QCOMPARE(*c, *parsePpk2Metadata(metadata));
    }
}

void Ppk2StreamTest::badNumbersLeaveTheDefault()
{
    std::string text(metadata);
    text.replace(text.find("R2: 10.3027"), 11, "R2: 0.0    ");
    text.replace(text.find("GI1: 0.9695"), 11, "GI1: -nan  ");
    text.replace(text.find("O0: 112.9420"), 12, "O0: x       ");
    text.replace(text.find("GI0: 1.0000"), 11, "GI0: 0.0000");
    text.replace(text.find("UG3: 1.00"), 9, "UG3: 0   ");
    const auto c = parsePpk2Metadata(text);
    QVERIFY(c);
    QCOMPARE(c->r[2], 10.15);
    QCOMPARE(c->gi[1], 1.0);
    QCOMPARE(c->o[0], 0.0);
    QCOMPARE(c->r[1], 101.5865);
    QCOMPARE(c->gs[0], 1.0); // 0.0000 in the metadata as they are
    QCOMPARE(c->gi[0], 1.0);
    QCOMPARE(c->ug[3], 1.0);
}

void Ppk2StreamTest::truncatedMetadataAreRefused()
{
    for (std::size_t length = 0; length + 4 < metadata.size(); ++length) {
        QVERIFY(!ppk2MetadataIsWhole(metadata.substr(0, length)));
        QVERIFY(!parsePpk2Metadata(metadata.substr(0, length)));
    }
    QVERIFY(!parsePpk2Metadata("END\n"));
}

void Ppk2StreamTest::theCurrentIsThatOfTheFormula()
{
    const auto c = *parsePpk2Metadata(metadata);
    // Range 2, ADC 1000, 3 V, by hand.
    const double shunted = (4000.0 - 64.6020) * (1.8 / 163840.0 / 10.3027);
    QCOMPARE(c.amperes(1000, 2, 3.0),
             shunted * (18.0115 * shunted + 0.9609) + (0.000005281 * 3.0 + 0.000036439));
    QVERIFY(std::abs(Ppk2Calibration {}.amperes(16383, 0, 3.0)
                     - 65532.0 * 1.8 / 163840.0 / 1031.64 * (1.0 + 65532.0 * 1.8 / 163840.0 / 1031.64))
            < 1e-12);
}

void Ppk2StreamTest::aWholeStreamComesInAnyPieces()
{
    std::vector<std::uint8_t> bytes;
    for (unsigned i = 0; i < 3000; ++i)
        put(bytes, wordOf(i));
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 63U, 64U, 4096U, 100000U}) {
        const Heard heard = hear(bytes, piece);
        QCOMPARE(heard.samples.size(), std::size_t {3000});
        QCOMPARE(heard.lost, std::size_t {0});
        QCOMPARE(heard.slips, std::size_t {0});
        for (unsigned i = 0; i < 3000; ++i) {
            QCOMPARE(heard.samples[i].adc, (i * 37U) % 16384U);
            QCOMPARE(heard.samples[i].range, (i / 500U) % 5U);
            QCOMPARE(unsigned {heard.samples[i].pins}, (i / 1000U) % 2U);
        }
    }
}

void Ppk2StreamTest::lostSamplesAreCounted()
{
    for (const unsigned gap : {1U, 2U, 17U, 63U}) {
        std::vector<std::uint8_t> bytes;
        for (unsigned i = 0; i < 3000; ++i)
            if (i < 700 || i >= 700 + gap)
                put(bytes, wordOf(i));
        const Heard heard = hear(bytes, 64);
        QCOMPARE(heard.lost, std::size_t {gap});
        QCOMPARE(heard.samples.size() + heard.lost, std::size_t {3000});
        QCOMPARE(heard.slips, std::size_t {0});
    }
}

void Ppk2StreamTest::rubbishInTheirPlaceTellsHowMany()
{
    for (const unsigned gap : {20U, 64U, 100U, 500U, 1000U}) {
        std::vector<std::uint8_t> bytes;
        for (unsigned i = 0; i < 3000; ++i)
            put(bytes, i < 700 || i >= 700 + gap ? wordOf(i) : 0x0001FFFFU);
        for (const std::size_t piece : {1, 64, 100'000}) {
            const Heard heard = hear(bytes, piece);
            QCOMPARE(heard.samples.size() + heard.lost, std::size_t {3000});
        }
    }
}

void Ppk2StreamTest::slipsOfBytesAreHealed()
{
    // 1 to 3 bytes vanish, or come too much, at every offset in a word.
    for (unsigned bytesLost = 1; bytesLost <= 3; ++bytesLost) {
        for (unsigned offset = 0; offset < 4; ++offset) {
            std::vector<std::uint8_t> bytes;
            for (unsigned i = 0; i < 3000; ++i)
                put(bytes, wordOf(i));
            const auto at = bytes.begin() + 4000 + offset;
            bytes.erase(at, at + bytesLost);
            const Heard heard = hear(bytes, 64);
            QVERIFY(heard.samples.size() >= 2990);
            QCOMPARE(heard.samples.size() + heard.lost, std::size_t {3000});
            for (const auto &s : heard.samples)
                QCOMPARE(s.adc % 37U == 0 || s.adc < 16384U, true);
            QCOMPARE(heard.samples.back().adc, (2999U * 37U) % 16384U);

            bytes.clear();
            for (unsigned i = 0; i < 3000; ++i)
                put(bytes, wordOf(i));
            bytes.insert(bytes.begin() + 4000 + offset, bytesLost, 0xA5);
            const Heard more = hear(bytes, 64);
            QCOMPARE(more.samples.size() + more.lost, std::size_t {3000});
            QCOMPARE(more.samples.back().adc, (2999U * 37U) % 16384U);
        }
    }
}

void Ppk2StreamTest::rubbishEndsAndSamplesGoOn()
{
    std::mt19937 random(3);
    std::vector<std::uint8_t> bytes;
    for (unsigned i = 0; i < 1001; ++i)
        bytes.push_back(static_cast<std::uint8_t>(random()));
    for (unsigned i = 0; i < 1000; ++i)
        put(bytes, wordOf(i));
    const Heard heard = hear(bytes, 100);
    QVERIFY(heard.samples.size() >= 995 && heard.samples.size() <= 1010);
    QCOMPARE(heard.samples.back().adc, (999U * 37U) % 16384U);
}

void Ppk2StreamTest::theFilterBridgesAChangeOfRange()
{
    Ppk2SpikeFilter filter;
    for (int i = 0; i < 100; ++i)
        QCOMPARE(filter.filtered(1e-3, 2), 1e-3);
    // Three samples after a change are the mean, by hand: weight 0.18.
    double mean = 1e-3;
    for (int i = 0; i < 3; ++i) {
        mean += 0.18 * (9e-3 - mean);
        QCOMPARE(filter.filtered(9e-3, 3), mean);
    }
    QCOMPARE(filter.filtered(9e-3, 3), 9e-3);

    // Into range 4: two samples do not move the slow mean, the third does.
    Ppk2SpikeFilter other;
    QCOMPARE(other.filtered(1e-3, 3), 1e-3);
    QCOMPARE(other.filtered(0.5, 4), 1e-3);
    QCOMPARE(other.filtered(0.5, 4), 1e-3);
    QCOMPARE(other.filtered(0.5, 4), 1e-3 + 0.06 * (0.5 - 1e-3));
    QCOMPARE(other.filtered(0.5, 4), 0.5);
}

QTEST_APPLESS_MAIN(Ppk2StreamTest)

} // namespace ppk2_stream_test

#include "ppk2_stream_test.moc"
