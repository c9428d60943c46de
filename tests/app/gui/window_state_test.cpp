// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "app/gui/window_state.h"
#include "tests/app/small_data.h"

namespace window_state_test {

using namespace rosler;

namespace {

WindowState unusualState()
{
    WindowState state;
    state.geometry = QByteArray("\x01\xd9\xd0\xcb\x00geometry", 13);
    state.docks = QByteArray("\x00\x00\x00\xff docks", 10);
    state.theme = ThemeKind::HighContrast;
    state.hintsDismissed = true;
    state.dataset = QStringLiteral("/data/mnist");
    state.recentData = {QStringLiteral("/data/mnist"), QStringLiteral("/data/other")};
    state.design = test::smallExperiment(5);
    state.designFile = QStringLiteral("/home/me/x.json");
    state.recentExperiments = {QStringLiteral("/home/me/x.json")};
    state.checkedRuns = {QStringLiteral("a"), QStringLiteral("b")};
    state.boardKeyFile = QStringLiteral("/home/me/board.key");
    state.curveX = CurveX::TrainFlops;
    state.curveY = CurveY::HeldOutLoss;
    state.logX = true;
    state.lossBeside = true;
    state.exports.style.widthMm = 120;
    state.exports.pdf = false;
    state.exports.folder = QStringLiteral("/home/me/figures");
    return state;
}

/// The state's JSON with one value replaced.
QByteArray with(const char *key, const QJsonValue &value)
{
    QJsonObject json = QJsonDocument::fromJson(toJson(unusualState())).object();
    json.insert(QString::fromLatin1(key), value);
    return QJsonDocument(json).toJson();
}

} // namespace

class WindowStateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everythingComesBack()
    {
        const WindowState before = unusualState();
        const ReadWindowState read = parseWindowState(toJson(before));
        QVERIFY2(read.problems.isEmpty(), qPrintable(read.problems.join(", ")));
        QCOMPARE(toJson(read.state), toJson(before));
        QCOMPARE(read.state.geometry, before.geometry);
        QCOMPARE(read.state.docks, before.docks);
        QVERIFY(read.state.design == before.design);
        QCOMPARE(read.state.exports.style.widthMm, 120.0);
        QCOMPARE(read.state.boardKeyFile, before.boardKeyFile);
        QCOMPARE(read.state.theme, ThemeKind::HighContrast);
    }

    void noFileIsADefaultAndNoProblem()
    {
        const ReadWindowState read = parseWindowState({});
        QVERIFY(read.problems.isEmpty());
        QCOMPARE(read.state.dataset, QStringLiteral("digits"));
    }

    void everyBeginningOfTheFileGivesADefault()
    {
        const QByteArray whole = toJson(unusualState()).trimmed();
        for (qsizetype length = 1; length < whole.size(); ++length) {
            const ReadWindowState read = parseWindowState(whole.first(length));
            QVERIFY(read.state.geometry.isEmpty());
            QCOMPARE(read.problems.size(), 1);
        }
    }

    void aFlippedBitNeverReachesGeometryOrLayout()
    {
        const QByteArray whole = toJson(unusualState());
        const WindowState good = unusualState();
        for (qsizetype i = 0; i < whole.size(); ++i) {
            QByteArray damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ 0x04);
            const WindowState state = parseWindowState(damaged).state;
            QVERIFY(state.geometry.isEmpty() || state.geometry == good.geometry);
            QVERIFY(state.docks.isEmpty() || state.docks == good.docks);
            QVERIFY(state.exports.style.widthMm >= 30 && state.exports.style.widthMm <= 500);
        }
    }

    void aDamagedPartFallsBackAlone_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("problems");
        QTest::newRow("geometry that is a number") << with("geometry", 7) << 1;
        QTest::newRow("layout with another digest")
            << with("docks", QJsonObject {{"base64", "AAAA"}, {"sha256", "0"}}) << 1;
        QTest::newRow("layout of another version") << with("layout_version", 9999) << 0;
        QTest::newRow("design that is no experiment") << with("design", "{\"schema\": 1}") << 1;
        QTest::newRow("theme of another time") << with("theme", "solarised") << 0;
        QTest::newRow("axis that is not there") << with("curve_x", 42) << 0;
        QTest::newRow("recent that is no list") << with("recent_data", "x") << 0;
        QTest::newRow("export of absurd size") << with("export", QJsonObject {{"width_mm", 1e300}}) << 0;
    }
    void aDamagedPartFallsBackAlone()
    {
        QFETCH(QByteArray, json);
        QFETCH(int, problems);
        const ReadWindowState read = parseWindowState(json);
        QCOMPARE(read.problems.size(), problems);
        QCOMPARE(read.state.dataset, QStringLiteral("/data/mnist")); // the rest stands
        QCOMPARE(read.state.checkedRuns.size(), 2);
    }

    void anotherSchemaIsLeftOut()
    {
        const ReadWindowState read = parseWindowState(with("schema", "rosler.window/2"));
        QCOMPARE(read.problems.size(), 1);
        QCOMPARE(read.state.dataset, QStringLiteral("digits"));
    }

    void recentFilesStandOnceAndNewestFirst()
    {
        QStringList list;
        for (int i = 0; i < 20; ++i)
            list = withRecent(list, QString::number(i));
        QCOMPARE(list.size(), qsizetype {recentLimit});
        QCOMPARE(list.front(), QStringLiteral("19"));
        list = withRecent(list, QStringLiteral("15"));
        QCOMPARE(list.front(), QStringLiteral("15"));
        QCOMPARE(list.count(QStringLiteral("15")), 1);
    }
};

QTEST_GUILESS_MAIN(WindowStateTest)

} // namespace window_state_test

#include "window_state_test.moc"
