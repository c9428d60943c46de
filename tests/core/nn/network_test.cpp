// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/network.h"
#include "tests/support/gradient_check.h"

namespace network_test {

using namespace rosler;

namespace {

/// 12 features, of which 8 are read, 9 hidden outputs of which 6 are kept, 4 classes.
std::vector<LayerShape> sketchedShapes()
{
    return {{.inputs = 12, .outputs = 9, .rank = 3, .read = 8, .kept = 6, .relu = true},
            {.inputs = 9, .outputs = 4, .rank = 2, .read = 6, .kept = 4}};
}

std::vector<LayerShape> denseShapes()
{
    return {{.inputs = 12, .outputs = 9, .read = 12, .kept = 9, .relu = true},
            {.inputs = 9, .outputs = 4, .read = 9, .kept = 4}};
}

const std::vector<std::uint32_t> kept {0, 1, 3, 4, 7, 8, 10, 11};

Network sketchedNetwork(std::uint64_t seed = 1)
{
    Network network = networkOf(sketchedShapes());
    network.initialise(seed);
    network.setKeptFeatures(kept);
    return network;
}

Matrix pick(const Matrix &x, const std::vector<std::uint32_t> &columns)
{
    Matrix picked(x.rows(), static_cast<Index>(columns.size()));
    for (Index j = 0; j < picked.cols(); ++j)
        picked.col(j) = x.col(columns[static_cast<std::size_t>(j)]);
    return picked;
}

} // namespace

class NetworkTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parametersAreOneBufferLayerAfterLayer();
    void digestChangesWithEveryNumber();
    void digestIsThatOfTheBytes();
    void aCopyIsACheckpoint();
    void predictionIsLayerAfterLayer();
    void predictionPicksTheKeptFeatures();
    void emptyBatchPredictsNothing();
    void eachExampleIsPredictedAlone();
    void sameSeedSameNetwork();
    void largestLogitIsTheFirstOfEquals();
};

void NetworkTest::parametersAreOneBufferLayerAfterLayer()
{
    const Network network = networkOf(sketchedShapes());
    QCOMPARE(network.features(), Index {12});
    QCOMPARE(network.read(), Index {8});
    QCOMPARE(network.classes(), Index {4});
    QCOMPARE(network.layerCount(), std::size_t {2});
    const Index first = 6 * 3 + 6 + 3 * 3 + 3 * 8;
    const Index second = 4 * 2 + 4 + 2 * 2 + 2 * 6;
    QCOMPARE(network.parameterCount(), first + second);
    QCOMPARE(network.offset(0), Index {0});
    QCOMPARE(network.offset(1), first);
    QCOMPARE(network.parametersOf(1).data(), network.parameters().data() + first);
    QCOMPARE(network.parametersOf(1).size(), static_cast<std::size_t>(second));
}

void NetworkTest::digestChangesWithEveryNumber()
{
    Network network = sketchedNetwork();
    std::set<std::string> seen {network.digest()};
    for (float &number : network.parameters()) {
        const float before = number;
        number = std::nextafter(number, 2.0F);
        QVERIFY(seen.insert(network.digest()).second);
        number = before;
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        // one feature more in place of each of the kept ones
        auto other = kept;
        other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
        other.insert(std::upper_bound(other.begin(), other.end(), 2U), 2U);
        network.setKeptFeatures(other);
        QVERIFY(seen.insert(network.digest()).second);
    }
    network.setKeptFeatures(kept);
    QVERIFY(!seen.insert(network.digest()).second);
}

void NetworkTest::digestIsThatOfTheBytes()
{
    // sha256sum of the eight bytes 0000803f 000000c0: W = 1, b = -2
    Network network = networkOf({{.inputs = 1, .outputs = 1, .read = 1, .kept = 1}});
    network.parameters()[0] = 1.0F;
    network.parameters()[1] = -2.0F;
    QCOMPARE(network.digest(),
             std::string("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b"));
}

