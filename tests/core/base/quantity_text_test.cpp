// SPDX-License-Identifier: Apache-2.0
#include <clocale>
#include <limits>
#include <string>

#include <QtTest>

#include "core/base/quantity_text.h"

namespace quantity_text_test {

using namespace rosler;

class QuantityTextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsHaveThreeSignificantDigits();
    void bytesAndOperationsCarryTheirUnit();
    void percentAndRatio();
    void durationsAreClocks();
    void whatIsNoNumberIsADash();
    void theLocaleDoesNotMatter();
};

void QuantityTextTest::countsHaveThreeSignificantDigits()
{
    QCOMPARE(countText(0), "0");
    QCOMPARE(countText(972), "972");
    QCOMPARE(countText(2.5), "2.50");
    QCOMPARE(countText(999), "999");
    QCOMPARE(countText(999.6), "1.00 k");
    QCOMPARE(countText(1000), "1.00 k");
    QCOMPARE(countText(34'500), "34.5 k");
    QCOMPARE(countText(9'996), "10.0 k");
    QCOMPARE(countText(99'960), "100 k");
    QCOMPARE(countText(999'600), "1.00 M");
    QCOMPARE(countText(1'863'690), "1.86 M");
    QCOMPARE(countText(-34'500), "-34.5 k");
    QCOMPARE(countText(5e21), "5000 E");
}

void QuantityTextTest::bytesAndOperationsCarryTheirUnit()
{
    QCOMPARE(bytesText(0), "0 B");
    QCOMPARE(bytesText(512), "512 B");
    QCOMPARE(bytesText(69'100), "69.1 kB");
    QCOMPARE(bytesText(7'454'760), "7.45 MB");
    QCOMPARE(flopsText(3'730'000), "3.73 MFLOP");
    QCOMPARE(flopsText(1.2e12), "1.20 TFLOP");
}

void QuantityTextTest::percentAndRatio()
{
    QCOMPARE(percentText(0.9828), "98.28 %");
    QCOMPARE(percentText(1), "100.00 %");
    QCOMPARE(percentText(0.5, 0), "50 %");
    QCOMPARE(percentText(-0.015, 1), "-1.5 %");
    QCOMPARE(ratioText(96), "96.0\u00D7");
    QCOMPARE(ratioText(1.234), "1.23\u00D7");
    QCOMPARE(ratioText(183.4), "183\u00D7");
    QCOMPARE(ratioText(9.996), "10.0\u00D7");
}

void QuantityTextTest::durationsAreClocks()
{
    QCOMPARE(durationText(0), "0.0 s");
    QCOMPARE(durationText(4.2), "4.2 s");
    QCOMPARE(durationText(9.94), "9.9 s");
    QCOMPARE(durationText(9.97), "0:10");
    QCOMPARE(durationText(14), "0:14");
    QCOMPARE(durationText(59.6), "1:00");
    QCOMPARE(durationText(725), "12:05");
    QCOMPARE(durationText(3599.7), "1:00:00");
    QCOMPARE(durationText(3723), "1:02:03");
}

void QuantityTextTest::whatIsNoNumberIsADash()
{
    const double none = std::numeric_limits<double>::quiet_NaN();
    const double endless = std::numeric_limits<double>::infinity();
    for (const double value : {none, endless, -endless}) {
        QCOMPARE(countText(value), "\u2013");
        QCOMPARE(percentText(value), "\u2013");
        QCOMPARE(ratioText(value), "\u2013");
        QCOMPARE(durationText(value), "\u2013");
    }
    QCOMPARE(durationText(-1), "\u2013");
    QCOMPARE(durationText(1e300), "\u2013");
}

void QuantityTextTest::theLocaleDoesNotMatter()
{
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    bool found = false;
    for (const char *name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "C.UTF-8"})
        found = found || std::setlocale(LC_NUMERIC, name) != nullptr;
    QVERIFY(found);
    const std::string text = countText(34'500);
    std::setlocale(LC_NUMERIC, before.c_str());
    QCOMPARE(text, "34.5 k");
}

QTEST_APPLESS_MAIN(QuantityTextTest)

} // namespace quantity_text_test

#include "quantity_text_test.moc"
