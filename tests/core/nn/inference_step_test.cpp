// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtTest>

#include "core/nn/layer_catalog.h"
#include "tests/support/layers.h"

namespace inference_step_test {

using namespace rosler;

/// What a layer computes says which layer it is, and the other way round.
class InferenceStepTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachLayerIsFoundAgain_data();
    void eachLayerIsFoundAgain();
    void whatNoLayerComputesHasNone();
};

void InferenceStepTest::eachLayerIsFoundAgain_data()
{
    QTest::addColumn<bool>("sketched");
    QTest::addColumn<int>("height");
    for (const bool sketched : {false, true})
        for (const int height : {1, 9})
            QTest::addRow("%s, height %d", sketched ? "sketched" : "whole", height) << sketched << height;
}

void InferenceStepTest::eachLayerIsFoundAgain()
{
    QFETCH(bool, sketched);
    QFETCH(int, height);
    std::vector<LayerSpec> layers = imageLayers(sketched);
    layers.insert(layers.begin(), LayerSpec {"standardise", {}, Activation::None, {}});
    const auto plan = planNetwork(layers, {3, height, 12}, 5);
    QVERIFY(plan);
    for (const PlannedLayer &planned : plan->layers) {
        const auto layer = makeLayer(planned);
        const InferenceStep step = layer->inference();
        QCOMPARE(step.handsOn(), planned.spec.kind == "dropout");
        if (step.handsOn())
            continue;
        const auto found = layerThat(step);
        QVERIFY2(found, planned.spec.kind.c_str());
        LayerSpec expected = planned.spec;
        expected.activation = Activation::None;
        expected.sketch.reset();
        if (planned.number + 1 == plan->layers.size())
            expected.fields = found->fields; // the last layer's units go without saying
        QVERIFY2(*found == expected, planned.spec.kind.c_str());
    }
}

void InferenceStepTest::whatNoLayerComputesHasNone()
{
    using Does = InferenceStep::Does;
    const WindowGrid fitting = windowGrid({3, 9, 12}, 3, 1, 1);
    const InferenceStep conv {Does::Convolves, fitting, 8, 0};
    QVERIFY(layerThat(conv));
    const auto without = [&](auto &&change) {
        InferenceStep changed = conv;
        change(changed);
        return !layerThat(changed);
    };
    QVERIFY(without([](InferenceStep &s) { s.windows.windowHeight = 2; }));
    QVERIFY(without([](InferenceStep &s) { s.windows.strideDown = 2; }));
    QVERIFY(without([](InferenceStep &s) { s.windows.paddingTop = 0; }));
    QVERIFY(without([](InferenceStep &s) { s.windows.down += 1; }));
    QVERIFY(without([](InferenceStep &s) { s.outputs = 1 << 20; }));
    QVERIFY(without([](InferenceStep &s) { s.outputs = 0; }));
    QVERIFY(!layerThat({Does::Largest, fitting, 0, 0})); // padded
    const WindowGrid vector {.in = {3, 9, 12}};
    QVERIFY(layerThat({Does::Normalises, vector, 3, 1e-5}));
    QVERIFY(!layerThat({Does::Normalises, vector, 3, 1e-3}));
    QVERIFY(!layerThat({Does::Normalises, vector, 12, 1e-5}));
    QVERIFY(!layerThat({Does::HandsOn, vector, 0, 0}));
}

QTEST_APPLESS_MAIN(InferenceStepTest)

} // namespace inference_step_test

#include "inference_step_test.moc"
