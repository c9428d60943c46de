// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <QtTest>

#include "core/nn/dense_layer.h"
#include "core/nn/glorot.h"
#include "tests/support/gradient_check.h"
#include "tests/support/recording_sink.h"

namespace dense_layer_test {

using namespace rosler;

namespace {

LayerShape denseShape(Index inputs, Index outputs, bool relu)
{
    return {.inputs = inputs, .outputs = outputs, .read = inputs, .kept = outputs, .relu = relu};
}

void shapeRows()
{
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("batch");
    QTest::addColumn<bool>("relu");
    QTest::newRow("1 x 1") << 1 << 1 << 4 << false;
    QTest::newRow("batch of 1") << 9 << 5 << 1 << true;
    QTest::newRow("tall") << 3 << 40 << 6 << true;
    QTest::newRow("wide") << 41 << 3 << 6 << true;
    QTest::newRow("no activation") << 17 << 10 << 7 << false;
    QTest::newRow("thick") << 35 << 37 << 5 << true;
}

} // namespace

class DenseLayerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gradientAgreesWithTheFormulas_data() { shapeRows(); }
    void gradientAgreesWithTheFormulas();
    void formulasAgreeWithDifferences_data() { shapeRows(); }
    void formulasAgreeWithDifferences();
    void outputIsAffineThenCut();
    void costCountsTheMultiplyAdds();
    void gradientsThatAreNotWantedStayAsTheyWere();
    void sinkHearsEachNumberOnce_data();
    void sinkHearsEachNumberOnce();
    void startsGlorotUniform();
    void sameSeedSameWeights();
};

void DenseLayerTest::gradientAgreesWithTheFormulas()
{
    QFETCH(int, inputs);
    QFETCH(int, outputs);
    QFETCH(int, batch);
    QFETCH(bool, relu);
    LayerTrial trial(denseShape(inputs, outputs, relu), batch);
    const auto wrong = checkGradient(trial);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void DenseLayerTest::formulasAgreeWithDifferences()
{
    QFETCH(int, inputs);
    QFETCH(int, outputs);
    QFETCH(int, batch);
    QFETCH(bool, relu);
    const auto wrong = checkDifferences(LayerTrial(denseShape(inputs, outputs, relu), batch));
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void DenseLayerTest::outputIsAffineThenCut()
{
    for (const bool relu : {false, true}) {
        LayerTrial trial(denseShape(50, 43, relu), 9);
        trial.forward();
        const auto x = naive::toTable(trial.x);
        const auto bound = trial.reference().magnitudes().affine(naive::magnitude(x));
        const auto wrong =
            differs(naive::toTable(trial.y), trial.reference().forward(x), bound, trial.sums());
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
}

void DenseLayerTest::costCountsTheMultiplyAdds()
{
    const LayerTrial trial(denseShape(13, 6, true), 1);
    const auto x = naive::toTable(trial.x);
    std::uint64_t macs = 0;
    (void)trial.reference().affine(x, &macs);
    QCOMPARE(trial.layer->forwardMacs(), macs);
    for (const bool c : {false, true}) {
        for (const bool wantsDx : {false, true}) {
            BackwardRequest request;
            request.factors.c = c;
            macs = 0;
            (void)trial.reference().backward(x, naive::toTable(trial.dy), request.factors, wantsDx, {},
                                             &macs);
            QCOMPARE(trial.layer->backwardMacs(request.factors, trial.layer->inputs(), wantsDx), macs);
        }
    }
}

void DenseLayerTest::gradientsThatAreNotWantedStayAsTheyWere()
{
    LayerTrial trial(denseShape(20, 12, true), 4);
    (void)trial.backward({}, true);
    const Matrix dx = trial.dx;
    BackwardRequest request;
    request.factors.c = false;
    for (const float g : trial.backward(request, true, 42.0F))
        QVERIFY(g == 42.0F);
    QVERIFY(trial.dx == dx);
}

void DenseLayerTest::sinkHearsEachNumberOnce_data()
{
    QTest::addColumn<int>("outputs");
    QTest::newRow("thin") << 10;
    QTest::newRow("one piece") << 100;
    QTest::newRow("several pieces") << 300;
}

void DenseLayerTest::sinkHearsEachNumberOnce()
{
    QFETCH(int, outputs);
    LayerTrial trial(denseShape(301, outputs, false), 30);
    const auto expected = trial.backward({}, false);
    RecordingSink sink(expected.size());
    BackwardRequest request;
    request.sink = &sink;
    QVERIFY(trial.backward(request, false) == expected);
    QVERIFY(sink.heardAllOnce());
    QVERIFY(sink.values() == expected);
}

void DenseLayerTest::startsGlorotUniform()
{
    const DenseLayer layer(denseShape(200, 100, true));
    std::vector<float> parameters(static_cast<std::size_t>(layer.parameterCount()), 7.0F);
    layer.initialise(parameters, 1, 0, SketchKind::Gaussian);
    const double bound = std::sqrt(6.0 / 300.0);
    QVERIFY(std::abs(glorotBound(200, 100) - bound) < 1e-15);
    constexpr std::size_t n = 20'000;
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const auto w = static_cast<double>(parameters[i]);
        QVERIFY(std::abs(w) <= bound * (1.0 + naive::floatEps));
        sum += w;
        squares += w * w;
    }
    // four standard errors: var w = b^2/3, var w^2 = b^4 (1/5 - 1/9)
    const auto count = static_cast<double>(n);
    QVERIFY(std::abs(sum / count) < 4.0 * bound / std::sqrt(3.0 * count));
    QVERIFY(std::abs(squares / count - bound * bound / 3.0)
            < 4.0 * bound * bound * std::sqrt(4.0 / 45.0 / count));
    QVERIFY(std::all_of(parameters.begin() + n, parameters.end(), [](float b) { return b == 0.0F; }));
}

void DenseLayerTest::sameSeedSameWeights()
{
    const DenseLayer layer(denseShape(20, 10, true));
    const auto drawn = [&](std::uint64_t seed, std::uint32_t number) {
        std::vector<float> parameters(static_cast<std::size_t>(layer.parameterCount()));
        layer.initialise(parameters, seed, number, SketchKind::Gaussian);
        return parameters;
    };
    QVERIFY(drawn(1, 0) == drawn(1, 0));
    QVERIFY(drawn(1, 0) != drawn(2, 0));
    QVERIFY(drawn(1, 0) != drawn(1, 1));
}

QTEST_APPLESS_MAIN(DenseLayerTest)

} // namespace dense_layer_test

#include "dense_layer_test.moc"
