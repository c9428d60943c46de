// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QUrl>

#include "tests/support/accessibility_audit.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/thumbnail_strip.h"
#include "widgets/pages/data_options_dialog.h"
#include "widgets/pages/data_page.h"

namespace data_page_test {

using namespace rosler;

namespace {

std::shared_ptr<const Dataset> smallData()
{
    DatasetParts parts;
    parts.name = "tiny";
    parts.source = "/data/tiny";
    parts.shape = {1, 4, 5};
    parts.classNames = {"zero", "one", "two"};
    parts.train.features = Matrix(Matrix::Constant(1200, 20, 0.5F));
    parts.test.features = Matrix(Matrix::Constant(30, 20, 0.5F));
    for (int row = 0; row < 1200; ++row)
        parts.train.labels.push_back(static_cast<std::uint16_t>(row % 3));
    for (int row = 0; row < 30; ++row)
        parts.test.labels.push_back(static_cast<std::uint16_t>(row % 3));
    auto made = Dataset::make(std::move(parts));
    return made ? *made : nullptr;
}

bool drop(QWidget &page, const QList<QUrl> &urls)
{
    QMimeData mime;
    mime.setUrls(urls);
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    enter.ignore();
    QCoreApplication::sendEvent(&page, &enter);
    if (!enter.isAccepted())
        return false;
    QDropEvent event(QPointF(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&page, &event);
    return event.isAccepted();
}

} // namespace

class DataPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void optionsAreAskedForAsTheReaderDescribesThem()
    {
        static const ReaderOption known[] = {{"test_examples", "how many", Index {10}, 1, 500},
                                             {"overlap", "of windows", 0.5, 0, 1},
                                             {"grey", "one channel", false},
                                             {"label", "column", std::string("last")}};
        DataPage page;
        page.setOptions({}, {});
        page.setDataset(smallData());
        page.show();
        auto *button = page.findChild<QPushButton *>(QStringLiteral("dataOptions"));
        QVERIFY(!button->isVisible()); // nothing to ask for
        page.setOptions(known, {{"overlap", 0.25}});
        QVERIFY(button->isVisible());
        QSignalSpy asked(&page, &DataPage::optionsRequested);
        button->click();
        auto *dialog = page.findChild<DataOptionsDialog *>();
        QVERIFY(dialog != nullptr);
        QVERIFY((dialog->options() == DatasetOptions {{"overlap", 0.25}}));
        dialog->findChild<QSpinBox *>(QStringLiteral("test_examples"))->setValue(9'999);
        dialog->findChild<QCheckBox *>(QStringLiteral("grey"))->setChecked(true);
        dialog->findChild<QDoubleSpinBox *>(QStringLiteral("overlap"))->setValue(0.5);
        dialog->accept();
        QCOMPARE(asked.count(), 1);
        QVERIFY((asked.at(0).at(0).value<DatasetOptions>()
                 == DatasetOptions {{"test_examples", Index {500}}, {"grey", true}}));
    }

    void anEmptyPageOffersTheDigits()
    {
        DataPage page;
        page.show();
        QSignalSpy asked(&page, &DataPage::loadRequested);
        auto *digits = page.findChild<QPushButton *>(QStringLiteral("useDigits"));
        QVERIFY(digits && digits->isVisible());
        QTest::mouseClick(digits, Qt::LeftButton);
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("digits"));
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void showsWhatIsLoaded()
    {
        DataPage page;
        page.setDataset(smallData());
        page.show();
        QLocale::setDefault(QLocale::c());
        QCOMPARE(page.findChild<QLabel *>(QStringLiteral("name"))->text(), QStringLiteral("tiny"));
        QCOMPARE(page.findChild<ElidedLabel *>(QStringLiteral("source"))->fullText(),
                 QStringLiteral("/data/tiny"));
        const QString counts = page.findChild<QLabel *>(QStringLiteral("counts"))->text();
        QVERIFY2(counts.contains(QStringLiteral("200, test set"))
                     && counts.contains(QStringLiteral("test set 30"))
                     && counts.contains(QStringLiteral("3 classes")),
                 qPrintable(counts));
        QCOMPARE(page.findChild<QLabel *>(QStringLiteral("shape"))->text(),
                 QStringLiteral("4\u00D75 = 20 features"));
        QCOMPARE(page.findChild<ThumbnailStrip *>()->shownClasses(), 3);
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void aDroppedFolderIsAskedFor()
    {
        DataPage page;
        page.show();
        QSignalSpy asked(&page, &DataPage::loadRequested);
        QVERIFY(drop(page, {QUrl::fromLocalFile(QStringLiteral("/data/mnist folder"))}));
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("/data/mnist folder"));
    }

