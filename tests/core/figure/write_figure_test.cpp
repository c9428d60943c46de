// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/figure/figure_writer.h"
#include "tests/core/figure/example_figures.h"

namespace write_figure_test {

using namespace rosler;

class WriteFigureTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allFormatsAreWrittenIntoANewFolder();
    void aStemThatIsNoFileNameIsRefused_data();
    void aStemThatIsNoFileNameIsRefused();
    void nothingIsWrittenWhenTheStyleIsRefused();
    void aFolderThatCannotBeMadeIsReported();
};

void WriteFigureTest::allFormatsAreWrittenIntoANewFolder()
{
    const QTemporaryDir folder;
    const std::filesystem::path into = std::filesystem::path(folder.path().toStdString()) / "a" / "figures";
    const LineFigure figure = exampleCurves(2);
    const FigureOrigin origin {{"run"}, "rosler export run"};
    const auto written = writeFigure(into, "accuracy-epoch", figure, {}, origin);
    QVERIFY2(written.has_value(), written ? "" : message(written.error()).c_str());
    const auto bytesOf = [&](const char *extension) {
        QFile file(QString::fromStdString((into / (std::string("accuracy-epoch") + extension)).string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string("missing");
    };
    QCOMPARE(bytesOf(".svg"), figureSvg(figure, {}, origin));
    QCOMPARE(bytesOf(".pdf"), *figurePdf(figure, {}, origin));
    QCOMPARE(bytesOf(".png"), *figurePng(figure, {}, origin));
    QCOMPARE(bytesOf(".csv"), figureCsv(figure));
    QCOMPARE(QDir(QString::fromStdString(into.string())).entryList(QDir::Files | QDir::Hidden).size(), 4);
}

void WriteFigureTest::aStemThatIsNoFileNameIsRefused_data()
{
    QTest::addColumn<QByteArray>("stem");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("up") << QByteArray("../x");
    QTest::newRow("dots") << QByteArray("..");
    QTest::newRow("null") << QByteArray("a\0b", 3);
}

void WriteFigureTest::aStemThatIsNoFileNameIsRefused()
{
    QFETCH(QByteArray, stem);
    const QTemporaryDir folder;
    const auto written = writeFigure(folder.path().toStdString(), stem.toStdString(), exampleCurves(1), {});
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::OutOfRange);
    QVERIFY(QDir(folder.path()).isEmpty());
}

void WriteFigureTest::nothingIsWrittenWhenTheStyleIsRefused()
{
    const QTemporaryDir folder;
    PublicationStyle style;
    style.pngDpi = 1;
    QVERIFY(!writeFigure(folder.path().toStdString(), "x", exampleCurves(1), style));
    QVERIFY(QDir(folder.path()).isEmpty());
}

void WriteFigureTest::aFolderThatCannotBeMadeIsReported()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    const auto written = writeFigure(file.fileName().toStdString() + "/below", "x", exampleCurves(1), {});
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Unwritable);
    QVERIFY(!written.error().where.empty());
}

QTEST_APPLESS_MAIN(WriteFigureTest)

} // namespace write_figure_test

#include "write_figure_test.moc"
