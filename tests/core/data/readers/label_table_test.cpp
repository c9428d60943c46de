// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <QtTest>

#include "core/base/random.h"
#include "core/data/dataset_reader.h"
#include "core/data/readers/label_table.h"
#include "core/data/signal/recording_labels.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/hostile.h"
#include "tests/support/sample_files.h"

namespace label_table_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

const std::string esc = "filename,fold,target,category,esc10,src_file,take\n"
                        "1-1-A-0.wav,1,0,dog,True,1,A\n"
                        "1-2-A-1.wav,1,1,\"rain, sea\",False,2,A\n"
                        "2-3-A-0.wav,2,0,dog,True,3,A\n"
                        "2-4-B-1.wav,2,1,\"rain, sea\",False,4,B\n";
const std::vector<std::string> escFiles {"1-1-A-0.wav", "1-2-A-1.wav", "2-3-A-0.wav", "2-4-B-1.wav"};

DatasetOptions tableAt(const std::string &path, const std::string &file = {}, const std::string &label = {})
{
    return {{"label_table", path}, {"label_table_file", file}, {"label_table_class", label}};
}

/// The labels of the .wav files in @p folder.
Result<LabelledFiles> labelled(const std::filesystem::path &folder, const DatasetOptions &given,
                               const std::stop_token &stop = {})
{
    const std::array known {labelOption, labelUntilOption, labelTableOption, labelTableFileOption,
                            labelTableClassOption};
    FileLabels labels(resolveOptions(given, known).value());
    std::vector<std::string> files;
    TreeVisit visit;
    visit.wanted = [&](std::string_view path) {
        if (path.ends_with(".wav"))
            files.emplace_back(path);
        return labels.wants(path);
    };
    visit.take = [&](TreeFile &file) { return labels.take(file); };
    if (auto visited = visitFiles(folder, visit); !visited)
        return tl::unexpected(visited.error());
    return labels.of(files, folder.string(), stop);
}

std::string told(const Result<LabelledFiles> &result)
{
    if (!result)
        return message(result.error());
    std::string text;
    for (std::size_t i = 0; i < result->files.size(); ++i)
        text += (i == 0 ? "" : " ") + result->files[i] + '=' + result->labels[i];
    return text;
}

} // namespace

class LabelTableTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTableOfRecordingsIsFound();
    void columnsAreFoundOrNamed_data();
    void columnsAreFoundOrNamed();
    void namesOfManyFormsAreOneFile_data();
    void namesOfManyFormsAreOneFile();
    void aSubsetIsReadAndTheRestIsTold();
    void wrongTablesAreErrors_data();
    void wrongTablesAreErrors();
    void theTableIsOneFile();
    void damagedTablesAreErrors();
    void archivesHoldTablesToo();
    void seriesTakeTheirClassesFromATable();
    void soundBesideATableIsSound();
};

void LabelTableTest::aTableOfRecordingsIsFound()
{
    const DataFolder folder;
    for (const std::string &file : escFiles)
        folder.write("audio/" + file, "");
    folder.write("meta/esc50.csv", esc);
    const auto result = labelled(folder.path(), tableAt("meta/esc50.csv"));
    QCOMPARE(told(result),
             "audio/1-1-A-0.wav=dog audio/1-2-A-1.wav=rain, sea audio/2-3-A-0.wav=dog "
             "audio/2-4-B-1.wav=rain, sea");
    QCOMPARE(result->notes,
             (std::vector<std::string> {"Classes are column \"category\" of meta/esc50.csv."}));
    QCOMPARE(told(labelled(folder.path(), {})), // without a table: all are in one folder
             "audio/1-1-A-0.wav=1-1-A-0 audio/1-2-A-1.wav=1-2-A-1 audio/2-3-A-0.wav=2-3-A-0 "
             "audio/2-4-B-1.wav=2-4-B-1");
}

