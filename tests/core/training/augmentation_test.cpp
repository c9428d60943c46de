// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/training/augmentation.h"
#include "core/training/trial_spec.h"
#include "tests/support/layers.h"

namespace augmentation_test {

using namespace rosler;
using Values = std::vector<float>;

namespace {

constexpr ExampleShape image {2, 4, 5};

/// Every number once, none of them 0.
Values counted(Index size)
{
    Values values(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i + 1);
    return values;
}

Values applied(const Augmenter &augmenter, std::uint32_t epoch, std::uint32_t example, const Values &from)
{
    Values to(from.size(), -1.0F);
    augmenter.apply(epoch, example, from.data(), to.data());
    return to;
}

/// The image moved and then perhaps mirrored, pixel by pixel.
Values moved(const Values &from, const ExampleShape &shape, Index down, Index right, bool mirrored)
{
    Values to(from.size(), 0.0F);
    for (Index y = 0; y < shape.height; ++y)
        for (Index x = 0; x < shape.width; ++x)
            for (Index c = 0; c < shape.channels; ++c) {
                const Index toX = mirrored ? shape.width - 1 - (x + right) : x + right;
                const Index toY = y + down;
                if (toX < 0 || toX >= shape.width || toY < 0 || toY >= shape.height)
                    continue;
                to[static_cast<std::size_t>((toY * shape.width + toX) * shape.channels + c)] =
                    from[static_cast<std::size_t>((y * shape.width + x) * shape.channels + c)];
            }
    return to;
}

} // namespace

class AugmentationTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void imagesAreMovedAndMirroredInEveryWay();
    void signalsAreMovedAlong();
    void aDrawIsOfSeedEpochAndExample();
    void noiseHasItsDeviation();
    void nothingChangesNothing();
    void whatLeavesNothingIsRefused();
};

void AugmentationTest::imagesAreMovedAndMirroredInEveryWay()
{
    const Values from = counted(image.size());
    const Augmenter augmenter({2, true, 0}, image, 3);
    std::map<Values, int> found;
    for (Index down = -2; down <= 2; ++down)
        for (Index right = -2; right <= 2; ++right)
            for (const bool mirrored : {false, true})
                found[moved(from, image, down, right, mirrored)] = 0;
    QCOMPARE(found.size(), std::size_t {50});
    constexpr std::uint32_t draws = 5'000;
    for (std::uint32_t example = 0; example < draws; ++example) {
        const auto known = found.find(applied(augmenter, 0, example, from));
        QVERIFY(known != found.end());
        ++known->second;
    }
    // 100 each; five standard deviations of a binomial count are 49.5
    for (const auto &[values, times] : found)
        QVERIFY2(std::abs(times - 100) < 50, std::to_string(times).c_str());
}

void AugmentationTest::signalsAreMovedAlong()
{
    constexpr ExampleShape signal {2, 1, 6};
    const Values from = counted(signal.size());
    const Augmenter augmenter({1, false, 0}, signal, 3);
    std::set<Values> found;
    for (std::uint32_t example = 0; example < 100; ++example)
        found.insert(applied(augmenter, 0, example, from));
    QVERIFY(
        (found
         == std::set<Values> {moved(from, signal, 0, -1, false), from, moved(from, signal, 0, 1, false)}));
}

void AugmentationTest::aDrawIsOfSeedEpochAndExample()
{
    const Values from = counted(image.size());
    const AugmentationSpec spec {1, true, 0.5};
    const Augmenter augmenter(spec, image, 3);
    const Values first = applied(augmenter, 4, 7, from);
    (void)applied(augmenter, 4, 8, from);
    QVERIFY(applied(augmenter, 4, 7, from) == first);
    QVERIFY(applied(Augmenter(spec, image, 3), 4, 7, from) == first);
    QVERIFY(applied(augmenter, 5, 7, from) != first);
    QVERIFY(applied(augmenter, 4, 8, from) != first);
    QVERIFY(applied(Augmenter(spec, image, 4), 4, 7, from) != first);
}

void AugmentationTest::noiseHasItsDeviation()
{
    constexpr ExampleShape row = ExampleShape::vector(4'000);
    const Values from(4'000, 1.0F);
    const Augmenter augmenter({0, false, 0.25}, row, 3);
    double sum = 0;
    double squares = 0;
    for (const float value : applied(augmenter, 0, 0, from)) {
        const double noise = static_cast<double>(value) - 1.0;
        sum += noise;
        squares += noise * noise;
    }
    // Standard errors: 0.25 / sqrt(n) of the mean, 0.0625 sqrt(2 / n) of the variance; five of them.
    QVERIFY(std::abs(sum / 4'000) < 5 * 0.25 / std::sqrt(4'000.0));
    QVERIFY(std::abs(squares / 4'000 - 0.0625) < 5 * 0.0625 * std::sqrt(2.0 / 4'000));
}

void AugmentationTest::nothingChangesNothing()
{
    const Values from = counted(image.size());
    QVERIFY(!AugmentationSpec {}.any());
    QVERIFY(applied(Augmenter({}, image, 3), 0, 0, from) == from);
}

void AugmentationTest::whatLeavesNothingIsRefused()
{
    QVERIFY(checkAugmentation({3, true, 1}, image).has_value());
    const auto far = checkAugmentation({4, false, 0}, image);
    QVERIFY(!far);
    QCOMPARE(far.error().where, std::string("/training/augmentation/shift"));
    QVERIFY2(far.error().what.find("0 to 3") != std::string::npos, far.error().what.c_str());
    QVERIFY(checkAugmentation({5, false, 0}, ExampleShape::vector(6)).has_value());
    const auto mirrored = checkAugmentation({0, true, 0}, ExampleShape::vector(6));
    QVERIFY(!mirrored);
    QCOMPARE(mirrored.error().where, std::string("/training/augmentation/flip"));
    TrialSpec spec;
    spec.model.layers = layersOf({4});
    spec.training.augmentation.flip = true;
    QVERIFY(planOf(spec, image, 3).has_value());
    QCOMPARE(planOf(spec, ExampleShape::vector(6), 3).error().where,
             std::string("/training/augmentation/flip"));
}

QTEST_APPLESS_MAIN(AugmentationTest)

} // namespace augmentation_test

#include "augmentation_test.moc"
