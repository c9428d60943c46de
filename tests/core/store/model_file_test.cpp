// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/h5/h5_file.h"
#include "core/store/model_file.h"
#include "core/store/sealed_file.h"
#include "tests/core/store/damage.h"
#include "tests/support/layers.h"

namespace model_file_test {

using namespace rosler;

namespace {

/// 9 features of which 6 are kept, a hidden layer of 8 of which 5 are stored, 3 classes; every parameter
/// tells its place.
Network sketchedNetwork()
{
    Network network = networkOf({{9, 8, 2, 6, 5, true}, {8, 3, 3, 5, 3, false}});
    network.setKeptFeatures({0, 2, 3, 5, 7, 8});
    for (std::size_t i = 0; i < network.parameters().size(); ++i)
        network.parameters()[i] = static_cast<float>(i) + 0.25F;
    return network;
}

Network denseNetwork()
{
    Network network = networkOf({{4, 3, 0, 4, 3, true}, {3, 2, 0, 3, 2, false}});
    network.initialise(7);
    return network;
}

Network imageNetwork(bool sketched)
{
    Network network(planNetwork(imageLayers(sketched), {3, 6, 5}, 4).value());
    network.initialise(7);
    return network;
}

std::string bytesOf(const Network &network)
{
    return modelBytes(network).value();
}

std::filesystem::path pathIn(const QTemporaryDir &folder)
{
    return std::filesystem::path(folder.path().toStdString()) / "model.h5";
}

/// A model file of version 1, without a seal, whose first layer's @p number has another value.
std::string spoiltModel(const char *number, std::int64_t value)
{
    auto file = h5::File::create("spoilt.h5").value();
    {
        auto root = file.root().value();
        const std::vector<float> weights(4, 1.0F);
        const std::array<Index, 2> two {2, 2};
        const std::array<Index, 1> one {2};
        bool done = root.setText("format", "rosler.model/1") && root.setTexts("layer_names", {"layer1"});
        auto layer = root.createGroup("layer1").value();
        done = done && layer.setText("kind", "dense");
        for (const auto &[name, right] :
             std::initializer_list<std::pair<const char *, std::int64_t>> {{"inputs", 2},
                                                                           {"outputs", 2},
                                                                           {"rank", 0},
                                                                           {"read", 2},
                                                                           {"kept", 2},
                                                                           {"stores_indices", 0},
                                                                           {"relu", 0}})
            done = done && layer.setInteger(name, std::string_view(name) == number ? value : right);
        done = done && layer.write("W", std::span(weights), two)
            && layer.write("b", std::span(weights).first(2), one);
        if (!done)
            qFatal("the file could not be made");
    }
    return file.bytes().value();
}

/// A model file of version 2, without a seal, of one layer of two inputs and outputs, with other words for
/// its layers or another @p number.
std::string statedModel(const std::string &layers, const char *number = "", std::int64_t value = 0)
{
    auto file = h5::File::create("stated.h5").value();
    {
        auto root = file.root().value();
        const std::vector<float> weights(4, 1.0F);
        const std::array<Index, 2> two {2, 2};
        const std::array<Index, 1> one {2};
        bool done = root.setText("format", "rosler.model/2") && root.setTexts("layer_names", {"layer1"})
            && root.setText("layers", layers);
        for (const auto &[name, right] : std::initializer_list<std::pair<const char *, std::int64_t>> {
                 {"channels", 1}, {"height", 1}, {"width", 2}, {"classes", 2}})
            done = done && root.setInteger(name, std::string_view(name) == number ? value : right);
        auto layer = root.createGroup("layer1").value();
        done = done && layer.write("W", std::span(weights), two)
            && layer.write("b", std::span(weights).first(2), one);
        if (!done)
            qFatal("the file could not be made");
    }
    return file.bytes().value();
}

} // namespace

class ModelFileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void savingLoadingSavingGivesEqualBytes_data();
    void savingLoadingSavingGivesEqualBytes();
    void factorsLieInTheOrientationOfTheFormulas();
    void namesAreThoseThatKerasViewersLookFor();
    void theSealLeavesAnHdf5FileThatEveryReaderOpens();
    void filesWithoutASealAreRead();
    void numbersOutOfRangeAreRefusedByName_data();
    void numbersOutOfRangeAreRefusedByName();
    void whatVersionTwoStatesIsChecked_data();
    void whatVersionTwoStatesIsChecked();
    void otherVersionsAndOtherFilesAreRefused();
    void everyTruncationIsRefusedOrStillTheSameModel();
    void everyBitFlipIsRefusedOrStillTheSameModel();
    void aMissingFileIsNotFound();
    void aFailedWriteLeavesTheOldModel();
};

