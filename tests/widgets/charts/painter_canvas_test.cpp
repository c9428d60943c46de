// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <QFontMetricsF>
#include <QImage>
#include <QPaintDevice>
#include <QPaintEngine>
#include <QPainter>
#include <QXmlStreamReader>
#include <QtTest>

#include "core/figure/figure_layout.h"
#include "core/figure/figure_painter.h"
#include "core/figure/figure_writer.h"
#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/painter_canvas.h"

namespace painter_canvas_test {

using namespace rosler;

namespace {

/// A part of a picture that two outputs can be compared by.
struct Word {
    QString text;
    QPointF start; ///< of its baseline
    double size = 0;
    double width = 0;
    double line = 0;   ///< width of the word and its exponent together, on paper
    double turned = 0; ///< degrees
    bool italic = false;
    bool bold = false;
};

struct Drawing {
    QList<QRectF> rects;
    QList<Word> words; ///< exponents are words of their own
};

/// Keeps what is painted on it instead of painting.
class Recorder final : public QPaintDevice
{
public:
    explicit Recorder(QSize size)
        : m_size(size)
        , m_engine(m_picture)
    {
    }
    [[nodiscard]] const Drawing &picture() const { return m_picture; }
    [[nodiscard]] QPaintEngine *paintEngine() const override { return &m_engine; }

protected:
    [[nodiscard]] int metric(PaintDeviceMetric metric) const override
    {
        switch (metric) {
        case PdmWidth:
            return m_size.width();
        case PdmHeight:
            return m_size.height();
        case PdmDpiX:
        case PdmDpiY:
        case PdmPhysicalDpiX:
        case PdmPhysicalDpiY:
            return QWidget().logicalDpiY();
        case PdmDepth:
            return 32;
        case PdmDevicePixelRatio:
            return 1;
        case PdmDevicePixelRatioScaled:
            return qRound(devicePixelRatioFScale());
        default:
            return QPaintDevice::metric(metric);
        }
    }

private:
    class Engine final : public QPaintEngine
    {
    public:
        explicit Engine(Drawing &picture)
            : QPaintEngine(AllFeatures)
            , m_picture(picture)
        {
        }
        bool begin(QPaintDevice * /*device*/) override { return true; }
        bool end() override { return true; }
        void updateState(const QPaintEngineState &now) override
        {
            if (now.state() & DirtyTransform)
                m_transform = now.transform();
        }
        void drawRects(const QRectF *rects, int count) override
        {
            for (int i = 0; i < count; ++i)
                m_picture.rects.append(m_transform.mapRect(rects[i]));
        }
        void drawPath(const QPainterPath & /*path*/) override { }
        void drawPolygon(const QPointF * /*points*/, int /*count*/, PolygonDrawMode /*mode*/) override { }
        void drawPixmap(const QRectF & /*to*/, const QPixmap & /*pixmap*/, const QRectF & /*from*/) override
        {
            QFAIL("a picture of pixels is not sharp everywhere");
        }
        void drawTextItem(const QPointF &at, const QTextItem &item) override
        {
            const QLineF along = m_transform.map(QLineF(0, 0, 1, 0));
            m_picture.words.append({item.text(), m_transform.map(at), item.font().pointSizeF(), item.width(),
                                    0, along.angle(), item.font().italic(), item.font().bold()});
        }
        [[nodiscard]] Type type() const override { return User; }

    private:
        Drawing &m_picture;
        QTransform m_transform;
    };

