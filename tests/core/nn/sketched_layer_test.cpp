// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/dense_layer.h"
#include "core/nn/sketched_layer.h"
#include "core/sketch/column_sampling.h"
#include "core/sketch/randomised_svd.h"
#include "tests/support/gradient_check.h"
#include "tests/support/recording_sink.h"

namespace sketched_layer_test {

using namespace rosler;
using naive::Table;

namespace {

LayerShape sketchedShape(Index read, Index kept, Index rank, bool relu)
{
    return {.inputs = read, .outputs = kept, .rank = rank, .read = read, .kept = kept, .relu = relu};
}

void shapeRows()
{
    QTest::addColumn<int>("read");
    QTest::addColumn<int>("kept");
    QTest::addColumn<int>("rank");
    QTest::addColumn<int>("batch");
    QTest::addColumn<bool>("relu");
    QTest::newRow("1 x 1") << 1 << 1 << 1 << 4 << false;
    QTest::newRow("batch of 1") << 9 << 5 << 3 << 1 << true;
    QTest::newRow("tall") << 3 << 40 << 2 << 6 << true;
    QTest::newRow("wide") << 41 << 3 << 2 << 6 << true;
    QTest::newRow("rank 1") << 19 << 18 << 1 << 5 << true;
    QTest::newRow("full rank") << 8 << 8 << 8 << 6 << true;
    QTest::newRow("no activation") << 17 << 10 << 5 << 7 << false;
    QTest::newRow("thick intermediate") << 35 << 34 << 33 << 2 << true;
}

LayerTrial trialOfRow()
{
    QFETCH(int, read);
    QFETCH(int, kept);
    QFETCH(int, rank);
    QFETCH(int, batch);
    QFETCH(bool, relu);
    return {sketchedShape(read, kept, rank, relu), batch};
}

/// All eight sets of kinds of factors.
std::vector<FactorSet> factorSets()
{
    std::vector<FactorSet> sets;
    for (unsigned bits = 0; bits < 8; ++bits)
        sets.push_back({(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0});
    return sets;
}

Table blockOf(const Layer &layer, std::span<const float> numbers, const char *name)
{
    for (const auto &block : layer.blocks()) {
        if (block.name != name)
            continue;
        const Table stored = naive::toTable(view(numbers.data() + block.offset, block.rows, block.cols));
        return block.transposed ? naive::transpose(stored) : stored;
    }
    return {};
}

void put(const Layer &layer, std::span<float> numbers, const char *name, const Table &value)
{
    for (const auto &block : layer.blocks())
        if (block.name == name)
            view(numbers.data() + block.offset, block.rows, block.cols) =
                (block.transposed ? naive::transpose(value) : value).cast<float>();
}

/// Largest over smallest singular value of a square matrix.
double conditionOf(const Table &square)
{
    const auto values = randomisedSvd(square, square.cols(), {1, Draw::Split, 0}).values;
    return values(0) / values(values.size() - 1);
}

std::vector<float> drawn(const LayerShape &shape, std::uint64_t seed, std::uint32_t number, SketchKind kind)
{
    const SketchedLayer layer(shape);
    std::vector<float> parameters(static_cast<std::size_t>(layer.parameterCount()), 7.0F);
    layer.initialise(parameters, seed, number, kind);
    return parameters;
}

} // namespace

class SketchedLayerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gradientAgreesWithTheFormulas_data() { shapeRows(); }
    void gradientAgreesWithTheFormulas();
    void formulasAgreeWithDifferences_data() { shapeRows(); }
    void formulasAgreeWithDifferences();
    void outputIsTheFormula_data() { shapeRows(); }
    void outputIsTheFormula();
    void blocksTileTheParameters();
    void onlyWantedFactorsAreTouched();
    void sinkHearsWantedFactorsOnce();
    void gradientSketchGivesTheChosenColumnsAlone();
    void costCountsTheMultiplyAdds();
    void identitiesAroundUAreADenseLayer();
    void fullRankEqualsDense();
    void gaussianStartIsOrthonormal();
    void startHasTheNormOfGlorot_data();
    void startHasTheNormOfGlorot();
    void curStartTakesColumnsAndRowsOfOneMatrix();
    void sameSeedSameSketch_data() { kindRows(); }
    void sameSeedSameSketch();
    void keptOutputsAreRowsOfTheWholeC_data() { kindRows(); }
    void keptOutputsAreRowsOfTheWholeC();

private:
    static void kindRows()
    {
        QTest::addColumn<SketchKind>("kind");
        QTest::newRow("gaussian") << SketchKind::Gaussian;
        QTest::newRow("cur-uniform") << SketchKind::CurUniform;
        QTest::newRow("cur-leverage") << SketchKind::CurLeverage;
    }
};

void SketchedLayerTest::gradientAgreesWithTheFormulas()
{
    LayerTrial trial = trialOfRow();
    const auto wrong = checkGradient(trial);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void SketchedLayerTest::formulasAgreeWithDifferences()
{
    const auto wrong = checkDifferences(trialOfRow());
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void SketchedLayerTest::outputIsTheFormula()
{
    LayerTrial trial = trialOfRow();
    trial.forward();
    const auto x = naive::toTable(trial.x);
    const auto bound = trial.reference().magnitudes().affine(naive::magnitude(x));
    const auto wrong = differs(naive::toTable(trial.y), trial.reference().forward(x), bound, trial.sums());
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void SketchedLayerTest::blocksTileTheParameters()
{
    const SketchedLayer layer(sketchedShape(19, 11, 4, true));
    QCOMPARE(layer.parameterCount(), Index {11 * 4 + 4 * 4 + 4 * 19 + 11}); // m r + r^2 + r s + m
    std::vector<int> covered(static_cast<std::size_t>(layer.parameterCount()));
    for (const auto &block : layer.blocks())
        for (Index i = block.offset; i < block.offset + block.size(); ++i)
            ++covered.at(static_cast<std::size_t>(i));
    QVERIFY(std::all_of(covered.begin(), covered.end(), [](int n) { return n == 1; }));
}

void SketchedLayerTest::onlyWantedFactorsAreTouched()
{
    LayerTrial trial(sketchedShape(21, 13, 5, true), 6);
    const auto all = trial.backward({}, true);
    const Matrix dx = trial.dx;
    for (const auto &factors : factorSets()) {
        for (const bool wantsDx : {false, true}) {
            trial.dx.setConstant(42.0F);
            BackwardRequest request;
            request.factors = factors;
            const auto some = trial.backward(request, wantsDx, 42.0F);
            for (const auto &block : trial.layer->blocks()) {
                for (Index i = block.offset; i < block.offset + block.size(); ++i) {
                    const auto at = static_cast<std::size_t>(i);
                    QVERIFY(some[at] == (factors.has(block.factor) ? all[at] : 42.0F));
                }
            }
            QVERIFY(wantsDx ? trial.dx == dx : (trial.dx.array() == 42.0F).all());
        }
    }
}

void SketchedLayerTest::sinkHearsWantedFactorsOnce()
{
    LayerTrial trial(sketchedShape(301, 400, 6, true), 30);
    for (const auto &factors : factorSets()) {
        BackwardRequest request;
        request.factors = factors;
        const auto expected = trial.backward(request, true, 42.0F);
        RecordingSink sink(expected.size());
        request.sink = &sink;
        QVERIFY(trial.backward(request, true, 42.0F) == expected);
        for (const auto &block : trial.layer->blocks()) {
            const bool wanted = factors.has(block.factor);
            for (Index i = block.offset; i < block.offset + block.size(); ++i) {
                const auto at = static_cast<std::size_t>(i);
                QCOMPARE(sink.times()[at], wanted ? 1 : 0);
                QVERIFY(sink.values()[at] == (wanted ? expected[at] : 0.0F));
            }
        }
    }
}

void SketchedLayerTest::gradientSketchGivesTheChosenColumnsAlone()
{
    LayerTrial trial(sketchedShape(40, 13, 5, true), 6);
    const auto x = naive::toTable(trial.x);
    const auto dy = trial.reference().masked(x, naive::toTable(trial.dy));
    const Table bound =
        trial.reference().magnitudes().backward(naive::magnitude(x), naive::magnitude(dy), {}, true).r;
    const Table whole = trial.reference().backward(x, dy, {}, true).r;
    const auto untouched = trial.backward({}, false);
    const std::vector<std::vector<std::uint32_t>> choices {
        {0}, {39}, {0, 1, 2}, {3, 8, 17, 20, 21, 22, 38, 39}, sampleUniformly(40, 33, {1, Draw::Split, 0})};
    for (const auto &features : choices) {
        BackwardRequest request;
        request.features = features;
        const auto gradient = trial.backward(request, false, 42.0F);
        const Table dr = blockOf(*trial.layer, gradient, "R");
        for (Index j = 0; j < 40; ++j) {
            if (std::find(features.begin(), features.end(), static_cast<std::uint32_t>(j))
                == features.end()) {
                QVERIFY((dr.col(j).array() == 42.0).all());
                continue;
            }
            const auto wrong = differs(dr.col(j), whole.col(j), bound.col(j), trial.sums());
            QVERIFY2(wrong.empty(), wrong.c_str());
        }
        for (const char *other : {"C", "b", "U"})
            QVERIFY(blockOf(*trial.layer, gradient, other) == blockOf(*trial.layer, untouched, other));
    }
}

void SketchedLayerTest::costCountsTheMultiplyAdds()
{
    const LayerTrial trial(sketchedShape(13, 6, 4, true), 1);
    const auto x = naive::toTable(trial.x);
    const auto dy = naive::toTable(trial.dy);
    std::uint64_t macs = 0;
    (void)trial.reference().affine(x, &macs);
    QCOMPARE(trial.layer->forwardMacs(), macs);
    const std::vector<std::uint32_t> some {1, 2, 9};
    for (const auto &factors : factorSets()) {
        for (const bool wantsDx : {false, true}) {
            for (const auto &features : {std::span<const std::uint32_t> {}, std::span(std::as_const(some))}) {
                macs = 0;
                (void)trial.reference().backward(x, dy, factors, wantsDx, features, &macs);
                QCOMPARE(trial.layer->backwardMacs(factors,
                                                   features.empty() ? trial.layer->inputs()
                                                                    : static_cast<Index>(features.size()),
                                                   wantsDx),
                         macs);
            }
        }
    }
}

void SketchedLayerTest::identitiesAroundUAreADenseLayer()
{
    constexpr Index n = 12;
    LayerTrial trial(sketchedShape(n, n, n, true), 5);
    const Table w = naive::toTable(naive::randomMatrix(n, n, 8));
    put(*trial.layer, trial.parameters, "C", Table::Identity(n, n));
    put(*trial.layer, trial.parameters, "U", w);
    put(*trial.layer, trial.parameters, "R", Table::Identity(n, n));
    trial.forward();

    LayerTrial dense(LayerShape {.inputs = n, .outputs = n, .read = n, .kept = n, .relu = true}, 5);
    put(*dense.layer, dense.parameters, "W", w);
    put(*dense.layer, dense.parameters, "b", blockOf(*trial.layer, trial.parameters, "b"));
    dense.x = trial.x;
    dense.forward();
    const auto x = naive::magnitude(naive::toTable(trial.x));
    const auto wrong = differs(naive::toTable(trial.y), naive::toTable(dense.y),
                               dense.reference().magnitudes().affine(x), dense.sums());
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void SketchedLayerTest::fullRankEqualsDense()
{
    // C, U, R square and, drawn at random, invertible: the map is that of the dense layer with W = C U R,
    // and the chain rule through W gives dC = dW R^T U^T, dU = C^T dW R^T, dR = U^T C^T dW.
    constexpr Index n = 9;
    LayerTrial trial(sketchedShape(n, n, n, true), 5);
    const auto gradient = trial.backward({}, true);
    const auto reference = trial.reference();
    const Table c = reference.c;
    const Table u = reference.u;
    const Table r = reference.r;
    for (const Table &factor : {c, u, r})
        QVERIFY(conditionOf(factor) < 1e4);

    LayerTrial dense(LayerShape {.inputs = n, .outputs = n, .read = n, .kept = n, .relu = true}, 5);
    put(*dense.layer, dense.parameters, "W", c * u * r);
    put(*dense.layer, dense.parameters, "b", reference.b);
    dense.x = trial.x;
    dense.dy = trial.dy;
    const auto denseGradient = dense.backward({}, true);
    const Table dw = blockOf(*dense.layer, denseGradient, "W");

    const auto magnitudes = reference.magnitudes();
    const auto x = naive::magnitude(naive::toTable(trial.x));
    const auto bound = magnitudes.backward(x, naive::magnitude(naive::toTable(trial.dy)), {}, true);
    const auto same = [&](const Table &a, const Table &b, const Table &size) {
        return differs(a, b, size, trial.sums());
    };
    QCOMPARE(same(naive::toTable(trial.y), naive::toTable(dense.y), magnitudes.affine(x)), std::string());
    QCOMPARE(same(naive::toTable(trial.dx), naive::toTable(dense.dx), bound.x), std::string());
    const auto d = [&](const char *name) { return blockOf(*trial.layer, gradient, name); };
    QCOMPARE(same(d("C"), dw * r.transpose() * u.transpose(), bound.c), std::string());
    QCOMPARE(same(d("U"), c.transpose() * dw * r.transpose(), bound.u), std::string());
    QCOMPARE(same(d("R"), u.transpose() * c.transpose() * dw, bound.r), std::string());
    QCOMPARE(same(d("b"), blockOf(*dense.layer, denseGradient, "b"), bound.b), std::string());
}

void SketchedLayerTest::gaussianStartIsOrthonormal()
{
    const auto shape = sketchedShape(90, 70, 12, true);
    const SketchedLayer layer(shape);
    const auto parameters = drawn(shape, 5, 1, SketchKind::Gaussian);
    const Table c = blockOf(layer, parameters, "C");
    const Table r = blockOf(layer, parameters, "R");
    const Table u = blockOf(layer, parameters, "U");
    const Table identity = Table::Identity(12, 12);
    // each number is rounded to float once: |c_i . c_j| is off by at most 2 eps |c_i| |c_j|
    QVERIFY((c.transpose() * c - identity).cwiseAbs().maxCoeff() < 2.0 * naive::floatEps);
    QVERIFY((r * r.transpose() - identity).cwiseAbs().maxCoeff() < 2.0 * naive::floatEps);
    QVERIFY(u == Table(identity * u(0, 0)) && u(0, 0) > 0.0);
    QVERIFY((blockOf(layer, parameters, "b").array() == 0.0).all());
}

void SketchedLayerTest::startHasTheNormOfGlorot_data()
{
    QTest::addColumn<SketchKind>("kind");
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("read");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("rank");
    for (const auto &[name, kind] :
         {std::pair {"gaussian", SketchKind::Gaussian}, std::pair {"cur-uniform", SketchKind::CurUniform},
          std::pair {"cur-leverage", SketchKind::CurLeverage}}) {
        QTest::addRow("%s", name) << kind << 60 << 60 << 50 << 7;
        QTest::addRow("%s, reads a third", name) << kind << 60 << 20 << 50 << 7;
        QTest::addRow("%s, rank 1", name) << kind << 33 << 30 << 8 << 1;
        QTest::addRow("%s, full rank", name) << kind << 30 << 10 << 10 << 10;
    }
}

void SketchedLayerTest::startHasTheNormOfGlorot()
{
    QFETCH(SketchKind, kind);
    QFETCH(int, inputs);
    QFETCH(int, read);
    QFETCH(int, outputs);
    QFETCH(int, rank);
    const LayerShape shape {
        .inputs = inputs, .outputs = outputs, .rank = rank, .read = read, .kept = outputs};
    const SketchedLayer layer(shape);
    const auto parameters = drawn(shape, 3, 2, kind);
    const Table c = blockOf(layer, parameters, "C");
    const Table u = blockOf(layer, parameters, "U");
    const Table r = blockOf(layer, parameters, "R");
    // Each weight has variance b^2 / 3 with b^2 = 6 / (n + m), and there are m s of them.
    const double expected = std::sqrt(2.0 * outputs * read / (inputs + outputs));
    const double rounding = 2.0 * naive::floatEps * c.norm() * u.norm() * r.norm();
    QVERIFY(std::abs((c * u * r).norm() - expected) < rounding);
}

void SketchedLayerTest::curStartTakesColumnsAndRowsOfOneMatrix()
{
    // Of full rank, C U R is the drawn matrix again: C has its columns, R its rows, up to the scale of U.
    const auto shape = sketchedShape(10, 10, 10, false);
    const SketchedLayer layer(shape);
    const auto parameters = drawn(shape, 3, 2, SketchKind::CurUniform);
    const Table c = blockOf(layer, parameters, "C");
    const Table r = blockOf(layer, parameters, "R");
    QVERIFY((c - r).cwiseAbs().maxCoeff() == 0.0);
    const double bound = std::sqrt(6.0 / 20.0) * (1.0 + naive::floatEps);
    QVERIFY(c.cwiseAbs().maxCoeff() <= bound);
    const Table product = c * blockOf(layer, parameters, "U") * r;
    const Table scaled = c * (product.norm() / c.norm());
    const double condition = conditionOf(c);
    QVERIFY((product - scaled).norm() < 8.0 * naive::floatEps * condition * condition * c.norm());
}

void SketchedLayerTest::sameSeedSameSketch()
{
    QFETCH(SketchKind, kind);
    const auto shape = sketchedShape(30, 20, 6, true);
    QVERIFY(drawn(shape, 1, 0, kind) == drawn(shape, 1, 0, kind));
    QVERIFY(drawn(shape, 1, 0, kind) != drawn(shape, 2, 0, kind));
    QVERIFY(drawn(shape, 1, 0, kind) != drawn(shape, 1, 1, kind));
}

void SketchedLayerTest::keptOutputsAreRowsOfTheWholeC()
{
    QFETCH(SketchKind, kind);
    LayerShape shape = sketchedShape(30, 50, 6, true);
    const SketchedLayer whole(shape);
    const auto all = drawn(shape, 4, 1, kind);
    shape.kept = 20;
    const SketchedLayer narrow(shape);
    const auto some = drawn(shape, 4, 1, kind);
    QCOMPARE(narrow.outputs(), Index {20});

    QVERIFY(blockOf(whole, all, "U") == blockOf(narrow, some, "U"));
    QVERIFY(blockOf(whole, all, "R") == blockOf(narrow, some, "R"));
    const Table c = blockOf(whole, all, "C");
    const Table part = blockOf(narrow, some, "C");
    Index row = 0;
    for (Index i = 0; i < part.rows(); ++i, ++row) { // ascending, none twice
        while (row < c.rows() && c.row(row) != part.row(i))
            ++row;
        QVERIFY(row < c.rows());
    }
}

QTEST_APPLESS_MAIN(SketchedLayerTest)

} // namespace sketched_layer_test

#include "sketched_layer_test.moc"
