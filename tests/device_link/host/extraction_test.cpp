// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>

#include <QtTest>

#include "core/data/signal/signal_extractor.h"
#include "device_link/firmware/kernels/rsl_images.h"
#include "device_link/host/extraction.h"
#include "device_link/host/image_operations.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_image.h"
#include "tests/support/small_network.h"

namespace extraction_test {

using namespace rosler;

namespace {

/// A tone and its noise, channels side by side.
std::vector<float> samplesOf(const SignalFeatures &f, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<float> samples(static_cast<std::size_t>(f.channels * f.window));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = std::sin(0.3F * static_cast<float>(i) * static_cast<float>(seed + 1))
            + 0.1F * static_cast<float>(static_cast<std::int32_t>(random())) / 2147483648.0F;
    return samples;
}

/// As a dataset has them.
std::vector<float> featuresOf(const SignalFeatures &f, const std::vector<float> &samples)
{
    std::vector<std::vector<float>> channels(static_cast<std::size_t>(f.channels));
    for (std::size_t i = 0; i < samples.size(); ++i)
        channels[i % channels.size()].push_back(samples[i]);
    const std::vector<std::span<const float>> spans(channels.begin(), channels.end());
    std::vector<float> features(static_cast<std::size_t>(f.shape().size()));
    SignalExtractor::make(f)->extract(spans, features.data());
    return features;
}

/// As a board has them.
std::vector<float> extracted(const SignalFeatures &f, const std::vector<float> &samples)
{
    const Extraction made = extractionOf(f).value();
    const rsl_extract &r = made.record;
    std::vector<float> scratch(rsl_extract_scratch(r.frame, r.bands));
    std::vector<float> features(static_cast<std::size_t>(made.features));
    const rsl_extraction e {static_cast<std::uint32_t>(f.window),
                            static_cast<std::uint32_t>(f.channels),
                            r.frame,
                            r.hop,
                            r.bands,
                            r.coefficients,
                            made.tables.data(),
                            scratch.data(),
                            1.0F,
                            0,
                            RSL_TENSOR_F32};
    rsl_extract_features(&e, samples.data(), features.data());
    return features;
}

/// Spectra of 50 numbers as images of 5 x 5 pixels of two channels.
SignalFeatures fiveFrames()
{
    SignalFeatures f;
    f.rate = 1000;
    f.channels = 2;
    f.window = 50; // of which two lie in no frame
    f.kind = SignalFeatureKind::LogMel;
    f.frame = 16;
    f.hop = 8;
    f.bands = 5;
    return f;
}

} // namespace

class ExtractionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boardsMakeTheDataFeatures()
    {
        for (const SignalFeatureKind kind :
             {SignalFeatureKind::Fft, SignalFeatureKind::LogMel, SignalFeatureKind::Mfcc})
            for (const bool hann : {true, false})
                for (Index length = kind == SignalFeatureKind::Fft ? 4 : 256; length <= 4096; length *= 2) {
                    SignalFeatures f;
                    f.rate = 8000;
                    f.hann = hann;
                    f.kind = kind;
                    f.channels = length % 3; // 1 or 2
                    f.window = kind == SignalFeatureKind::Fft ? length : 2 * length + 17;
                    f.frame = length;
                    f.hop = length / 2 - 1;
                    f.bands = 20;
                    const std::vector<float> samples = samplesOf(f, 3);
                    const std::vector<float> wanted = featuresOf(f, samples);
                    const std::vector<float> got = extracted(f, samples);
                    QCOMPARE(got.size(), wanted.size());
                    float most = 0;
                    for (const float value : wanted)
                        most = std::max(most, std::fabs(value));
                    for (std::size_t i = 0; i < got.size(); ++i)
                        QVERIFY2(std::fabs(got[i] - wanted[i]) <= 3e-6F * most,
                                 qPrintable(QStringLiteral("%1 samples, %2: %3 for %4")
                                                .arg(length)
                                                .arg(i)
                                                .arg(static_cast<double>(got[i]))
                                                .arg(static_cast<double>(wanted[i]))));
                }
    }

