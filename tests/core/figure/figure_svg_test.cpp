// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <map>

#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include "core/figure/figure_layout.h"
#include "core/figure/figure_writer.h"
#include "tests/core/figure/example_figures.h"

namespace figure_svg_test {

using namespace rosler;

namespace {

struct Axis {
    double minimum = 0;
    double maximum = 0;
    double from = 0;
    double to = 0;
    bool logarithmic = false;

    [[nodiscard]] double valueAt(double coordinate) const
    {
        const double share = (coordinate - from) / (to - from);
        if (logarithmic)
            return minimum * std::pow(maximum / minimum, share);
        return minimum + share * (maximum - minimum);
    }
};

using Path = QList<QPointF>;

/// What a reader of the file sees.
struct Parsed {
    QString error;
    QXmlStreamAttributes root;
    std::map<QString, Axis> axes;
    QList<QList<Path>> curves;
    QList<QString> dashes;
    QStringList texts;
    QStringList metadata;
    QString title;
    qsizetype markers = 0;
};

QList<Path> piecesOf(const QString &data)
{
    QList<Path> pieces;
    static const QRegularExpression token(QStringLiteral("([ML]?)(-?[0-9.]+),(-?[0-9.]+)"));
    for (auto it = token.globalMatch(data); it.hasNext();) {
        const auto match = it.next();
        if (match.captured(1) == QLatin1String("M"))
            pieces.append(Path());
        pieces.last().append({match.captured(2).toDouble(), match.captured(3).toDouble()});
    }
    return pieces;
}

Parsed parsed(const std::string &svg)
{
    Parsed out;
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        const auto attributes = reader.attributes();
        const auto number = [&](const char *name) {
            return attributes.value(QLatin1String(name)).toDouble();
        };
        const QString name = reader.name().toString();
        const QStringView kind = attributes.value(QLatin1String("class"));
        if (name == QLatin1String("svg"))
            out.root = attributes;
        if (name == QLatin1String("axis"))
            out.axes[attributes.value(QLatin1String("name")).toString()] = {
                number("minimum"), number("maximum"), number("from"), number("to"),
                attributes.value(QLatin1String("scale")) == QLatin1String("logarithmic")};
        if (name == QLatin1String("path") && kind == QLatin1String("curve")) {
            out.curves.append(piecesOf(attributes.value(QLatin1String("d")).toString()));
            out.dashes.append(attributes.value(QLatin1String("stroke-dasharray")).toString());
        }
        if (kind == QLatin1String("marker"))
            ++out.markers;
        if (name == QLatin1String("text"))
            out.texts.append(reader.readElementText(QXmlStreamReader::IncludeChildElements));
        if (name == QLatin1String("run") || name == QLatin1String("command"))
            out.metadata.append(reader.readElementText());
        if (name == QLatin1String("title")
            && attributes.value(QLatin1String("id")) == QLatin1String("figure-title"))
            out.title = reader.readElementText();
    }
    out.error = reader.errorString();
    return out;
}

} // namespace

class FigureSvgTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bandsAreShadedBehindTheirCurves();
    void pageHasItsSizeInMillimetres();
    void dataCanBeReadBackFromTheCurves_data();
    void dataCanBeReadBackFromTheCurves();
    void zoomedCurvesStayInsideTheAxes();
    void eachCurveIsOnePathWithItsDash();
    void brokenCurvesHaveSeveralPieces();
    void textIsText();
    void hostileTextIsEscaped();
    void sameFigureGivesTheSameBytes();
    void unusableStylesAreMovedIntoTheirRange();
};

void FigureSvgTest::pageHasItsSizeInMillimetres()
{
    const Parsed svg = parsed(figureSvg(exampleCurves(2), {}));
    QVERIFY2(svg.error.isEmpty(), qPrintable(svg.error));
    QCOMPARE(svg.root.value(QLatin1String("width")).toString(), QStringLiteral("85mm"));
    QCOMPARE(svg.root.value(QLatin1String("height")).toString(), QStringLiteral("60mm"));
    QCOMPARE(svg.root.value(QLatin1String("viewBox")).toString(), QStringLiteral("0 0 240.945 170.079"));
    QCOMPARE(svg.root.value(QLatin1String("version")).toString(), QStringLiteral("1.1"));
}

