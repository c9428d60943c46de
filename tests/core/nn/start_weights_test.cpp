// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <Eigen/SVD>

#include <QtTest>

#include "core/nn/start_weights.h"
#include "tests/support/layers.h"

namespace start_weights_test {

using namespace rosler;

namespace {

Network drawn(const std::vector<LayerSpec> &layers, const ExampleShape &shape, Index classes = 4)
{
    Network network(*planNetwork(layers, shape, classes));
    network.initialise(3);
    for (std::size_t i = 0; i < network.layerCount(); ++i)
        for (const ParameterBlock &block : network.layer(i).blocks())
            if (block.rows == 1)
                for (Index k = 0; k < block.size(); ++k)
                    network.parameters()[static_cast<std::size_t>(network.offset(i) + block.offset + k)] +=
                        static_cast<float>(0.2 * std::sin(static_cast<double>(3 * k) + 1));
    return network;
}

Matrix examples(Index features)
{
    Matrix x(6, features);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 1009)));
    return x;
}

float largestDifference(const Network &a, const Network &b)
{
    const Matrix x = examples(a.features());
    return (a.predict(view(x)) - b.predict(view(x))).cwiseAbs().maxCoeff();
}

Matrix matrixOf(const Network &network, std::size_t layer, std::string_view name)
{
    const auto blocks = network.layer(layer).blocks();
    const auto block = std::ranges::find(blocks, name, &ParameterBlock::name);
    const ConstMatrixView stored =
        view(network.parametersOf(layer).data() + block->offset, block->rows, block->cols);
    return block->transposed ? Matrix(stored.transpose()) : Matrix(stored);
}

} // namespace

class StartWeightsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSameLayersAreCopied();
    void fullRankComputesTheSame_data();
    void fullRankComputesTheSame();
    void aSketchIsTheBestOfItsRank();
    void inputsThatMatterAreKept();
    void otherLayersAreErrors();
    void ranksKeepTheirShare();
};

void StartWeightsTest::theSameLayersAreCopied()
{
    for (const bool sketched : {false, true}) {
        const Network from = drawn(imageLayers(sketched), {3, 10, 12});
        Network network(from.plan());
        QVERIFY(startFrom(from, network, 1));
        QCOMPARE(network.digest(), from.digest());
    }
}

void StartWeightsTest::fullRankComputesTheSame_data()
{
    QTest::addColumn<bool>("images");
    QTest::newRow("images") << true;
    QTest::newRow("vectors") << false;
}

void StartWeightsTest::fullRankComputesTheSame()
{
    QFETCH(bool, images);
    const ExampleShape shape = images ? ExampleShape {3, 10, 12} : ExampleShape::vector(20);
    std::vector<LayerSpec> layers = images ? imageLayers(false) : layersOf({9, 14});
    const Network from = drawn(layers, shape);
    for (const PlannedLayer &planned : from.plan().layers)
        if (!from.layer(planned.number).products().empty()
            && from.layer(planned.number).inference().does != InferenceStep::Does::ConvolvesChannels) {
            const MatrixSize size = rosler::matrixOf(planned);
            layers[planned.number].sketch = Sketch {std::min(size.rows, size.cols), {}};
        }
    // Dropout does nothing in inference: with or without, the layers meet.
    std::erase_if(layers, [](const LayerSpec &layer) { return layer.kind == "dropout"; });
    Network network(*planNetwork(layers, shape, 4));
    const auto started = startFrom(from, network, 1);
    QVERIFY2(started, started ? "" : message(started.error()).c_str());
    QVERIFY(largestDifference(from, network) < 1e-5F);
    // and back: the products of the factors
    Network whole(from.plan());
    QVERIFY(startFrom(network, whole, 1));
    QVERIFY(largestDifference(from, whole) < 1e-5F);
}

