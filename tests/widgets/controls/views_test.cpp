// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

#include "tests/support/accessibility_audit.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/feature_image.h"
#include "widgets/controls/histogram_view.h"
#include "widgets/controls/scrolled_text.h"
#include "widgets/controls/thumbnail_strip.h"

namespace views_test {

using namespace rosler;

namespace {

std::shared_ptr<const Dataset> makeData(const ExampleShape &shape, int classes, float value)
{
    DatasetParts parts;
    parts.name = "small";
    parts.source = "built in";
    parts.shape = shape;
    for (int c = 0; c < classes; ++c)
        parts.classNames.push_back("c" + std::to_string(c));
    for (Examples *part : {&parts.train, &parts.test}) {
        part->features = Matrix(Matrix::Constant(4 * classes, shape.size(), value));
        for (int row = 0; row < 4 * classes; ++row)
            part->labels.push_back(static_cast<std::uint16_t>(row % classes));
    }
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

/// Share of pixels of @p widget that are @p colour.
double shareOf(QWidget &widget, const QColor &colour)
{
    const QImage image = widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            found += image.pixelColor(x, y) == colour;
    }
    return found / double(image.width() * image.height());
}

} // namespace

class ViewsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void barsAreAsTallAsTheirCounts()
    {
        HistogramView view;
        view.resize(200, 200);
        const QColor bar = view.palette().color(QPalette::Highlight);
        view.setCounts({QStringLiteral("a"), QStringLiteral("b")}, {100, 100});
        const double full = shareOf(view, bar);
        QVERIFY(full > 0.4);
        view.setCounts({QStringLiteral("a"), QStringLiteral("b")}, {100, 50});
        QVERIFY(qAbs(shareOf(view, bar) / full - 0.75) < 0.02);
        view.setCounts({QStringLiteral("a"), QStringLiteral("b")}, {0, 0});
        QCOMPARE(shareOf(view, bar), 0.0);
        view.setCounts({}, {});
        QCOMPARE(shareOf(view, bar), 0.0);
    }

    void framesAreTurnedAndFillWhatTheirAxesLeave()
    {
        FeatureImage view;
        view.resize(300, 200);
        view.setImage({0, 0, 0, 0, 0, 1}, {1, 2, 3}); // the last band of the second frame
        view.setAxes(
            PictureAxes {{QStringLiteral("time (ms)"), 0, 20}, {QStringLiteral("mel band"), 0.5, 3.5}});
        const QImage image = view.grab().toImage();
        const auto isWhite = [&](double across, double up) {
            return image.pixelColor(static_cast<int>(across * image.width()),
                                    static_cast<int>((1 - up) * image.height()))
                == QColor(Qt::white);
        };
        QVERIFY(isWhite(0.8, 0.88)); // late and high
        QVERIFY(!isWhite(0.35, 0.88));
        QVERIFY(!isWhite(0.8, 0.4));
        view.resize(20, 20); // no room for axes: nothing, not something else
        QVERIFY(!view.grab().isNull());
    }

    void theHistogramCanBeHeard()
    {
        HistogramView view;
        view.setCounts({QStringLiteral("cat"), QStringLiteral("dog"), QStringLiteral("owl")}, {7, 3, 20});
        const QString said = view.accessibleDescription();
        QVERIFY2(said.contains(QStringLiteral("3 of dog")) && said.contains(QStringLiteral("20 of owl")),
                 qPrintable(said));
    }

    void aThousandClassesAreDrawn()
    {
        HistogramView view;
        view.resize(300, 80);
        QStringList names;
        QList<qint64> counts;
        for (int c = 0; c < 1000; ++c) {
            names << QStringLiteral("class %1").arg(c);
            counts << c;
        }
        view.setCounts(names, counts);
        QVERIFY(shareOf(view, view.palette().color(QPalette::Highlight)) > 0.05);
    }

    void greyPicturesKeepTheirGrey()
    {
        ThumbnailStrip strip;
        strip.setExamples(makeData({1, 8, 8}, 10, 100.0F / 255.0F));
        strip.resize(300, strip.heightForWidth(300));
        QCOMPARE(strip.shownClasses(), 10);
        QVERIFY(shareOf(strip, QColor(100, 100, 100)) > 0.3);
    }

