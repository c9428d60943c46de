// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/dataset_reader.h"
#include "core/data/readers/h5_reader.h"
#include "core/h5/h5_file.h"

namespace h5_reader_test {

using namespace rosler;

namespace {

const std::string folder = ROSLER_SOURCE_DIR "/tests/data/h5/";

Result<std::shared_ptr<const Dataset>> load(const std::string &path, DatasetOptions options = {},
                                            const ReadLimits &limits = {})
{
    return loadDataset({path, std::move(options)}, limits);
}

DatasetOptions named(const std::string &features, const std::string &labels)
{
    return {{"features", features}, {"labels", labels}};
}

} // namespace

class H5ReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void packedImagesAreReadAsTheyAre();
    void floatsOfAnotherByteOrderAreRead();
    void testPartsAndUsualNames();
    void whatThereIsIsListed();
    void nothingLeadsElsewhere_data();
    void nothingLeadsElsewhere();
    void sizesAreComparedWithTheLimits();
    void cutFilesAreErrors();
    void heapsOfImpossibleSizesAreErrors();
    void damagedListsOfOtherFilesAreErrors();
};

void H5ReaderTest::packedImagesAreReadAsTheyAre()
{
    const auto data = load(folder + "packed.h5", named("train/images", "/train/labels"));
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->name(), std::string("packed"));
    QVERIFY((*data)->shape() == (ExampleShape {1, 4, 5}));
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"7", "8", "9"}));
    QCOMPARE((*data)->train().count() + (*data)->test().count(), Index {24});
    // Every example is one of the 24: its first pixel says which.
    for (const Examples *part : {&(*data)->train(), &(*data)->test()})
        for (Index row = 0; row < part->count(); ++row) {
            const auto first = static_cast<int>(std::lround(part->features(row, 0) * 255));
            QCOMPARE(first % 10, 0);
            const int number = first / 10;
            QCOMPARE(static_cast<int>(part->labels[static_cast<std::size_t>(row)]), number % 3);
            for (Index k = 0; k < 20; ++k)
                QCOMPARE(part->features(row, k), static_cast<float>((number * 10 + k) % 256) / 255.0F);
        }
}

void H5ReaderTest::floatsOfAnotherByteOrderAreRead()
{
    const auto data = load(folder + "packed.h5", named("spectra", "train/labels"));
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QVERIFY((*data)->shape() == ExampleShape::vector(6));
    const Examples &train = (*data)->train();
    for (Index row = 0; row < train.count(); ++row)
        for (Index k = 1; k < 6; ++k)
            QCOMPARE(train.features(row, k), train.features(row, 0) - static_cast<float>(k) / 4);
}

void H5ReaderTest::testPartsAndUsualNames()
{
    const QTemporaryDir folderOfOne;
    const std::string path = folderOfOne.filePath(QStringLiteral("small.hdf5")).toStdString();
    {
        auto file = h5::File::create("small");
        {
            auto root = *file->root();
            const std::vector<float> x {1, 2, 3, 4, 5, 6};
            const std::vector<float> more {7, 8};
            const std::vector<std::int64_t> y {5, 4, 5};
            const std::vector<std::int64_t> answer {4};
            QVERIFY(root.write("X_train", std::span(x), std::vector<Index> {3, 2}));
            QVERIFY(root.write("y_train", std::span(y), std::vector<Index> {3}));
            QVERIFY(root.write("X_test", std::span(more), std::vector<Index> {1, 2}));
            QVERIFY(root.write("y_test", std::span(answer), std::vector<Index> {1}));
        }
        const std::string bytes = *file->bytes();
        std::ofstream(path, std::ios::binary) << bytes;
    }
    for (const std::string &source : {path, folderOfOne.path().toStdString()}) {
        const auto data = load(source);
        QVERIFY2(data, data ? "" : message(data.error()).c_str());
        QCOMPARE((*data)->train().features(2, 1), 6.0F);
        QCOMPARE((*data)->test().features(0, 0), 7.0F);
        QCOMPARE((*data)->train().labels, (std::vector<std::uint16_t> {1, 0, 1}));
    }
}

void H5ReaderTest::whatThereIsIsListed()
{
    const auto data = load(folder + "packed.h5");
    QVERIFY(!data);
    QCOMPARE(data.error().code, ErrorCode::NotFound);
    QCOMPARE(
        data.error().what,
        std::string(
            "no arrays of the usual or the asked names; there are: names (2, no numbers); spectra (24 x 6, "
            "float32); train/images (24 x 4 x 5, uint8); train/labels (24, int32)"));
    const auto text = load(folder + "packed.h5", named("names", "train/labels"));
    QVERIFY(!text);
    QCOMPARE(text.error().code, ErrorCode::Unsupported);
    QCOMPARE(text.error().where, std::string("packed.h5:/names"));
}

