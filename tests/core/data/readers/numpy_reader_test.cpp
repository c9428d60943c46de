// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <QtTest>

#include "core/data/readers/numpy_reader.h"
#include "tests/support/allocation_watch.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/hostile.h"
#include "tests/support/sample_files.h"

namespace numpy_reader_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

template <typename Number>
std::string bytesOf(const std::vector<Number> &numbers, bool bigEndian = false)
{
    std::string all;
    for (const Number number : numbers) {
        std::string one(sizeof number, '\0');
        std::memcpy(one.data(), &number, sizeof number);
        if (bigEndian)
            std::reverse(one.begin(), one.end());
        all += one;
    }
    return all;
}

using Arrays = std::map<std::string, std::string>;

/// Six examples of 2 x 2 to train on, two to test on.
Arrays smallArrays()
{
    std::string pixels;
    for (int i = 0; i < 24; ++i)
        pixels += static_cast<char>(10 * i);
    return {{"x_train", npy(npyHeader("|u1", "(6, 2, 2)"), pixels)},
            {"y_train", npy(npyHeader("<i8", "(6,)"), bytesOf<std::int64_t>({7, -1, 7, -1, 30, 7}))},
            {"x_test", npy(npyHeader("|u1", "(2, 2, 2)"), "abcdefgh")},
            {"y_test", npy(npyHeader("|u1", "(2, 1)"), std::string("\x07\x1E"))}};
}

std::string npz(const Arrays &arrays, bool deflated)
{
    ZipMaker zip;
    for (const auto &[name, bytes] : arrays)
        zip.add(name + ".npy", bytes, deflated);
    return zip.bytes();
}

Result<std::shared_ptr<const Dataset>> read(const fs::path &path, const DatasetOptions &options = {},
                                            const ReadLimits &limits = {})
{
    return readNumpy(path, options, limits, {});
}

} // namespace

class NumpyReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEverySpellingAlike();
    void readsEveryTypeOfNumber_data();
    void readsEveryTypeOfNumber();
    void turnsFortranOrderAndPlanes();
    void rowsOfOneOneAreLabels();
    void drawsATestPart();
    void takesTheNamesThatAreAsked();
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
    void everyCutIsAnError();
    void flippedBitsGiveAnErrorOrADataset();
    void absurdShapesAllocateNothing_data();
    void absurdShapesAllocateNothing();
    void limitsHold();
};

void NumpyReaderTest::readsEverySpellingAlike()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallArrays())
        folder.write("arrays/" + name + ".npy", bytes);
    const auto plain = read(folder.path() / "arrays");
    QVERIFY2(plain.has_value(), plain ? "" : message(plain.error()).c_str());
    const Dataset &data = **plain;
    QCOMPARE(data.shape(), (ExampleShape {1, 2, 2}));
    QCOMPARE(data.classNames(), (std::vector<std::string> {"-1", "7", "30"}));
    QCOMPARE(data.train().labels, (std::vector<std::uint16_t> {1, 0, 1, 0, 2, 1}));
    QCOMPARE(data.test().labels, (std::vector<std::uint16_t> {1, 2}));
    QCOMPARE(data.train().features(2, 3), 110.0F / 255.0F);
    for (const fs::path &path :
         {folder.path() / "arrays" / "y_test.npy", folder.write("stored/one.npz", npz(smallArrays(), false)),
          folder.write("deflated/one.npz", npz(smallArrays(), true)), folder.path() / "deflated"}) {
        QVERIFY(looksLikeNumpy(path));
        const auto made = loadDataset(path.string());
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        QCOMPARE((*made)->digest(), data.digest());
    }
}

void NumpyReaderTest::readsEveryTypeOfNumber_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("version");
    QTest::addColumn<double>("divisor");
    const auto row = [](const char *kind, const std::string &bytes, int version = 1, double divisor = 0) {
        QTest::addRow("%s v%d", kind, version)
            << QString(kind) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << version
            << divisor;
    };
    row("|u1", bytesOf<std::uint8_t>({1, 2, 0, 100}), 1, 1);
    row("|i1", bytesOf<std::int8_t>({1, 2, 0, 100}));
    row("<u2", bytesOf<std::uint16_t>({1, 2, 0, 100}));
    row("<i2", bytesOf<std::int16_t>({1, 2, 0, 100}), 2);
    row(">i2", bytesOf<std::int16_t>({1, 2, 0, 100}, true));
    row("<i4", bytesOf<std::int32_t>({1, 2, 0, 100}), 3);
    row(">u4", bytesOf<std::uint32_t>({1, 2, 0, 100}, true));
    row("<i8", bytesOf<std::int64_t>({3, 6, 0, 300}), 1, 3);
    row("<f2", bytesOf<std::uint16_t>({0x3C00, 0x4000, 0x8000, 0x5640}));
    row("<f4", bytesOf<float>({1, 2, 0, 100}), 3);
    row(">f4", bytesOf<float>({1, 2, 0, 100}, true));
    row("<f8", bytesOf<double>({1, 2, 0, 100}), 2);
    row(">f8", bytesOf<double>({1, 2, 0, 100}, true));
}

