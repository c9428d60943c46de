// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/readers/idx_reader.h"
#include "tests/support/allocation_watch.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/sample_files.h"

namespace idx_reader_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

/// Three training and two test pictures of 2 x 3 pixels, in three classes.
Files smallFiles()
{
    const std::string pixels("\x00\x01\x7F\x80\xFE\xFF"
                             "abcdef"
                             "ghijkl",
                             18);
    return {{"train-images-idx3-ubyte", imageFile(3, 2, 3, pixels)},
            {"train-labels-idx1-ubyte", labelFile(3, {"\x02\x00\x01", 3})},
            {"t10k-images-idx3-ubyte", imageFile(2, 2, 3, "mnopqrstuvwx")},
            {"t10k-labels-idx1-ubyte", labelFile(2, {"\x01\x02", 2})}};
}

Files packed(const Files &files)
{
    Files all;
    for (const auto &[name, bytes] : files)
        all[name + ".gz"] = gzip(bytes);
    return all;
}

void writeFile(const fs::path &path, const std::string &bytes)
{
    fs::remove(path); // ext4 writes a truncated file back at once; thousands of them take seconds
    std::ofstream(path, std::ios::binary) << bytes;
}

/// $ROSLER_DATASETS/mnist, or the one beside the source folder.
std::optional<fs::path> realMnist()
{
    const QString named = qEnvironmentVariable("ROSLER_DATASETS");
    const fs::path folder = (named.isEmpty() ? fs::path(ROSLER_SOURCE_DIR) / ".." / "shared" / "datasets"
                                             : fs::path(named.toStdString()))
        / "mnist";
    return looksLikeIdx(folder) ? std::optional(folder) : std::nullopt;
}

} // namespace

class IdxReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_temporary.reset(); }
    void readsASmallSetByHand();
    void readsEverySpelling_data();
    void readsEverySpelling();
    void knowsItsFilesByName();
    void setsOfEmnistAreToldApart();
    void emnistIsTurnedAndNamed();
    void refusesWhatIsWrongAndSaysWhere_data();
    void refusesWhatIsWrongAndSaysWhere();
    void everyCutIsAnError_data() { fileRows(); }
    void aLabelFarAwayIsOneClass();
    void everyCutIsAnError();
    void flippedBitsGiveAnErrorOrADataset_data() { fileRows(); }
    void flippedBitsGiveAnErrorOrADataset();
    void absurdCountsAllocateNothing_data();
    void absurdCountsAllocateNothing();
    void limitsHoldForAllPartsTogether();
    void aFileThatShrinksWhileItIsReadIsAnError();
    void filesRemovedWhileTheyAreReadAreStillThere();
    void stopsWhenAsked();
    void progressRisesToOne();
    void readsTheRealMnist();

private:
    static void fileRows();
    void write(const Files &files) const
    {
        for (const auto &[name, bytes] : files)
            writeFile(m_folder / name, bytes);
    }
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> read() const
    {
        return readIdx(m_folder, {}, {}, {});
    }

    std::optional<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

void IdxReaderTest::init()
{
    m_temporary.emplace();
    QVERIFY(m_temporary->isValid());
    m_folder = fs::path(m_temporary->path().toStdString()) / "Tiny";
    fs::create_directory(m_folder);
}

void IdxReaderTest::fileRows()
{
    QTest::addColumn<bool>("asGzip");
    QTest::addColumn<QString>("name");
    for (const auto &[name, bytes] : smallFiles()) {
        QTest::newRow(name.c_str()) << false << QString::fromStdString(name);
        QTest::newRow((name + ".gz").c_str()) << true << QString::fromStdString(name + ".gz");
    }
}