void NetworkTest::aCopyIsACheckpoint()
{
    Network network = sketchedNetwork();
    const Network checkpoint = network;
    QCOMPARE(&checkpoint.layer(0), &network.layer(0));
    const std::string digest = network.digest();
    const Matrix x = naive::randomMatrix(3, 12, 1);
    const Matrix before = network.predict(view(x));
    for (float &number : network.parameters())
        number += 1.0F;
    QCOMPARE(checkpoint.digest(), digest);
    QVERIFY(checkpoint.predict(view(x)) == before);
    QVERIFY(network.predict(view(x)) != before);
    network = checkpoint;
    QCOMPARE(network.digest(), digest);
}

void NetworkTest::predictionIsLayerAfterLayer()
{
    Network network = networkOf(denseShapes());
    network.initialise(3);
    for (float &number : network.parameters())
        number += 0.125F; // biases too
    const Matrix x = naive::randomMatrix(5, 12, 1);
    const naive::ReferenceLayer first(network.layer(0), network.parametersOf(0));
    const naive::ReferenceLayer second(network.layer(1), network.parametersOf(1));
    const auto xs = naive::toTable(x);
    const auto bound = second.magnitudes().affine(first.magnitudes().affine(naive::magnitude(xs)));
    const auto wrong = differs(naive::toTable(network.predict(view(x))), second.forward(first.forward(xs)),
                               bound, 12 + 9 + 2);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void NetworkTest::predictionPicksTheKeptFeatures()
{
    const Network network = sketchedNetwork();
    Matrix x = naive::randomMatrix(5, 12, 1);
    const Matrix picked = pick(x, kept);
    const Matrix expected = network.predict(view(picked));
    QCOMPARE(expected.rows(), Index {5});
    QCOMPARE(expected.cols(), Index {4});
    QVERIFY(network.predict(view(std::as_const(x))) == expected);
    for (const Index unread : {2, 5, 6, 9})
        x.col(unread).setConstant(1e6F);
    QVERIFY(network.predict(view(std::as_const(x))) == expected);
}

void NetworkTest::emptyBatchPredictsNothing()
{
    const Network network = sketchedNetwork();
    for (const Index columns : {8, 12}) {
        const Matrix none(0, columns);
        const Matrix logits = network.predict(view(none));
        QCOMPARE(logits.rows(), Index {0});
        QCOMPARE(logits.cols(), Index {4});
    }
}

void NetworkTest::eachExampleIsPredictedAlone()
{
    const Network network = sketchedNetwork();
    const Matrix x = naive::randomMatrix(9, 12, 1);
    const Matrix together = network.predict(view(x));
    for (Index i = 0; i < x.rows(); ++i) {
        const Matrix alone = network.predict(rowsOf(view(x), i, 1));
        QVERIFY((alone - together.row(i)).cwiseAbs().maxCoeff()
                <= 4.0F * 32.0F * std::numeric_limits<float>::epsilon());
    }
}

void NetworkTest::sameSeedSameNetwork()
{
    QCOMPARE(sketchedNetwork(1).digest(), sketchedNetwork(1).digest());
    QVERIFY(sketchedNetwork(1).digest() != sketchedNetwork(2).digest());
    Network cur = networkOf(sketchedShapes());
    cur.initialise(1, SketchKind::CurUniform);
    cur.setKeptFeatures(kept);
    QVERIFY(cur.digest() != sketchedNetwork(1).digest());
}

void NetworkTest::largestLogitIsTheFirstOfEquals()
{
    Matrix logits(3, 3);
    logits << 1, 3, 2, 5, 5, 4, -3, -2, -2;
    QVERIFY((argmaxRows(view(std::as_const(logits))) == std::vector<std::uint16_t> {1, 0, 1}));
}

QTEST_APPLESS_MAIN(NetworkTest)

} // namespace network_test

#include "network_test.moc"
