// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <QRegularExpression>
#include <QtTest>

#include "core/figure/figure_layout.h"
#include "tests/core/figure/example_figures.h"

namespace figure_pdf_test {

using namespace rosler;

namespace {

QByteArray pdfOf(const Figure &figure, const PublicationStyle &style = {}, const FigureOrigin &origin = {})
{
    const auto pdf = figurePdf(figure, style, origin);
    return pdf ? QByteArray::fromStdString(*pdf) : QByteArray();
}

/// All streams of the file that zlib can open, one after the other.
QByteArray inflated(const QByteArray &pdf)
{
    QByteArray all;
    for (qsizetype at = pdf.indexOf("stream\n"); at >= 0; at = pdf.indexOf("stream\n", at + 1)) {
        if (pdf.mid(at - 3, 3) == "end")
            continue;
        const qsizetype begin = at + 7;
        const QByteArray packed = pdf.mid(begin, pdf.indexOf("endstream", begin) - begin);
        if (!packed.startsWith('\x78'))
            continue;
        all += qUncompress(QByteArray(4, '\0') + packed) + '\n'; // the length is only a hint
    }
    return all;
}

} // namespace

class FigurePdfTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pageIsExactlyAsAsked();
    void fontsAreEmbedded();
    void curvesAreVectorsInTheirColourAtTheirPlace();
    void sourcesAndFixedDatesAreInside();
    void sameFigureGivesTheSameBytes();
    void absurdSizesAreRefused_data();
    void absurdSizesAreRefused();
};

void FigurePdfTest::pageIsExactlyAsAsked()
{
    const QByteArray pdf = pdfOf(exampleCurves(2));
    QVERIFY(pdf.startsWith("%PDF-1."));
    static const QRegularExpression box(QStringLiteral("/MediaBox \\[ 0 0 ([0-9.]+) ([0-9.]+) \\]"));
    const auto match = box.match(QString::fromLatin1(pdf));
    QVERIFY(match.hasMatch());
    QVERIFY(std::abs(match.captured(1).toDouble() - 85 * 72 / 25.4) < 1e-4); // not rounded to points
    QVERIFY(std::abs(match.captured(2).toDouble() - 60 * 72 / 25.4) < 1e-4);
    static const QRegularExpression page(QStringLiteral("/Type /Page\\b"));
    QCOMPARE(QString::fromLatin1(pdf).count(page), 1);
}

void FigurePdfTest::fontsAreEmbedded()
{
    BarFigure figure = exampleBars(2, true);
    figure.modelled = true; // italics are a font of their own
    const QByteArray pdf = pdfOf(figure);
    QCOMPARE(pdf.count("/Type /FontDescriptor"), 2);
    QCOMPARE(pdf.count("/FontFile"), 2);
    QVERIFY(!pdf.contains("/Subtype /Image"));
}

void FigurePdfTest::curvesAreVectorsInTheirColourAtTheirPlace()
{
    const LineFigure figure = exampleCurves(1);
    const PublicationStyle style;
    const QByteArray content = inflated(pdfOf(figure));
    QVERIFY(content.contains("0.266667 0.466667 0.666667 RG")); // #4477aa strokes
    // The curve's first three points, y upwards in PDF.
    const FigureLayout layout = layoutFigure(figure, style, TextMetrics(style.fontFamily));
    const PagePath &piece = layout.placedCurves.at(0).pieces.at(0);
    static const QRegularExpression number(QStringLiteral("(-?[0-9.]+) (-?[0-9.]+) ([ml])\\b"));
    QList<QPointF> points;
    for (auto it = number.globalMatch(QString::fromLatin1(content)); it.hasNext();) {
        const auto match = it.next();
        points.append({match.captured(1).toDouble(), match.captured(2).toDouble()});
    }
    for (std::size_t i = 0; i < 3; ++i) {
        // cairo flips the page by its matrix: either direction of y is right.
        const bool found = std::any_of(points.begin(), points.end(), [&](const QPointF &p) {
            return std::abs(p.x() - piece[i].x) < 0.01
                && std::min(std::abs(p.y() - piece[i].y), std::abs(layout.height - p.y() - piece[i].y))
                < 0.01;
        });
        QVERIFY(found);
    }
}

void FigurePdfTest::sourcesAndFixedDatesAreInside()
{
    const QByteArray pdf = pdfOf(exampleCurves(1), {}, {{"run-1", "run-2"}, "rosler export run-1 run-2"});
    const QByteArray all = pdf + inflated(pdf);
    QVERIFY(all.contains("rosler export run-1 run-2"));
    QVERIFY(all.contains("run-1, run-2"));
    QVERIFY(all.contains("/CreationDate (20000101000000Z)") || all.contains("D:20000101000000Z"));
    QVERIFY(!all.contains("(D:202"));
}

void FigurePdfTest::sameFigureGivesTheSameBytes()
{
    const QByteArray once = pdfOf(exampleCurves(3), {}, {{"a"}, "b"});
    QCOMPARE(pdfOf(exampleCurves(3), {}, {{"a"}, "b"}), once);
    QVERIFY(once != pdfOf(exampleCurves(2), {}, {{"a"}, "b"}));
}

void FigurePdfTest::absurdSizesAreRefused_data()
{
    QTest::addColumn<double>("width");
    QTest::addColumn<double>("font");
    QTest::addColumn<double>("dpi");
    QTest::newRow("no width") << 0.0 << 8.0 << 300.0;
    QTest::newRow("negative") << -85.0 << 8.0 << 300.0;
    QTest::newRow("not a number") << std::nan("") << 8.0 << 300.0;
    QTest::newRow("a street") << 5000.0 << 8.0 << 300.0;
    QTest::newRow("no font") << 85.0 << 0.0 << 300.0;
    QTest::newRow("too many pixels") << 1000.0 << 8.0 << 4800.0;
}

void FigurePdfTest::absurdSizesAreRefused()
{
    QFETCH(double, width);
    QFETCH(double, font);
    QFETCH(double, dpi);
    PublicationStyle style;
    style.widthMm = width;
    style.fontPt = font;
    style.pngDpi = dpi;
    for (const auto &made : {figurePdf(exampleCurves(1), style), figurePng(exampleCurves(1), style)}) {
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::OutOfRange);
    }
}

QTEST_APPLESS_MAIN(FigurePdfTest)

} // namespace figure_pdf_test

#include "figure_pdf_test.moc"
