// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QGroupBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QtTest>

#include "app/gui/theme_switch.h"

namespace theme_switch_test {

using namespace rosler;

/// The themes, on real widgets.
class ThemeSwitchTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesComeBack()
    {
        for (const ThemeKind kind :
             {ThemeKind::System, ThemeKind::Light, ThemeKind::Dark, ThemeKind::HighContrast})
            QCOMPARE(ThemeSwitch::fromName(ThemeSwitch::name(kind)), kind);
        QCOMPARE(ThemeSwitch::fromName(QStringLiteral("plaid")), ThemeKind::System);
    }

    void everyControlHasAnEdgeInHighContrast_data()
    {
        QTest::addColumn<QWidget *>("widget");
        const auto row = [this](QWidget *widget) {
            QTest::newRow(widget->metaObject()->className()) << widget;
            m_widgets.emplace_back(widget);
        };
        row(new QCheckBox);
        row(new QPushButton);
        row(new QSpinBox);
        row(new QComboBox);
        row(new QLineEdit);
        row(new QGroupBox);
    }

    void everyControlHasAnEdgeInHighContrast()
    {
        QFETCH(QWidget *, widget);
        ThemeSwitch theme;
        theme.set(ThemeKind::HighContrast);
        widget->resize(widget->sizeHint().expandedTo({60, 30}));
        const QImage image = widget->grab().toImage();
        const QColor ink = widget->palette().color(QPalette::WindowText);
        const QColor paper = widget->palette().color(QPalette::Window);
        // Along a line across the middle something of the text's colour is met.
        const auto met = [&] {
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, image.height() / 2) == ink)
                    return true;
            return false;
        };
        QVERIFY(ink != paper);
        QVERIFY(met());
        theme.set(ThemeKind::System);
    }

private:
    std::vector<std::unique_ptr<QWidget>> m_widgets;
};

QTEST_MAIN(ThemeSwitchTest)

} // namespace theme_switch_test

#include "theme_switch_test.moc"
