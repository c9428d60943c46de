// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "widgets/pages/compare_page.h"

namespace compare_page_test {

using namespace rosler;

namespace {

MetricSample sample(std::int64_t step)
{
    MetricSample s;
    s.step = step;
    s.epoch = static_cast<double>(step);
    return s;
}

ComparedRun stored(const char *id, double MetricSample::*evaluated)
{
    ComparedRun run;
    run.id = QString::fromLatin1(id);
    run.plotted.name = id;
    for (const std::int64_t step : {1, 2, 3}) {
        run.plotted.metrics.push_back(sample(step));
        if (evaluated != nullptr)
            run.plotted.metrics.back().*evaluated = 0.5 + 0.1 * static_cast<double>(step);
    }
    return run;
}

} // namespace

class ComparePageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Of runs that were stored, too: nobody may take validation for the test part, or the other way round.
    void theAxisSaysThePartThatTheRunsWereEvaluatedOn()
    {
        ComparePage page;
        page.setRun(stored("held", &MetricSample::validationAccuracy));
        QCOMPARE(axis(page), QStringLiteral("validation accuracy (%)"));
        page.setRun(stored("whole", &MetricSample::testAccuracy));
        QCOMPARE(axis(page), QStringLiteral("held-out accuracy (%)"));
        page.removeRun(QStringLiteral("held"));
        QCOMPARE(axis(page), QStringLiteral("test accuracy (%)"));
        QVERIFY(remark(page).contains(QLatin1String("test part chooses nothing")));
        page.setRun(stored("held", &MetricSample::validationAccuracy));
        page.removeRun(QStringLiteral("whole"));
        QVERIFY(!remark(page).contains(QLatin1String("test part")));
    }

    void aLogarithmicAxisStaysSo()
    {
        ComparePage page;
        page.setRun(stored("live", nullptr));
        page.setLogX(true);
        MetricSample first = sample(4);
        first.validationAccuracy = 0.9;
        page.append(QStringLiteral("live"), {first});
        QCOMPARE(axis(page), QStringLiteral("validation accuracy (%)"));
        QVERIFY(curve(page).x.logarithmic);
        page.setRun(stored("other", &MetricSample::testAccuracy));
        QVERIFY(curve(page).x.logarithmic);
    }

private:
    static LineFigure curve(const ComparePage &page)
    {
        return std::get<LineFigure>(page.shownFigure(QStringLiteral("curve"), false).value().figure);
    }
    static QString remark(const ComparePage &page)
    {
        return page.findChild<QLabel *>(QStringLiteral("compareRemark"))->text();
    }
    static QString axis(const ComparePage &page) { return QString::fromStdString(curve(page).y.title); }
};

QTEST_MAIN(ComparePageTest)

} // namespace compare_page_test

#include "compare_page_test.moc"
