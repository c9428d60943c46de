// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QWheelEvent>

#include "tests/support/accessibility_audit.h"
#include "widgets/controls/rank_slider.h"
#include "widgets/controls/size_control.h"

namespace rank_slider_test {

using namespace rosler;

namespace {

QPoint handleOf(const RankSlider &slider, int value)
{
    return {qRound(slider.positionOf(value)), slider.height() / 3};
}

void turnWheel(QWidget &widget, int eighths)
{
    QWheelEvent wheel(QPointF(5, 5), widget.mapToGlobal(QPointF(5, 5)), {}, {0, eighths}, Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &wheel);
}

} // namespace

class RankSliderTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<RankSlider> make(int maximum = 256, int value = 16)
    {
        auto slider = std::make_unique<RankSlider>(QStringLiteral("rank"));
        slider->setMaximum(maximum);
        slider->setValue(value);
        slider->setDefaultValue(16);
        slider->resize(300, slider->sizeHint().height());
        slider->show();
        return slider;
    }

private Q_SLOTS:
    void snapsToPowersOfTwoAndTheirHalfways()
    {
        QCOMPARE(RankSlider::admissibleValues(1), QList<int>({1}));
        QCOMPARE(RankSlider::admissibleValues(10), QList<int>({1, 2, 3, 4, 6, 8, 10}));
        QCOMPARE(RankSlider::admissibleValues(64), QList<int>({1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64}));
        for (const int maximum : {1, 2, 3, 5, 784, 1024, 65536, 2147483647}) {
            const QList<int> values = RankSlider::admissibleValues(maximum);
            QCOMPARE(values.first(), 1);
            QCOMPARE(values.last(), maximum);
            QVERIFY(std::is_sorted(values.begin(), values.end(), std::less_equal<int>()));
        }
    }

    void theScaleIsLogarithmic()
    {
        const auto slider = make();
        const double step = slider->positionOf(2) - slider->positionOf(1);
        QVERIFY(step > 10);
        QCOMPARE(slider->positionOf(128) - slider->positionOf(64), step);
        QVERIFY(slider->positionOf(256) < slider->width());
        slider->setLayoutDirection(Qt::RightToLeft);
        QVERIFY(slider->positionOf(256) < slider->positionOf(1));
    }

    void aDragIsFramedAndSnaps()
    {
        const auto slider = make();
        QSignalSpy started(slider.get(), &RankSlider::dragStarted);
        QSignalSpy finished(slider.get(), &RankSlider::dragFinished);
        QSignalSpy moved(slider.get(), &RankSlider::valueChanged);
        QTest::mousePress(slider.get(), Qt::LeftButton, {}, handleOf(*slider, 16));
        QCOMPARE(moved.count(), 0); // taking hold of the handle moves nothing
        for (const int value : {15, 13, 11, 9, 8})
            QTest::mouseMove(slider.get(), handleOf(*slider, value));
        QCOMPARE(finished.count(), 0);
        QTest::mouseRelease(slider.get(), Qt::LeftButton, {}, handleOf(*slider, 8));
        QCOMPARE(slider->value(), 8);
        QCOMPARE(moved.count(), 2); // 12 and 8
        QCOMPARE(started.count(), 1);
        QCOMPARE(finished.count(), 1);
    }

    void ctrlDragTakesAnyInteger()
    {
        const auto slider = make();
        QTest::mousePress(slider.get(), Qt::LeftButton, Qt::ControlModifier, handleOf(*slider, 200));
        QVERIFY(slider->value() != 192 && qAbs(slider->value() - 200) <= 4);
        QMouseEvent move(QEvent::MouseMove, handleOf(*slider, 11), slider->mapToGlobal(handleOf(*slider, 11)),
                         Qt::NoButton, Qt::LeftButton, Qt::ControlModifier);
        QCoreApplication::sendEvent(slider.get(), &move);
        QCOMPARE(slider->value(), 11);
        QTest::mouseRelease(slider.get(), Qt::LeftButton, Qt::ControlModifier, handleOf(*slider, 11));
    }