    QSize m_size;
    Drawing m_picture;
    mutable Engine m_engine;
};

/// The same parts of an SVG file. The width of a word is not told there: it is taken from @p metrics.
Drawing pictureOf(const std::string &svg, const TextMetrics &metrics)
{
    Drawing picture;
    QXmlStreamReader xml(QByteArray::fromStdString(svg));
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QXmlStreamAttributes attributes = xml.attributes();
        const auto number = [&](const char *name) {
            return attributes.value(QLatin1String(name)).toDouble();
        };
        if (xml.name() == QLatin1String("rect"))
            picture.rects.append({number("x"), number("y"), number("width"), number("height")});
        if (xml.name() != QLatin1String("text"))
            continue;
        const bool turned = attributes.hasAttribute(QLatin1String("transform"));
        const bool italic = attributes.value(QLatin1String("font-style")) == QLatin1String("italic");
        const bool bold = attributes.value(QLatin1String("font-weight")) == QLatin1String("bold");
        const auto anchor = attributes.value(QLatin1String("text-anchor"));
        const double share = anchor.isEmpty() ? 0 : anchor == QLatin1String("middle") ? 0.5 : 1;
        const QPointF at(number("x"), number("y"));
        const double size = number("font-size");
        QString body;
        QString exponent;
        double rise = 0;
        while (xml.readNext() != QXmlStreamReader::EndElement || xml.name() != QLatin1String("text")) {
            if (xml.isStartElement())
                rise = -xml.attributes().value(QLatin1String("dy")).toDouble();
            if (xml.isCharacters())
                (rise == 0 ? body : exponent) += xml.text();
        }
        const auto width = [&](const QString &text) {
            return metrics.width({text.toStdString(), {}}, size, italic, bold);
        };
        const double line = width(body) + exponentSize * width(exponent);
        const double before = share * line;
        const auto place = [&](double along, double up) {
            return turned ? at + QPointF(-up, -along) : at + QPointF(along, -up);
        };
        picture.words.append(
            {body, place(-before, 0), size, width(body), line, turned ? 90.0 : 0.0, italic, bold});
        if (!exponent.isEmpty())
            picture.words.append({exponent, place(width(body) - before, rise), exponentSize * size,
                                  exponentSize * width(exponent), line, turned ? 90.0 : 0.0, italic, bold});
    }
    if (xml.hasError())
        qFatal("%s", qPrintable(xml.errorString()));
    return picture;
}

BarFigure memory(bool logarithmic, bool modelled)
{
    BarFigure figure;
    figure.title = "Memory of the weights";
    figure.value.title = "memory (kB)";
    figure.value.logarithmic = logarithmic;
    figure.modelled = modelled;
    figure.categories = {"float32", "float16", "int8"};
    figure.series = {{.name = "dense", .style = seriesStyle(0), .values = {1234567, 3727.38, 1863.69}},
                     {.name = "Rosler", .style = seriesStyle(1), .values = {81.2, 40.6, 20.3}}};
    return figure;
}

double dpi()
{
    return QWidget().logicalDpiY();
}

} // namespace

class PainterCanvasTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void screenAndPaperAreTheSamePicture_data();
    void screenAndPaperAreTheSamePicture();
    void aWidgetPaintsThatPicture();
    void wordsAreAsWideAsTheyWereLaidOut();
    void partsHaveTheColoursOfTheTheme_data();
    void partsHaveTheColoursOfTheTheme();
    void linesLieOnThePixelsOfAnyScreen_data();
    void linesLieOnThePixelsOfAnyScreen();
    void curvesAndMarkersAreDrawnToo();
    void thePainterIsGivenBackAsItWas();
    void aRepaintTakesLessThanAFrame();

private:
    static void compare(const Drawing &screen, const Drawing &paper, double pointsPerInch);
};