void NumpyReaderTest::readsEveryTypeOfNumber()
{
    QFETCH(QString, kind);
    QFETCH(QByteArray, bytes);
    QFETCH(int, version);
    QFETCH(double, divisor);
    const DataFolder folder;
    folder.write("X.npy", npy(npyHeader(kind.toStdString(), "(4L,)"), bytes.toStdString(), version));
    folder.write("y.npy", npy(npyHeader("<f4", "(4,)"), bytesOf<float>({0, 1, 0, 1})));
    const auto made = read(folder.path(), {{"divisor", divisor}, {"test_share", 0.5}});
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->features(), 1);
    std::vector<float> all;
    for (const Examples *part : {&(*made)->train(), &(*made)->test()})
        for (Index i = 0; i < part->count(); ++i)
            all.push_back(part->features(i, 0));
    std::sort(all.begin(), all.end());
    QCOMPARE(all, (std::vector<float> {0, 1, 2, 100}));
}

void NumpyReaderTest::turnsFortranOrderAndPlanes()
{
    const DataFolder folder;
    std::vector<float> c; // example, row, column, channel: 3 x 2 x 5 x 3
    for (int i = 0; i < 90; ++i)
        c.push_back(static_cast<float>(i));
    std::vector<float> fortran(90);
    std::vector<float> planes(90);
    for (std::size_t n = 0, at = 0; n < 3; ++n)
        for (std::size_t y = 0; y < 2; ++y)
            for (std::size_t x = 0; x < 5; ++x)
                for (std::size_t k = 0; k < 3; ++k, ++at) {
                    fortran[n + 3 * (y + 2 * (x + 5 * k))] = c[at];
                    planes[((n * 3 + k) * 2 + y) * 5 + x] = c[at];
                }
    const std::string y = npy(npyHeader("|u1", "(3,)"), std::string("\1\1\1"));
    const auto digest = [&](const std::string &kind, const std::vector<float> &numbers, bool isFortran) {
        folder.write("x.npy", npy(npyHeader("<f4", kind, isFortran), bytesOf(numbers)));
        folder.write("y.npy", y);
        const auto made = read(folder.path());
        return made && (*made)->shape() == ExampleShape {3, 2, 5} ? (*made)->digest() : std::string();
    };
    const std::string expected = digest("(3, 2, 5, 3)", c, false);
    QVERIFY(!expected.empty());
    QCOMPARE(digest("(3, 2, 5, 3)", fortran, true), expected);
    QCOMPARE(digest("(3, 3, 2, 5)", planes, false), expected);
    const auto asked = read(folder.path(), {{"layout", "hwc"}});
    QCOMPARE((*asked)->shape(), (ExampleShape {5, 3, 2}));
    QCOMPARE(read(folder.path(), {{"layout", "xyz"}}).error().where, "options/layout");
}

void NumpyReaderTest::rowsOfOneOneAreLabels()
{
    Arrays arrays = smallArrays();
    arrays["y_test"] = npy(npyHeader("|b1", "(2, 3)"), std::string("\0\0\1\0\1\0", 6));
    arrays["y_train"] = npy(npyHeader("<f4", "(6, 3)"),
                            bytesOf<float>({1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0}));
    const DataFolder folder;
    const auto made = read(folder.write("a.npz", npz(arrays, true)));
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->train().labels, (std::vector<std::uint16_t> {0, 1, 2, 0, 0, 0}));
    QCOMPARE((*made)->test().labels, (std::vector<std::uint16_t> {2, 1}));
}

void NumpyReaderTest::drawsATestPart()
{
    Arrays arrays = smallArrays();
    arrays.erase("x_test");
    arrays.erase("y_test");
    arrays["images"] = arrays["x_train"];
    arrays["labels"] = arrays["y_train"];
    arrays.erase("x_train");
    arrays.erase("y_train");
    const DataFolder folder;
    const fs::path path = folder.write("a.npz", npz(arrays, true));
    const auto made = read(path, {{"test_share", 0.4}, {"split_seed", Index {3}}});
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->train().count(), 4);
    QCOMPARE(classCounts((*made)->test(), 3), (std::vector<Index> {1, 1, 0}));
    QCOMPARE(read(path, {{"test_share", 0.4}, {"split_seed", Index {3}}}).value()->digest(),
             (*made)->digest());
}

