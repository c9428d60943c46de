// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include <QtTest>

#include "core/data/readers/csv_reader.h"
#include "tests/support/data_folder.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"

namespace csv_reader_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

const std::string plainTrain = "1.5,2,b\n-3,4e1,a\n5,6,c\n";
const std::string plainTest = "7,8,c\n9,+10,a\n";

Result<std::shared_ptr<const Dataset>> read(const fs::path &path, const DatasetOptions &options = {},
                                            const ReadLimits &limits = {})
{
    return readCsv(path, options, limits, {});
}

} // namespace

class CsvReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEverySpellingAlike_data();
    void readsEverySpellingAlike();
    void theLabelMayBeAnyColumn();
    void numbersSortAsNumbers();
    void drawsATestPart();
    void rowsMayBeImages();
    void refusesWhatIsWrongAndSaysWhere_data();
    void refusesWhatIsWrongAndSaysWhere();
    void cutsAndFlipsGiveAnErrorOrADataset();
    void limitsHoldAndStopsAreHeard();
};

void CsvReaderTest::readsEverySpellingAlike_data()
{
    QTest::addColumn<QString>("train");
    QTest::addColumn<QString>("test");
    const auto row = [](const char *name, const char *train, const char *test) {
        QTest::newRow(name) << QString(train) << QString(test);
    };
    row("plain", plainTrain.c_str(), plainTest.c_str());
    row("header", "x,y,kind\n1.5,2,b\n-3,4e1,a\n5,6,c\n", "x,y,kind\n7,8,c\n9,10,a\n");
    row("header in one", "x,y,kind\n1.5,2,b\n-3,4e1,a\n5,6,c\n", plainTest.c_str());
    row("no last line end", "1.5,2,b\n-3,4e1,a\n5,6,c", "7,8,c\n9,10,a");
    row("CRLF, blank lines and a mark",
        "\xEF\xBB\xBF"
        "1.5,2,b\r\n\r\n-3,4e1,a\r\n5,6,c\r\n\r\n",
        "\n7,8,c\n9,10,a\n\n");
    row("spaces and quotes", " 1.5 , 2,\"b\"\n\"-3\",4e1, a\n5,6,\"c\" \n", "7,8,c\n9,10,a\n");
    row("semicolons", "1.5;2;b\n-3;4e1;a\n5;6;c\n", "7;8;c\n9;10;a\n");
    row("decimal commas", "1,5;2,0;b\n-3,0;40,0;a\n5,;6;c\n", "7,0;8;c\n9,0;10;a\n");
    row("tabs", "1.5\t2\tb\n-3\t4e1\ta\n5\t6\tc\n", "7\t8\tc\n9\t10\ta\n");
    row("tabs and decimal commas", "1,5\t2,0\tb\n-3\t40\ta\n5\t6\tc\n", "7\t8\tc\n9\t10\ta\n");
}

void CsvReaderTest::readsEverySpellingAlike()
{
    QFETCH(QString, train);
    QFETCH(QString, test);
    const DataFolder folder;
    folder.write("plain/train.csv", plainTrain);
    folder.write("plain/test.csv", plainTest);
    const auto plain = read(folder.path() / "plain");
    QVERIFY2(plain.has_value(), plain ? "" : message(plain.error()).c_str());
    QCOMPARE((*plain)->shape(), ExampleShape::vector(2));
    QCOMPARE((*plain)->classNames(), (std::vector<std::string> {"a", "b", "c"}));
    QCOMPARE((*plain)->train().labels, (std::vector<std::uint16_t> {1, 0, 2}));
    QCOMPARE((*plain)->train().features(1, 1), 40.0F);
    folder.write("a_train.csv.gz", gzip(train.toStdString()));
    folder.write("a_test.csv.gz", gzip(test.toStdString()));
    for (const fs::path &path : {folder.path(), folder.path() / "a_train.csv.gz"}) {
        const auto made = loadDataset(path.string());
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        QCOMPARE((*made)->digest(), (*plain)->digest());
    }
}