void IdxReaderTest::readsASmallSetByHand()
{
    write(smallFiles());
    const auto read = this->read();
    QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
    const Dataset &data = **read;
    QCOMPARE(data.name(), "tiny");
    QCOMPARE(data.source(), m_folder.string());
    QCOMPARE(data.shape(), (ExampleShape {1, 2, 3}));
    QCOMPARE(data.classNames(), (std::vector<std::string> {"0", "1", "2"}));
    QCOMPARE(data.train().count(), 3);
    QCOMPARE(data.train().labels, (std::vector<std::uint16_t> {2, 0, 1}));
    QCOMPARE(data.test().labels, (std::vector<std::uint16_t> {1, 2}));
    const std::array<float, 6> first {0, 1 / 255.0F, 127 / 255.0F, 128 / 255.0F, 254 / 255.0F, 1};
    for (Index i = 0; i < 6; ++i)
        QVERIFY(data.train().features(0, i) == first.at(static_cast<std::size_t>(i)));
    QVERIFY(data.test().features(1, 5) == static_cast<float>('x') / 255.0F);
}

void IdxReaderTest::readsEverySpelling_data()
{
    QTest::addColumn<bool>("dot");
    QTest::addColumn<bool>("asGzip");
    QTest::addColumn<QString>("ask");
    for (const bool dot : {false, true}) {
        for (const bool asGzip : {false, true}) {
            const QString images =
                QString("train-images%1idx3-ubyte%2")
                    .arg(QLatin1String(dot ? "." : "-"), QLatin1String(asGzip ? ".gz" : ""));
            const QString labels =
                QString("t10k-labels%1idx1-ubyte%2")
                    .arg(QLatin1String(dot ? "." : "-"), QLatin1String(asGzip ? ".gz" : ""));
            for (const QString &ask : {QString(), QString("/"), "/" + images, "/" + labels})
                QTest::addRow("%d%d%s", dot, asGzip, qPrintable(ask)) << dot << asGzip << ask;
        }
    }
}

void IdxReaderTest::readsEverySpelling()
{
    QFETCH(bool, dot);
    QFETCH(bool, asGzip);
    QFETCH(QString, ask);
    write(smallFiles());
    const std::string digest = read().value()->digest();
    fs::remove_all(m_folder);
    fs::create_directory(m_folder);
    for (const auto &[name, bytes] : asGzip ? packed(smallFiles()) : smallFiles()) {
        std::string spelt = name;
        if (dot)
            spelt[spelt.find("-idx")] = '.';
        writeFile(m_folder / spelt, bytes);
    }
    const fs::path path(m_folder.string() + ask.toStdString());
    QVERIFY(looksLikeIdx(path));
    const auto data = readIdx(path, {}, {}, {});
    QVERIFY2(data.has_value(), data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->digest(), digest);
    QCOMPARE((*data)->name(), "tiny");
}

void IdxReaderTest::knowsItsFilesByName()
{
    QVERIFY(!looksLikeIdx(m_folder));
    QVERIFY(!looksLikeIdx(m_folder / "train-images-idx3-ubyte")); // not there
    writeFile(m_folder / "notes.txt", "x");
    QVERIFY(!looksLikeIdx(m_folder));
    QVERIFY(!looksLikeIdx(m_folder / "notes.txt"));
    writeFile(m_folder / "t10k-labels-idx1-ubyte", "x");
    QVERIFY(looksLikeIdx(m_folder));
    QVERIFY(looksLikeIdx(m_folder / "t10k-labels-idx1-ubyte"));
    QVERIFY(!looksLikeIdx(m_folder / "notes.txt"));
}

using Change = std::function<void(Files &)>;