void NumpyReaderTest::takesTheNamesThatAreAsked()
{
    Arrays arrays = smallArrays();
    arrays["mine"] = arrays["x_test"];
    const DataFolder folder;
    const fs::path path = folder.write("a.npz", npz(arrays, true));
    const DatasetOptions options {
        {"features", "mine"}, {"labels", "y_test"}, {"test_features", "x_test"}, {"test_labels", "y_test"}};
    const auto made = read(path, options);
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->train().count(), 2);
    const auto none = read(path, {{"features", "other"}});
    QCOMPARE(none.error().code, ErrorCode::NotFound);
    QVERIFY(none.error().what.find("mine") != std::string::npos);
}

void NumpyReaderTest::refusesWhatIsWrong_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("word");
    const auto row = [](const char *what, const char *name, const std::string &bytes, ErrorCode code,
                        const char *word) {
        QTest::newRow(what) << QString(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                            << static_cast<int>(code) << QString(word);
    };
    const ErrorCode malformed = ErrorCode::Malformed;
    const ErrorCode unsupported = ErrorCode::Unsupported;
    const std::string pixels(24, 'p');
    row("rubbish", "x_train", "rubbish, rubbish", malformed, "magic");
    row("version 4", "x_train", npy(npyHeader("|u1", "(6, 2, 2)"), pixels, 4), unsupported, "version 4.0");
    row("text", "y_train", npy(npyHeader("<U3", "(6,)"), std::string(72, 'a')), unsupported, "<U3");
    row("objects", "y_train", npy(npyHeader("|O", "(6,)"), "pickle"), unsupported, "|O");
    row("records", "x_train",
        npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", pixels), unsupported, "[");
    row("complex", "x_train", npy(npyHeader("<c8", "(3,)"), pixels), unsupported, "<c8");
    row("a single number", "x_train", npy(npyHeader("|u1", "()"), "a"), unsupported, "single");
    row("no shape", "x_train", npy("{'descr': '|u1', 'fortran_order': False, }", pixels), malformed,
        "header");
    row("shape twice", "x_train",
        npy("{'descr': '|u1', 'fortran_order': False, 'shape': (6, 4), 'shape': (6, 4), }", pixels),
        malformed, "header");
    row("negative", "x_train", npy(npyHeader("|u1", "(-6, 4)"), pixels), malformed, "header");
    row("many extents", "x_train", npy(npyHeader("|u1", "(6, 1, 1, 1, 1, 1, 1, 1, 4)"), pixels), malformed,
        "header");
    row("nothing", "x_train", npy(npyHeader("|u1", "(0, 2, 2)"), ""), ErrorCode::OutOfRange, "without");
    row("too many bytes", "x_train", npy(npyHeader("|u1", "(6, 2, 2)"), pixels + "x"), malformed,
        "after the last");
    row("too few bytes", "x_train", npy(npyHeader("|u1", "(6, 2, 2)"), "few"), malformed, "24 bytes");
    row("other counts", "y_train", npy(npyHeader("|u1", "(5,)"), "aaaaa"), malformed, "5 labels");
    row("fractions", "y_train", npy(npyHeader("<f4", "(6,)"), bytesOf<float>({0, 1, 2, 0.5F, 1, 2})),
        malformed, "row 3");
    row("NaN", "y_train", npy(npyHeader("<f8", "(6,)"), bytesOf<double>({0, 1, std::nan(""), 0, 1, 2})),
        malformed, "row 2");
    row("two ones", "y_train", npy(npyHeader("|u1", "(6, 2)"), std::string("\1\0\1\1\1\0\1\0\1\0\1\0", 12)),
        malformed, "row 1");
    row("a test label of no class", "y_test", npy(npyHeader("|u1", "(2,)"), std::string("\x07\x08")),
        malformed, "label 8");
    row("another shape", "x_test", npy(npyHeader("|u1", "(2, 4)"), "abcdefgh"), malformed, "another shape");
    row("infinite", "x_test",
        npy(npyHeader("<f2", "(2, 2, 2)"), bytesOf<std::uint16_t>({0, 0, 0, 0, 0, 0x7C00, 0, 0})), malformed,
        "infinity");
}

void NumpyReaderTest::refusesWhatIsWrong()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QString, word);
    Arrays arrays = smallArrays();
    arrays[name.toStdString()] = bytes.toStdString();
    const DataFolder folder;
    const auto made = read(folder.write("a.npz", npz(arrays, false)));
    QVERIFY(!made.has_value());
    QVERIFY2(static_cast<int>(made.error().code) == code, message(made.error()).c_str());
    QVERIFY2(QString::fromStdString(made.error().what).contains(word), message(made.error()).c_str());
    QVERIFY(!made.error().where.empty());
}

