// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "widgets/charts/chart_theme.h"

namespace chart_theme_test {

using namespace rosler;

class ChartThemeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contrastAgreesWithTheStandard();
    void seriesAreReadableOnEveryBackground_data() { themeRows(); }
    void seriesAreReadableOnEveryBackground();
    void coloursThatAreReadableStayAsTheyAre();
    void textIsReadable_data() { themeRows(); }
    void textIsReadable();
    void palettesSetEveryRoleOfEveryGroup_data() { themeRows(); }
    void palettesSetEveryRoleOfEveryGroup();
    void systemGivesThePaletteBack();
    void darkSystemsMakeDarkCharts();

private:
    static void themeRows();
    static QPalette darkSystem();
};

void ChartThemeTest::themeRows()
{
    QTest::addColumn<ThemeKind>("kind");
    QTest::addColumn<QPalette>("system");
    QTest::newRow("system, light") << ThemeKind::System << QPalette();
    QTest::newRow("system, dark") << ThemeKind::System << darkSystem();
    QTest::newRow("light") << ThemeKind::Light << QPalette();
    QTest::newRow("dark") << ThemeKind::Dark << QPalette();
    QTest::newRow("high contrast") << ThemeKind::HighContrast << QPalette();
}

QPalette ChartThemeTest::darkSystem()
{
    QPalette palette;
    palette.setColor(QPalette::Base, QColor(0x2b, 0x2b, 0x2b));
    palette.setColor(QPalette::Text, QColor(0xee, 0xee, 0xee));
    return palette;
}

void ChartThemeTest::contrastAgreesWithTheStandard()
{
    QCOMPARE(contrastRatio(Qt::white, Qt::black), 21.0);
    QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
    QCOMPARE(contrastRatio(Qt::red, Qt::red), 1.0);
    // #777777 on white is the usual example of a grey that just fails 4.5.
    QVERIFY(std::abs(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.005);
    // Red's luminance is 0.2126: (1.05) / (0.2626).
    QVERIFY(std::abs(contrastRatio(Qt::red, Qt::white) - 1.05 / 0.2626) < 1e-9);
}

void ChartThemeTest::seriesAreReadableOnEveryBackground()
{
    QFETCH(ThemeKind, kind);
    QFETCH(QPalette, system);
    const ChartTheme theme = chartTheme(kind, system);
    const double wanted = kind == ThemeKind::HighContrast ? 4.5 : 3.0;
    for (std::size_t i = 0; i < 7; ++i) {
        const QColor colour = theme.seriesColour(seriesStyle(i));
        QVERIFY2(contrastRatio(colour, theme.background) >= wanted, qPrintable(colour.name()));
        QVERIFY2(contrastRatio(colour, theme.plotArea) >= wanted, qPrintable(colour.name()));
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(colour != theme.seriesColour(seriesStyle(j)));
    }
}

void ChartThemeTest::coloursThatAreReadableStayAsTheyAre()
{
    const QColor blue = chartTheme(ThemeKind::Light, {}).seriesColour(seriesStyle(0));
    QCOMPARE(blue.name(), QStringLiteral("#4477aa"));
    // A colour the background swallows ends readable too.
    const SeriesStyle black {.colour = {.red = 0, .green = 0, .blue = 0}};
    const ChartTheme dark = chartTheme(ThemeKind::Dark, {});
    QVERIFY(contrastRatio(dark.seriesColour(black), dark.plotArea) >= 3.0);
}

void ChartThemeTest::textIsReadable()
{
    QFETCH(ThemeKind, kind);
    QFETCH(QPalette, system);
    const ChartTheme theme = chartTheme(kind, system);
    QVERIFY(contrastRatio(theme.text, theme.background) >= 4.5);
    QVERIFY(contrastRatio(theme.crosshair, theme.plotArea) >= 3.0);
    QVERIFY(contrastRatio(theme.axis, theme.background) >= 1.5);
    QVERIFY(contrastRatio(theme.grid, theme.plotArea) < contrastRatio(theme.text, theme.plotArea));
    if (kind == ThemeKind::System)
        return; // not our colours

    const QPalette palette = themePalette(kind, system);
    struct Pair {
        QPalette::ColorRole ink;
        QPalette::ColorRole paper;
        double wanted;
    };
    const QList<Pair> pairs {{QPalette::WindowText, QPalette::Window, 7.0},
                             {QPalette::Text, QPalette::Base, 7.0},
                             {QPalette::Text, QPalette::AlternateBase, 7.0},
                             {QPalette::ButtonText, QPalette::Button, 7.0},
                             {QPalette::PlaceholderText, QPalette::Base, 4.5},
                             {QPalette::Link, QPalette::Base, 4.5},
                             {QPalette::LinkVisited, QPalette::Base, 4.5},
                             {QPalette::BrightText, QPalette::Base, 4.5},
                             {QPalette::HighlightedText, QPalette::Highlight, 4.5},
                             {QPalette::ToolTipText, QPalette::ToolTipBase, 7.0}};
    for (const auto group : {QPalette::Active, QPalette::Inactive})
        for (const Pair &pair : pairs)
            QVERIFY2(contrastRatio(palette.color(group, pair.ink), palette.color(group, pair.paper))
                         >= pair.wanted,
                     qPrintable(QStringLiteral("role %1 on role %2").arg(pair.ink).arg(pair.paper)));
    // Disabled text is told from enabled text, and still there.
    const QColor disabled = palette.color(QPalette::Disabled, QPalette::WindowText);
    const QColor window = palette.color(QPalette::Disabled, QPalette::Window);
    QVERIFY(contrastRatio(disabled, window) >= 2.5);
    QVERIFY(contrastRatio(disabled, window)
            < 0.75 * contrastRatio(palette.color(QPalette::Active, QPalette::WindowText), window));
}

void ChartThemeTest::palettesSetEveryRoleOfEveryGroup()
{
    QFETCH(ThemeKind, kind);
    QFETCH(QPalette, system);
    if (kind == ThemeKind::System)
        return;
    const QPalette palette = themePalette(kind, system);
    for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled})
        for (int role = 0; role < QPalette::NColorRoles; ++role)
            QVERIFY2(palette.isBrushSet(group, static_cast<QPalette::ColorRole>(role)),
                     qPrintable(QString::number(role)));
}

void ChartThemeTest::systemGivesThePaletteBack()
{
    QCOMPARE(themePalette(ThemeKind::System, darkSystem()), darkSystem());
}

void ChartThemeTest::darkSystemsMakeDarkCharts()
{
    QVERIFY(chartTheme(ThemeKind::System, darkSystem()).dark);
    QVERIFY(chartTheme(ThemeKind::Dark, {}).dark);
    QVERIFY(chartTheme(ThemeKind::HighContrast, {}).dark);
    QVERIFY(!chartTheme(ThemeKind::Light, {}).dark);
}

QTEST_MAIN(ChartThemeTest)

} // namespace chart_theme_test

#include "chart_theme_test.moc"