void CsvReaderTest::theLabelMayBeAnyColumn()
{
    const DataFolder folder;
    folder.write("train.csv", "kind,\"a \"\"b\"\"\",z\nred,1,2\n\"blue,\nsky\",3,4\nred,5,6\n");
    folder.write("test.csv", "kind,x,z\nred,1,2\n");
    for (const char *label : {"kind", "1"}) {
        const auto made = read(folder.path(), {{"label", label}});
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        QCOMPARE((*made)->classNames(), (std::vector<std::string> {"blue,?sky", "red"}));
        QCOMPARE((*made)->train().features(1, 0), 3.0F);
    }
    QCOMPARE(read(folder.path(), {{"label", "sort"}}).error().code, ErrorCode::NotFound);
    QCOMPARE(read(folder.path(), {{"label", "4"}}).error().code, ErrorCode::NotFound);
    QCOMPARE(read(folder.path(), {{"header", "perhaps"}}).error().where, "options/header");
    QCOMPARE(read(folder.path(), {{"delimiter", "|"}}).error().where, "options/delimiter");
    QCOMPARE(read(folder.path(), {{"label", "1"}, {"header", "no"}}).error().where,
             folder.path().filename().string() + "/train.csv:line 1, column 2");
}

void CsvReaderTest::numbersSortAsNumbers()
{
    const DataFolder folder;
    std::string rows;
    for (const char *label : {"10", "9", "-1", "10", "9", "-1"})
        rows += std::string("0,") + label + "\n";
    QCOMPARE(read(folder.write("a.csv", rows)).value()->classNames(),
             (std::vector<std::string> {"-1", "9", "10"}));
}

void CsvReaderTest::drawsATestPart()
{
    const DataFolder folder;
    std::string rows;
    for (int i = 0; i < 100; ++i)
        rows += std::to_string(i) + (i % 4 == 0 ? ",rare\n" : ",often\n");
    const fs::path path = folder.write("Set.csv", rows);
    const auto made = read(path);
    QCOMPARE((*made)->name(), "set");
    QCOMPARE(classCounts((*made)->test(), 2), (std::vector<Index> {15, 5}));
    QCOMPARE(classCounts((*made)->train(), 2), (std::vector<Index> {60, 20}));
    QCOMPARE(read(path).value()->digest(), (*made)->digest());
    QVERIFY(read(path, {{"split_seed", Index {2}}}).value()->digest() != (*made)->digest());
}

void CsvReaderTest::rowsMayBeImages()
{
    const DataFolder folder;
    const fs::path path = folder.write("a.csv", "0,51,102,255,1\n0,51,102,255,1\n");
    const auto made = read(path, {{"height", Index {2}}, {"width", Index {1}}, {"divisor", 255.0}});
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE((*made)->shape(), (ExampleShape {2, 2, 1}));
    QCOMPARE((*made)->train().features(0, 1), 0.2F);
    QCOMPARE(read(path, {{"height", Index {3}}, {"width", Index {1}}}).error().where, "options/height");
}

