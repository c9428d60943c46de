// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include <QtTest>

#include "core/base/random.h"
#include "core/compress/float16.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/host/model_image.h"
#include "device_link/host/quantise.h"
#include "tests/support/small_network.h"

namespace model_image_test {

using namespace rosler;

namespace {

bool twin(std::span<const std::uint8_t> image, std::span<const std::uint8_t> input,
          std::span<std::uint8_t> output)
{
    std::uint16_t winner = 0;
    return rsl_twin_infer(image.data(), image.size(), input.data(), input.size(), output.data(),
                          output.size(), &winner);
}

std::vector<std::uint8_t> run(const ModelImage &image, std::span<const float> features)
{
    std::vector<std::uint8_t> output(image.knownOutput().size());
    if (!twin(image.bytes(), image.input(features), output))
        output.clear();
    return output;
}

Matrix examples(Index count)
{
    Matrix x(count, 50);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = static_cast<float>(0.5 + 0.5 * std::sin(1.7 * static_cast<double>(i * i % 977)));
    return x;
}

double largestOf(const Matrix &m)
{
    return static_cast<double>(m.cwiseAbs().maxCoeff());
}

} // namespace

/// Networks as images, computed by the twin.
class ModelImageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void inputsRoundHalvesUpwards()
    {
        Matrix wide = examples(2); // 0..255: scale 1, zero point -128
        wide(0, 0) = 0;
        wide(0, 1) = 255;
        const Matrix &x = wide;
        const auto image = packModel(smallNetwork(false), {.type = RSL_I8, .name = "pixels"}, view(x), &twin);
        QVERIFY(image);
        std::vector<float> features(50, 0.0F);
        for (std::size_t i = 0; i < features.size(); ++i)
            features[i] = static_cast<float>(i) + 0.5F;
        features.back() = 0.49F;
        const std::vector<std::uint8_t> input = image->input(features);
        for (std::size_t i = 0; i + 1 < features.size(); ++i)
            QCOMPARE(int {static_cast<std::int8_t>(input[i])}, static_cast<int>(i) + 1 - 128);
        QCOMPARE(int {static_cast<std::int8_t>(input.back())}, -128);
    }

    void computesWhatTheNetworkComputes_data()
    {
        QTest::addColumn<int>("images"); // 1: of images, 2: and standardised
        QTest::addColumn<bool>("sketched");
        QTest::addColumn<bool>("foldU");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("layout");
        QTest::addColumn<double>("tolerance"); // of the largest logit
        static constexpr std::array kinds {"", ", images", ", standardised images"};
        for (const int images : {0, 1, 2})
            for (const bool sketched : {false, true})
                for (const bool foldU : {false, true}) {
                    const auto row = [&](const char *name, rsl_number type, rsl_layout layout,
                                         double tolerance) {
                        QTest::addRow("%s, %s%s%s", name, sketched ? "sketched" : "dense",
                                      foldU ? ", U folded" : "", kinds.at(static_cast<std::size_t>(images)))
                            << images << sketched << foldU << int {type} << int {layout}
                            << tolerance * (images > 0 ? 3 : 1); // more roundings
                    };
                    row("f32", RSL_F32, RSL_LAYOUT_F_4X1, 1e-5);
                    row("f16", RSL_F16, RSL_LAYOUT_F_4X1, 2e-3);
                    row("i8 4x4", RSL_I8, RSL_LAYOUT_I8_4X4, 0.03);
                    row("i8 4x16", RSL_I8, RSL_LAYOUT_I8_4X16, 0.03);
                    row("i8 2x2", RSL_I8, RSL_LAYOUT_I8_2X2, 0.03);
                }
    }

    void computesWhatTheNetworkComputes()
    {
        QFETCH(int, images);
        QFETCH(bool, sketched);
        QFETCH(bool, foldU);
        QFETCH(int, type);
        QFETCH(int, layout);
        QFETCH(double, tolerance);
        const Network net = images > 0 ? smallImageNetwork(sketched, images > 1) : smallNetwork(sketched);
        const Matrix x = examples(60);
        const auto image = packModel(net,
                                     {.type = static_cast<rsl_number>(type),
                                      .int8Layout = static_cast<rsl_layout>(layout),
                                      .name = "small net",
                                      .foldU = foldU},
                                     view(x), &twin);
        QVERIFY2(image.has_value(), image ? "" : message(image.error()).c_str());
        QCOMPARE(image->name(), std::string("small net"));
        const Matrix wanted = net.predict(view(x));
        double worst = 0;
        for (Index i = 0; i < x.rows(); ++i) {
            const std::vector<std::uint8_t> output = run(*image, {rowAt(view(x), i), 50});
            QVERIFY(!output.empty());
            const std::vector<float> logits = image->logits(output);
            for (Index k = 0; k < wanted.cols(); ++k)
                worst = std::max(
                    worst, std::abs(static_cast<double>(logits[static_cast<std::size_t>(k)] - wanted(i, k))));
            QCOMPARE(image->classOf(output),
                     std::uint16_t(std::max_element(logits.begin(), logits.end()) - logits.begin()));
        }
        QVERIFY2(worst <= tolerance * largestOf(wanted),
                 qPrintable(QString::number(worst / largestOf(wanted))));
    }