/// Every rectangle and word on paper is on the screen, in the same place to the thousandth that files have.
/// @p screen may have more: the widget's background.
void PainterCanvasTest::compare(const Drawing &screen, const Drawing &paper, double pointsPerInch)
{
    constexpr double written = 0.0015; // two coordinates, each rounded by half a thousandth, and their sum
    for (const QRectF &rect : paper.rects) {
        const auto same = [&](const QRectF &other) {
            return std::abs(rect.left() - other.left()) < written
                && std::abs(rect.top() - other.top()) < written
                && std::abs(rect.right() - other.right()) < written
                && std::abs(rect.bottom() - other.bottom()) < written;
        };
        QVERIFY2(std::any_of(screen.rects.begin(), screen.rects.end(), same),
                 qPrintable(QStringLiteral("no rectangle at %1, %2").arg(rect.left()).arg(rect.top())));
    }
    QCOMPARE(screen.words.size(), paper.words.size());
    for (qsizetype i = 0; i < paper.words.size(); ++i) {
        const Word &painted = screen.words[i];
        const Word &printed = paper.words[i];
        QCOMPARE(painted.text, printed.text);
        QCOMPARE(painted.turned, printed.turned);
        QCOMPARE(painted.italic, printed.italic);
        QCOMPARE(painted.bold, printed.bold);
        QVERIFY(std::abs(painted.size * pointsPerInch / 72 - printed.size) < 0.01);
        // Across the line words are where they are printed; along it two engines measure letters.
        const QPointF off = painted.start - printed.start;
        const bool turned = printed.turned != 0;
        QVERIFY2(std::abs(turned ? off.x() : off.y()) < written, qPrintable(printed.text));
        QVERIFY2(std::abs(turned ? off.y() : off.x()) <= 0.03 * printed.line + 0.5, qPrintable(printed.text));
    }
}

void PainterCanvasTest::screenAndPaperAreTheSamePicture_data()
{
    QTest::addColumn<BarFigure>("figure");
    QTest::addColumn<PublicationStyle>("style");
    const QFont font;
    const PublicationStyle wide = screenStyle({500, 300}, font, dpi());
    const PublicationStyle small = screenStyle({190, 130}, font, dpi());
    PublicationStyle column;
    column.fontFamily = wide.fontFamily;
    BarFigure upAndDown = memory(false, false);
    upAndDown.series[0].values = {-5, 3, std::numeric_limits<double>::quiet_NaN()};
    for (const auto &[name, style] : {std::pair {"wide", wide}, {"small", small}, {"column", column}}) {
        QTest::addRow("linear, %s", name) << memory(false, false) << style;
        QTest::addRow("logarithmic, %s", name) << memory(true, false) << style;
        QTest::addRow("modelled, %s", name) << memory(true, true) << style;
        QTest::addRow("up and down, %s", name) << upAndDown << style;
    }
}

void PainterCanvasTest::screenAndPaperAreTheSamePicture()
{
    QFETCH(BarFigure, figure);
    QFETCH(PublicationStyle, style);
    const TextMetrics metrics(style.fontFamily);
    const Drawing paper = pictureOf(figureSvg(figure, style), metrics);
    QVERIFY(paper.rects.size() >= 6 && paper.words.size() >= 8);

    Recorder recorder({1000, 1000});
    QPainter painter(&recorder);
    const ChartTheme theme = chartTheme(ThemeKind::Dark, {});
    {
        PainterCanvas canvas(painter, theme, QFont());
        paintFigure(layoutFigure(figure, style, metrics), canvas);
    }
    painter.end();
    QCOMPARE(recorder.picture().rects.size(), paper.rects.size());
    compare(recorder.picture(), paper, dpi());
}

void PainterCanvasTest::aWidgetPaintsThatPicture()
{
    BarPlotWidget bars;
    bars.resize(420, 260);
    bars.setFigure(memory(true, true));
    const PublicationStyle style = screenStyle(bars.size(), bars.font(), dpi());
    const Drawing paper = pictureOf(figureSvg(bars.figure(), style), TextMetrics(style.fontFamily));
    Recorder recorder(bars.size());
    bars.render(&recorder, {}, {}, QWidget::DrawWindowBackground);
    compare(recorder.picture(), paper, dpi());
}

