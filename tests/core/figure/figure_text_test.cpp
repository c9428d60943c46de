// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <random>

#include <QtTest>

#include "core/figure/figure_text.h"

namespace figure_text_test {

using namespace rosler;

class FigureTextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void significantDigitsAreThree_data();
    void significantDigitsAreThree();
    void exactTextReadsBackEqual();
    void coordinatesAreShort();
    void printableTextIsValidUtf8WithoutControls_data();
    void printableTextIsValidUtf8WithoutControls();
    void lastCharacterIsRemovedWhole();
};

void FigureTextTest::significantDigitsAreThree_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("0") << 0.0 << "0";
    QTest::newRow("small") << 0.012345 << "0.0123";
    QTest::newRow("one") << 1.0 << "1.00";
    QTest::newRow("tens") << 38.84 << "38.8";
    QTest::newRow("hundreds") << 388.4 << "388";
    QTest::newRow("thousands") << 7455.0 << "7460";
    QTest::newRow("carries") << 99.97 << "100";
    QTest::newRow("carries over ten") << 9.996 << "10.0";
    QTest::newRow("large") << 186369000.0 << "1.86\u00d710^8";
    QTest::newRow("carries into powers") << 99960.0 << "1.00\u00d710^5";
    QTest::newRow("tiny") << 0.00012345 << "1.23\u00d710^\u22124";
    QTest::newRow("negative") << -2.5 << "\u22122.50";
    QTest::newRow("largest") << std::numeric_limits<double>::max() << "1.80\u00d710^308";
}

void FigureTextTest::significantDigitsAreThree()
{
    QFETCH(double, value);
    const FigureText text = significantText(value);
    QTEST(QString::fromStdString(text.exponent.empty() ? text.text : text.text + "^" + text.exponent),
          "text");
}

void FigureTextTest::exactTextReadsBackEqual()
{
    std::mt19937_64 random(7);
    for (int i = 0; i < 20000; ++i) {
        const std::uint64_t bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isfinite(value))
            continue;
        bool ok = false;
        QCOMPARE(QByteArray::fromStdString(exactText(value)).toDouble(&ok), value);
        QVERIFY(ok);
    }
    QCOMPARE(exactText(0.1), std::string("0.1"));
    QCOMPARE(exactText(-std::numeric_limits<double>::quiet_NaN()), std::string("nan"));
    QCOMPARE(exactText(-std::numeric_limits<double>::infinity()), std::string("-inf"));
}

void FigureTextTest::coordinatesAreShort()
{
    QCOMPARE(coordinateText(12.0), std::string("12"));
    QCOMPARE(coordinateText(100.0), std::string("100"));
    QCOMPARE(coordinateText(0.12345), std::string("0.123"));
    QCOMPARE(coordinateText(-0.0001), std::string("0"));
    QCOMPARE(coordinateText(-2.5), std::string("-2.5"));
}

void FigureTextTest::printableTextIsValidUtf8WithoutControls_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << QByteArray("r8 \xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80")
                           << QString::fromUtf8("r8 é → 😀");
    QTest::newRow("controls") << QByteArray("a\nb\tc\0d\x7f", 8) << "a b c d ";
    QTest::newRow("stray continuation") << QByteArray("a\x80z") << QString::fromUtf8("a\ufffdz");
    QTest::newRow("cut") << QByteArray("a\xe2\x86") << QString::fromUtf8("a\ufffd\ufffd");
    QTest::newRow("overlong") << QByteArray("\xc0\xaf") << QString::fromUtf8("\ufffd\ufffd");
    QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << QString::fromUtf8("\ufffd\ufffd\ufffd");
    QTest::newRow("not for XML") << QByteArray("\xef\xbf\xbf") << QString::fromUtf8("\ufffd");
}

void FigureTextTest::printableTextIsValidUtf8WithoutControls()
{
    QFETCH(QByteArray, bytes);
    QTEST(QString::fromStdString(printable({bytes.constData(), static_cast<std::size_t>(bytes.size())})),
          "text");
}

void FigureTextTest::lastCharacterIsRemovedWhole()
{
    std::string text = "a\u00e9\u2192";
    removeLastCharacter(text);
    QCOMPARE(text, std::string("a\u00e9"));
    removeLastCharacter(text);
    removeLastCharacter(text);
    removeLastCharacter(text);
    QCOMPARE(text, std::string());
}

QTEST_APPLESS_MAIN(FigureTextTest)

} // namespace figure_text_test

#include "figure_text_test.moc"
