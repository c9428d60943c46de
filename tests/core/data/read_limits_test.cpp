// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <optional>
#include <string>

#include <QtTest>

#include "core/data/dataset_reader.h"
#include "core/data/read_limits.h"
#include "tests/support/data_folder.h"
#include "tests/support/sample_files.h"

namespace read_limits_test {

using namespace rosler;
using namespace rosler::testing;

class ReadLimitsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLimitIsAShareOfWhatIsFree();
    void theRefusalNamesNeedAndWhatIsFree();
    void everyReaderRefusesSo_data();
    void everyReaderRefusesSo();
    void recordingsAreForecastByThoseRead();
    void tablesAreForecastByTheRowsRead();
};

void ReadLimitsTest::theLimitIsAShareOfWhatIsFree()
{
    QCOMPARE(readLimits(std::uint64_t {4'000'000'001}).maxBytes, std::uint64_t {3'000'000'001});
    QCOMPARE(readLimits(std::uint64_t {0}).maxBytes, std::uint64_t {0});
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    QCOMPARE(readLimits(most).maxBytes, most - most / 4);
    QCOMPARE(readLimits(std::nullopt).maxBytes, std::uint64_t {4'000'000'000});
    QVERIFY(!readLimits(std::nullopt).freeBytes);
    QVERIFY(readLimits().maxBytes > 1'000'000); // of this machine
}

void ReadLimitsTest::theRefusalNamesNeedAndWhatIsFree()
{
    const ReadLimits limits = readLimits(std::uint64_t {4'000'000'000});
    const Error error = tooLittleMemory(5.2e9, NeedIs::Exact, limits, "a.h5:/x").value();
    QCOMPARE(error.code, ErrorCode::OutOfMemory);
    QCOMPARE(error.where, "a.h5:/x");
    QCOMPARE(error.what, "5.20 GB of memory are needed; 4.00 GB are free, of which data may take 3.00 GB");
    QCOMPARE(tooLittleMemory(1e30, NeedIs::AtLeast, {.maxBytes = 12}, {}, "3 pictures").value().what,
             "3 pictures: at least 1000000000000 EB of memory are needed; 12 B are allowed");
}

void ReadLimitsTest::everyReaderRefusesSo_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format :
         {"digits", "bearing", "idx", "cifar", "numpy", "hdf5", "csv", "audio", "series"})
        QTest::newRow(format) << QString(format);
}

void ReadLimitsTest::everyReaderRefusesSo()
{
    QFETCH(QString, format);
    const DataFolder folder;
    DatasetRequest request(folder.path().string());
    if (format == "digits" || format == "bearing") {
        request.source = format.toStdString();
    } else if (format == "idx") {
        for (const char *part : {"train", "t10k"}) {
            folder.write(std::string(part) + "-images-idx3-ubyte",
                         imageFile(2, 20, 10, std::string(400, 'a')));
            folder.write(std::string(part) + "-labels-idx1-ubyte", labelFile(2, std::string("\0\1", 2)));
        }
    } else if (format == "cifar") {
        for (const char *name : {"data_batch_1.bin", "test_batch.bin"})
            folder.write(name, std::string(3073, '\1') + std::string(3073, '\2'));
    } else if (format == "numpy") {
        folder.write("x.npy", npy(npyHeader("<f4", "(100, 4)"), std::string(1600, '\0')));
        folder.write("y.npy", npy(npyHeader("|u1", "(100,)"), std::string(50, '\0') + std::string(50, '\1')));
    } else if (format == "hdf5") {
        request = {ROSLER_SOURCE_DIR "/tests/data/h5/packed.h5",
                   {{"features", std::string("train/images")}, {"labels", std::string("train/labels")}}};
    } else if (format == "csv") {
        std::string rows;
        for (int i = 0; i < 100; ++i)
            rows += "1,2,3,4," + std::to_string(i % 2) + '\n';
        folder.write("a.csv", rows);
    } else {
        for (const char *name : {"a_1", "a_2", "b_1", "b_2"})
            if (format == "audio") {
                folder.write(name + std::string(".wav"), wav(std::vector<std::int16_t>(16'000, 7)));
            } else {
                std::string rows;
                for (int i = 0; i < 200; ++i)
                    rows += std::to_string(i % 7) + ',' + std::to_string(i % 5) + '\n';
                folder.write(name + std::string(".csv"), rows);
            }
    }
    const auto made = loadDataset(request);
    QVERIFY2(made, made ? "" : message(made.error()).c_str());
    ReadLimits limits;
    limits.maxBytes = 700;
    limits.freeBytes = 900;
    const auto refused = loadDataset(request, limits);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::OutOfMemory);
    QVERIFY2(
        refused.error().what.ends_with(" of memory are needed; 900 B are free, of which data may take 700 B"),
        refused.error().what.c_str());
    QVERIFY(!refused.error().where.empty());
}

void ReadLimitsTest::recordingsAreForecastByThoseRead()
{
    const DataFolder folder;
    for (int i = 0; i < 100; ++i)
        folder.write((i % 2 == 0 ? "a_" : "b_") + std::to_string(i) + ".wav",
                     wav(std::vector<std::int16_t>(16'000, 7)));
    DatasetRequest request(folder.path().string(), {{"features", std::string("raw")}});
    // A window of 16,000 numbers each, twice in memory.
    const auto refused = loadDataset(request, {.maxBytes = std::uint64_t {10} * 128'000});
    QVERIFY(!refused);
    QCOMPARE(refused.error().what, "about 12.8 MB of memory are needed; 1.28 MB are allowed");
    QVERIFY(loadDataset(request, {.maxBytes = std::uint64_t {100} * 128'000}));
}

void ReadLimitsTest::tablesAreForecastByTheRowsRead()
{
    const DataFolder folder;
    std::string rows;
    for (int i = 0; i < 100'000; ++i)
        rows += "0.5,0.5," + std::to_string(i % 2) + '\n';
    const auto path = folder.write("a.csv", rows).string();
    const auto refused = loadDataset(path, {.maxBytes = 200'000});
    QVERIFY(!refused);
    // 100,000 rows of two numbers, twice in memory.
    QCOMPARE(refused.error().what, "about 1.60 MB of memory are needed; 200 kB are allowed");
}

QTEST_APPLESS_MAIN(ReadLimitsTest)

} // namespace read_limits_test

#include "read_limits_test.moc"