    void whatCannotBeFoldedIsRefused()
    {
        // A normalisation behind an addition, a pooling, and an activation.
        const Matrix x = examples(5);
        for (const std::size_t place : {std::size_t {4}, std::size_t {5}, std::size_t {7}}) {
            std::vector<LayerSpec> layers = imageLayers(false);
            layers.insert(layers.begin() + static_cast<std::ptrdiff_t>(place), layers[1]);
            Network net(planNetwork(layers, {2, 5, 5}, 9).value());
            net.initialise(1);
            const auto image = packModel(net, {.name = "n"}, view(x), &twin);
            QVERIFY(!image);
            QCOMPARE(image.error().code, ErrorCode::Unsupported);
        }
        // One behind a layer whose own output is added.
        std::vector<LayerSpec> layers = imageLayers(false);
        layers[3].fields["layers"] = 2;
        Network net(planNetwork(layers, {2, 5, 5}, 9).value());
        net.initialise(1);
        const auto image = packModel(net, {.name = "n"}, view(x), &twin);
        QVERIFY(!image);
        QVERIFY2(image.error().what.find("added by layer 4") != std::string::npos,
                 image.error().what.c_str());
    }

    void additionsTakeWhatIsInAnyPlace()
    {
        // Numbers of a pooling and of vectors, outputs that are added twice, the standardised data itself.
        const LayerSpec again {"residual", {{"layers", 1}}, Activation::Relu, {}};
        LayerSpec farther = again;
        farther.fields["layers"] = 3;
        LayerSpec plain = again;
        plain.activation = Activation::None;
        const std::vector<LayerSpec> layers {
            {"standardise", {}, Activation::None, {}},
            convolution(1, 3, 1),
            again,
            convolution(1, 1, 0),
            farther,
            {"average_pool", {{"size", 5}, {"stride", 5}}, Activation::None, {}},
            fullyConnected(10),
            again,
            fullyConnected(10, Sketch {3, {}}),
            plain,
            fullyConnected(10),
            farther,
            fullyConnected()};
        Network net(planNetwork(layers, {1, 1, 50}, 9).value());
        net.initialise(2);
        net.fit(std::vector<double>(50, 0.5), std::vector<double>(50, 0.3));
        const Matrix x = examples(40);
        const Matrix wanted = net.predict(view(x));
        for (const auto &[type, tolerance] : {std::pair {RSL_F32, 1e-5}, {RSL_I8, 0.1}})
            for (const rsl_layout layout : {RSL_LAYOUT_I8_4X4, RSL_LAYOUT_I8_4X16, RSL_LAYOUT_I8_2X2}) {
                PackOptions options {.type = type, .name = "n"};
                options.int8Layout = layout;
                const auto image = packModel(net, options, view(x), &twin);
                QVERIFY2(image, image ? "" : image.error().what.c_str());
                double worst = 0;
                for (Index i = 0; i < x.rows(); ++i) {
                    const auto logits = image->logits(run(*image, {rowAt(view(x), i), 50}));
                    for (Index k = 0; k < wanted.cols(); ++k)
                        worst = std::max(worst,
                                         std::abs(static_cast<double>(logits[static_cast<std::size_t>(k)]
                                                                      - wanted(i, k))));
                }
                QVERIFY2(worst <= tolerance * largestOf(wanted),
                         qPrintable(QString::number(worst / largestOf(wanted))));
            }
    }

    void theKnownAnswerIsTheTwins()
    {
        const Matrix x = examples(5);
        const auto image =
            packModel(smallNetwork(true), {.type = RSL_I8, .name = "k"}, view(x), &twin).value();
        std::vector<std::uint8_t> output(image.knownOutput().size());
        QVERIFY(twin(image.bytes(), image.knownInput(), output));
        QVERIFY(std::equal(output.begin(), output.end(), image.knownOutput().begin()));
        QVERIFY(std::any_of(output.begin(), output.end(), [](std::uint8_t byte) { return byte != 0; }));
    }