void LabelTableTest::columnsAreFoundOrNamed_data()
{
    QTest::addColumn<QString>("table");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("label");
    const auto row = [](const char *name, const char *table, const char *file = "", const char *label = "") {
        QTest::newRow(name) << QString(table) << QString(file) << QString(label);
    };
    row("headed", "file,label\na.wav,x\nb.wav,y\n");
    row("headed otherwise", "n;CLASS;id\n1;x;a\n2;y;b\n");
    row("two columns, no header", "x,a.wav\ny,b.wav\n");
    row("two columns of any header", "who,what\na,x\nb,y\n");
    row("tabs and a byte order mark", "\xEF\xBB\xBFid\tcategory\tk\na\tx\t1\nb\ty\t2\n");
    row("CRLF, quotes and spaces", "\"file\" , label\r\n\"a.wav\" , x\r\n\"b.wav\",\"y\"\r\n\r\n");
    row("by header", "f,g,kind\na,b,x\nb,a,y\n", "f", "kind");
    row("by number, no header", "3,a,b,x\n4,b,a,y\n", "2", "4");
    row("the first word of four", "target,label,f,class\n0,x,a,p\n1,y,b,q\n");
    row("the column that names most files", "fold,label,id\na,x,a\na,y,b\n");
    row("a header that is a file's name, too", "a,label,m\na,x,1\nb,y,2\n", "a", "label");
    row("the same twice", "file,label\na,x\nb,y\na,x\n");
    row("unknown files and no class of theirs", "file,label\nq.wav,\na,x\nb,y\nr.wav,z\n");
    row("one line without an end", "b.wav,y,y\na.wav,x,x", "1", "2");
}

void LabelTableTest::columnsAreFoundOrNamed()
{
    QFETCH(QString, table);
    QFETCH(QString, file);
    QFETCH(QString, label);
    const DataFolder folder;
    folder.write("a.wav", "");
    folder.write("b.wav", "");
    folder.write("t.csv", table.toStdString());
    QCOMPARE(told(labelled(folder.path(), tableAt("t.csv", file.toStdString(), label.toStdString()))),
             "a.wav=x b.wav=y");
}

void LabelTableTest::namesOfManyFormsAreOneFile_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file"); // that is of class x; empty: an error, or none is
    const auto row = [](const char *name, const char *file) {
        QTest::addRow("\"%s\"", name) << QString(name) << QString(file);
    };
    row("c.wav", "d/c.wav");
    row("c", "d/c.wav");
    row("d/c.wav", "d/c.wav");
    row("./d/c", "d/c.wav");
    row("d\\c.wav", "d/c.wav");
    row("/home/of/another/d/c.wav", "d/c.wav");
    row("set/d/c", "d/c.wav");
    row("c.mp3", "d/c.wav");
    row("e/f.1.wav", "e/f.1.wav");
    row("f.1", "e/f.1.wav");
    row("f", "d/f.wav");
    row("f.1.flac", "e/f.1.wav");
    row("e/c.wav", "");
    row("/c.wav", "d/c.wav");
    row("C.WAV", "");
    row("g", "g.wav"); // the whole path goes before its end
    row("d/g", "d/g.wav");
    row("h", ""); // two
    row("d/h", "d/h.wav");
    row(".wav", "");
    row("/", "");
    row("", "");
    row("..", "");
}

void LabelTableTest::namesOfManyFormsAreOneFile()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    const DataFolder folder;
    for (const char *path :
         {"d/c.wav", "d/f.wav", "e/f.1.wav", "g.wav", "d/g.wav", "d/h.wav", "e/h.wav", "z.wav"})
        folder.write(path, "");
    folder.write("t.csv", "file,label\n" + name.toStdString() + ",x\nz,last\n");
    const std::string all = told(labelled(folder.path(), tableAt("t.csv", "file")));
    if (file.isEmpty())
        QVERIFY2(all.find("=x") == std::string::npos, all.c_str());
    else
        QCOMPARE(all, file.toStdString() + "=x z.wav=last");
}

void LabelTableTest::aSubsetIsReadAndTheRestIsTold()
{
    const DataFolder folder;
    for (const char *path : {"a.wav", "b.wav", "c.wav", "d.wav"})
        folder.write(path, "");
    folder.write("t.csv", "file,label\nb,x\nq,y\nc,y\nr,y\n");
    const auto result = labelled(folder.path(), tableAt("t.csv"));
    QCOMPARE(told(result), "b.wav=x c.wav=y");
    QCOMPARE(result->notes.at(1), "It names 2 of 4 files; left out: a.wav and 1 more.");
    QCOMPARE(result->notes.at(2), "2 rows of it name no file: q in line 3 and others.");
}

