// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/network_plan.h"
#include "tests/support/gradient_check.h"
#include "tests/support/recording_sink.h"

namespace product_decay_test {

using namespace rosler;
using naive::Table;

namespace {

constexpr float decay = 0.375F;

void layerRows()
{
    QTest::addColumn<PlannedLayer>("plan");
    QTest::newRow("dense") << firstOf(fullyConnected(11));
    QTest::newRow("sketched") << firstOf(fullyConnected(11, Sketch {4, {}}));
    QTest::newRow("sketched, some features") << firstOf(fullyConnected(11, Sketch {3, 17}));
    QTest::newRow("convolution") << firstOf(convolution(7, 3, 1, {}));
    QTest::newRow("sketched convolution") << firstOf(convolution(7, 3, 1, Sketch {3, {}}));
}

/// A trial of the row's layer to which the loss gives no gradient: what remains is the decay's.
LayerTrial trialOfRow()
{
    QFETCH(PlannedLayer, plan);
    LayerTrial trial(plan, 3);
    trial.dy.setZero();
    return trial;
}

/// C, U and R of the parameters; of a whole matrix C = W alone.
struct Factors {
    Table c, u, r;

    Factors(const Layer &layer, std::span<const float> parameters)
    {
        for (const auto &block : layer.blocks()) {
            const Table stored =
                naive::toTable(view(parameters.data() + block.offset, block.rows, block.cols));
            if (block.name != "b")
                at(block.name) = block.transposed ? naive::transpose(stored) : stored;
        }
    }
    Table &at(const std::string &name) { return name == "U" ? u : name == "R" ? r : c; }
    double &number(const ParameterBlock &block, Index i)
    {
        const Index row = i / block.cols;
        const Index col = i % block.cols;
        return block.transposed ? at(block.name)(col, row) : at(block.name)(row, col);
    }
    /// 1/2 ||C U R||_F^2, by making the product.
    double halfSquare() const
    {
        return 0.5 * (u.size() == 0 ? c : naive::product(naive::product(c, u), r)).squaredNorm();
    }
    Index sums() const { return c.size() + 4 * u.rows() + r.cols(); }
};

} // namespace

class ProductDecayTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gradientIsThatOfTheProductsNorm_data() { layerRows(); }
    void gradientIsThatOfTheProductsNorm();
    void onlyWantedFactorsDecay_data() { layerRows(); }
    void onlyWantedFactorsDecay();
    void sinkHearsWhatIsAdded_data() { layerRows(); }
    void sinkHearsWhatIsAdded();
    void onlyChosenColumnsDecay();
};

void ProductDecayTest::gradientIsThatOfTheProductsNorm()
{
    LayerTrial trial = trialOfRow();
    BackwardRequest request;
    request.productDecay = decay;
    const auto gradient = trial.backward(request, false);
    Factors factors(*trial.layer, trial.parameters);
    // The square is quadratic in each number: a central difference has no error but rounding.
    constexpr double h = 1e-3;
    const double size = 2.0 * factors.halfSquare() + 1.0;
    for (const auto &block : trial.layer->blocks()) {
        for (Index i = 0; i < block.size(); ++i) {
            const double got = static_cast<double>(gradient[static_cast<std::size_t>(block.offset + i)]);
            if (block.name == "b") {
                QCOMPARE(got, 0.0);
                continue;
            }
            double &number = factors.number(block, i);
            const double before = number;
            number = before + h;
            const double above = factors.halfSquare();
            number = before - h;
            const double below = factors.halfSquare();
            number = before;
            const double expected = static_cast<double>(decay) * (above - below) / (2.0 * h);
            // |d/dx 1/2 ||P||^2| <= ||P|| ||dP/dx||, both below size here
            const double allowed = static_cast<double>(factors.sums()) * size * (naive::floatEps + 1e-16 / h);
            QVERIFY2(std::abs(got - expected) <= allowed, block.name.c_str());
            QVERIFY(std::abs(expected) > 0.0);
        }
    }
}

void ProductDecayTest::onlyWantedFactorsDecay()
{
    LayerTrial trial = trialOfRow();
    BackwardRequest request;
    request.productDecay = decay;
    const auto all = trial.backward(request, true, 42.0F);
    for (unsigned bits = 0; bits < 8; ++bits) {
        request.factors = {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0};
        const auto some = trial.backward(request, true, 42.0F);
        for (const auto &block : trial.layer->blocks())
            for (Index i = block.offset; i < block.offset + block.size(); ++i) {
                const auto at = static_cast<std::size_t>(i);
                QVERIFY(some[at] == (request.factors.has(block.factor) ? all[at] : 42.0F));
            }
    }
}

void ProductDecayTest::sinkHearsWhatIsAdded()
{
    LayerTrial trial = trialOfRow();
    BackwardRequest request;
    request.productDecay = decay;
    const auto expected = trial.backward(request, true);
    RecordingSink sink(expected.size());
    request.sink = &sink;
    (void)trial.backward(request, true);
    QVERIFY(sink.heardAllOnce());
    QVERIFY(sink.values() == expected);
}

void ProductDecayTest::onlyChosenColumnsDecay()
{
    LayerTrial trial(firstOf(fullyConnected(11, Sketch {4, {}})), 3);
    trial.dy.setZero();
    BackwardRequest request;
    request.productDecay = decay;
    const auto all = trial.backward(request, false);
    const std::vector<std::uint32_t> chosen {0, 7, 8, 59};
    request.features = chosen;
    const auto some = trial.backward(request, false, 42.0F);
    for (const auto &block : trial.layer->blocks())
        for (Index i = 0; i < block.size(); ++i) {
            const auto at = static_cast<std::size_t>(block.offset + i);
            const auto column = static_cast<std::uint32_t>(i % block.cols);
            const bool wanted =
                block.name != "R" || std::find(chosen.begin(), chosen.end(), column) != chosen.end();
            QCOMPARE(some[at], wanted ? all[at] : 42.0F);
        }
}

QTEST_APPLESS_MAIN(ProductDecayTest)

} // namespace product_decay_test

#include "product_decay_test.moc"
