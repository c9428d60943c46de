// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/dataset_reader.h"

namespace reader_catalog_test {

using namespace rosler;
namespace fs = std::filesystem;

class ReaderCatalogTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyReaderIsComplete();
    void loadsTheBuiltInDigits();
    void stopsTheBuiltInDigits();
    void saysWhatIsMissing();
    void listsWhatCanBeRead();
    void handsAKnownFileToItsReader();
    void errorsOfTheWholeNameItsFile();
};

void ReaderCatalogTest::everyReaderIsComplete()
{
    QVERIFY(!datasetReaders().empty());
    std::set<std::string_view> names;
    for (const DatasetReader &reader : datasetReaders()) {
        QVERIFY(names.insert(reader.name).second);
        QVERIFY(!reader.description.empty());
        QVERIFY(!reader.patterns.empty());
        for (const ReaderOption &option : reader.options)
            QVERIFY(!option.name.empty() && !option.description.empty());
        QVERIFY(!reader.canRead("/no/such/file"));
        QVERIFY(!reader.canRead(""));
        QVERIFY(!reader.read("/no/such/file", {}, {}, {}).has_value());
    }
}

void ReaderCatalogTest::loadsTheBuiltInDigits()
{
    std::vector<double> fractions;
    const ReadProgress progress {[&](double fraction) { fractions.push_back(fraction); }, {}};
    const auto data = loadDataset("digits", {}, progress);
    QVERIFY(data.has_value());
    QCOMPARE((*data)->name(), "digits");
    QCOMPARE((*data)->source(), "built in");
    QCOMPARE((*data)->train().count(), 6000);
    QCOMPARE((*data)->test().count(), 1000);
    QCOMPARE(fractions.back(), 1.0);
}

void ReaderCatalogTest::stopsTheBuiltInDigits()
{
    std::stop_source stop;
    stop.request_stop();
    const auto data = loadDataset("digits", {}, {{}, stop.get_token()});
    QVERIFY(!data.has_value());
    QCOMPARE(data.error().code, ErrorCode::Cancelled);
}

void ReaderCatalogTest::saysWhatIsMissing()
{
    for (const std::string source : {"", "Digits", "/no/such/folder"}) {
        const auto data = loadDataset(source);
        QVERIFY(!data.has_value());
        QCOMPARE(data.error().code, ErrorCode::NotFound);
        QCOMPARE(data.error().where, source);
    }
}

void ReaderCatalogTest::listsWhatCanBeRead()
{
    const QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "notes.txt";
    std::ofstream(file) << "nothing";
    for (const fs::path &path : {file, file.parent_path()}) {
        const auto data = loadDataset(path.string());
        QVERIFY(!data.has_value());
        QCOMPARE(data.error().code, ErrorCode::Unsupported);
        QCOMPARE(data.error().where, path.string());
        QVERIFY(data.error().what.find("digits") != std::string::npos);
        for (const DatasetReader &reader : datasetReaders())
            QVERIFY(data.error().what.find(reader.name) != std::string::npos);
    }
}

void ReaderCatalogTest::handsAKnownFileToItsReader()
{
    const QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "train-images-idx3-ubyte";
    std::ofstream(file) << "cut";
    const auto data = loadDataset(file.string());
    QVERIFY(!data.has_value());
    QCOMPARE(data.error().code, ErrorCode::NotFound); // its labels
    QVERIFY(data.error().what.find("train-labels-idx1-ubyte") != std::string::npos);
}

void ReaderCatalogTest::errorsOfTheWholeNameItsFile()
{
    // One row leaves nothing to test on, which no line of the file is to blame for.
    const QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "a.csv";
    std::ofstream(file) << "1,2,a\n";
    const auto data = loadDataset(file.string());
    QVERIFY(!data.has_value());
    QVERIFY2(data.error().where.find("a.csv") != std::string::npos, message(data.error()).c_str());
}

QTEST_APPLESS_MAIN(ReaderCatalogTest)

} // namespace reader_catalog_test

#include "reader_catalog_test.moc"
