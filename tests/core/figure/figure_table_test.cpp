// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <QtTest>

#include "core/figure/figure_writer.h"

namespace figure_table_test {

using namespace rosler;

class FigureTableTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bandsHaveColumnsOfTheirOwn();
    void curvesAreRows();
    void barsAreRows();
    void fieldsAreQuotedWhereTheyMust();
    void tabsSeparateForTheClipboard();
    void numbersReadBackBitEqual();
};

void FigureTableTest::curvesAreRows()
{
    LineFigure figure;
    figure.x.title = "epoch";
    figure.y.title = "test accuracy (%)";
    figure.series = {{"dense", {}, {{1, 93.5}, {2, std::nan("")}}}, {"r8", {}, {{1, 0.1}}}};
    QCOMPARE(figureCsv(figure),
             std::string("series,epoch,test accuracy (%)\r\n"
                         "dense,1,93.5\r\ndense,2,nan\r\nr8,1,0.1\r\n"));
    QCOMPARE(figureCsv(LineFigure {}), std::string("series,x,y\r\n"));
}

void FigureTableTest::barsAreRows()
{
    BarFigure figure;
    figure.value.title = "inference (MFLOP)";
    figure.modelled = true;
    figure.categories = {"a", "b"};
    figure.series = {{"dense", {}, {1, 2}}, {"r8", {}, {3}}};
    QCOMPARE(figureCsv(figure),
             std::string("category,series,\"inference (MFLOP), modelled\"\r\n"
                         "a,dense,1\r\na,r8,3\r\nb,dense,2\r\n"));
}

void FigureTableTest::fieldsAreQuotedWhereTheyMust()
{
    LineFigure figure;
    figure.series = {{"a,b", {}, {{1, 2}}},
                     {"say \"no\"", {}, {{1, 2}}},
                     {"two\r\nlines", {}, {{1, 2}}},
                     {" spaces stay ", {}, {{1, 2}}},
                     {"tab\there", {}, {{1, 2}}}};
    QCOMPARE(figureCsv(figure),
             std::string("series,x,y\r\n"
                         "\"a,b\",1,2\r\n"
                         "\"say \"\"no\"\"\",1,2\r\n"
                         "\"two\r\nlines\",1,2\r\n"
                         " spaces stay ,1,2\r\n"
                         "tab\there,1,2\r\n"));
}

void FigureTableTest::tabsSeparateForTheClipboard()
{
    LineFigure figure;
    figure.series = {{"a,b", {}, {{1, 2}}}, {"tab\there", {}, {{1, -2.5e-7}}}};
    QCOMPARE(figureTsv(figure), std::string("series\tx\ty\na,b\t1\t2\n\"tab\there\"\t1\t-2.5e-07\n"));
}

void FigureTableTest::numbersReadBackBitEqual()
{
    LineFigure figure;
    figure.series = {
        {"s", {}, {{0.1, 1.0 / 3}, {std::numeric_limits<double>::denorm_min(), 98.28000000000001}}}};
    const QList<QByteArray> lines = QByteArray::fromStdString(figureCsv(figure)).split('\n');
    QCOMPARE(lines[1].trimmed().split(',')[1].toDouble(), 0.1);
    QCOMPARE(lines[1].trimmed().split(',')[2].toDouble(), 1.0 / 3);
    QCOMPARE(lines[2].trimmed().split(',')[1].toDouble(), std::numeric_limits<double>::denorm_min());
    QCOMPARE(lines[2].trimmed().split(',')[2].toDouble(), 98.28000000000001);
}

void FigureTableTest::bandsHaveColumnsOfTheirOwn()
{
    LineFigure figure;
    figure.y.title = "loss";
    figure.series = {{"a", seriesStyle(0), {{1, 5}, {3, 6}}, {{0, 1, 9}, {1, 4, 8}, {4, 2, 7}}},
                     {"b", seriesStyle(1), {{1, 2}}}};
    QCOMPARE(figureCsv(figure),
             std::string("series,x,loss,\"loss, low\",\"loss, high\"\r\na,0,,1,9\r\na,1,5,4,8\r\n"
                         "a,3,6,,\r\na,4,,2,7\r\nb,1,2,,\r\n"));
}

QTEST_APPLESS_MAIN(FigureTableTest)

} // namespace figure_table_test

#include "figure_table_test.moc"