    void colourPicturesKeepTheirColours()
    {
        DatasetParts parts;
        parts.name = "rgb";
        parts.shape = {3, 4, 4};
        parts.classNames = {"one"};
        for (Examples *part : {&parts.train, &parts.test}) {
            Matrix pixels = Matrix::Zero(3, 48); // channels of a pixel side by side
            for (Index pixel = 0; pixel < 16; ++pixel) {
                pixels.col(3 * pixel).setConstant(200.0F / 255.0F); // red
                pixels.col(3 * pixel + 2).setConstant(1.0F);        // blue
            }
            part->features = std::move(pixels);
            part->labels = {0, 0, 0};
        }
        auto made = Dataset::make(std::move(parts));
        QVERIFY(made.has_value());
        ThumbnailStrip strip;
        strip.setExamples(*made);
        strip.resize(120, strip.heightForWidth(120));
        QVERIFY(shareOf(strip, QColor(200, 0, 255)) > 0.1);
    }

    void signalsAreDrawnAsCurves()
    {
        ThumbnailStrip strip;
        strip.setExamples(makeData({1, 1, 512}, 4, 0.25F));
        strip.resize(200, strip.heightForWidth(200));
        QVERIFY(shareOf(strip, strip.palette().color(QPalette::Base)) > 0.2);
        QVERIFY(strip.heightForWidth(60) > strip.heightForWidth(400)); // wraps
    }

    void manyClassesSayHowManyAreHidden()
    {
        ThumbnailStrip strip;
        strip.setExamples(makeData({1, 2, 2}, 100, 0.5F));
        QCOMPARE(strip.shownClasses(), 20);
        strip.setExamples(nullptr);
        QCOMPARE(strip.shownClasses(), 0);
        strip.resize(100, 20);
        QVERIFY(!strip.grab().isNull());
    }

    void theSameErrorCountsUp()
    {
        QWidget page;
        ErrorBanner banner(&page);
        QVERIFY(banner.isHidden());
        banner.showMessage(ErrorBanner::Severity::Error, QStringLiteral("No such file"),
                           QStringLiteral("a.idx:16"));
        QVERIFY(!banner.isHidden());
        banner.showMessage(ErrorBanner::Severity::Error, QStringLiteral("No such file"),
                           QStringLiteral("a.idx:16"));
        QCOMPARE(banner.repeats(), 2);
        QVERIFY(banner.accessibleName().contains(QStringLiteral("2 times")));
        banner.showMessage(ErrorBanner::Severity::Error, QStringLiteral("Other"));
        QCOMPARE(banner.repeats(), 1);
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void theBannerClosesAndActs()
    {
        QWidget page;
        ErrorBanner banner(&page);
        banner.setAction(QStringLiteral("Try again"));
        banner.showMessage(ErrorBanner::Severity::Warning, QStringLiteral("<b>not bold</b>"));
        page.show();
        QSignalSpy acted(&banner, &ErrorBanner::actionTriggered);
        QSignalSpy gone(&banner, &ErrorBanner::dismissed);
        QTest::mouseClick(banner.findChild<QPushButton *>(), Qt::LeftButton);
        QCOMPARE(acted.count(), 1);
        QTest::mouseClick(banner.findChild<QToolButton *>(), Qt::LeftButton);
        QCOMPARE(gone.count(), 1);
        QVERIFY(banner.isHidden());
        banner.dismiss();
        QCOMPARE(gone.count(), 1);
    }

    void elidedTextStaysWholeForReaders()
    {
        ElidedLabel label(Qt::ElideMiddle);
        const QString path = QString(300, QLatin1Char('x'));
        label.setText(path);
        QCOMPARE(label.toolTip(), path);
        QCOMPARE(label.accessibleName(), path);
        QVERIFY(label.minimumSizeHint().width() < 10);
        label.resize(50, 20);
        QVERIFY(!label.grab().isNull());
    }

    void sentencesAreAsHighAsTheyNeedOrScroll()
    {
        QWidget page;
        auto *layout = new QVBoxLayout(&page);
        auto *text = new ScrolledText(&page);
        auto *other = new QWidget(&page);
        other->setFixedHeight(60);
        layout->addWidget(text);
        layout->addWidget(other);
        layout->addStretch(1);
        const int line = text->fontMetrics().lineSpacing();
        QVERIFY(text->isHidden());
        text->setText(QString("word ").repeated(60));
        QCOMPARE(text->accessibleDescription(), text->text());
        page.resize(200, 600);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        QTRY_VERIFY(text->height() > 5 * line); // whole
        QCOMPARE(text->verticalScrollBar()->maximum(), 0);
        page.resize(200, 130);
        QTRY_VERIFY(text->height() < 5 * line);
        QVERIFY(text->height() >= 3 * line);
        QVERIFY(text->verticalScrollBar()->maximum() > 0);
        QVERIFY(other->geometry().top() > text->geometry().bottom());
        text->setText(QStringLiteral("word"));
        QTRY_VERIFY(text->height() < 2 * line);
        text->setText({});
        QVERIFY(text->isHidden());
    }
};

QTEST_MAIN(ViewsTest)

} // namespace views_test

#include "views_test.moc"