void PainterCanvasTest::wordsAreAsWideAsTheyWereLaidOut()
{
    const PublicationStyle style = screenStyle({500, 300}, QFont(), dpi());
    const TextMetrics metrics(style.fontFamily);
    Recorder recorder({500, 300});
    QPainter painter(&recorder);
    const ChartTheme theme = chartTheme(ThemeKind::Light, {});
    double widest = 0;
    for (const bool italic : {false, true}) {
        for (const bool bold : {false, true}) {
            PlacedText text;
            text.text.text = "Memory of the weights, 0123456789";
            text.size = style.fontPt;
            text.italic = italic;
            text.bold = bold;
            PainterCanvas(painter, theme, QFont()).text(text);
            const double planned = metrics.width(text.text, text.size, italic, bold);
            widest = std::max(widest, std::abs(recorder.picture().words.back().width - planned) / planned);
        }
    }
    QVERIFY2(widest < 0.03, qPrintable(QString::number(widest)));
}

void PainterCanvasTest::partsHaveTheColoursOfTheTheme_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("light") << static_cast<int>(ThemeKind::Light);
    QTest::newRow("dark") << static_cast<int>(ThemeKind::Dark);
    QTest::newRow("high contrast") << static_cast<int>(ThemeKind::HighContrast);
}

void PainterCanvasTest::partsHaveTheColoursOfTheTheme()
{
    QFETCH(int, kind);
    const ChartTheme theme = chartTheme(static_cast<ThemeKind>(kind), {});
    QImage image(40, 40, QImage::Format_RGB32);
    image.fill(Qt::magenta);
    QPainter painter(&image);
    const FigureColour blue = seriesStyle(0).colour;
    {
        PainterCanvas canvas(painter, theme, QFont());
        canvas.rectangle({0, 0, 40, 40}, {1, 1, 1}, {"page", "page", {}});
        canvas.rectangle({0, 0, 10, 10}, blue, {{}, "bar", {}});
        canvas.path({{{10, 5}, {20, 5}}}, {{0, 0, 0}, 4}, {{}, "axis", {}});
        canvas.path({{{20, 5}, {30, 5}}}, {{0, 0, 0}, 4}, {{}, "grid", {}});
        canvas.path({{{30, 5}, {40, 5}}}, {{1, 1, 1}, 4}, {{}, "hatch", {}});
        canvas.rectangle({10, 20, 20, 30}, {1, 1, 1}, {{}, "legend-box", {}});
        canvas.area({{0, 20}, {8, 20}, {8, 40}, {0, 40}}, blue, 0.5, {{}, "band", {}});
    }
    painter.end();
    QCOMPARE(image.pixelColor(35, 35), theme.background);
    QCOMPARE(image.pixelColor(5, 8), theme.seriesColour({.colour = blue}));
    QCOMPARE(image.pixelColor(15, 5), theme.axis);
    QCOMPARE(image.pixelColor(25, 5), theme.grid);
    QCOMPARE(image.pixelColor(35, 5), theme.plotArea);
    QCOMPARE(image.pixelColor(15, 25), theme.plotArea);
    const QColor shaded = image.pixelColor(4, 30);
    QVERIFY(std::abs(2 * shaded.red() - theme.background.red() - theme.seriesColour({.colour = blue}).red())
            <= 3);
    QVERIFY(contrastRatio(theme.seriesColour({.colour = blue}), theme.plotArea) >= 3.0);
}

void PainterCanvasTest::linesLieOnThePixelsOfAnyScreen_data()
{
    QTest::addColumn<double>("ratio");
    QTest::newRow("1") << 1.0;
    QTest::newRow("1.25") << 1.25;
    QTest::newRow("1.5") << 1.5;
    QTest::newRow("2") << 2.0;
}