void LabelTableTest::wrongTablesAreErrors_data()
{
    QTest::addColumn<QString>("table");
    QTest::addColumn<QString>("options"); // file:class
    QTest::addColumn<QString>("said");
    const auto row = [](const char *name, const std::string &table, const char *options, const char *said) {
        QTest::newRow(name) << QString::fromLatin1(table.c_str(), static_cast<qsizetype>(table.size()))
                            << QString(options) << QString(said);
    };
    row("empty", "", ":", "an empty table");
    row("blank", "\n\r\n\n", ":", "an empty table");
    row("no names", "file,label\nq,x\nr,y\n", ":",
        "t.csv:line 1: no column that names a file that is read; there are: 1 \"file\", 2 \"label\"");
    row("no class", "file,n,m\na,1,2\nb,3,4\n", ":", "names it; there are: 1 \"file\", 2 \"n\", 3 \"m\"");
    row("no such column", "file,label\na,x\n",
        "name:", "no column \"name\"; there are: 1 \"file\", 2 \"label\"");
    row("no such number", "file,label\na,x\n", ":3", "no column \"3\"; there are");
    row("number zero", "file,label\na,x\n", "0:", "no column \"0\"");
    row("one for both", "file,label\na,x\n", "file:1", "cannot both name files and be their class");
    row("a single column", "a\nb\n", ":", "no column headed label");
    row("the asked column names none", "file,label\na,x\n", "2:1",
        "t.csv, column 2: none of its rows names a file that is read, as a.wav");
    row("ragged", "file,label\na,x\nb\n", ":", "t.csv:line 3: 1 columns where there should be 2");
    row("ragged, longer", "file,label\na,x\nb,y,z\n", ":", "t.csv:line 3: 3 columns where");
    row("without a class", "file,label\na,x\nb,\n", ":", "t.csv:line 3, column 2: no class of \"b\"");
    row("a conflict", "file,label\na,x\nb,y\na.wav,y\n", ":",
        "t.csv:line 4, column 2: \"a.wav\" is of class \"y\" here, and of \"x\" in line 2");
    row("which of two", "file,label\na,x\nc,y\n", ":",
        "t.csv:line 3, column 1: \"c\" may be d/c.wav or e/c.wav");
    row("an open quote", "file,label\na,x\n\"b,y\n", ":", "t.csv:line 3");
    row("text behind a quote", "file,label\na,x\n\"b\"b,y\n", ":", "t.csv:line 3");
    row("zeros", std::string(1000, '\0'), ":", "no column that names a file");
    row("many columns", std::string(5000, ','), ":", "5001 columns; at most 1000");
    row("a long name", std::string(100'000, 'a') + ",x\n", ":", "no column that names a file");
    row("many folders", std::string(4'000, '/') + ",x\n", ":", "no column that names a file");
}

void LabelTableTest::wrongTablesAreErrors()
{
    QFETCH(QString, table);
    QFETCH(QString, options);
    QFETCH(QString, said);
    const DataFolder folder;
    for (const char *path : {"a.wav", "b.wav", "d/c.wav", "e/c.wav"})
        folder.write(path, "");
    folder.write("t.csv", table.toLatin1().toStdString());
    const QStringList asked = options.split(':');
    const auto result =
        labelled(folder.path(), tableAt("t.csv", asked[0].toStdString(), asked[1].toStdString()));
    QVERIFY(!result);
    QVERIFY2(told(result).find(said.toStdString()) != std::string::npos, told(result).c_str());
    QVERIFY2(result.error().where.find("t.csv") != std::string::npos, result.error().where.c_str());
    QVERIFY(result.error().what.size() < 1'500);
}

void LabelTableTest::theTableIsOneFile()
{
    const DataFolder folder;
    folder.write("a.wav", "");
    folder.write("x/b.wav", "");
    folder.write("x/labels.csv", "a,1\nb,2\n");
    QCOMPARE(told(labelled(folder.path(), tableAt("labels.csv"))), "a.wav=1 x/b.wav=2");
    QCOMPARE(told(labelled(folder.path(), tableAt("./x/labels.csv"))), "a.wav=1 x/b.wav=2");
    const auto none = labelled(folder.path(), tableAt("abels.csv"));
    QCOMPARE(none.error().code, ErrorCode::NotFound);
    QCOMPARE(none.error().what, "no table \"abels.csv\"; there are: x/labels.csv");
    folder.write("w/labels.csv", "a,3\nb,4\n");
    const auto two = labelled(folder.path(), tableAt("labels.csv"));
    QCOMPARE(two.error().what, "\"labels.csv\" is w/labels.csv and x/labels.csv: name one by its whole path");
    QCOMPARE(told(labelled(folder.path(), tableAt("w/labels.csv"))), "a.wav=3 x/b.wav=4");
    folder.write("labels.csv", "a,5\nb,6\n"); // the whole path goes before its end
    QCOMPARE(told(labelled(folder.path(), tableAt("labels.csv"))), "a.wav=5 x/b.wav=6");
    std::filesystem::resize_file(folder.path() / "labels.csv", 64'000'001);
    const auto large = labelled(folder.path(), tableAt("labels.csv"));
    QCOMPARE(large.error().code, ErrorCode::OutOfRange);
    QVERIFY(large.error().where.find("labels.csv") != std::string::npos);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(labelled(folder.path(), tableAt("x/labels.csv"), stop.get_token()).error().code,
             ErrorCode::Cancelled);
}

void LabelTableTest::damagedTablesAreErrors()
{
    const DataFolder folder;
    for (const std::string &file : escFiles)
        folder.write("audio/" + file, "");
    const auto tried = [&](const std::string &bytes) {
        folder.write("t.csv", bytes);
        const auto result = labelled(folder.path(), tableAt("t.csv"));
        if (!result)
            return !result.error().what.empty() && result.error().where.find("t.csv") != std::string::npos;
        return !result->files.empty() && result->files.size() == result->labels.size();
    };
    for (const std::string &bytes : truncations(esc))
        QVERIFY(tried(bytes));
    for (const std::string &bytes : bitFlips(esc))
        QVERIFY(tried(bytes));
    for (std::uint32_t round = 0; round < 300; ++round) {
        const RandomStream random(round, Draw::Shuffle, 2);
        std::string bytes(random.below(0, 2'000), ' ');
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(random.below(i + 1, 256));
        QVERIFY(tried(bytes));
    }
}

void LabelTableTest::archivesHoldTablesToo()
{
    const DataFolder folder;
    std::string tar = tarFile("ESC-50-master/README.txt", "about");
    for (std::size_t i = 0; i < escFiles.size(); ++i)
        tar += tarFile("ESC-50-master/audio/" + escFiles[i],
                       wav(std::vector<std::int16_t>(16'000, static_cast<std::int16_t>(100 * i))));
    tar += tarFile("ESC-50-master/meta/esc50.csv", esc) + tarEnd();
    const std::string path = folder.write("esc.tar", tar).string();
    const auto data = loadDataset({path, {{"label_table", std::string("meta/esc50.csv")}}});
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"dog", "rain, sea"}));
    QCOMPARE((*data)->train().count() + (*data)->test().count(), Index {4});
    QVERIFY((*data)->notes().back().find("esc50.csv") != std::string::npos);
    const auto byNumber = loadDataset(
        {path, {{"label_table", std::string("esc50.csv")}, {"label_table_class", std::string("target")}}});
    QVERIFY2(byNumber, byNumber ? "" : message(byNumber.error()).c_str());
    QCOMPARE((*byNumber)->classNames(), (std::vector<std::string> {"0", "1"}));
}

void LabelTableTest::seriesTakeTheirClassesFromATable()
{
    const DataFolder folder;
    std::string rows;
    for (int i = 0; i < 40; ++i)
        rows += std::to_string(i % 7) + ',' + std::to_string(i % 5) + '\n';
    for (const char *file : {"r1.csv", "r2.csv", "r3.csv"})
        folder.write(file, rows);
    folder.write("labels.csv", "recording,state\nr1,on\nr2,off\n");
    DatasetRequest request(folder.path().string(),
                           {{"window", Index {4}}, {"label_table", std::string("labels.csv")}});
    const auto data = loadDataset(request);
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"off", "on"}));
    QVERIFY((*data)->notes().back().find("left out: r3.csv.") != std::string::npos);
    request.options["label_column"] = std::string("1");
    const auto both = loadDataset(request);
    QVERIFY(!both);
    QCOMPARE(both.error().where, "options/label_table");
}

void LabelTableTest::soundBesideATableIsSound()
{
    const DataFolder folder;
    for (int i = 0; i < 4; ++i)
        folder.write(std::to_string(i) + ".wav", wav(std::vector<std::int16_t>(16'000, 7)));
    folder.write("labels.csv", "0.wav,yes\n1.wav,no\n2.wav,yes\n3.wav,no\n");
    const auto data = loadDataset({folder.path().string(), {{"label_table", std::string("labels.csv")}}});
    QVERIFY2(data, data ? "" : message(data.error()).c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"no", "yes"}));
}

QTEST_APPLESS_MAIN(LabelTableTest)

} // namespace label_table_test

#include "label_table_test.moc"