    void whatBoardsDoNotTransformIsNamed()
    {
        const auto refused = [](const SignalFeatures &f, ErrorCode code, const char *says,
                                const char *where) {
            const auto made = extractionOf(f);
            return !made && made.error().code == code && made.error().what.find(says) != std::string::npos
                && made.error().where == where;
        };
        SignalFeatures f;
        f.window = 2000;
        QVERIFY(refused(f, ErrorCode::Unsupported, "not 2000", "options/window"));
        f.window = 2;
        QVERIFY(refused(f, ErrorCode::Unsupported, "not 2", "options/window"));
        f.window = 131'072;
        QVERIFY(refused(f, ErrorCode::Unsupported, "65535", "options/window"));
        f.window = 2048;
        f.kind = SignalFeatureKind::Raw;
        QVERIFY(refused(f, ErrorCode::Unsupported, "samples themselves", "options/features"));
        f.kind = SignalFeatureKind::Mfcc;
        f.rate = 16'000;
        f.frame = 400;
        QVERIFY(refused(f, ErrorCode::Unsupported, "not 400", "options/frame"));
        f.frame = 4096;
        QVERIFY(refused(f, ErrorCode::OutOfRange, "2048", "options/frame"));
    }

    /// The same network behind features and behind samples.
    void modelsTakeSamples_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("standardised");
        for (const bool standardised : {false, true})
            for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
                QTest::addRow("%s%s", nameOf(type).data(), standardised ? ", standardised" : "")
                    << int {type} << standardised;
    }

    void modelsTakeSamples()
    {
        QFETCH(int, type);
        QFETCH(bool, standardised);
        const SignalFeatures f = fiveFrames();
        const Network network = smallImageNetwork(true, standardised);
        std::vector<std::vector<float>> windows;
        Matrix features(40, f.shape().size());
        for (unsigned i = 0; i < 40; ++i) {
            windows.push_back(samplesOf(f, i));
            const std::vector<float> row = featuresOf(f, windows.back());
            std::copy(row.begin(), row.end(), features.data() + i * features.cols());
        }
        PackOptions options {.type = static_cast<rsl_number>(type), .name = "net"};
        const auto fed = packModel(network, options, view(std::as_const(features)), twinInference());
        options.samples = RawSamples {f, windows.front()};
        const auto image = packModel(network, options, view(std::as_const(features)), twinInference());
        QVERIFY2(image && fed, image ? "" : message(image.error()).c_str());
        QCOMPARE(image->inputs(), std::size_t {100});
        QCOMPARE(image->macs(), fed->macs());
        QVERIFY(int {image->type()} == type);
        const std::vector<ImageOperation> operations = operationsOf(image->model());
        QCOMPARE(operations.size(), operationsOf(fed->model()).size() + 1);
        QVERIFY2(operations.front().name == "features 1x50x2-5x5x2", operations.front().name.c_str());
        QVERIFY(operations.front().makesFeatures && !operations.back().makesFeatures);
        std::vector<std::uint8_t> output(image->knownOutput().size());
        std::vector<std::uint8_t> wanted(output.size());
        for (unsigned i = 0; i < 40; ++i) {
            QVERIFY(twinInference()(image->bytes(), image->input(windows[i]), output));
            const std::span<const float> row(features.data() + i * features.cols(),
                                             static_cast<std::size_t>(features.cols()));
            QVERIFY(twinInference()(fed->bytes(), fed->input(row), wanted));
            if (i == 0)
                QVERIFY(std::equal(output.begin(), output.end(), image->knownOutput().begin()));
            const std::vector<float> got = image->logits(output);
            const std::vector<float> expected = fed->logits(wanted);
            // A feature that lies between two int8 numbers may fall on either.
            const float room = type == RSL_I8 ? 0.05F : 1e-4F;
            for (std::size_t k = 0; k < got.size(); ++k)
                QVERIFY2(std::fabs(got[k] - expected[k]) < room,
                         qPrintable(QString::number(static_cast<double>(got[k] - expected[k]))));
        }
    }

    void samplesOfOtherFeaturesAreRefused()
    {
        SignalFeatures f = fiveFrames();
        const Matrix features = Matrix::Random(4, 50);
        const auto packed = [&](std::size_t samples) {
            PackOptions options {.type = RSL_F32, .name = "net"};
            options.samples = RawSamples {f, std::vector<float>(samples)};
            return packModel(smallImageNetwork(true), options, view(features), twinInference());
        };
        QVERIFY(packed(100));
        const auto shorter = packed(99);
        QVERIFY(!shorter && shorter.error().code == ErrorCode::OutOfRange);
        f.bands = 4;
        const auto fewer = packed(100);
        QVERIFY(!fewer && fewer.error().code == ErrorCode::OutOfRange);
        QVERIFY(fewer.error().what.find("40 are made of samples") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ExtractionTest)

} // namespace extraction_test

#include "extraction_test.moc"
