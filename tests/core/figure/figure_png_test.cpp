// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include <QtEndian>
#include <QtTest>

#include "core/figure/figure_writer.h"
#include "tests/core/figure/example_figures.h"

namespace figure_png_test {

using namespace rosler;

namespace {

struct Chunk {
    QByteArray type;
    QByteArray data;
    quint32 crc = 0;
};

/// CRC-32 bit by bit, as the PNG specification's appendix defines it.
quint32 crcOf(const QByteArray &bytes)
{
    quint32 crc = 0xffffffffU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1U) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

quint32 wordAt(const QByteArray &bytes, qsizetype at)
{
    return qFromBigEndian<quint32>(bytes.constData() + at);
}

QList<Chunk> chunksOf(const QByteArray &png)
{
    QList<Chunk> chunks;
    for (qsizetype at = 8; at + 12 <= png.size();) {
        const qsizetype length = wordAt(png, at);
        chunks.append({png.mid(at + 4, 4), png.mid(at + 8, length), wordAt(png, at + 8 + length)});
        at += 12 + length;
    }
    return chunks;
}

QByteArray pngOf(const PublicationStyle &style, const FigureOrigin &origin = {})
{
    const auto png = figurePng(exampleCurves(2), style, origin);
    return png ? QByteArray::fromStdString(*png) : QByteArray();
}

} // namespace

class FigurePngTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sizeFollowsFromMillimetresAndResolution_data();
    void sizeFollowsFromMillimetresAndResolution();
    void chunksAreWholeAndInOrder();
    void sourcesAreInside();
    void sameFigureGivesTheSameBytes();
};

void FigurePngTest::sizeFollowsFromMillimetresAndResolution_data()
{
    QTest::addColumn<double>("dpi");
    QTest::addColumn<quint32>("across");
    QTest::addColumn<quint32>("down");
    QTest::addColumn<quint32>("perMetre");
    QTest::newRow("300") << 300.0 << 1004U << 709U << 11811U; // 1003.9, 708.7, 11811.02
    QTest::newRow("600") << 600.0 << 2008U << 1417U << 23622U;
    QTest::newRow("96") << 96.0 << 321U << 227U << 3780U;
}

void FigurePngTest::sizeFollowsFromMillimetresAndResolution()
{
    QFETCH(double, dpi);
    QFETCH(quint32, perMetre);
    PublicationStyle style;
    style.pngDpi = dpi;
    const QList<Chunk> chunks = chunksOf(pngOf(style));
    QVERIFY(chunks.size() >= 4);
    QCOMPARE(chunks[0].type, QByteArray("IHDR"));
    QTEST(wordAt(chunks[0].data, 0), "across");
    QTEST(wordAt(chunks[0].data, 4), "down");
    QCOMPARE(chunks[0].data[9], '\2'); // colours without transparency
    QCOMPARE(chunks[1].type, QByteArray("pHYs"));
    QCOMPARE(wordAt(chunks[1].data, 0), perMetre);
    QCOMPARE(wordAt(chunks[1].data, 4), perMetre);
    QCOMPARE(chunks[1].data[8], '\1');
}

void FigurePngTest::chunksAreWholeAndInOrder()
{
    const QByteArray png = pngOf({}, {{"r"}, "c"});
    QVERIFY(png.startsWith("\x89PNG\r\n\x1a\n"));
    const QList<Chunk> chunks = chunksOf(png);
    qsizetype size = 8;
    for (const Chunk &chunk : chunks) {
        QCOMPARE(chunk.crc, crcOf(chunk.type + chunk.data));
        size += 12 + chunk.data.size();
    }
    QCOMPARE(size, png.size());
    QCOMPARE(chunks.last().type, QByteArray("IEND"));
}

void FigurePngTest::sourcesAreInside()
{
    std::map<QByteArray, QByteArray> texts;
    for (const Chunk &chunk : chunksOf(pngOf({}, {{"run-1", "run-2"}, "rosler export 'Größe'"}))) {
        const qsizetype end = chunk.data.indexOf('\0');
        if (chunk.type == "tEXt")
            texts[chunk.data.left(end)] = chunk.data.mid(end + 1);
        if (chunk.type == "iTXt")
            texts[chunk.data.left(end)] = chunk.data.mid(end + 5);
    }
    QCOMPARE(texts["Software"], QByteArray("rosler-workbench"));
    QCOMPARE(texts["Title"], QByteArray("test accuracy (%) against epoch"));
    QCOMPARE(texts["rosler.runs"], QByteArray("run-1\nrun-2"));
    QCOMPARE(texts["rosler.command"], QByteArray("rosler export 'Größe'"));
}

void FigurePngTest::sameFigureGivesTheSameBytes()
{
    QCOMPARE(pngOf({}, {{"a"}, "b"}), pngOf({}, {{"a"}, "b"}));
}

QTEST_APPLESS_MAIN(FigurePngTest)

} // namespace figure_png_test

#include "figure_png_test.moc"