    void droppedFilesOfOneFolderNameTheFolder()
    {
        DataPage page;
        QSignalSpy asked(&page, &DataPage::loadRequested);
        QVERIFY(drop(page,
                     {QUrl::fromLocalFile(QStringLiteral("/data/m/a-ubyte")),
                      QUrl::fromLocalFile(QStringLiteral("/data/m/b-ubyte"))}));
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("/data/m"));
        QVERIFY(drop(page,
                     {QUrl::fromLocalFile(QStringLiteral("/data/m/a-ubyte")),
                      QUrl::fromLocalFile(QStringLiteral("/data/n/b-ubyte"))}));
        QCOMPARE(asked.count(), 0);
        QVERIFY(!page.findChild<ErrorBanner *>()->isHidden());
    }

    void whatIsNoFileIsNotTaken()
    {
        DataPage page;
        QSignalSpy asked(&page, &DataPage::loadRequested);
        QVERIFY(!drop(page, {QUrl(QStringLiteral("https://example.org/mnist.gz"))}));
        QVERIFY(!drop(page, {}));
        QCOMPARE(asked.count(), 0);
    }

    void loadingShowsProgressAndCancels()
    {
        DataPage page;
        page.show();
        QSignalSpy cancelled(&page, &DataPage::cancelRequested);
        auto *bar = page.findChild<QProgressBar *>(QStringLiteral("progress"));
        QVERIFY(!bar->isVisible());
        page.setLoading(QStringLiteral("/data/mnist"));
        QVERIFY(bar->isVisible());
        page.setProgress(0.25);
        QCOMPARE(bar->value() * 4, bar->maximum());
        page.setProgress(7);
        QCOMPARE(bar->value(), bar->maximum());
        ROSLER_VERIFY_ACCESSIBLE(&page);
        QTest::mouseClick(page.findChild<QPushButton *>(QStringLiteral("cancel")), Qt::LeftButton);
        QCOMPARE(cancelled.count(), 1);
        QVERIFY(!bar->isVisible());
    }

    void loadingIsToldAndCancelledFromElsewhere()
    {
        DataPage page;
        QSignalSpy loading(&page, &DataPage::loadingChanged);
        QSignalSpy cancelled(&page, &DataPage::cancelRequested);
        page.cancelLoading(); // there is nothing to cancel
        QCOMPARE(cancelled.count(), 0);
        page.setLoading(QStringLiteral("/data/mnist"));
        page.setLoading(QStringLiteral("/data/cifar"));
        QCOMPARE(loading.count(), 1);
        QCOMPARE(loading.takeFirst().at(0).toBool(), true);
        page.cancelLoading();
        QCOMPARE(cancelled.count(), 1);
        QCOMPARE(loading.takeFirst().at(0).toBool(), false);
        page.setLoading(QStringLiteral("/data/mnist"));
        page.setDataset(smallData());
        QCOMPARE(loading.count(), 2);
    }

    void dataInPlaceOfThoseThatFailedKeepTheError()
    {
        DataPage page;
        page.show();
        auto *banner = page.findChild<ErrorBanner *>();
        page.setLoading(QStringLiteral("/data/gone"));
        page.showError({ErrorCode::NotFound, "there is no such file", "/data/gone"});
        page.setLoadingInstead(QStringLiteral("digits"));
        QVERIFY(banner->isVisible());
        page.setDataset(smallData());
        QVERIFY(banner->isVisible());
        QSignalSpy asked(&page, &DataPage::loadRequested);
        Q_EMIT banner->actionTriggered(); // "Try again" means what failed
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("/data/gone"));
        page.setLoading(QStringLiteral("/data/gone"));
        QVERIFY(!banner->isVisible());
    }

