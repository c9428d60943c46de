// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <QtTest>

#include "core/data/readers/cifar_reader.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/xz.h"

namespace cifar_reader_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

/// A picture whose planes are @p shade, shade + 1 and shade + 2, its first pixel 1, 2, 3.
std::string record(std::string labels, int shade)
{
    for (int channel = 0; channel < 3; ++channel) {
        std::string plane(1024, static_cast<char>(shade + channel));
        plane[0] = static_cast<char>(channel + 1);
        labels += plane;
    }
    return labels;
}

Files smallFiles()
{
    const auto one = [](int label, int shade) {
        return record(std::string(1, static_cast<char>(label)), shade);
    };
    return {{"cifar-10-batches-bin/data_batch_1.bin", one(3, 10) + one(9, 20)},
            {"cifar-10-batches-bin/data_batch_2.bin", one(0, 30)},
            {"cifar-10-batches-bin/test_batch.bin", one(1, 40)},
            {"cifar-10-batches-bin/batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n"}};
}

std::string tarOf(const Files &files)
{
    std::string tar;
    for (const auto &[name, bytes] : files)
        tar += tarFile(name, bytes);
    return tar + tarEnd();
}

Result<std::shared_ptr<const Dataset>> read(const fs::path &path, const DatasetOptions &options = {},
                                            const ReadLimits &limits = {})
{
    return readCifar(path, options, limits, {});
}

} // namespace

class CifarReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void planesBecomePixels();
    void readsEverySpellingAlike();
    void aBatchMayBeTheTestPart();
    void readsBothLabelsOfCifar100();
    void refusesWhatIsWrongAndSaysWhere_data();
    void refusesWhatIsWrongAndSaysWhere();
    void cutsAreErrors();
    void limitsHold();
    void stopsWhenAsked();
    void readsTheRealOne();
};

void CifarReaderTest::planesBecomePixels()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallFiles())
        folder.write(name, bytes);
    QVERIFY(looksLikeCifar(folder.path()));
    const auto made = read(folder.path());
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    const Dataset &data = **made;
    QCOMPARE(data.shape(), (ExampleShape {3, 32, 32}));
    QCOMPARE(data.train().labels, (std::vector<std::uint16_t> {3, 9, 0}));
    QCOMPARE(data.test().labels, (std::vector<std::uint16_t> {1}));
    QCOMPARE(data.classNames().front(), "a");
    for (Index channel = 0; channel < 3; ++channel) {
        QCOMPARE(data.train().features(1, channel), static_cast<float>(channel + 1) / 255.0F);
        for (const Index pixel : {1, 31, 32, 1023})
            QCOMPARE(data.train().features(1, 3 * pixel + channel),
                     static_cast<float>(20 + channel) / 255.0F);
    }
}

void CifarReaderTest::readsEverySpellingAlike()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallFiles())
        folder.write("plain/" + name, bytes);
    const std::string digest = read(folder.path() / "plain").value()->digest();
    Files first = smallFiles();
    Files second {*first.begin()};
    first.erase(first.begin());
    std::vector<fs::path> paths {folder.path() / "plain" / "cifar-10-batches-bin",
                                 folder.path() / "plain" / "cifar-10-batches-bin" / "test_batch.bin",
                                 folder.write("one.tar", tarOf(smallFiles())),
                                 folder.write("cifar-10-binary.tar.gz", gzip(tarOf(smallFiles()))),
                                 folder.write("one.tar.xz", xz(tarOf(smallFiles())))};
    folder.write("two/a-test.tar.xz", xz(tarOf(first))); // the second batch before the first
    folder.write("two/b-train.tar.gz", gzip(tarOf(second)));
    paths.push_back(folder.path() / "two");
    for (const fs::path &path : paths) {
        QVERIFY2(looksLikeCifar(path), path.c_str());
        const auto made = read(path);
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        QCOMPARE((*made)->digest(), digest);
    }
    QCOMPARE(loadDataset((folder.path() / "one.tar.xz").string()).value()->digest(), digest);
    QCOMPARE(read(paths[3]).value()->name(), "cifar-10-binary");
}

void CifarReaderTest::aBatchMayBeTheTestPart()
{
    const DataFolder folder;
    const fs::path path = folder.write("one.tar", tarOf(smallFiles()));
    const auto made = read(path, {{"test_batch", Index {1}}});
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->train().labels, (std::vector<std::uint16_t> {0}));
    QCOMPARE((*made)->test().labels, (std::vector<std::uint16_t> {3, 9}));
    QCOMPARE(read(path, {{"test_batch", Index {4}}}).error().code, ErrorCode::NotFound);
}

void CifarReaderTest::readsBothLabelsOfCifar100()
{
    const DataFolder folder;
    const Files files {
        {"cifar-100-binary/train.bin", record("\x13\x63", 10) + record(std::string("\0\1", 2), 20)},
        {"cifar-100-binary/test.bin", record("\x02\x05", 30)}};
    const fs::path path = folder.write("cifar-100-binary.tar.gz", gzip(tarOf(files)));
    QVERIFY(looksLikeCifar(path));
    const auto fine = read(path);
    QVERIFY2(fine.has_value(), fine ? "" : message(fine.error()).c_str());
    QCOMPARE((*fine)->classes(), 100);
    QCOMPARE((*fine)->train().labels, (std::vector<std::uint16_t> {99, 1}));
    const auto coarse = read(path, {{"coarse", true}});
    QCOMPARE((*coarse)->classes(), 20);
    QCOMPARE((*coarse)->train().labels, (std::vector<std::uint16_t> {19, 0}));
    QVERIFY(!looksLikeCifar(folder.write("other/train.bin", "x").parent_path()));
}