    void keysStepThroughTheScale_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<bool>("ctrl");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::newRow("right") << int(Qt::Key_Right) << false << 16 << 24;
        QTest::newRow("left") << int(Qt::Key_Left) << false << 16 << 12;
        QTest::newRow("up between steps") << int(Qt::Key_Up) << false << 17 << 24;
        QTest::newRow("down between steps") << int(Qt::Key_Down) << false << 17 << 16;
        QTest::newRow("ctrl right") << int(Qt::Key_Right) << true << 16 << 17;
        QTest::newRow("ctrl left at the end") << int(Qt::Key_Left) << true << 1 << 1;
        QTest::newRow("page up") << int(Qt::Key_PageUp) << false << 24 << 48;
        QTest::newRow("page up near the top") << int(Qt::Key_PageUp) << false << 200 << 256;
        QTest::newRow("page down") << int(Qt::Key_PageDown) << false << 24 << 12;
        QTest::newRow("page down at the bottom") << int(Qt::Key_PageDown) << false << 1 << 1;
        QTest::newRow("home") << int(Qt::Key_Home) << false << 24 << 1;
        QTest::newRow("end") << int(Qt::Key_End) << false << 24 << 256;
    }

    void keysStepThroughTheScale()
    {
        QFETCH(int, key);
        QFETCH(bool, ctrl);
        QFETCH(int, from);
        QFETCH(int, to);
        const auto slider = make(256, from);
        QSignalSpy started(slider.get(), &RankSlider::dragStarted);
        QSignalSpy finished(slider.get(), &RankSlider::dragFinished);
        QTest::keyClick(slider.get(), static_cast<Qt::Key>(key), ctrl ? Qt::ControlModifier : Qt::NoModifier);
        QCOMPARE(slider->value(), to);
        QCOMPARE(started.count(), 1);
        QCOMPARE(finished.count(), 1);
    }

    void theWheelNeedsTheFocus()
    {
        QWidget window;
        RankSlider slider(QStringLiteral("rank"), &window);
        QSpinBox other(&window);
        slider.setMaximum(256);
        slider.setValue(16);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        other.setFocus();
        QTRY_VERIFY(other.hasFocus());
        turnWheel(slider, 120);
        QCOMPARE(slider.value(), 16);
        slider.setFocus();
        QTRY_VERIFY(slider.hasFocus());
        turnWheel(slider, 120);
        QCOMPARE(slider.value(), 24);
        turnWheel(slider, -60); // half a notch, twice
        QCOMPARE(slider.value(), 24);
        turnWheel(slider, -60);
        QCOMPARE(slider.value(), 16);
    }

    void doubleClickGoesBackToTheDefault()
    {
        const auto slider = make(256, 128);
        QSignalSpy finished(slider.get(), &RankSlider::dragFinished);
        QTest::mouseDClick(slider.get(), Qt::LeftButton, {}, handleOf(*slider, 128));
        QCOMPARE(slider->value(), 16);
        QVERIFY(finished.count() >= 1);
    }

    void screenReadersHearTheTrueValue()
    {
        const auto slider = make();
        slider->setAccessibleName(QStringLiteral("Rank of layer 1"));
        QAccessibleInterface *face = QAccessible::queryAccessibleInterface(slider.get());
        QVERIFY(face);
        QCOMPARE(face->role(), QAccessible::Slider);
        QCOMPARE(face->text(QAccessible::Name), QStringLiteral("Rank of layer 1"));
        QCOMPARE(face->text(QAccessible::Value), QStringLiteral("rank 16 of 256"));
        QVERIFY(face->valueInterface());
        QCOMPARE(face->valueInterface()->currentValue().toInt(), 16);
        QCOMPARE(face->valueInterface()->maximumValue().toInt(), 256);
        face->valueInterface()->setCurrentValue(7);
        QCOMPARE(slider->value(), 7);
    }

    void marksAreDrawn()
    {
        const auto slider = make();
        const QImage plain = slider->grab().toImage();
        slider->setBreakEven(100);
        const QImage broken = slider->grab().toImage();
        QVERIFY(plain != broken);
        slider->setGhost(64);
        const QImage ghost = slider->grab().toImage();
        QVERIFY(broken != ghost);
        slider->setPushZone(128, std::nullopt);
        QVERIFY(slider->grab().toImage() != ghost);
        slider->setPushZone(std::nullopt, std::nullopt);
        slider->setGhost(std::nullopt);
        slider->setBreakEven(std::nullopt);
        QCOMPARE(slider->grab().toImage(), plain);
    }

    void aScaleOfOneIsHarmless()
    {
        const auto slider = make(1, 1);
        QTest::keyClick(slider.get(), Qt::Key_Right);
        QTest::mouseClick(slider.get(), Qt::LeftButton, {}, QPoint(200, 8));
        QCOMPARE(slider->value(), 1);
        QVERIFY(!slider->grab().isNull());
    }

    void sliderAndSpinBoxAreOne()
    {
        SizeControl control(QStringLiteral("Rank"), QStringLiteral("rank"));
        control.setName(QStringLiteral("Rank of layer 1"));
        control.showValue(16, 256);
        control.show();
        QSignalSpy moved(&control, &SizeControl::valueChanged);
        QSignalSpy finished(&control, &SizeControl::editingFinished);
        QTest::keyClick(control.slider(), Qt::Key_Right);
        QCOMPARE(control.spinBox()->value(), 24);
        QCOMPARE(moved.count(), 1);
        QCOMPARE(finished.count(), 1);
        control.spinBox()->selectAll();
        QTest::keyClicks(control.spinBox(), QStringLiteral("37"));
        QCOMPARE(control.value(), 24); // a number that is being typed is none yet
        QTest::keyClick(control.spinBox(), Qt::Key_Return);
        QCOMPARE(control.value(), 37);
        QCOMPARE(moved.count(), 2);
        moved.clear();
        control.showValue(5, 10);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(control.spinBox()->maximum(), 10);
        ROSLER_VERIFY_ACCESSIBLE(&control);
    }
};

QTEST_MAIN(RankSliderTest)

} // namespace rank_slider_test

#include "rank_slider_test.moc"