void ModelFileTest::savingLoadingSavingGivesEqualBytes_data()
{
    QTest::addColumn<bool>("sketched");
    QTest::addColumn<bool>("images");
    QTest::newRow("dense") << false << false;
    QTest::newRow("sketched") << true << false;
    QTest::newRow("every kind of layer") << false << true;
    QTest::newRow("every kind of layer, sketched") << true << true;
}

void ModelFileTest::savingLoadingSavingGivesEqualBytes()
{
    QFETCH(bool, sketched);
    const QTemporaryDir folder;
    QFETCH(bool, images);
    const Network network = images ? imageNetwork(sketched) : sketched ? sketchedNetwork() : denseNetwork();
    QVERIFY(writeModelFile(pathIn(folder), network).has_value());
    const auto loaded = readModelFile(pathIn(folder));
    QVERIFY2(loaded.has_value(), loaded ? "" : message(loaded.error()).c_str());
    QCOMPARE(loaded->digest(), network.digest());
    QVERIFY(loaded->plan() == network.plan());
    QVERIFY(loaded->keptFeatures() == network.keptFeatures());
    QVERIFY(bytesOf(*loaded) == readWholeFile(pathIn(folder), 1 << 20).value());
}

void ModelFileTest::factorsLieInTheOrientationOfTheFormulas()
{
    const Network network = sketchedNetwork();
    const std::string bytes = bytesOf(network);
    const auto file = h5::File::open(bytes, "model.h5").value();
    const auto layer = file.root().value().openGroup("layer1").value();
    for (const ParameterBlock &block : network.layer(0).blocks()) {
        if (block.name == "b")
            continue;
        // C : 5 x 2, U : 2 x 2, R : 2 x 6
        const Index rows = block.name == "C" ? 5 : 2;
        const Index cols = block.name == "R" ? 6 : 2;
        Matrix found(rows, cols);
        const std::array<Index, 2> extents {rows, cols};
        const auto read =
            layer.read(block.name, std::span(found.data(), static_cast<std::size_t>(found.size())), extents);
        QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
        for (Index i = 0; i < rows; ++i) {
            for (Index j = 0; j < cols; ++j) {
                const Index at = block.transposed ? j * rows + i : i * cols + j;
                QCOMPARE(found(i, j), network.parametersOf(0)[static_cast<std::size_t>(block.offset + at)]);
            }
        }
    }
}

void ModelFileTest::namesAreThoseThatKerasViewersLookFor()
{
    const std::string bytes = bytesOf(sketchedNetwork());
    const auto file = h5::File::open(bytes, "model.h5").value();
    const auto root = file.root().value();
    QVERIFY(root.texts("layer_names").value() == std::vector<std::string>({"layer1", "layer2"}));
    const auto first = root.openGroup("layer1").value();
    auto names = first.texts("weight_names").value();
    std::sort(names.begin(), names.end());
    QVERIFY(names == std::vector<std::string>({"C", "R", "U", "b"}));
    QVERIFY(root.has("kept_features"));
    for (const std::string &name : names)
        QVERIFY(first.has(name));
}

void ModelFileTest::theSealLeavesAnHdf5FileThatEveryReaderOpens()
{
    const std::string bytes = bytesOf(denseNetwork());
    QVERIFY(bytes.starts_with("\x89HDF\r\n\x1a\n"));
    QVERIFY(unsealed(bytes, "").value().size() == bytes.size() - sealLength);
    QVERIFY(h5::File::open(bytes, "with its seal").has_value());
}

void ModelFileTest::filesWithoutASealAreRead()
{
    const Network network = sketchedNetwork();
    const std::string bytes = bytesOf(network);
    const auto loaded = parseModel(std::string_view(bytes).substr(0, bytes.size() - sealLength), "bare.h5");
    QVERIFY(loaded.has_value());
    QCOMPARE(loaded->digest(), network.digest());
    QVERIFY(parseModel(spoiltModel("none", 0), "made by hand").has_value());
}

void ModelFileTest::numbersOutOfRangeAreRefusedByName_data()
{
    QTest::addColumn<QString>("number");
    QTest::addColumn<qint64>("value");
    QTest::newRow("no inputs") << "inputs" << qint64(0);
    QTest::newRow("inputs that nothing could hold") << "inputs" << std::numeric_limits<qint64>::max();
    QTest::newRow("negative outputs") << "outputs" << qint64(-1);
    QTest::newRow("more kept than there are") << "kept" << qint64(3);
    QTest::newRow("reads more than there is") << "read" << qint64(3);
    QTest::newRow("a dense layer with a rank") << "rank" << qint64(1);
    QTest::newRow("indices of all features") << "stores_indices" << qint64(1);
    QTest::newRow("neither ReLU nor none") << "relu" << qint64(2);
}

