// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include <QtTest>

#include "core/data/readers/series_reader.h"
#include "tests/support/data_folder.h"

namespace series_reader_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

/// Rows of time, two channels and a label; the channels beat at another pace for each label.
std::string table(int rows, double rate, const std::string &label = "x", bool header = true)
{
    std::string text = header ? "t;a;b;state\n" : "";
    for (int i = 0; i < rows; ++i) {
        const double time = 1000 * i / rate;
        text += std::to_string(time) + ';' + std::to_string(std::sin(0.7 * i)) + ';' + std::to_string(i % 5)
            + ';' + label + '\n';
    }
    return text;
}

DatasetOptions options()
{
    return {{"time", std::string("t")},
            {"time_unit", 0.001},
            {"label_column", std::string("state")},
            {"window", Index {16}},
            {"features", std::string("raw")}};
}

} // namespace

class SeriesReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsOfOneLabelAreARecording();
    void filesAndFoldersAreClasses();
    void timesGiveTheRate();
    void aHeaderTellsTheTimes_data();
    void aHeaderTellsTheTimes();
    void theWindowFollowsTheRecordings_data();
    void theWindowFollowsTheRecordings();
    void damagedTablesAreErrors_data();
    void damagedTablesAreErrors();
};

void SeriesReaderTest::rowsOfOneLabelAreARecording()
{
    const DataFolder folder;
    folder.write("a.csv", table(100, 50, "on") + table(60, 50, "off", false));
    folder.write("b.csv", table(80, 50, "on"));
    QVERIFY(looksLikeSeries(folder.path()));
    const auto data = readSeries(folder.path(), options(), {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"off", "on"}));
    QCOMPARE((*data)->shape(), (ExampleShape {2, 1, 16}));
    QVERIFY(std::abs((*data)->signal()->rate - 50) < 0.01);
    QCOMPARE((*data)->train().count(), Index {7 + 4 + 6}); // of 70, 42 and 56 samples
    QCOMPARE((*data)->train().features(0, 2), static_cast<float>(std::stod(std::to_string(std::sin(0.7)))));
    QCOMPARE((*data)->train().features(0, 3), 1.0F);
}

void SeriesReaderTest::filesAndFoldersAreClasses()
{
    const DataFolder folder;
    folder.write("walk_1.csv", "1.5,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n");
    folder.write("run_1.tsv", "1\t2\n2\t3\n3\t4\n4\t5\n5\t6\n6\t7\n7\t8\n8\t9\n");
    const auto data = readSeries(
        folder.path(), {{"window", Index {2}}, {"features", std::string("raw")}, {"recorded_rate", 10.0}}, {},
        {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"run", "walk"}));
    QCOMPARE((*data)->signal()->rate, 10.0);
    QCOMPARE((*data)->train().count(), Index {8}); // windows of 2 in 5 samples, a step of 1
}