void H5ReaderTest::nothingLeadsElsewhere_data()
{
    QTest::addColumn<QString>("features");
    QTest::addColumn<int>("code");
    QTest::newRow("a link to another file") << "x" << static_cast<int>(ErrorCode::NotFound);
    QTest::newRow("a soft link") << "alias" << static_cast<int>(ErrorCode::NotFound);
    QTest::newRow("numbers in another file") << "outside" << static_cast<int>(ErrorCode::Unsupported);
    QTest::newRow("a virtual dataset") << "virtual" << static_cast<int>(ErrorCode::Unsupported);
}

void H5ReaderTest::nothingLeadsElsewhere()
{
    QFETCH(QString, features);
    QFETCH(int, code);
    const auto data = load(folder + "elsewhere.h5", named(features.toStdString(), "y"));
    QVERIFY(!data);
    QVERIFY2(static_cast<int>(data.error().code) == code, message(data.error()).c_str());
}

void H5ReaderTest::sizesAreComparedWithTheLimits()
{
    const auto huge = load(folder + "huge.h5");
    QVERIFY(!huge);
    QCOMPARE(huge.error().code, ErrorCode::OutOfMemory);
    QVERIFY2(huge.error().what.starts_with("with 24 x 1000000000 x 1000, float32: 192 TB of memory"),
             huge.error().what.c_str());
    const auto pieces = load(folder + "huge.h5", named("pieces", "y"));
    QVERIFY(!pieces);
    QCOMPARE(pieces.error().code, ErrorCode::OutOfRange);
    QCOMPARE(pieces.error().where, std::string("huge.h5:/pieces"));
    ReadLimits limits;
    limits.maxBytes = 2 * 24 * (20 + 4) - 1; // as they are read, and as they are kept
    QVERIFY(!load(folder + "packed.h5", named("train/images", "train/labels"), limits));
    ++limits.maxBytes;
    QVERIFY(load(folder + "packed.h5", named("train/images", "train/labels"), limits));
    limits.maxExamples = 23;
    QVERIFY(!load(folder + "packed.h5", named("train/images", "train/labels"), limits));
}

void H5ReaderTest::cutFilesAreErrors()
{
    std::ifstream in(folder + "packed.h5", std::ios::binary);
    const std::string bytes {std::istreambuf_iterator<char>(in), {}};
    const QTemporaryDir cuts;
    for (std::size_t length = 0; length < bytes.size(); length += 97) {
        const std::string path = cuts.filePath(QString::number(length)).toStdString();
        std::ofstream(path, std::ios::binary) << bytes.substr(0, length);
        QVERIFY(!load(path, named("train/images", "train/labels")));
    }
}

void H5ReaderTest::heapsOfImpossibleSizesAreErrors()
{
    std::ifstream in(folder + "packed.h5", std::ios::binary);
    const std::string bytes {std::istreambuf_iterator<char>(in), {}};
    const QTemporaryDir damaged;
    int heaps = 0;
    for (std::size_t heap = bytes.find("HEAP"); heap != std::string::npos;
         heap = bytes.find("HEAP", heap + 1)) {
        for (const std::uint64_t below : {1, 8, 16, 24, 32, 40, 48, 64, 512, 65536}) {
            std::string changed = bytes;
            for (unsigned byte = 0; byte < 8; ++byte)
                changed[heap + 8 + byte] = static_cast<char>((std::uint64_t {0} - below) >> 8 * byte);
            const std::string path = damaged.filePath(QString("%1-%2.h5").arg(heap).arg(below)).toStdString();
            std::ofstream(path, std::ios::binary) << changed;
            QVERIFY(!load(path));
        }
        ++heaps;
    }
    QCOMPARE(heaps, 2);
}

/// Of which HDF5 follows a null pointer when the program ends, unless it is told to do nothing then.
void H5ReaderTest::damagedListsOfOtherFilesAreErrors()
{
    std::ifstream in(folder + "elsewhere.h5", std::ios::binary);
    std::string bytes {std::istreambuf_iterator<char>(in), {}};
    const std::size_t names = bytes.rfind("HEAP"); // of the other files
    QVERIFY(names != std::string::npos);
    bytes[names + 8] = 1; // of so many bytes
    const QTemporaryDir damaged;
    const std::string path = damaged.filePath("a.h5").toStdString();
    std::ofstream(path, std::ios::binary) << bytes;
    QVERIFY(!load(path, named("outside", "y")));
}

QTEST_APPLESS_MAIN(H5ReaderTest)

} // namespace h5_reader_test

#include "h5_reader_test.moc"