void PainterCanvasTest::linesLieOnThePixelsOfAnyScreen()
{
    QFETCH(double, ratio);
    const ChartTheme theme = chartTheme(ThemeKind::Light, {});
    QImage image((QSizeF(100, 100) * ratio).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    for (const double at : {50.0, 50.25, 50.37, 50.5, 50.8}) {
        image.fill(theme.background);
        QPainter painter(&image);
        PainterCanvas(painter, theme, QFont())
            .path({{{0, at}, {100, at}}, {{at, 0}, {at, 100}}}, {{0, 0, 0}, 1}, {{}, "axis", {}});
        painter.end();
        const int beside = static_cast<int>(20 * ratio);
        int wide = 0;
        for (int i = 0; i < image.height(); ++i) {
            // Nothing between line and background: no smear. And the same across as down.
            const QColor across = image.pixelColor(beside, i);
            QVERIFY2(across == theme.axis || across == theme.background, qPrintable(across.name()));
            QCOMPARE(image.pixelColor(i, beside), across);
            if (across == theme.axis) {
                ++wide;
                QVERIFY(std::abs((i + 0.5) / ratio - at) <= 1.0);
            }
        }
        QCOMPARE(wide, static_cast<int>(std::round(ratio)));
    }
}

void PainterCanvasTest::curvesAndMarkersAreDrawnToo()
{
    LineFigure figure;
    figure.title = "Curves";
    for (std::size_t s = 0; s < 8; ++s) {
        figure.series.push_back({"curve " + std::to_string(s), seriesStyle(s), {}});
        for (int i = 0; i <= 10; ++i)
            figure.series.back().points.push_back({i / 10.0, static_cast<double>(s) + i / 20.0});
    }
    const ChartTheme theme = chartTheme(ThemeKind::Dark, {});
    const PublicationStyle style = screenStyle({400, 600}, QFont(), dpi());
    QImage image(400, 600, QImage::Format_RGB32);
    QPainter painter(&image);
    {
        PainterCanvas canvas(painter, theme, QFont());
        paintFigure(layoutFigure(figure, style, TextMetrics(style.fontFamily)), canvas);
    }
    painter.end();
    for (const FigureSeries &series : figure.series) {
        const QRgb wanted = theme.seriesColour(series.style).rgb();
        int found = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                found += image.pixel(x, y) == wanted ? 1 : 0;
        QVERIFY2(found > 20, series.name.c_str());
    }
}

void PainterCanvasTest::thePainterIsGivenBackAsItWas()
{
    QImage image(50, 50, QImage::Format_RGB32);
    QPainter painter(&image);
    painter.setPen(Qt::red);
    const ChartTheme theme = chartTheme(ThemeKind::Light, {});
    {
        PainterCanvas canvas(painter, theme, QFont());
        PlacedText text;
        text.text = {"2", "3"};
        text.vertical = true;
        canvas.text(text);
        canvas.line({0, 0}, {5, 5}, {});
    }
    QCOMPARE(painter.pen().color(), QColor(Qt::red));
    QVERIFY(!painter.testRenderHint(QPainter::Antialiasing));
    QVERIFY(painter.transform().isIdentity());
}

void PainterCanvasTest::aRepaintTakesLessThanAFrame()
{
    BarFigure figure;
    for (int c = 0; c < 8; ++c)
        figure.categories.push_back("category " + std::to_string(c));
    for (std::size_t s = 0; s < 7; ++s) {
        figure.series.push_back({"series " + std::to_string(s), seriesStyle(s), {}});
        for (int c = 0; c < 8; ++c)
            figure.series.back().values.push_back(1.0 + c + 3 * static_cast<double>(s));
    }
    BarPlotWidget bars;
    bars.resize(1280, 800);
    QImage image(bars.size(), QImage::Format_RGB32);
    auto shortest = std::chrono::steady_clock::duration::max(); // the machine may do other things, too
    for (int i = 0; i < 20; ++i) {
        bars.setFigure(figure); // laid out anew
        const auto start = std::chrono::steady_clock::now();
        bars.render(&image);
        shortest = std::min(shortest, std::chrono::steady_clock::now() - start);
    }
    const double ms = std::chrono::duration<double, std::milli>(shortest).count();
    QVERIFY2(ms < 16, qPrintable(QString::number(ms)));
}

QTEST_MAIN(PainterCanvasTest)

} // namespace painter_canvas_test

#include "painter_canvas_test.moc"