    void anErrorKeepsTheDataThatWasThere()
    {
        DataPage page;
        page.setDataset(smallData());
        page.show();
        page.setLoading(QStringLiteral("/data/broken"));
        page.showError({ErrorCode::Malformed, "12 bytes too short", "broken/train.idx:16"});
        auto *banner = page.findChild<ErrorBanner *>();
        QVERIFY(banner->isVisible());
        QCOMPARE(banner->text(), QStringLiteral("12 bytes too short"));
        QVERIFY(page.findChild<QLabel *>(QStringLiteral("name"))->isVisible());
        QVERIFY(!page.findChild<QProgressBar *>()->isVisible());
        QSignalSpy asked(&page, &DataPage::loadRequested);
        QTest::mouseClick(banner->findChild<QPushButton *>(), Qt::LeftButton);
        QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("/data/broken"));
        page.setDataset(smallData());
        QVERIFY(!banner->isVisible());
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void cancellingIsNoError()
    {
        DataPage page;
        page.show();
        page.setLoading(QStringLiteral("x"));
        page.showError({ErrorCode::Cancelled, "stopped", {}});
        QVERIFY(page.findChild<ErrorBanner *>()->isHidden());
    }

    void whatCannotBeReadAsItIsCanBeReadOtherwise()
    {
        static const ReaderOption known[] = {{"window", "of an example", Index {2048}, 1, 4096}};
        DataPage page;
        page.show();
        page.setLoading(QStringLiteral("/data/series"));
        page.showError({ErrorCode::OutOfRange, "too short", "/data/series"});
        auto *banner = page.findChild<ErrorBanner *>(QStringLiteral("errorBanner"));
        QSignalSpy again(&page, &DataPage::loadRequested);
        Q_EMIT banner->actionTriggered();
        QCOMPARE(again.takeFirst().at(0).toString(), QStringLiteral("/data/series"));

        page.offerOptions(known, {{"window", Index {1024}}});
        QSignalSpy otherwise(&page, &DataPage::loadAsRequested);
        Q_EMIT banner->actionTriggered();
        QCOMPARE(again.count(), 0);
        auto *dialog = page.findChild<DataOptionsDialog *>();
        QVERIFY(dialog);
        auto *window = dialog->findChild<QSpinBox *>();
        QCOMPARE(window->value(), 1024);
        window->setValue(512);
        dialog->accept();
        QCOMPARE(otherwise.count(), 1);
        QCOMPARE(otherwise.first().at(0).toString(), QStringLiteral("/data/series"));
        QCOMPARE(otherwise.first().at(1).value<DatasetOptions>(), (DatasetOptions {{"window", Index {512}}}));

        page.showError({ErrorCode::NotFound, "gone", "/data/series"}); // another failure is asked anew
        Q_EMIT banner->actionTriggered();
        QCOMPARE(again.count(), 1);
    }

    void recentDataIsOneClickAway()
    {
        DataPage page;
        page.setRecent({QStringLiteral("/data/a&b"), QStringLiteral("digits")});
        QSignalSpy asked(&page, &DataPage::loadRequested);
        QList<QAction *> actions = page.findChild<QMenu *>()->actions();
        actions.erase(
            std::remove_if(actions.begin(), actions.end(), [](QAction *a) { return a->isSeparator(); }),
            actions.end());
        QCOMPARE(actions.size(), 3); // the digits once, the bearings
        for (QAction *action : std::as_const(actions))
            action->trigger();
        QCOMPARE(asked.at(0).at(0).toString(), QStringLiteral("digits"));
        QCOMPARE(asked.at(1).at(0).toString(), QStringLiteral("bearing"));
        QCOMPARE(asked.at(2).at(0).toString(), QStringLiteral("/data/a&b"));
    }
};

QTEST_MAIN(DataPageTest)

} // namespace data_page_test

#include "data_page_test.moc"
