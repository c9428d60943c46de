// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "device_link/host/image_forecast.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_image.h"
#include "tests/support/layers.h"

namespace image_forecast_test {

using namespace rosler;

namespace {

std::vector<LayerShape> dense()
{
    return {{.inputs = 50, .outputs = 37, .read = 50, .kept = 37, .relu = true},
            {.inputs = 37, .outputs = 9, .read = 37, .kept = 9}};
}

std::vector<LayerShape> sketched()
{
    return {{.inputs = 50, .outputs = 40, .rank = 7, .read = 31, .kept = 22, .relu = true},
            {.inputs = 40, .outputs = 30, .rank = 5, .read = 22, .kept = 30, .relu = true},
            {.inputs = 30, .outputs = 9, .rank = 6, .read = 30, .kept = 9}};
}

std::vector<LayerShape> mixed()
{
    return {{.inputs = 50, .outputs = 64, .rank = 16, .read = 50, .kept = 64, .relu = true},
            {.inputs = 64, .outputs = 3, .read = 64, .kept = 3}};
}

} // namespace

/// What an image will need against what it does need.
class ImageForecastTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isWhatPackingMakesToTheByte_data()
    {
        QTest::addColumn<int>("net");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("layout");
        QTest::addColumn<bool>("foldU");
        const char *const names[] = {"dense", "sketched", "mixed", "images", "sketched images"};
        for (int net = 0; net < 5; ++net)
            for (const bool foldU : {false, true}) {
                const auto row = [&](const char *name, rsl_number type, rsl_layout layout) {
                    QTest::addRow("%s %s%s", names[net], name, foldU ? ", U folded" : "")
                        << net << int {type} << int {layout} << foldU;
                };
                row("f32", RSL_F32, RSL_LAYOUT_F_4X1);
                row("f16", RSL_F16, RSL_LAYOUT_F_4X1);
                row("i8 4x4", RSL_I8, RSL_LAYOUT_I8_4X4);
                row("i8 4x16", RSL_I8, RSL_LAYOUT_I8_4X16);
                row("i8 2x2", RSL_I8, RSL_LAYOUT_I8_2X2);
            }
    }

    void isWhatPackingMakesToTheByte()
    {
        QFETCH(int, net);
        QFETCH(int, type);
        QFETCH(int, layout);
        QFETCH(bool, foldU);
        const std::vector<LayerShape> shapes = net == 0 ? dense() : net == 1 ? sketched() : mixed();
        const NetworkPlan plan =
            net < 3 ? planOf(shapes) : planNetwork(imageLayers(net == 4), {2, 5, 5}, 9).value();
        Network network(plan);
        network.initialise(3);
        if (plan.keepsFeatures()) {
            std::vector<std::uint32_t> kept;
            for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(shapes.front().read); ++i)
                kept.push_back(i + i / 2);
            network.setKeptFeatures(kept);
        }
        const Matrix x = Matrix::Constant(4, 50, 0.25F);
        const auto image = packModel(network,
                                     {.type = static_cast<rsl_number>(type),
                                      .int8Layout = static_cast<rsl_layout>(layout),
                                      .name = "net",
                                      .foldU = foldU},
                                     view(x), twinInference());
        QVERIFY2(image, image ? "" : message(image.error()).c_str());
        const auto forecast =
            imageForecast(plan, static_cast<rsl_number>(type), static_cast<rsl_layout>(layout), foldU);
        QVERIFY(forecast);
        QCOMPARE(forecast->imageBytes, std::uint64_t {image->bytes().size()});
        QCOMPARE(forecast->ramBytes, std::uint64_t {image->ramBytes()});
        QCOMPARE(forecast->macs, image->macs());
        QVERIFY(forecast->operations == operationsOf(image->model()));
    }

    void knowsWhatMakingTheFeaturesTakes()
    {
        SignalFeatures spectra;
        spectra.window = 128;
        const auto extraction = extractionOf(spectra);
        QVERIFY(extraction);
        const NetworkPlan plan = planOf({{.inputs = 64, .outputs = 9, .read = 64, .kept = 9}});
        Network network(plan);
        network.initialise(3);
        const Matrix x = Matrix::Constant(4, 64, 0.25F);
        const auto image = packModel(
            network,
            {.type = RSL_I8, .name = "net", .samples = RawSamples {spectra, std::vector<float>(128, 0.5F)}},
            view(x), twinInference());
        QVERIFY2(image, image ? "" : message(image.error()).c_str());
        const auto forecast = imageForecast(plan, RSL_I8, RSL_LAYOUT_I8_4X4, true, &*extraction);
        QVERIFY(forecast);
        QCOMPARE(forecast->imageBytes, std::uint64_t {image->bytes().size()});
        QCOMPARE(forecast->ramBytes, std::uint64_t {image->ramBytes()});
        QVERIFY(forecast->operations == operationsOf(image->model()));
        QVERIFY(forecast->operations.front().makesFeatures);
        QVERIFY(forecast->ramBytes > imageForecast(plan, RSL_I8)->ramBytes + 4 * 128);
        // Of as many features as it makes.
        QCOMPARE(imageForecast(planOf(dense()), RSL_I8, RSL_LAYOUT_I8_4X4, true, &*extraction).error().code,
                 ErrorCode::OutOfRange);
    }

    void theVerdictNeedsNoBoard()
    {
        BoardProfile board;
        board.flashBytes = {64.0 * 1024.0, "stated"};
        board.ramBytes = {16.0 * 1024.0, "stated"};
        const auto small = imageForecast(planOf(sketched()), RSL_I8);
        QVERIFY(small && fitOn(board, *small).fits());
        const std::vector<LayerShape> wide {
            {.inputs = 784, .outputs = 1024, .read = 784, .kept = 1024, .relu = true},
            {.inputs = 1024, .outputs = 10, .read = 1024, .kept = 10}};
        const auto large = imageForecast(planOf(wide), RSL_F32);
        QVERIFY(large);
        const FitVerdict verdict = fitOn(board, *large);
        QVERIFY(!verdict.fits());
        QVERIFY2(verdict.text().starts_with("needs "), verdict.text().c_str());
    }

    void shapesThatNoImageHoldsAreRefused()
    {
        QVERIFY(!imageForecast({}, RSL_F32));
        QVERIFY(!imageForecast(
            planOf(std::vector<LayerShape>(64, {.inputs = 9, .outputs = 9, .read = 9, .kept = 9})), RSL_F32));
        std::vector<LayerShape> shapes = dense();
        shapes.front().inputs = 65536;
        QCOMPARE(imageForecast(planOf(shapes), RSL_I8).error().code, ErrorCode::OutOfRange);
        shapes = dense();
        shapes.front().kept = shapes.back().read = 65536;
        QCOMPARE(imageForecast(planOf(shapes), RSL_I8).error().code, ErrorCode::OutOfRange);
    }
};

QTEST_APPLESS_MAIN(ImageForecastTest)

} // namespace image_forecast_test

#include "image_forecast_test.moc"