void IdxReaderTest::setsOfEmnistAreToldApart()
{
    const auto writeSet = [&](const std::string &set) {
        for (const auto &[name, bytes] : smallFiles()) {
            std::string spelt = name;
            if (spelt.starts_with("t10k"))
                spelt.replace(0, 4, "test");
            writeFile(m_folder / (set + spelt), bytes);
        }
    };
    writeSet("emnist-letters-");
    QVERIFY(looksLikeIdx(m_folder));
    const auto only = readIdx(m_folder, {}, {}, {});
    QVERIFY2(only, only ? "" : message(only.error()).c_str());
    QCOMPARE((*only)->name(), "emnist-letters");
    writeSet("emnist-digits-");
    const auto several = readIdx(m_folder, {}, {}, {});
    QVERIFY(!several);
    QCOMPARE(several.error().where, std::string("options/set"));
    QVERIFY(several.error().what.find("emnist-digits, emnist-letters") != std::string::npos);
    const auto named = readIdx(m_folder, {{"set", std::string("emnist-digits")}}, {}, {});
    QVERIFY2(named, named ? "" : message(named.error()).c_str());
    QCOMPARE((*named)->name(), "emnist-digits");
    QVERIFY(!readIdx(m_folder, {{"set", std::string("emnist")}}, {}, {}));
    const fs::path file = m_folder / "emnist-letters-test-labels-idx1-ubyte";
    QVERIFY(looksLikeIdx(file));
    const auto byFile = readIdx(file, {}, {}, {});
    QVERIFY2(byFile, byFile ? "" : message(byFile.error()).c_str());
    QCOMPARE((*byFile)->name(), "emnist-letters");
    QCOMPARE((*byFile)->source(), file.string()); // the folder would not say which
    QVERIFY(!looksLikeIdx(m_folder / "xtrain-images-idx3-ubyte"));
}

void IdxReaderTest::emnistIsTurnedAndNamed()
{
    // Labels from 1 on, and a mapping to the codes of two characters each.
    const std::string pixels("\x00\x03\x01\x04\x02\x05", 6); // columns of 0..5 in two rows
    write({{"emnist-letters-train-images-idx3-ubyte", imageFile(2, 3, 2, pixels + pixels)},
           {"emnist-letters-train-labels-idx1-ubyte", labelFile(2, {"\x01\x02", 2})},
           {"emnist-letters-test-images-idx3-ubyte", imageFile(1, 3, 2, pixels)},
           {"emnist-letters-test-labels-idx1-ubyte", labelFile(1, {"\x02", 1})},
           {"emnist-letters-mapping.txt", "1 65 97\n2 66 98\r\nx\n9\n"}});
    const auto data = this->read();
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"Aa", "Bb"}));
    QCOMPARE((*data)->shape(), (ExampleShape {1, 2, 3}));
    for (Index i = 0; i < 6; ++i)
        QVERIFY((*data)->train().features(1, i) == static_cast<float>(i) / 255.0F);
    QCOMPARE((*data)->test().labels, (std::vector<std::uint16_t> {1}));
    QVERIFY((*data)->notes().front().find("column by column") != std::string::npos);
    fs::remove(m_folder / "emnist-letters-mapping.txt");
    QCOMPARE((*this->read())->classNames(), (std::vector<std::string> {"1", "2"}));
}