void StartWeightsTest::aSketchIsTheBestOfItsRank()
{
    constexpr Index rank = 5;
    const Network from = drawn(layersOf({24}), ExampleShape::vector(40));
    std::vector<LayerSpec> layers = layersOf({24});
    layers.front().sketch = Sketch {rank, {}};
    Network network(*planNetwork(layers, ExampleShape::vector(40), 4));
    QVERIFY(startFrom(from, network, 1));
    const Eigen::MatrixXd w = matrixOf(from, 0, "W").cast<double>();
    const Eigen::MatrixXd product =
        (matrixOf(network, 0, "C") * matrixOf(network, 0, "U") * matrixOf(network, 0, "R")).cast<double>();
    const Eigen::VectorXd values = Eigen::JacobiSVD<Eigen::MatrixXd>(w).singularValues();
    const double best = values.tail(values.size() - rank).norm(); // Eckart and Young
    const double error = (w - product).norm();
    QVERIFY2(error < 1.02 * best && error > 0.999 * best, QByteArray::number(error / best));
    // Its factors are orthonormal, as drawn ones are.
    const Matrix c = matrixOf(network, 0, "C");
    QVERIFY((c.transpose() * c - Matrix::Identity(rank, rank)).norm() < 1e-5F);
    QVERIFY((matrixOf(network, 0, "b") - matrixOf(from, 0, "b")).norm() == 0.0F);
}

/// A net three of whose hidden units, and four of whose features, are all that counts.
void StartWeightsTest::inputsThatMatterAreKept()
{
    Network from(*planNetwork(layersOf({8}), ExampleShape::vector(10), 2));
    const std::vector<std::uint32_t> features {1, 4, 5, 9};
    const std::vector<Index> units {0, 3, 6};
    for (std::size_t i = 0; i < units.size(); ++i) {
        for (std::size_t k = 0; k < features.size(); ++k)
            from.parameters()[static_cast<std::size_t>(units[i] * 10 + features[k])] =
                static_cast<float>(1 + i + 2 * k);
        from.parameters()[static_cast<std::size_t>(80 + units[i])] = 0.5F;
        for (Index output = 0; output < 2; ++output)
            from.parameters()[static_cast<std::size_t>(88 + output * 8 + units[i])] =
                static_cast<float>(output + 1) - 0.3F * static_cast<float>(i);
    }
    Network network(*planNetwork(layersOf({8}, {3, 2}, {4, 3}), ExampleShape::vector(10), 2));
    network.setKeptFeatures(features);
    const auto started = startFrom(from, network, 1);
    QVERIFY2(started, started ? "" : message(started.error()).c_str());
    QVERIFY(largestDifference(from, network) < 1e-4F);
}

void StartWeightsTest::otherLayersAreErrors()
{
    const ExampleShape shape = ExampleShape::vector(10);
    const Network from = drawn(layersOf({8}), shape);
    const auto whereOf = [&](const std::vector<LayerSpec> &layers) {
        Network network(*planNetwork(layers, shape, 4));
        const auto started = startFrom(from, network, 1);
        return started ? std::string("it began") : started.error().where;
    };
    QCOMPARE(whereOf(layersOf({9})), std::string("layer 1"));
    QCOMPARE(whereOf(layersOf({8, 8})), std::string("layer 3"));
    std::vector<LayerSpec> linear = layersOf({8});
    linear.front().activation = Activation::None;
    QCOMPARE(whereOf(linear), std::string("layer 1"));
    QCOMPARE(whereOf(layersOf({8})), std::string("it began"));
    Network some(*planNetwork(layersOf({8}, {2, 2}, {10, 5}), shape, 4));
    some.initialise(1);
    Network network(*planNetwork(layersOf({8}), shape, 4));
    QVERIFY(!startFrom(some, network, 1)); // what it leaves out is not known
}

void StartWeightsTest::ranksKeepTheirShare()
{
    const Network from = drawn(layersOf({60}), ExampleShape::vector(80));
    const Eigen::VectorXd squares =
        Eigen::JacobiSVD<Eigen::MatrixXd>(matrixOf(from, 0, "W").cast<double>()).singularValues().cwiseAbs2();
    for (const double share : {0.2, 0.5}) {
        const auto layers = sketchedLayers(from, share);
        QVERIFY(layers[0].sketch && !layers[1].sketch);
        const Index rank = layers[0].sketch->rank;
        QVERIFY(squares.head(rank).sum() >= share * squares.sum() * (1 - 1e-9));
        QVERIFY(squares.head(rank - 1).sum() < share * squares.sum());
    }
    QVERIFY(!sketchedLayers(from, 1.0)[0].sketch); // it would be larger than the matrix
}

QTEST_APPLESS_MAIN(StartWeightsTest)

} // namespace start_weights_test

#include "start_weights_test.moc"
