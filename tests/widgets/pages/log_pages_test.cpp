// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include "tests/support/accessibility_audit.h"
#include "widgets/pages/log_page.h"
#include "widgets/pages/problems_page.h"

namespace log_pages_test {

using namespace rosler;

class LogPagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesAreFilteredByLevel()
    {
        LogPage page;
        page.append(LogLevel::Debug, QStringLiteral("small"));
        page.append(LogLevel::Info, QStringLiteral("epoch 3"));
        page.append(LogLevel::Error, QStringLiteral("disk full"));
        QVERIFY(!page.shownText().contains(QStringLiteral("small")));
        QVERIFY(page.shownText().contains(QStringLiteral("epoch 3")));
        auto *level = page.findChild<QComboBox *>(QStringLiteral("level"));
        level->setCurrentIndex(static_cast<int>(LogLevel::Error));
        QVERIFY(!page.shownText().contains(QStringLiteral("epoch 3")));
        QVERIFY(page.shownText().contains(QStringLiteral("disk full")));
        level->setCurrentIndex(0);
        QCOMPARE(page.shownText().count(QLatin1Char('\n')), 2);
        QCOMPARE(page.lastLine(), QStringLiteral("disk full"));
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void theLogIsBounded()
    {
        LogPage page;
        for (std::size_t i = 0; i < LogPage::maxLines + 10; ++i)
            page.append(LogLevel::Info, QString::number(i));
        QCOMPARE(page.lineCount(), LogPage::maxLines);
        QVERIFY(page.shownText().count(QLatin1Char('\n')) < static_cast<int>(LogPage::maxLines));
        page.append(LogLevel::Info, QStringLiteral("two\nlines"));
        QCOMPARE(page.lineCount(), LogPage::maxLines);
        page.clear();
        QVERIFY(page.shownText().isEmpty());
    }

    void theSameProblemCountsUp()
    {
        ProblemsPage page;
        QSignalSpy counted(&page, &ProblemsPage::countChanged);
        const Error full {ErrorCode::Unreadable, "No space left", "runs/a"};
        page.add(full);
        page.add({ErrorCode::Malformed, "bad magic", "x.idx:0"});
        page.add(full);
        page.add({ErrorCode::Cancelled, "stopped", {}});
        QCOMPARE(page.count(), 2);
        QCOMPARE(counted.last().at(0).toInt(), 2);
        const auto *table = page.findChild<QTableWidget *>();
        QCOMPARE(table->item(0, 1)->text(), QStringLiteral("2"));
        QCOMPARE(table->item(0, 2)->text(), QStringLiteral("No space left"));
        QCOMPARE(table->item(0, 3)->text(), QStringLiteral("runs/a"));
        ROSLER_VERIFY_ACCESSIBLE(&page);
    }

    void problemsAreCopiedAndBounded()
    {
        ProblemsPage page;
        for (int i = 0; i < ProblemsPage::maxProblems + 5; ++i)
            page.add({ErrorCode::Malformed, "problem " + std::to_string(i), "here"});
        QCOMPARE(page.count(), ProblemsPage::maxProblems);
        auto *table = page.findChild<QTableWidget *>();
        table->selectRow(1);
        table->actions().first()->trigger();
        const QStringList cells = QApplication::clipboard()->text().split(QLatin1Char('\t'));
        QCOMPARE(cells.size(), 4);
        QCOMPARE(cells.at(2), QStringLiteral("problem 503"));
        table->clearSelection();
        QCOMPARE(page.asText().count(QLatin1Char('\n')), ProblemsPage::maxProblems - 1);
        page.clear();
        QCOMPARE(page.count(), 0);
    }
};

QTEST_MAIN(LogPagesTest)

} // namespace log_pages_test

#include "log_pages_test.moc"