void IdxReaderTest::refusesWhatIsWrongAndSaysWhere_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char *name, const Change &change, ErrorCode code, const char *where,
                        const QStringList &words) {
        QTest::newRow(name) << change << static_cast<int>(code) << QString(where) << words;
    };
    const char *const images = "train-images-idx3-ubyte";
    const char *const labels = "train-labels-idx1-ubyte";
    const char *const testImages = "t10k-images-idx3-ubyte";
    const char *const testLabels = "t10k-labels-idx1-ubyte";
    const ErrorCode malformed = ErrorCode::Malformed;
    const ErrorCode range = ErrorCode::OutOfRange;

    row("no test labels", [=](Files &f) { f.erase(testLabels); }, ErrorCode::NotFound, "",
        {"t10k-labels-idx1-ubyte", ".gz"});
    row("empty file", [=](Files &f) { f[images].clear(); }, malformed, "Tiny/train-images-idx3-ubyte:0",
        {"ends after 0 bytes"});
    row("wrong magic", [=](Files &f) { f[images][0] = 'P'; }, malformed, "Tiny/train-images-idx3-ubyte:0",
        {"magic"});
    row("floats", [=](Files &f) { f[images][2] = 0x0D; }, ErrorCode::Unsupported,
        "Tiny/train-images-idx3-ubyte:2", {"type 13", "unsigned bytes"});
    row("labels for images", [=](Files &f) { f[images] = f[labels]; }, malformed,
        "Tiny/train-images-idx3-ubyte:3", {"1 dimensions", "3"});
    row("images for labels", [=](Files &f) { f[labels] = f[images]; }, malformed,
        "Tiny/train-labels-idx1-ubyte:3", {"3 dimensions", "1"});
    row("no images", [=](Files &f) { f[images] = imageFile(0, 2, 3, ""); }, range,
        "Tiny/train-images-idx3-ubyte:4", {"0 images"});
    row("flat images", [=](Files &f) { f[images] = imageFile(3, 0, 3, ""); }, range,
        "Tiny/train-images-idx3-ubyte:4", {"0 x 3"});
    row("a label too few",
        [=](Files &f) {
            f[labels] = labelFile(2, {"\x02\x00", 2});
        },
        malformed, "Tiny/train-labels-idx1-ubyte:4",
        {"Tiny/train-images-idx3-ubyte holds 3 images", "Tiny/train-labels-idx1-ubyte holds 2 labels"});
    row("test labels of another set", [=](Files &f) { f[testLabels] = f[labels]; }, malformed,
        "Tiny/t10k-labels-idx1-ubyte:4",
        {"Tiny/t10k-images-idx3-ubyte holds 2 images", "Tiny/t10k-labels-idx1-ubyte holds 3 labels"});
    row("a picture missing", [=](Files &f) { f[images].resize(f[images].size() - 6); }, malformed,
        "Tiny/train-images-idx3-ubyte:16", {"18 bytes", "12"});
    row("a byte too many", [=](Files &f) { f[images] += 'x'; }, malformed, "Tiny/train-images-idx3-ubyte:34",
        {"after the last"});
    row("a label too many", [=](Files &f) { f[testLabels] += 'x'; }, malformed,
        "Tiny/t10k-labels-idx1-ubyte:10", {"after the last"});
    row("test pictures of another size",
        [=](Files &f) { f[testImages] = imageFile(2, 3, 2, "mnopqrstuvwx"); }, malformed,
        "Tiny/t10k-images-idx3-ubyte:8", {"3 x 2", "2 x 3"});
    row("a test label without a class", [=](Files &f) { f[testLabels].back() = 3; }, malformed,
        "Tiny/t10k-labels-idx1-ubyte:9", {"label 3", "no training example"});
}

void IdxReaderTest::refusesWhatIsWrongAndSaysWhere()
{
    QFETCH(Change, change);
    QFETCH(int, code);
    QFETCH(QString, where);
    QFETCH(QStringList, words);
    Files files = smallFiles();
    change(files);
    write(files);
    const auto read = this->read();
    QVERIFY(!read.has_value());
    QCOMPARE(static_cast<int>(read.error().code), code);
    QCOMPARE(QString::fromStdString(read.error().where),
             where.isEmpty() ? QString::fromStdString(m_folder.string()) : where);
    for (const QString &word : words)
        QVERIFY2(QString::fromStdString(read.error().what).contains(word), read.error().what.c_str());
}

void IdxReaderTest::aLabelFarAwayIsOneClass()
{
    Files files = smallFiles();
    files["train-labels-idx1-ubyte"].back() = static_cast<char>(200); // was 1
    files["t10k-labels-idx1-ubyte"] = labelFile(2, {"\xC8\x02", 2});
    write(files);
    const auto read = this->read();
    QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
    QCOMPARE((*read)->classNames(), (std::vector<std::string> {"0", "2", "200"}));
    QCOMPARE((*read)->train().labels, (std::vector<std::uint16_t> {1, 0, 2}));
    QCOMPARE((*read)->test().labels, (std::vector<std::uint16_t> {2, 1}));
}

void IdxReaderTest::everyCutIsAnError()
{
    QFETCH(bool, asGzip);
    QFETCH(QString, name);
    const Files files = asGzip ? packed(smallFiles()) : smallFiles();
    write(files);
    QVERIFY(read().has_value());
    largestAllocation = 0;
    for (const std::string &cut : truncations(files.at(name.toStdString()))) {
        writeFile(m_folder / name.toStdString(), cut);
        const auto read = this->read();
        QVERIFY2(!read.has_value(), qPrintable(QString::number(cut.size())));
        QVERIFY(!read.error().what.empty());
        QVERIFY(read.error().where.find(name.toStdString()) != std::string::npos);
    }
    QVERIFY(largestAllocation < 1'000'000);
}