void NumpyReaderTest::everyCutIsAnError()
{
    const DataFolder folder;
    largestAllocation = 0;
    for (const bool deflated : {false, true})
        for (const std::string &cut : truncations(npz(smallArrays(), deflated)))
            QVERIFY(!read(folder.write("a.npz", cut)).has_value());
    for (const auto &[name, bytes] : smallArrays())
        folder.write("arrays/" + name + ".npy", bytes);
    for (const std::string &cut : truncations(smallArrays().at("x_train"))) {
        const auto made = read(folder.write("arrays/x_train.npy", cut));
        QVERIFY(!made.has_value());
        QVERIFY(made.error().where.starts_with("arrays/x_train.npy:"));
    }
    QVERIFY(largestAllocation < 1'000'000);
}

void NumpyReaderTest::flippedBitsGiveAnErrorOrADataset()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallArrays())
        folder.write("arrays/" + name + ".npy", bytes);
    largestAllocation = 0;
    for (const char *name : {"x_train", "y_train"}) {
        for (const std::string &flipped : bitFlips(smallArrays().at(name))) {
            const auto made = read(folder.write(std::string("arrays/") + name + ".npy", flipped));
            if (!made)
                QVERIFY(!made.error().where.empty());
        }
        folder.write(std::string("arrays/") + name + ".npy", smallArrays().at(name));
    }
    const std::string digest = read(folder.path() / "arrays").value()->digest();
    for (const std::string &flipped : bitFlips(npz(smallArrays(), true))) {
        const auto made = read(folder.write("a.npz", flipped));
        if (made && (*made)->train().count() == 6 && (*made)->test().count() == 2) // no name was hit
            QCOMPARE((*made)->digest(), digest); // the checksums let nothing else pass
    }
    QVERIFY(largestAllocation < 1'000'000);
}

void NumpyReaderTest::absurdShapesAllocateNothing_data()
{
    QTest::addColumn<QString>("shape");
    for (const char *shape : {"(9223372036854775807,)", "(4294967296, 4294967296)",
                              "(6, 18446744073709551616)", "(65536, 65536, 65536, 65536, 65536)",
                              "(3000000000,)", "(6, 2, 100000000)", "(99999999999999999999999999,)"})
        QTest::newRow(shape) << QString(shape);
}

void NumpyReaderTest::absurdShapesAllocateNothing()
{
    QFETCH(QString, shape);
    Arrays arrays = smallArrays();
    const DataFolder folder;
    for (const char *kind : {"|u1", "<f8"}) {
        arrays["x_train"] = npy(npyHeader(kind, shape.toStdString()), "few");
        for (const bool deflated : {false, true}) {
            const fs::path path = folder.write("a.npz", npz(arrays, deflated));
            largestAllocation = 0;
            QVERIFY(!read(path).has_value());
            QVERIFY(largestAllocation < 1'000'000);
        }
    }
    if (!watchesAllocations)
        QSKIP("the sanitizer counts allocations itself");
}

void NumpyReaderTest::limitsHold()
{
    const DataFolder folder;
    const fs::path path = folder.write("a.npz", npz(smallArrays(), true));
    QCOMPARE(read(path, {}, {.maxExamples = 5}).error().code, ErrorCode::OutOfRange);
    constexpr std::uint64_t bytes =
        2 * (24 + 8 + 2) + 6 * 8 + 6 * 4; // as they are read, and as they are kept
    QVERIFY(read(path, {}, {.maxBytes = bytes}).has_value());
    const auto tooBig = read(path, {}, {.maxBytes = bytes - 1});
    QCOMPARE(tooBig.error().code, ErrorCode::OutOfMemory);
    QCOMPARE(tooBig.error().what, "with 6 numbers: at least 140 B of memory are needed; 139 B are allowed");
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(readNumpy(path, {}, {}, {{}, stop.get_token()}).error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(NumpyReaderTest)

} // namespace numpy_reader_test

#include "numpy_reader_test.moc"