using Change = std::function<void(Files &)>;

void CifarReaderTest::refusesWhatIsWrongAndSaysWhere_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");
    const auto row = [](const char *name, const Change &change, ErrorCode code, const char *where) {
        QTest::newRow(name) << change << static_cast<int>(code) << QString(where);
    };
    const std::string set = "cifar-10-batches-bin/";
    const ErrorCode malformed = ErrorCode::Malformed;
    row(
        "no test", [=](Files &f) { f.erase(set + "test_batch.bin"); }, ErrorCode::NotFound, "");
    row(
        "no training",
        [=](Files &f) {
            f.erase(set + "data_batch_1.bin");
            f.erase(set + "data_batch_2.bin");
        },
        ErrorCode::NotFound, "");
    row(
        "empty", [=](Files &f) { f[set + "test_batch.bin"].clear(); }, ErrorCode::NotFound, "");
    row(
        "a label beyond", [=](Files &f) { f[set + "data_batch_1.bin"][3073] = 10; }, malformed,
        "data_batch_1.bin:3073");
    row(
        "a byte too few", [=](Files &f) { f[set + "data_batch_1.bin"].pop_back(); }, malformed,
        "data_batch_1.bin:6145");
    row(
        "a byte too many", [=](Files &f) { f[set + "data_batch_1.bin"] += 'x'; }, malformed,
        "data_batch_1.bin:6147");
    row(
        "twice", [=](Files &f) { f["z/data_batch_1.bin"] = f[set + "data_batch_1.bin"]; }, malformed,
        "data_batch_1.bin:0");
    row(
        "of another set", [=](Files &f) { f[set + "train.bin"] = record("ab", 1); }, malformed,
        "train.bin:0");
}

void CifarReaderTest::refusesWhatIsWrongAndSaysWhere()
{
    QFETCH(Change, change);
    QFETCH(int, code);
    QFETCH(QString, where);
    Files files = smallFiles();
    change(files);
    const DataFolder folder;
    for (const auto &[name, bytes] : files)
        folder.write("set/" + name, bytes);
    for (const fs::path &path : {folder.path() / "set", folder.write("set.tar", tarOf(files))}) {
        const auto made = read(path);
        QVERIFY(!made.has_value());
        QVERIFY2(static_cast<int>(made.error().code) == code, message(made.error()).c_str());
        QVERIFY2(QString::fromStdString(made.error().where).endsWith(where), made.error().where.c_str());
    }
}

void CifarReaderTest::cutsAreErrors()
{
    const DataFolder folder;
    const std::string tar = tarOf(smallFiles());
    for (std::size_t length = 0; length + 1024 < tar.size(); length += 127)
        QVERIFY(!read(folder.write("a.tar", tar.substr(0, length))).has_value());
    for (const std::string &cut : truncations(gzip(tar)))
        QVERIFY(!read(folder.write("a.tar.gz", cut)).has_value());
}

void CifarReaderTest::limitsHold()
{
    const DataFolder folder;
    const fs::path path = folder.write("one.tar", tarOf(smallFiles()));
    QVERIFY(read(path, {}, {.maxBytes = std::uint64_t {8} * 3072, .maxExamples = 4}).has_value());
    QCOMPARE(read(path, {}, {.maxBytes = std::uint64_t {8} * 3072 - 1}).error().code, ErrorCode::OutOfMemory);
    QCOMPARE(read(path, {}, {.maxExamples = 3}).error().code, ErrorCode::OutOfRange);
}

void CifarReaderTest::stopsWhenAsked()
{
    const DataFolder folder;
    const fs::path path = folder.write("one.tar", tarOf(smallFiles()));
    std::stop_source stop;
    double last = 0;
    const ReadProgress progress {[&](double fraction) {
                                     last = fraction;
                                     stop.request_stop();
                                 },
                                 stop.get_token()};
    QCOMPARE(readCifar(path, {}, {}, progress).error().code, ErrorCode::Cancelled);
    QVERIFY(last > 0 && last < 1);
}

void CifarReaderTest::readsTheRealOne()
{
    const auto folder = realData("cifar10");
    if (!folder)
        QSKIP("no CIFAR-10 here: set ROSLER_DATASETS to the folder that holds cifar10/");
    QVERIFY(looksLikeCifar(*folder));
    const auto made = loadDataset(folder->string());
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    const Dataset &data = **made;
    QCOMPARE(data.name(), "cifar10");
    QVERIFY(data.train().count() % 10'000 == 0 && data.train().count() > 0);
    QVERIFY(data.test().count() >= 1000);
    qInfo("%d training, %d test examples, digest %s", static_cast<int>(data.train().count()),
          static_cast<int>(data.test().count()), data.digest().c_str());
}

QTEST_APPLESS_MAIN(CifarReaderTest)

} // namespace cifar_reader_test

#include "cifar_reader_test.moc"
