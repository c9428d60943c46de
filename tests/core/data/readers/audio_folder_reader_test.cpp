// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/base/random.h"
#include "core/data/readers/audio_file.h"
#include "core/data/readers/audio_folder_reader.h"
#include "tests/support/data_folder.h"
#include "tests/support/hostile.h"
#include "tests/support/sample_files.h"

namespace audio_folder_reader_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

std::vector<std::int16_t> tone(double frequency, double rate, int count)
{
    std::vector<std::int16_t> samples;
    for (int i = 0; i < count; ++i)
        samples.push_back(
            static_cast<std::int16_t>(8000 * std::sin(2 * std::numbers::pi * frequency * i / rate)));
    return samples;
}

Result<AudioFile> decode(const std::string &bytes, bool mono = false)
{
    return decodeAudio(std::as_bytes(std::span(bytes)), "a.wav", mono);
}

} // namespace

class AudioFolderReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void samplesAreThoseOfTheFile();
    void channelsAreMixedOrKept();
    void damagedFilesAreRefused();
    void foldersOfOtherRatesAreOneDataset();
    void isTheSameForAnyNumberOfThreads();
    void hostileFoldersAreErrors();
};

void AudioFolderReaderTest::samplesAreThoseOfTheFile()
{
    const auto audio = decode(wav({0, 16'384, -32'768, 1}, 8'000));
    QVERIFY2(audio, audio ? "" : audio.error().what.c_str());
    QCOMPARE(audio->rate, 8'000.0);
    QCOMPARE(audio->channels, (std::vector<std::vector<float>> {{0.0F, 0.5F, -1.0F, 1.0F / 32'768}}));
}

void AudioFolderReaderTest::channelsAreMixedOrKept()
{
    const std::string stereo = wav({16'384, 0, -16'384, 8'192}, 8'000, 2);
    QCOMPARE(decode(stereo)->channels, (std::vector<std::vector<float>> {{0.5F, -0.5F}, {0.0F, 0.25F}}));
    QCOMPARE(decode(stereo, true)->channels, (std::vector<std::vector<float>> {{0.25F, -0.125F}}));
}

void AudioFolderReaderTest::damagedFilesAreRefused()
{
    const std::string good = wav(tone(440, 8'000, 40), 8'000);
    for (const std::string &bytes : truncations(good))
        QVERIFY(!decode(bytes));
    std::string lies = good; // of more samples than there are
    lies.replace(40, 4, littleEndian(4'000'000'000U));
    const auto lying = decode(lies);
    QVERIFY(!lying);
    QVERIFY(lying.error().what.find("4000000000 bytes") != std::string::npos);
    for (const std::string &bytes : bitFlips(good))
        (void)decode(bytes);
#ifdef __SANITIZE_ADDRESS__
    constexpr std::uint32_t rounds = 2'000;
#else
    constexpr std::uint32_t rounds = 10'000;
#endif
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const RandomStream random(round, Draw::Shuffle, 1);
        std::string bytes = good;
        for (std::uint64_t i = 0; i <= round % 4; ++i)
            bytes[random.below(2 * i, static_cast<std::uint32_t>(bytes.size()))] =
                static_cast<char>(random.below(2 * i + 1, 256));
        (void)decode(bytes);
    }
    QCOMPARE(decode("ID3 and nothing else").error().code, ErrorCode::Unsupported);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(decodeAudio(std::as_bytes(std::span(good)), "a", false, stop.get_token()).error().code,
             ErrorCode::Cancelled);
}

void AudioFolderReaderTest::foldersOfOtherRatesAreOneDataset()
{
    const DataFolder folder;
    for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(i) + ".wav";
        folder.write("low/" + name, wav(tone(300 + i, 8'000, 8'000), 8'000));
        folder.write("high/" + name, wav(tone(2'000 + i, 44'100, 30'000), 44'100));
        folder.write("_noise/" + name, wav(tone(100, 8'000, 8'000), 8'000));
    }
    QVERIFY(looksLikeAudioFolder(folder.path()));
    const auto data = readAudioFolder(folder.path(), {{"features", std::string("log-mel")}}, {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"high", "low"}));
    QCOMPARE((*data)->shape(), (ExampleShape {1, 1 + (16'000 - 512) / 320, 40}));
    QCOMPARE((*data)->train().count(), Index {8});
    QCOMPARE((*data)->test().count(), Index {2});
    QCOMPARE((*data)->signal()->rate, 16'000.0);
    for (Index i = 0; i < 8; ++i) { // the tone's band is the loudest, whatever rate it was recorded at
        Index loudest = 0;
        for (Index band = 1; band < 40; ++band)
            if ((*data)->train().features(i, 400 + band) > (*data)->train().features(i, 400 + loudest))
                loudest = band;
        const bool low = (*data)->train().labels[static_cast<std::size_t>(i)] == 1;
        QVERIFY(low ? loudest < 8 : loudest > 18 && loudest < 26);
    }
}

void AudioFolderReaderTest::isTheSameForAnyNumberOfThreads()
{
    const DataFolder folder;
    for (int i = 0; i < 4; ++i) {
        folder.write("a_" + std::to_string(i) + ".wav", wav(tone(500, 16'000, 9'000)));
        folder.write("b_" + std::to_string(i) + ".wav", wav(tone(900, 22'050, 9'000), 22'050));
    }
    const std::string both = readAudioFolder(folder.path(), {}, {}, {}).value()->digest();
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    QCOMPARE(readAudioFolder(folder.path(), {}, {}, {}).value()->digest(), both);
}

void AudioFolderReaderTest::hostileFoldersAreErrors()
{
    const DataFolder folder;
    QVERIFY(!looksLikeAudioFolder(folder.path()));
    QCOMPARE(readAudioFolder(folder.path(), {}, {}, {}).error().code, ErrorCode::NotFound);
    folder.write("a/1.wav", wav(tone(500, 16'000, 9'000)));
    QVERIFY(readAudioFolder(folder.path(), {}, {}, {}).error().what.find("1 classes") != std::string::npos);
    folder.write("b/1.wav", "no sound");
    const auto bad = readAudioFolder(folder.path(), {}, {}, {});
    QVERIFY(!bad);
    QVERIFY(bad.error().where.ends_with("b/1.wav"));
    folder.write("b/1.wav", wav(tone(500, 8'000, 9'000), 8'000));
    const auto rates = readAudioFolder(
        folder.path(), {{"rate", 0.0}, {"window", Index {2'000}}, {"split", std::string("time")}}, {}, {});
    QVERIFY2(rates, rates ? "" : rates.error().what.c_str()); // all are brought to the first one's
    QVERIFY((*rates)->notes().at(1).find("8000") != std::string::npos);
}

QTEST_APPLESS_MAIN(AudioFolderReaderTest)

} // namespace audio_folder_reader_test

#include "audio_folder_reader_test.moc"