void FigureSvgTest::dataCanBeReadBackFromTheCurves_data()
{
    QTest::addColumn<bool>("logX");
    QTest::addColumn<bool>("logY");
    QTest::newRow("linear") << false << false;
    QTest::newRow("logarithmic x") << true << false;
    QTest::newRow("logarithmic y") << false << true;
    QTest::newRow("logarithmic") << true << true;
}

void FigureSvgTest::dataCanBeReadBackFromTheCurves()
{
    QFETCH(bool, logX);
    QFETCH(bool, logY);
    LineFigure figure = exampleCurves(3);
    figure.x.logarithmic = logX;
    figure.y.logarithmic = logY;
    const Parsed svg = parsed(figureSvg(figure, {}));
    QCOMPARE(svg.curves.size(), 3);
    const Axis x = svg.axes.at(QStringLiteral("x"));
    const Axis y = svg.axes.at(QStringLiteral("y"));
    QCOMPARE(x.logarithmic, logX);
    for (int c = 0; c < 3; ++c) {
        const auto &points = figure.series[static_cast<std::size_t>(c)].points;
        QCOMPARE(svg.curves[c].size(), 1);
        const Path &path = svg.curves[c][0];
        QCOMPARE(path.size(), static_cast<qsizetype>(points.size()));
        for (qsizetype i = 0; i < path.size(); ++i) {
            const FigurePoint &point = points[static_cast<std::size_t>(i)];
            QVERIFY(std::abs(x.valueAt(path[i].x()) - point.x) <= 1e-3 * (x.maximum - x.minimum));
            QVERIFY(std::abs(y.valueAt(path[i].y()) - point.y) <= 1e-3 * (y.maximum - y.minimum));
        }
    }
}

void FigureSvgTest::zoomedCurvesStayInsideTheAxes()
{
    LineFigure figure = exampleCurves(4);
    figure.series[2].points[10].y = -1e280;
    figure.x.minimum = 3.3;
    figure.x.maximum = 9.7;
    figure.y.minimum = 96.5;
    figure.y.maximum = 98.1;
    const Parsed svg = parsed(figureSvg(figure, {}));
    const Axis x = svg.axes.at(QStringLiteral("x"));
    const Axis y = svg.axes.at(QStringLiteral("y"));
    QCOMPARE(x.minimum, 3.3);
    QCOMPARE(y.maximum, 98.1);
    int points = 0;
    for (const auto &curve : svg.curves) {
        for (const Path &piece : curve) {
            for (const QPointF &p : piece) {
                QVERIFY(p.x() >= x.from && p.x() <= x.to);
                QVERIFY(p.y() >= y.to && p.y() <= y.from); // y runs from the foot up
                ++points;
            }
        }
    }
    QVERIFY(points > 20);
}

void FigureSvgTest::eachCurveIsOnePathWithItsDash()
{
    const Parsed svg = parsed(figureSvg(exampleCurves(4), {}));
    QCOMPARE(svg.curves.size(), 4);
    QVERIFY(svg.dashes[0].isEmpty());
    QCOMPARE(QSet<QString>(svg.dashes.begin(), svg.dashes.end()).size(), 4);
    QVERIFY(svg.markers >= 4 * 8 && svg.markers <= 4 * 13); // and one each in the legend
}

void FigureSvgTest::brokenCurvesHaveSeveralPieces()
{
    LineFigure figure = exampleCurves(1);
    figure.series[0].points[7].y = std::numeric_limits<double>::quiet_NaN();
    figure.series[0].points[13].y = std::numeric_limits<double>::infinity();
    const Parsed svg = parsed(figureSvg(figure, {}));
    QCOMPARE(svg.curves.size(), 1);
    QCOMPARE(svg.curves[0].size(), 3);
    QCOMPARE(svg.curves[0][0].size(), 7);
}