void SeriesReaderTest::timesGiveTheRate()
{
    const DataFolder folder;
    folder.write("a.csv", table(200, 50, "on"));
    folder.write("b.csv", table(400, 100, "off"));
    DatasetOptions given = options();
    given["rate"] = 50.0;
    const auto data = readSeries(folder.path(), given, {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->signal()->rate, 50.0);
    QVERIFY((*data)->train().count() > 0);
}

void SeriesReaderTest::aHeaderTellsTheTimes_data()
{
    QTest::addColumn<QString>("header");
    QTest::addColumn<double>("step");
    QTest::addColumn<double>("rate"); // 0: a channel
    QTest::newRow("t") << "t" << 0.02 << 50.0;
    QTest::newRow("Time (ms)") << "Time (ms)" << 20.0 << 50.0;
    QTest::newRow("timestamp_us") << "timestamp_us" << 20'000.0 << 50.0;
    QTest::newRow("time [s]") << "time [s]" << 0.01 << 100.0;
    QTest::newRow("temperature") << "temperature" << 1.0 << 0.0;
    QTest::newRow("time zone") << "time zone" << 1.0 << 0.0;
    QTest::newRow("t%") << "t%" << 1.0 << 0.0;
    QTest::newRow("nothing") << "" << 1.0 << 0.0;
}

void SeriesReaderTest::aHeaderTellsTheTimes()
{
    QFETCH(QString, header);
    QFETCH(double, step);
    QFETCH(double, rate);
    const DataFolder folder;
    for (const char *const name : {"a.csv", "b.csv"}) {
        std::string text = header.toStdString() + ",x\n";
        for (int i = 0; i < 200; ++i)
            text += std::to_string(i * step) + ',' + std::to_string(i % 7) + '\n';
        folder.write(name, text);
    }
    const auto data = readSeries(folder.path(), {}, {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QVERIFY(std::abs((*data)->signal()->rate - rate) < 0.01);
    QCOMPARE((*data)->signal()->channels, rate > 0 ? Index {1} : Index {2});
    const auto as = readSeries(folder.path(), {{"time", std::string()}}, {}, {});
    QVERIFY2(as, as ? "" : as.error().what.c_str());
    QCOMPARE((*as)->signal()->channels, Index {2}); // nothing is sought where nothing is wanted
}

void SeriesReaderTest::theWindowFollowsTheRecordings_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<double>("rate");
    QTest::addColumn<Index>("window");
    QTest::newRow("two seconds") << 6000 << 50.0 << Index {128};
    QTest::newRow("many samples") << 20'000 << 1000.0 << Index {1024}; // 6,000 of them are tested on
    QTest::newRow("a slow sensor") << 2000 << 0.1 << Index {64};
    QTest::newRow("short recordings") << 600 << 50.0 << Index {32}; // 180 are tested on
    QTest::newRow("the shortest there is") << 60 << 50.0 << Index {16};
}

void SeriesReaderTest::theWindowFollowsTheRecordings()
{
    QFETCH(int, rows);
    QFETCH(double, rate);
    QFETCH(Index, window);
    const DataFolder folder;
    folder.write("a.csv", table(10'000 + rows, rate, "1"));
    folder.write("b.csv", table(rows, rate, "1"));
    const auto data = readSeries(folder.path(), {{"time_unit", 0.001}}, {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->signal()->window, window);
}

void SeriesReaderTest::damagedTablesAreErrors_data()
{
    QTest::addColumn<QString>("rows");
    QTest::addColumn<QString>("said");
    QTest::newRow("ragged") << "t;a;b;state\n0;1;2;on\n1;2;on\n"
                            << "3 columns where there should be 4";
    QTest::newRow("text") << "t;a;b;state\n0;1;2;on\n1;x;2;on\n"
                          << "\"x\" is no number";
    QTest::newRow("empty") << "t;a;b;state\n0;1;2;on\n1;;2;on\n"
                           << "an empty cell";
    QTest::newRow("infinite") << "t;a;b;state\n0;1;2;on\n1;1e300;2;on\n"
                              << "is no number";
    QTest::newRow("backwards") << "t;a;b;state\n1;1;2;on\n0;1;2;on\n"
                               << "do not rise";
    QTest::newRow("a gap") << "t;a;b;state\n0;1;2;on\n1;1;2;on\n9;1;2;on\n"
                           << "do not rise in equal steps";
    QTest::newRow("other columns") << "x;y\n1;2\n"
                                   << "no column \"t\"";
    QTest::newRow("no samples") << "t;state\n0;on\n"
                                << "0 columns of samples";
    QTest::newRow("only a header") << "t;a;b;state\n"
                                   << "no rows";
    QTest::newRow("short") << "t;a;b;state\n0;1;2;on\n1;1;2;on\n"
                           << "fewer than a window";
}

void SeriesReaderTest::damagedTablesAreErrors()
{
    QFETCH(QString, rows);
    QFETCH(QString, said);
    const DataFolder folder;
    folder.write("a.csv", table(100, 50, "off"));
    folder.write("b.csv", rows.toStdString());
    const auto data = readSeries(folder.path(), options(), {}, {});
    QVERIFY(!data);
    QVERIFY2(data.error().what.find(said.toStdString()) != std::string::npos, data.error().what.c_str());
    QVERIFY2(data.error().where.find("b.csv") != std::string::npos, data.error().where.c_str());
}

QTEST_APPLESS_MAIN(SeriesReaderTest)

} // namespace series_reader_test

#include "series_reader_test.moc"