    void sketchedModelsTakeTheirMultiplyAddsAndNoMore()
    {
        const Matrix x = examples(2);
        const auto with =
            packModel(smallNetwork(true), {.type = RSL_F32, .name = "w", .foldU = false}, view(x), &twin)
                .value();
        QCOMPARE(with.macs(), std::uint64_t(7 * (31 + 22) + 49 + 5 * (22 + 30) + 25 + 6 * (30 + 9) + 36));
        const auto without =
            packModel(smallNetwork(true), {.type = RSL_F32, .name = "w"}, view(x), &twin).value();
        QCOMPARE(without.macs(), with.macs() - 49 - 25 - 36);
        QVERIFY(without.bytes().size() < with.bytes().size());
    }

    void equalNetworksGiveEqualBytes()
    {
        const Matrix x = examples(9);
        const auto a = packModel(smallNetwork(true), {.name = "a"}, view(x), &twin).value();
        const auto b = packModel(smallNetwork(true), {.name = "a"}, view(x), &twin).value();
        QCOMPARE(a.sha256(), b.sha256());
        QVERIFY(std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end()));
        const auto c = packModel(smallNetwork(true), {.name = "b"}, view(x), &twin).value();
        QVERIFY(a.sha256() != c.sha256());
    }

    void storedImagesAreCheckedBytewise()
    {
        const Matrix x = examples(3);
        const auto image = packModel(smallNetwork(true), {.name = "a"}, view(x), &twin).value();
        const std::vector<std::uint8_t> bytes(image.bytes().begin(), image.bytes().end());
        QVERIFY(ModelImage::fromBytes(bytes, "m").has_value());
        for (std::size_t cut = 0; cut < bytes.size(); cut += 7)
            QVERIFY(!ModelImage::fromBytes({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)},
                                           "m"));
        for (std::size_t at = 0; at < bytes.size(); at += 5) {
            std::vector<std::uint8_t> wrong = bytes;
            wrong[at] ^= 0x10;
            const auto read = ModelImage::fromBytes(wrong, "m");
            QVERIFY(!read.has_value());
            QVERIFY(read.error().where.starts_with("m:"));
        }
    }

    void whatCannotBePackedIsRefused()
    {
        const Matrix x = examples(3);
        QCOMPARE(packModel(smallNetwork(false), {}, view(Matrix(x.leftCols(49))), &twin).error().code,
                 ErrorCode::OutOfRange);
        QCOMPARE(packModel(smallNetwork(false), {}, view(x.data(), 0, 50), &twin).error().code,
                 ErrorCode::OutOfRange);
        Network broken = smallNetwork(false);
        broken.parameters()[3] = std::nanf("");
        QCOMPARE(packModel(broken, {}, view(x), &twin).error().code, ErrorCode::OutOfRange);
        QCOMPARE(
            packModel(smallNetwork(false), {}, view(x), [](auto, auto, auto) { return false; }).error().code,
            ErrorCode::Rejected);
        QCOMPARE(numberType("i4").error().code, ErrorCode::OutOfRange);
        for (const rsl_number type : {RSL_F32, RSL_F16, RSL_I8})
            QCOMPARE(numberType(nameOf(type)).value(), type);
    }

    void scalesCoverWhatWasSeen()
    {
        const IntegerScale after = int8Scale({0, 5.1F}, true);
        QCOMPARE(after.zero, -128);
        QCOMPARE(after.scale, static_cast<double>(5.1F) / 255);
        const IntegerScale around = int8Scale({-1, 3}, false);
        QVERIFY(around.scale * (-128 - around.zero) <= -0.99 && around.scale * (127 - around.zero) >= 2.98);
        QCOMPARE(int8Scale({0, 0}, true).scale, 1.0); // a dead layer
        // 127 * 32767 * 4000 would overflow 32 bits.
        const double highest = 2.0 / int16Scale({-2, 1}, 4000).scale;
        QVERIFY(highest * 127 * 4000 < 2147483648.0);
    }

    void tinyAndDeadRowsStayInRange()
    {
        ChainProduct product {.weights = Matrix::Zero(3, 4), .bias = {0, 1e4F, -2}};
        product.weights(2, 1) = 1e-12F;
        const IntegerProduct q = quantise(product, {0.01, -128}, {0.05, 0});
        QCOMPARE(q.multiplier.size(), std::size_t(3));
        for (const std::int32_t multiplier : q.multiplier)
            QVERIFY(multiplier >= 0);
        const double second = q.bias[1] * (q.multiplier[1] / 4294967296.0) * q.outputs.scale;
        QVERIFY2(std::abs(second - 1e4) < 1, qPrintable(QString::number(second)));
    }
};

QTEST_APPLESS_MAIN(ModelImageTest)

} // namespace model_image_test

#include "model_image_test.moc"
