// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "app/gui/fuzzy_match.h"

namespace fuzzy_match_test {

using namespace rosler;

class FuzzyMatchTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsLettersInOrderOnly_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("found");
        QTest::newRow("nothing typed") << ""
                                       << "Train both" << true;
        QTest::newRow("the beginning") << "tra"
                                       << "Train both" << true;
        QTest::newRow("letters apart") << "tbt"
                                       << "Train both" << true;
        QTest::newRow("other case") << "TRAIN"
                                    << "Train both" << true;
        QTest::newRow("spaces in the pattern") << "tr bo"
                                               << "Train both" << true;
        QTest::newRow("wrong order") << "bt tr"
                                     << "Train both" << false;
        QTest::newRow("a letter too many") << "trainx"
                                           << "Train both" << false;
        QTest::newRow("the same letter twice") << "bb"
                                               << "Train both" << false;
        QTest::newRow("no text") << "a"
                                 << "" << false;
    }
    void findsLettersInOrderOnly()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, text);
        QFETCH(bool, found);
        QCOMPARE(fuzzyScore(pattern, text).has_value(), found);
    }

    void beginningsOfWordsAndRunsCountMore()
    {
        // "ef": Export figure (two beginnings) before "referee" (side by side) before "exit full".
        QVERIFY(fuzzyScore(u"ef", u"Export figure") > fuzzyScore(u"ef", u"referee"));
        QVERIFY(fuzzyScore(u"exp", u"Export figure") > fuzzyScore(u"exp", u"Extra pages"));
        QVERIFY(fuzzyScore(u"open", u"Open data") > fuzzyScore(u"open", u"Stop every network"));
        QVERIFY(fuzzyScore(u"log", u"Log") > fuzzyScore(u"log", u"Logarithmic horizontal axis"));
    }
};

QTEST_GUILESS_MAIN(FuzzyMatchTest)

} // namespace fuzzy_match_test

#include "fuzzy_match_test.moc"