void IdxReaderTest::flippedBitsGiveAnErrorOrADataset()
{
    QFETCH(bool, asGzip);
    QFETCH(QString, name);
    const Files files = asGzip ? packed(smallFiles()) : smallFiles();
    write(files);
    const std::string digest = read().value()->digest();
    largestAllocation = 0;
    for (const std::string &flipped : bitFlips(files.at(name.toStdString()))) {
        writeFile(m_folder / name.toStdString(), flipped);
        const auto read = this->read();
        if (read && asGzip)
            QCOMPARE((*read)->digest(), digest); // the checksum lets nothing else pass
        else if (read)
            QVERIFY((*read)->digest() != digest);
        else
            QVERIFY(!read.error().where.empty());
    }
    QVERIFY(largestAllocation < 1'000'000);
}

void IdxReaderTest::absurdCountsAllocateNothing_data()
{
    QTest::addColumn<quint32>("count");
    QTest::addColumn<quint32>("height");
    QTest::addColumn<quint32>("width");
    QTest::addColumn<int>("code");
    const int range = static_cast<int>(ErrorCode::OutOfRange);
    const int memory = static_cast<int>(ErrorCode::OutOfMemory);
    const int malformed = static_cast<int>(ErrorCode::Malformed);
    QTest::newRow("all at their most") << 0xFFFFFFFFU << 0xFFFFFFFFU << 0xFFFFFFFFU << range;
    QTest::newRow("most images") << 0xFFFFFFFFU << 1U << 1U << range;
    QTest::newRow("most pixels") << 1U << 0xFFFFFFFFU << 0xFFFFFFFFU << memory;
    QTest::newRow("product 2^64") << 0x10000U << 0x1000000U << 0x1000000U << memory;
    QTest::newRow("product wraps to 18") << 9U << 0x80000001U << 2U << memory;
    QTest::newRow("within the limits, not in the file") << 1'000'000U << 30U << 30U << malformed;
}

void IdxReaderTest::absurdCountsAllocateNothing()
{
    QFETCH(quint32, count);
    QFETCH(quint32, height);
    QFETCH(quint32, width);
    QFETCH(int, code);
    const Files files = smallFiles();
    Files absurd = files;
    absurd["train-images-idx3-ubyte"] = imageFile(count, height, width, "abcdefghijklmnopqr");
    for (const Files &written : {absurd, packed(absurd)}) {
        for (const auto &[name, bytes] : files)
            fs::remove(m_folder / name);
        write(written);
        largestAllocation = 0;
        const auto read = this->read();
        QVERIFY(!read.has_value());
        QCOMPARE(static_cast<int>(read.error().code), code);
        QVERIFY(largestAllocation < 1'000'000);
        QVERIFY(read.error().where.starts_with("Tiny/train-images-idx3-ubyte"));
    }
    if (!watchesAllocations)
        QSKIP("the sanitizer counts allocations itself");
}

void IdxReaderTest::limitsHoldForAllPartsTogether()
{
    write(smallFiles());
    const std::uint64_t bytes = 5 * 6; // a byte a pixel, as they are kept
    QVERIFY(readIdx(m_folder, {}, {.maxBytes = bytes, .maxExamples = 3}, {}).has_value());
    const auto tooBig = readIdx(m_folder, {}, {.maxBytes = bytes - 1}, {});
    QVERIFY(!tooBig.has_value());
    QCOMPARE(tooBig.error().code, ErrorCode::OutOfMemory);
    QCOMPARE(tooBig.error().what, "5 images: 30 B of memory are needed; 29 B are allowed");
    QCOMPARE(tooBig.error().where, "Tiny/t10k-images-idx3-ubyte:4");
    const auto tooMany = readIdx(m_folder, {}, {.maxExamples = 2}, {});
    QVERIFY(!tooMany.has_value());
    QCOMPARE(tooMany.error().code, ErrorCode::OutOfRange);
    QCOMPARE(tooMany.error().where, "Tiny/train-images-idx3-ubyte:4");
}