void FigureSvgTest::textIsText()
{
    LineFigure figure = exampleCurves(2);
    figure.title = "Digits";
    const std::string bytes = figureSvg(figure, {}, {{"run-a", "run-b"}, "rosler export run-a run-b"});
    const Parsed svg = parsed(bytes);
    for (const char *text : {"Digits", "epoch", "test accuracy (%)", "rosler r32", "rosler r16", "20"})
        QVERIFY2(svg.texts.contains(QLatin1String(text)), text);
    QCOMPARE(svg.title, QStringLiteral("Digits"));
    QCOMPARE(svg.metadata,
             (QStringList {QStringLiteral("run-a"), QStringLiteral("run-b"),
                           QStringLiteral("rosler export run-a run-b")}));
    QVERIFY(bytes.find("font-family=\"'DejaVu Sans', sans-serif\"") != std::string::npos);
}

void FigureSvgTest::hostileTextIsEscaped()
{
    LineFigure figure = exampleCurves(1);
    figure.series[0].name = "<a & \"b\">\n\x01\xff";
    PublicationStyle style;
    style.fontFamily = "It's \"<quoted>\"";
    const Parsed svg = parsed(figureSvg(figure, style, {{"]]>&<"}, "rosler export 'a<b' > \"c\""}));
    QVERIFY2(svg.error.isEmpty(), qPrintable(svg.error));
    QVERIFY(svg.texts.contains(QString::fromUtf8("<a & \"b\">  \ufffd")));
    QCOMPARE(svg.metadata,
             (QStringList {QStringLiteral("]]>&<"), QStringLiteral("rosler export 'a<b' > \"c\"")}));
}

void FigureSvgTest::sameFigureGivesTheSameBytes()
{
    const Figure figure = exampleBars(3, true);
    const std::string once = figureSvg(figure, {}, {{"a"}, "b"});
    // Whatever the program's locale: numbers have points, no groups.
    struct Commas final : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        std::string do_grouping() const override { return "\3"; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Commas));
    const std::string again = figureSvg(figure, {}, {{"a"}, "b"});
    const std::string table = figureCsv(figure);
    std::locale::global(before);
    QCOMPARE(again, once);
    QCOMPARE(table, figureCsv(figure));
}

void FigureSvgTest::unusableStylesAreMovedIntoTheirRange()
{
    PublicationStyle style;
    style.widthMm = -5;
    style.heightMm = std::numeric_limits<double>::quiet_NaN();
    style.fontPt = 1e9;
    style.fontFamily.clear();
    const Parsed svg = parsed(figureSvg(exampleBars(3, true), style));
    QVERIFY2(svg.error.isEmpty(), qPrintable(svg.error));
    QCOMPARE(svg.root.value(QLatin1String("width")).toString(), QStringLiteral("10mm"));
    QCOMPARE(svg.root.value(QLatin1String("height")).toString(), QStringLiteral("60mm"));
}

void FigureSvgTest::bandsAreShadedBehindTheirCurves()
{
    LineFigure figure = exampleCurves(2);
    const std::string plain = figureSvg(figure, {});
    QCOMPARE(plain.find("band"), std::string::npos);
    for (const FigurePoint &point : figure.series[1].points)
        figure.series[1].band.push_back({point.x, point.y - 400, point.y + 400});
    const std::string svg = figureSvg(figure, {});
    const std::size_t band = svg.find("id=\"band-1\" class=\"band\"");
    QVERIFY(band != std::string::npos);
    QVERIFY(band < svg.find("id=\"curve-0\""));
    QVERIFY(svg.find("fill-opacity=\"0.22\"", band) != std::string::npos);
    QCOMPARE(svg.find("id=\"band-0\""), std::string::npos);
    // The axis has room for it.
    double top = 0;
    for (const FigurePoint &point : figure.series[1].points)
        top = std::max(top, point.y + 400);
    QVERIFY(layoutFigure(figure, {}, TextMetrics("DejaVu Sans")).frame.y.maximum >= top);
}

QTEST_APPLESS_MAIN(FigureSvgTest)

} // namespace figure_svg_test

#include "figure_svg_test.moc"