void CsvReaderTest::refusesWhatIsWrongAndSaysWhere_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");
    const auto row = [](const char *name, const char *text, const char *where,
                        ErrorCode code = ErrorCode::Malformed) {
        QTest::newRow(name) << QString(text) << static_cast<int>(code) << QString(where);
    };
    row("empty", "", "a.csv", ErrorCode::OutOfRange);
    row("blank", "\n\n \n", "a.csv:line 3");
    row("header alone", "x,y,z\n", "a.csv", ErrorCode::OutOfRange);
    row("a single column", "1\n2\n", "a.csv:line 1");
    row("a cell too few", "1,2,a\n3,a\n", "a.csv:line 2");
    row("a cell too many", "1,2,a\n\n3,4,5,a\n", "a.csv:line 3");
    row("an empty cell", "1,2,a\n3,,a\n", "a.csv:line 2, column 2");
    row("an empty cell in the first row", "1,,a\n3,4,a\n", "a.csv:line 1, column 2");
    row("an empty label", "1,2,a\n3,4,\n", "a.csv:line 2, column 3");
    row("text", "1,2,a\n3,4x,a\n", "a.csv:line 2, column 2");
    row("hexadecimal", "1,2,a\n0x3,4,a\n", "a.csv:line 2, column 1");
    row("NaN", "1,2,a\nNaN,4,a\n", "a.csv:line 2, column 1");
    row("NaN in the first row", "nan,2,a\n1,4,a\n", "a.csv:line 1, column 1");
    row("infinity", "1,2,a\n3,-inf,a\n", "a.csv:line 2, column 2");
    row("more than a float", "1,2,a\n3,1e39,a\n", "a.csv:line 2, column 2");
    row("more than a double", "1,2,a\n3,1e999,a\n", "a.csv:line 2, column 2");
    row("two signs", "1,2,a\n3,+-1,a\n", "a.csv:line 2, column 2");
    row("a decimal comma too many", "1;2;a\n3;1,000,5;a\n", "a.csv:line 2, column 2");
    row("a quote that does not close", "1,2,a\n3,\"4,a\n5,6,b\n", "a.csv:line 2, column 2");
    row("text behind a quote", "1,2,a\n3,\"4\"5,a\n", "a.csv:line 2, column 2");
    row("lines within quotes count", "1,2,\"a\n\n\"\n3,x,a\n", "a.csv:line 4, column 2");
}

void CsvReaderTest::refusesWhatIsWrongAndSaysWhere()
{
    QFETCH(QString, text);
    QFETCH(int, code);
    QFETCH(QString, where);
    const DataFolder folder;
    const auto made = read(folder.write("set/a.csv", text.toStdString()));
    QVERIFY(!made.has_value());
    QVERIFY2(static_cast<int>(made.error().code) == code, message(made.error()).c_str());
    QCOMPARE(QString::fromStdString(made.error().where), "set/" + where);
    folder.write("set/b_train.csv", plainTrain);
    const fs::path train = folder.path() / "set" / "b_train.csv";
    folder.write("set/b_test.csv", "1,2,other\n");
    const auto other = read(train);
    QVERIFY(!other.has_value());
    QCOMPARE(other.error().where, "set/b_test.csv:line 1");
}

void CsvReaderTest::cutsAndFlipsGiveAnErrorOrADataset()
{
    const DataFolder folder;
    const std::string text =
        "x;\"a \"\"b\"\"\";kind\r\n1,5;-2e-3;\"a\nb\"\r\n3;4;c\r\n3;4;c\r\n1;2;\"a\nb\"\r\n";
    QVERIFY(read(folder.write("a.csv", text)).has_value());
    for (const auto &list : {truncations(text), bitFlips(text)})
        for (const std::string &bytes : list) {
            const auto made = read(folder.write("a.csv", bytes));
            QVERIFY(made.has_value() || !made.error().where.empty());
        }
    for (const std::string &cut : truncations(gzip(text)))
        QVERIFY(!read(folder.write("b/a.csv.gz", cut)).has_value());
}

void CsvReaderTest::limitsHoldAndStopsAreHeard()
{
    const DataFolder folder;
    const fs::path path = folder.write("a.csv", "1,2,a\n3,4,a\n5,6,a\n");
    QVERIFY(read(path, {}, {.maxBytes = 48, .maxExamples = 3}).has_value());
    QCOMPARE(read(path, {}, {.maxBytes = 47}).error().code, ErrorCode::OutOfMemory);
    QCOMPARE(read(path, {}, {.maxExamples = 2}).error().where,
             folder.path().filename().string() + "/a.csv:line 3");
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(readCsv(path, {}, {}, {{}, stop.get_token()}).error().code, ErrorCode::Cancelled);
    const fs::path endless = folder.write("b.csv", "\"" + std::string(70'000'000, 'x'));
    QCOMPARE(read(endless).error().code, ErrorCode::OutOfRange);
}

QTEST_APPLESS_MAIN(CsvReaderTest)

} // namespace csv_reader_test

#include "csv_reader_test.moc"