void IdxReaderTest::aFileThatShrinksWhileItIsReadIsAnError()
{
    Files files = smallFiles();
    files["train-images-idx3-ubyte"] = imageFile(3, 1000, 1000, std::string(3'000'000, 'p'));
    files["t10k-images-idx3-ubyte"] = imageFile(2, 1000, 1000, std::string(2'000'000, 'p'));
    write(files);
    bool shrunk = false;
    const ReadProgress progress {[&](double) {
                                     if (!shrunk)
                                         fs::resize_file(m_folder / "train-images-idx3-ubyte", 100);
                                     shrunk = true;
                                 },
                                 {}};
    const auto read = readIdx(m_folder, {}, {}, progress);
    QVERIFY(shrunk);
    QVERIFY(!read.has_value());
    QCOMPARE(read.error().code, ErrorCode::Malformed);
    QVERIFY(read.error().where.starts_with("Tiny/train-images-idx3-ubyte:"));
    QVERIFY(read.error().what.starts_with("the file ends after"));
    if (watchesAllocations) // or the tests above prove nothing
        QVERIFY(largestAllocation >= 3'000'000);
}

void IdxReaderTest::filesRemovedWhileTheyAreReadAreStillThere()
{
    write(smallFiles());
    const ReadProgress progress {[&](double) { fs::remove_all(m_folder); }, {}};
    QVERIFY(readIdx(m_folder, {}, {}, progress).has_value()); // all four were open
    const auto gone = read();
    QVERIFY(!gone.has_value());
    QCOMPARE(gone.error().code, ErrorCode::NotFound);
}

void IdxReaderTest::stopsWhenAsked()
{
    write(smallFiles());
    for (const int reportsBefore : {0, 1, 2}) {
        std::stop_source stop;
        if (reportsBefore == 0)
            stop.request_stop();
        int reports = 0;
        const ReadProgress progress {[&](double) {
                                         if (++reports == reportsBefore)
                                             stop.request_stop();
                                     },
                                     stop.get_token()};
        const auto read = readIdx(m_folder, {}, {}, progress);
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::Cancelled);
        QCOMPARE(reports, reportsBefore);
    }
}

void IdxReaderTest::progressRisesToOne()
{
    write(packed(smallFiles()));
    std::vector<double> fractions;
    const ReadProgress progress {[&](double fraction) { fractions.push_back(fraction); }, {}};
    QVERIFY(readIdx(m_folder, {}, {}, progress).has_value());
    QVERIFY(fractions.size() >= 3);
    QVERIFY(std::ranges::is_sorted(fractions));
    QVERIFY(fractions.front() > 0);
    QCOMPARE(fractions.back(), 1.0);
}

void IdxReaderTest::readsTheRealMnist()
{
    const auto folder = realMnist();
    if (!folder)
        QSKIP("no MNIST here: set ROSLER_DATASETS to the folder that holds mnist/");
    const auto read = readIdx(*folder, {}, {}, {});
    QVERIFY2(read.has_value(), read ? "" : message(read.error()).c_str());
    const Dataset &data = **read;
    QCOMPARE(data.name(), "mnist");
    QCOMPARE(data.shape(), (ExampleShape {1, 28, 28}));
    QCOMPARE(data.train().count(), 60'000);
    QCOMPARE(data.test().count(), 10'000);
    QCOMPARE(classCounts(data.train(), 10),
             (std::vector<Index> {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
    QCOMPARE(classCounts(data.test(), 10),
             (std::vector<Index> {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
    QCOMPARE(data.train().labels[0], 5);
    // The mean that everybody normalises MNIST with.
    Matrix room;
    const ConstMatrixView train = data.train().features.rows(0, data.train().count(), room);
    QVERIFY(std::abs(train.cast<double>().mean() - 0.1306604762738429) < 1e-7);
    qInfo("digest %s", data.digest().c_str());
}

QTEST_APPLESS_MAIN(IdxReaderTest)

} // namespace idx_reader_test

#include "idx_reader_test.moc"