void ModelFileTest::numbersOutOfRangeAreRefusedByName()
{
    QFETCH(QString, number);
    QFETCH(qint64, value);
    const auto loaded = parseModel(spoiltModel(number.toLatin1().constData(), value), "spoilt.h5");
    QVERIFY(!loaded.has_value());
    QCOMPARE(loaded.error().code, ErrorCode::Malformed);
    QVERIFY2(loaded.error().where.starts_with("spoilt.h5:/layer1"), loaded.error().where.c_str());
}

void ModelFileTest::whatVersionTwoStatesIsChecked_data()
{
    QTest::addColumn<std::string>("layers");
    QTest::addColumn<std::string>("number");
    QTest::addColumn<qint64>("value");
    const std::string good = R"([{"kind": "dense"}])";
    const auto words = [](const char *name, const char *layers) {
        QTest::newRow(name) << std::string(layers) << std::string() << qint64(0);
    };
    words("no JSON", "[");
    words("no layers", "[]");
    words("an unknown kind", R"([{"kind": "quantum"}])");
    words("outputs that are not the classes", R"([{"kind": "dense", "units": 3}])");
    words("a rank beyond the matrix", R"([{"kind": "dense", "rank": 3}])");
    words("a layer more than the file holds", R"([{"kind": "dense", "units": 2}, {"kind": "dense"}])");
    words("weights that nothing could hold", R"([{"kind": "dense", "units": 65536}, {"kind": "dense"}])");
    QTest::newRow("no features") << good << std::string("width") << qint64(0);
    QTest::newRow("features that nothing could hold") << good << std::string("height") << (qint64(1) << 40);
    QTest::newRow("many planes of many features") << good << std::string("height") << (qint64(1) << 31) - 1;
    QTest::newRow("more classes than weights") << good << std::string("classes") << qint64(3);
    QTest::newRow("negative classes") << good << std::string("classes") << qint64(-1);
}

void ModelFileTest::whatVersionTwoStatesIsChecked()
{
    QVERIFY(parseModel(statedModel(R"([{"kind": "dense"}])"), "stated.h5").has_value());
    QFETCH(std::string, layers);
    QFETCH(std::string, number);
    QFETCH(qint64, value);
    const auto loaded = parseModel(statedModel(layers, number.c_str(), value), "stated.h5");
    QVERIFY(!loaded.has_value());
    QVERIFY2(loaded.error().where.starts_with("stated.h5:"), loaded.error().where.c_str());
}

void ModelFileTest::otherVersionsAndOtherFilesAreRefused()
{
    auto file = h5::File::create("later.h5").value();
    QVERIFY(file.root().value().setText("format", "rosler.model/3").has_value());
    const auto later = parseModel(file.bytes().value(), "later.h5");
    QCOMPARE(later.error().code, ErrorCode::Unsupported);
    QCOMPARE(later.error().where, std::string("later.h5:@format"));

    const auto foreign = parseModel("PK\x03\x04 a zip file", "foreign.zip");
    QCOMPARE(foreign.error().code, ErrorCode::Malformed);
    QCOMPARE(parseModel("", "empty.h5").error().code, ErrorCode::Malformed);
    auto other = h5::File::create("other.h5").value();
    QCOMPARE(parseModel(other.bytes().value(), "other.h5").error().code, ErrorCode::NotFound);
}

void ModelFileTest::everyTruncationIsRefusedOrStillTheSameModel()
{
    const Network network = sketchedNetwork();
    const std::string whole = bytesOf(network);
    for (const std::string &cut : test::truncations(whole, 200)) {
        const auto loaded = parseModel(cut, "cut.h5");
        // Without its seal, or a part of that, the HDF5 file is still whole.
        QVERIFY(cut.size() >= whole.size() - sealLength ? loaded->digest() == network.digest()
                                                        : !loaded.has_value());
    }
}

void ModelFileTest::everyBitFlipIsRefusedOrStillTheSameModel()
{
    const Network network = sketchedNetwork();
    const std::string whole = bytesOf(network);
    for (const std::string &flipped : test::bitFlips(whole, 4000, 1)) {
        const auto loaded = parseModel(flipped, "flipped.h5");
        QVERIFY(!loaded.has_value() || flipped == whole);
    }
}

void ModelFileTest::aMissingFileIsNotFound()
{
    QCOMPARE(readModelFile("/nonexistent/model.h5").error().code, ErrorCode::NotFound);
}

void ModelFileTest::aFailedWriteLeavesTheOldModel()
{
    const QTemporaryDir folder;
    QVERIFY(writeModelFile(pathIn(folder), denseNetwork()).has_value());
    const Network lost = networkOf({{4, 3, 2, 2, 3, false}}); // was never told which features it keeps
    QVERIFY(!writeModelFile(pathIn(folder), lost).has_value());
    QCOMPARE(readModelFile(pathIn(folder)).value().digest(), denseNetwork().digest());
}

QTEST_GUILESS_MAIN(ModelFileTest)

} // namespace model_file_test

#include "model_file_test.moc"
