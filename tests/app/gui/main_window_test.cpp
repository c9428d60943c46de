// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

#include <zlib.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>
#include <QUndoStack>
#include <QXmlStreamReader>
#include <QtTest>

#include "app/gui/figure_commands.h"
#include "app/gui/hint_bar.h"
#include "app/gui/main_window.h"
#include "app/gui/model_commands.h"
#include "app/gui/notice_bar.h"
#include "app/session/app_services.h"
#include "core/experiment/shipped_experiments.h"
#include "tests/app/eventually.h"
#include "tests/app/small_data.h"
#include "tests/support/accessibility_audit.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/input_choice.h"
#include "widgets/controls/rank_slider.h"
#include "widgets/pages/c_export_dialog.h"
#include "widgets/pages/compare_page.h"
#include "widgets/pages/device_page.h"
#include "widgets/pages/figure_source.h"
#include "widgets/pages/runs_page.h"
#include "widgets/pages/scoreboard_model.h"

namespace main_window_test {

using namespace rosler;
using State = TrainingSession::State;

namespace {

void put32(QByteArray &bytes, quint32 value)
{
    for (const int shift : {24, 16, 8, 0})
        bytes.append(static_cast<char>(value >> shift));
}

/// Writes smallData() as the four IDX files of MNIST.
void writeIdxFolder(const QString &folder, const Dataset &data)
{
    QDir().mkpath(folder);
    const auto write = [&](const QString &name, const QByteArray &bytes) {
        QFile file(QDir(folder).filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    };
    for (const auto &[prefix, examples] : {std::pair {QStringLiteral("train"), &data.train()},
                                           std::pair {QStringLiteral("t10k"), &data.test()}}) {
        QByteArray images;
        put32(images, 0x803);
        put32(images, static_cast<quint32>(examples->count()));
        put32(images, 4);
        put32(images, 4);
        for (Index i = 0; i < examples->count(); ++i)
            for (Index j = 0; j < 16; ++j)
                images.append(static_cast<char>(std::lround(255 * examples->features(i, j))));
        QByteArray labels;
        put32(labels, 0x801);
        put32(labels, static_cast<quint32>(examples->count()));
        for (const std::uint16_t label : examples->labels)
            labels.append(static_cast<char>(label));
        write(prefix + QStringLiteral("-images-idx3-ubyte"), images);
        write(prefix + QStringLiteral("-labels-idx1-ubyte"), labels);
    }
}

template <typename T>
T *child(QObject &root, const char *name)
{
    return root.findChild<T *>(QString::fromLatin1(name));
}

} // namespace

/// A page that the window knows nothing of.
class NewPage final : public FigureSource
{
public:
    NewPage()
        : plot(new PlotWidget(this))
    {
        addChart(QStringLiteral("new"), plot);
        plot->setAxes({"x", false, {}, {}}, {"y", false, {}, {}});
        plot->replacePoints(QStringLiteral("a"), {{1, 1}, {2, 3}});
    }
    [[nodiscard]] std::vector<NamedFigure> figures() const override { return {{"new", plot->figure(false)}}; }
    [[nodiscard]] FigureOrigin origin() const override { return {{"new-run"}, "rosler new-command"}; }

    PlotWidget *plot;
};

/// The whole window, offscreen, driven through its own widgets and actions.
class MainWindowTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QGuiApplication::setQuitOnLastWindowClosed(false); // windows come and go here
        QVERIFY(m_data.isValid());
        m_idx = m_data.filePath(QStringLiteral("quarters"));
        writeIdxFolder(m_idx, *test::smallData());
    }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        open({});
    }
    void cleanup()
    {
        m_window.reset();
        m_services.reset();
        m_folder.reset();
    }

    void startsWithTheDigitsAndAForecast()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        QCOMPARE(m_window->dataset()->features(), Index {784});
        QVERIFY(action("train")->isEnabled());
        QVERIFY(m_window->design().forecast(0).has_value());
        QVERIFY(m_window->comparePage().sentence().contains(QLatin1Char('~'))); // modelled, and says so
        const auto *table = child<QTableView>(*m_window, "scoreboard");
        QVERIFY(table->model()->rowCount() > 0);
        QVERIFY(
            table->model()->index(ScoreboardModel::Parameters, 1).data(Qt::FontRole).value<QFont>().italic());
        const auto forecast = m_window->comparePage().shownFigure(QStringLiteral("memory"), true);
        QVERIFY(forecast && std::get<BarFigure>(forecast->figure).modelled); // copied as it is shown
        QVERIFY(child<QWidget>(*m_window, "compareEmpty")->isVisible());
        QVERIFY(!child<QDockWidget>(*m_window, "logDock")->isVisible());
    }

    void everythingThatTakesTheFocusHasAName()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        child<QDockWidget>(*m_window, "logDock")->show();
        m_window->comparePage().setLossBeside(true);
        ROSLER_VERIFY_ACCESSIBLE(m_window.get());
        for (const char *id : {"palette", "shortcuts"}) {
            action(id)->trigger();
            QDialog *dialog = nullptr;
            EVENTUALLY((dialog = visibleDialog()) != nullptr);
            ROSLER_VERIFY_ACCESSIBLE(dialog);
            dialog->close();
        }
    }

    void noShortcutHasTwoMeaningsAndEachCommandHasAName()
    {
        QHash<QString, QString> keys;
        for (const CommandRegistry::Command &command : m_window->commands().commands()) {
            QVERIFY(!CommandRegistry::plainText(*command.action).isEmpty());
            for (const QKeySequence &key : command.action->shortcuts()) {
                const QString text = key.toString();
                QVERIFY2(!keys.contains(text),
                         qPrintable(QStringLiteral("%1: %2 and %3").arg(text, keys[text], command.id)));
                keys[text] = command.id;
            }
        }
        for (const char *key : {"F5", "Ctrl+P", "Shift+F5", "Ctrl+K", "Ctrl+O", "Ctrl+S", "Ctrl+E",
                                "Ctrl+Shift+E", "Ctrl+L", "R", "L", "Shift+L", "F1", "Ctrl+1"})
            QVERIFY2(keys.contains(QString::fromLatin1(key)), key);
    }

    void thePaletteFindsAndRunsACommand()
    {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        auto *search = child<QLineEdit>(*m_window, "paletteSearch");
        EVENTUALLY(search->isVisible());
        QTest::keyClicks(search, QStringLiteral("theme dark"));
        const auto *list = child<QTreeWidget>(*m_window, "paletteList");
        QVERIFY(list->topLevelItemCount() >= 1);
        QTest::keyClick(search, Qt::Key_Return);
        EVENTUALLY(action("theme-dark")->isChecked());
        QVERIFY(!search->isVisible());
        EVENTUALLY(m_window->palette().color(QPalette::Window).lightness() < 128);
    }

    void typingALetterIntoAFieldIsNoShortcut()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        QTest::keyClick(m_window.get(), Qt::Key_L);
        EVENTUALLY(m_window->comparePage().isLogX());
        QTest::keyClick(m_window.get(), Qt::Key_L);
        EVENTUALLY(!m_window->comparePage().isLogX());
        auto *field = m_window->findChild<QLineEdit *>();
        QVERIFY(field != nullptr);
        field->window()->activateWindow();
        field->setFocus();
        QTest::keyClick(field, Qt::Key_L);
        QVERIFY(!m_window->comparePage().isLogX());
    }

    void aDroppedFolderIsLoadedAndADroppedNothingIsToldInPlace()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        drop(m_idx);
        EVENTUALLY_EQUAL(m_window->dataset()->features(), Index {16});
        QCOMPARE(m_window->design().example().size(), Index {16});
        QCOMPARE(m_window->design().spec().dataset.source, m_idx.toStdString());

        drop(m_data.filePath(QStringLiteral("not-there")));
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        EVENTUALLY(notice->isVisible());
        QVERIFY(notice->text().contains(QLatin1String("not-there")));
        QCOMPARE(m_window->dataset()->features(), Index {16}); // what was there before stays
        child<QPushButton>(*m_window, "noticeAction")->click();
        QVERIFY(child<QDockWidget>(*m_window, "logDock")->isVisible());
    }

    void theRankSliderMovesTheForecast()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        auto *slider = m_window->findChild<RankSlider *>();
        QVERIFY(slider != nullptr);
        const ExperimentSpec before = m_window->design().spec();
        const QString sentence = m_window->comparePage().sentence();
        slider->setFocus();
        for (int i = 0; i < 3 && m_window->design().spec() == before; ++i)
            QTest::keyClick(slider, Qt::Key_Left);
        QVERIFY(m_window->design().spec() != before);
        QVERIFY(m_window->comparePage().sentence() != sentence);
        QVERIFY(m_window->isWindowModified());
        while (m_window->design().undoStack()->canUndo())
            action("undo")->trigger();
        QCOMPARE(m_window->comparePage().sentence(), sentence);
        QVERIFY(!m_window->isWindowModified());
    }

    void trainsPausesStopsAndExports()
    {
        useSmallExperiment(100'000);
        action("train")->trigger();
        QCOMPARE(training().state(), State::Running);
        QVERIFY(!action("train")->isEnabled());
        EVENTUALLY_EQUAL(m_window->comparePage().runIds().size(), 2);
        EVENTUALLY(curvePoints(0) > 1 && curvePoints(1) > 1);
        action("pause")->trigger();
        EVENTUALLY_EQUAL(training().state(), State::Paused);
        QVERIFY(CommandRegistry::plainText(*action("pause")).contains(QLatin1String("Resume")));
        action("pause")->trigger();
        EVENTUALLY_EQUAL(training().state(), State::Running);
        QVERIFY(m_window->comparePage().sentence().contains(QLatin1String("1 seed")));
        // The view stands while the training goes on, and shows all of it afterwards.
        action("pause-view")->trigger();
        QVERIFY(child<QToolButton>(*m_window, "pauseView")->isChecked());
        const qsizetype shown = curvePoints(0);
        QSignalSpy sampled(&training(), &TrainingSession::sampled);
        EVENTUALLY(sampled.count() > 3);
        QCOMPARE(curvePoints(0), shown);
        child<QToolButton>(*m_window, "pauseView")->click();
        QVERIFY(!action("pause-view")->isChecked());
        QVERIFY(curvePoints(0) > shown);
        action("stop")->trigger();
        EVENTUALLY_EQUAL(training().state(), State::Idle);
        QVERIFY(action("train")->isEnabled());

        action("export-all")->trigger();
        QDialog *dialog = nullptr;
        EVENTUALLY((dialog = visibleDialog()) != nullptr);
        ROSLER_VERIFY_ACCESSIBLE(dialog);
        const QString folder = m_folder->filePath(QStringLiteral("figures"));
        child<QLineEdit>(*dialog, "exportFolder")->setText(folder);
        QSignalSpy written(&m_window->figures(), &FigureCommands::written);
        child<QPushButton>(*dialog, "exportNow")->click();
        EVENTUALLY_EQUAL(written.count(), 1);
        const QStringList files = written.first().first().toStringList();
        QCOMPARE(files.size(), static_cast<qsizetype>(4 * m_window->comparePage().figures().size()));
        for (const QString &file : files)
            QVERIFY2(QFileInfo(file).size() > 100, qPrintable(file));
    }

    void theExportedCurveLiesInsideItsAxes()
    {
        useSmallExperiment(4);
        trainToTheEnd();
        const QString folder = m_folder->filePath(QStringLiteral("figures"));
        QSignalSpy written(&m_window->figures(), &FigureCommands::written);
        m_window->figures().writeAllTo(m_window->comparePage(), folder);
        EVENTUALLY_EQUAL(written.count(), 1);
        const QStringList svgs = QDir(folder).entryList({"accuracy-epoch*.svg"});
        QCOMPARE(svgs.size(), 1);
        checkSvg(QDir(folder).filePath(svgs.front()));
        checkPdf(QDir(folder).filePath(svgs.front().chopped(4) + QStringLiteral(".pdf")));
        checkCsv(QDir(folder).filePath(svgs.front().chopped(4) + QStringLiteral(".csv")));
    }

    void aCopiedFigureIsPictureDrawingAndTable()
    {
        useSmallExperiment(2);
        trainToTheEnd();
        QSignalSpy copied(&m_window->figures(), &FigureCommands::copied);
        action("copy-figure")->trigger();
        EVENTUALLY_EQUAL(copied.count(), 1);
        const QMimeData *data = QGuiApplication::clipboard()->mimeData();
        QVERIFY(!qvariant_cast<QImage>(data->imageData()).isNull());
        QVERIFY(data->data(QStringLiteral("image/svg+xml")).contains("<svg"));
        QVERIFY(data->text().contains(QLatin1Char('\t')));

        const auto memory = m_window->comparePage().shownFigure(QStringLiteral("memory"), true);
        QVERIFY(memory && !std::get<BarFigure>(memory->figure).modelled); // they are stored now

        action("copy-command")->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QLatin1String("rosler train")));
    }

    /// What is written of the Device page says the measured runs, not those of the Compare page.
    void figureCommandsMeanThePageInFront()
    {
        useSmallExperiment(2);
        trainToTheEnd();
        auto *device = child<DevicePage>(*m_window, "devicePage");
        QSignalSpy nothing(&m_window->figures(), &FigureCommands::nothingToExport);
        action("page-2")->trigger();
        action("export-all")->trigger();
        action("copy-figure")->trigger();
        action("export-figure")->trigger();
        QCOMPARE(nothing.count(), 3); // there are curves, but on the page behind
        MeasuredModel model;
        model.measurement.model = "rosler";
        model.measurement.type = "i8";
        model.measurement.imageBytes = 8000;
        model.measurement.ramBytes = 1600;
        device->addMeasurement(model);
        device->setFocus();
        action("export-all")->trigger();
        QDialog *dialog = nullptr;
        EVENTUALLY((dialog = visibleDialog()) != nullptr);
        const QString folder = m_folder->filePath(QStringLiteral("figures"));
        child<QLineEdit>(*dialog, "exportFolder")->setText(folder);
        QSignalSpy written(&m_window->figures(), &FigureCommands::written);
        child<QPushButton>(*dialog, "exportNow")->click();
        EVENTUALLY_EQUAL(written.count(), 1);
        const QStringList svgs = QDir(folder).entryList({"*.svg"});
        QCOMPARE(svgs, QStringList {QStringLiteral("board-memory.svg")});
        QFile svg(QDir(folder).filePath(svgs.front()));
        QVERIFY(svg.open(QIODevice::ReadOnly));
        const QByteArray text = svg.readAll();
        for (const QString &id : m_window->comparePage().runIds())
            QVERIFY(!text.contains(id.toUtf8()));
        // Theme and axes come by being added; the page behind stays as it is.
        auto *plot = child<PlotWidget>(*device, "latencyHistogram");
        child<QTabWidget>(*device, "deviceTabs")->setCurrentIndex(2);
        const bool before = plot->isLogY();
        action("log-y")->trigger();
        QCOMPARE(plot->isLogY(), !before);
        QVERIFY(!m_window->comparePage().isLogY());
        QVERIFY(action("log-y")->isChecked());
        action("page-1")->trigger();
        QVERIFY(!action("log-y")->isChecked());
    }

    /// Added is all that a page has to be.
    void aNewPageGetsTheCommandsTheThemeAndItsOrigin()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        action("theme-high-contrast")->trigger();
        auto *page = new NewPage;
        m_window->addPage(page, QStringLiteral("New"), {});
        action("page-4")->trigger();
        const QColor paper = page->plot->grab().toImage().pixelColor(1, 1);
        QCOMPARE(paper, chartTheme(ThemeKind::HighContrast, {}).background);
        action("log-x")->trigger();
        QVERIFY(page->plot->isLogX());
        action("pause-view")->trigger();
        QVERIFY(page->plot->isPaused() && action("pause-view")->isChecked());
        QSignalSpy copied(&m_window->figures(), &FigureCommands::copied);
        action("copy-figure")->trigger();
        EVENTUALLY_EQUAL(copied.count(), 1);
        const QByteArray svg =
            QGuiApplication::clipboard()->mimeData()->data(QStringLiteral("image/svg+xml"));
        QVERIFY(svg.contains("new-run") && svg.contains("rosler new-command"));
        action("theme-system")->trigger();
    }

    void theEndOfAMeasuringQueueIsTold()
    {
        useSmallExperiment(2);
        trainToTheEnd();
        action("page-2")->trigger();
        auto *boards = child<QComboBox>(*m_window, "boards");
        EVENTUALLY(boards->findData(QStringLiteral("twin")) >= 0);
        boards->setCurrentIndex(boards->findData(QStringLiteral("twin")));
        EVENTUALLY_EQUAL(child<QListWidget>(*m_window, "models")->count(), 2);
        child<QSpinBox>(*m_window, "samples")->setValue(5);
        child<QPushButton>(*m_window, "measure")->click();
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        EVENTUALLY(notice->isVisible() && notice->text().contains(QLatin1String("2 measured")));
        EVENTUALLY(child<QLabel>(*m_window, "deviceStatus")->text().contains(QLatin1String("2 measured")));
    }

    void aRunsModelIsExportedAndImportedAgain()
    {
        useSmallExperiment(3);
        trainToTheEnd();
        auto *runs = m_window->findChild<RunsPage *>();
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        const QString id = m_window->comparePage().runIds().front();
        const char *const commands[] = {"export-onnx", "export-keras", "export-c"};
        runs->select(id);
        EVENTUALLY_EQUAL(runs->selectedIds(), QStringList {id});
        for (const char *command : commands)
            EVENTUALLY(action(command)->isEnabled());

        action("export-onnx")->trigger();
        auto *dialog = child<QFileDialog>(*m_window, "exportModelFile");
        QVERIFY(dialog != nullptr && dialog->acceptMode() == QFileDialog::AcceptSave);
        const QString onnx = m_folder->filePath(QStringLiteral("net.onnx"));
        Q_EMIT dialog->fileSelected(onnx);
        dialog->close();
        EVENTUALLY(QFile::exists(onnx) && notice->text().contains(onnx));
        const QString keras = m_folder->filePath(QStringLiteral("weights.h5"));
        m_window->models().exportTo(id, ModelFormat::Keras, keras);
        EVENTUALLY(QFile::exists(keras) && notice->text().contains(keras));

        action("export-c")->trigger();
        auto *asked = m_window->findChild<CExportDialog *>();
        QVERIFY(asked != nullptr);
        ROSLER_VERIFY_ACCESSIBLE(asked);
        QVERIFY(!child<InputChoice>(*asked, "cInput")->isEnabled()); // pictures
        child<QLineEdit>(*asked, "cFolder")->setText(m_folder->filePath(QStringLiteral("c")));
        child<QPushButton>(*asked, "exportCNow")->click();
        EVENTUALLY(QFile::exists(m_folder->filePath(QStringLiteral("c/%1_i8/rosler_model.c").arg(id))));

        // What comes back begins with these weights, for the data that are open; it can be undone.
        action("import-model")->trigger();
        auto *open = child<QFileDialog>(*m_window, "importModelFile");
        QVERIFY(open != nullptr);
        Q_EMIT open->fileSelected(onnx);
        open->close();
        EVENTUALLY_EQUAL(m_window->design().spec().name, std::string("net"));
        QVERIFY(m_window->design().spec().models.front().start.has_value());
        QCOMPARE(m_window->design().spec().dataset.source, m_idx.toStdString());
        QVERIFY2(notice->text().contains(QLatin1String("of the test examples are right")),
                 qPrintable(notice->text()));
        QSignalSpy finished(&training(), &TrainingSession::finished);
        action("train")->trigger();
        EVENTUALLY_EQUAL(finished.count(), 1);
        QCOMPARE(storedRuns(RunStatus::Finished), 4);
        m_window->openExperiment(m_folder->filePath(QStringLiteral("small.json")));
        EVENTUALLY_EQUAL(m_window->design().spec().name, std::string("small"));
        m_window->models().importFrom(keras);
        EVENTUALLY_EQUAL(m_window->design().spec().name, std::string("weights"));
        action("undo")->trigger();
        QCOMPARE(m_window->design().spec().name, std::string("small"));
    }

    void aModelThatCannotBeImportedOrWrittenIsToldWithItsFile()
    {
        useSmallExperiment(1);
        trainToTheEnd();
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        m_window->models().exportTo(m_window->comparePage().runIds().front(), ModelFormat::Onnx,
                                    QStringLiteral("/proc/rosler/net.onnx"));
        EVENTUALLY(notice->text().contains(QLatin1String("/proc/rosler/net.onnx")));
        const ExperimentSpec before = m_window->design().spec();
        m_window->models().importFrom(m_folder->filePath(QStringLiteral("small.json")));
        EVENTUALLY(notice->text().contains(QLatin1String("small.json")));
        drop(m_folder->filePath(QStringLiteral("dropped.onnx")));
        EVENTUALLY(notice->text().contains(QLatin1String("dropped.onnx")));
        QVERIFY(m_window->design().spec() == before);
    }

    void closingWhileTrainingAsksAndCancelGoesOn()
    {
        useSmallExperiment(100'000);
        action("train")->trigger();
        EVENTUALLY_EQUAL(m_window->comparePage().runIds().size(), 2);
        QVERIFY(!m_window->close());
        auto *question = child<QMessageBox>(*m_window, "closeQuestion");
        QVERIFY(question != nullptr);
        ROSLER_VERIFY_ACCESSIBLE(question);
        question->button(QMessageBox::Cancel)->click();
        EVENTUALLY(child<QMessageBox>(*m_window, "closeQuestion") == nullptr);
        QVERIFY(m_window->isVisible());
        QCOMPARE(training().state(), State::Running);
    } // and here the window goes while it trains

    void dataRemovedWhileTrainingDoesNotEndIt()
    {
        const QString kept = m_idx;
        m_idx = m_folder->filePath(QStringLiteral("doomed"));
        QVERIFY(QDir().mkpath(m_idx));
        for (const QString &name : QDir(kept).entryList(QDir::Files))
            QVERIFY(QFile::copy(QDir(kept).filePath(name), QDir(m_idx).filePath(name)));
        useSmallExperiment(400);
        action("train")->trigger();
        EVENTUALLY(curvePoints(0) > 0);
        QVERIFY(QDir(m_idx).removeRecursively());
        m_idx = kept;
        EVENTUALLY_EQUAL(training().state(), State::Idle);
        QCOMPARE(storedRuns(RunStatus::Finished), 2);
    }

    void closingWhileTrainingStopsAndSaves()
    {
        useSmallExperiment(100'000);
        action("train")->trigger();
        EVENTUALLY(curvePoints(0) > 0);
        QVERIFY(!m_window->close());
        child<QPushButton>(*m_window, "stopAndSave")->click();
        EVENTUALLY(!m_window->isVisible());
        QCOMPARE(training().state(), State::Idle);
        QCOMPARE(storedRuns(RunStatus::Stopped), 2);
    }

    void keepRunningHidesTheWindowAndEndsWhenDone()
    {
        useSmallExperiment(400);
        action("train")->trigger();
        EVENTUALLY(curvePoints(0) > 0);
        QVERIFY(!m_window->close());
        child<QPushButton>(*m_window, "keepRunning")->click();
        QVERIFY(!m_window->isVisible());
        EVENTUALLY_EQUAL(training().state(), State::Idle);
        QCOMPARE(storedRuns(RunStatus::Finished), 2);
    }

    void theWindowMayGoAtAnyMoment_data()
    {
        QTest::addColumn<int>("milliseconds");
        for (const int ms : {0, 1, 5, 20, 60, 150})
            QTest::addRow("%d ms after the start", ms) << ms;
    }
    void theWindowMayGoAtAnyMoment()
    {
        QFETCH(int, milliseconds);
        useSmallExperiment(100'000);
        action("train")->trigger();
        QTest::qWait(milliseconds);
        m_window.reset();
        m_services.reset();
        QCOMPARE(storedRuns(RunStatus::Running), 0);
    }

    void runsComeBackAsCurvesAfterARestart()
    {
        useSmallExperiment(3);
        trainToTheEnd();
        QStringList ids = m_window->comparePage().runIds();
        const QString sentence = m_window->comparePage().sentence();
        const qsizetype points = curvePoints(0);
        const ExperimentSpec design = m_window->design().spec();
        QVERIFY(m_window->close());

        reopen();
        EVENTUALLY_EQUAL(m_window->comparePage().runIds().size(), 2);
        EVENTUALLY_EQUAL(m_window->comparePage().sentence(), sentence);
        QStringList shown = m_window->comparePage().runIds();
        shown.sort();
        ids.sort();
        QCOMPARE(shown, ids);
        QCOMPARE(curvePoints(0), points);
        QVERIFY(m_window->design().spec() == design);
        EVENTUALLY(m_window->dataset() && m_window->dataset()->features() == 16);
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        QVERIFY(notice->isVisible());
        QVERIFY(notice->text().contains(QLatin1String("restored")));
        child<QToolButton>(*notice, "dismissNotice")->click();
        QVERIFY(!notice->isVisible());
    }

    void theLayoutAndChoicesComeBack()
    {
        child<QDockWidget>(*m_window, "designDock")->hide();
        child<QDockWidget>(*m_window, "logDock")->show();
        action("theme-high-contrast")->trigger();
        m_window->comparePage().setCurve(CurveX::TrainFlops, CurveY::TrainLoss);
        child<QToolButton>(*m_window, "dismissHints")->click();
        const QString key = m_folder->filePath(QStringLiteral("of the board.key")); // not there
        child<DevicePage>(*m_window, "devicePage")->setKeyFile(key);
        m_window->close();
        reopen();
        QCOMPARE(child<DevicePage>(*m_window, "devicePage")->keyFile(), key);
        EVENTUALLY(child<QLabel>(*m_window, "keyState")->text().contains(QLatin1String("no such key file")));
        QVERIFY(!child<QDockWidget>(*m_window, "designDock")->isVisible());
        QVERIFY(child<QDockWidget>(*m_window, "logDock")->isVisible());
        QVERIFY(action("theme-high-contrast")->isChecked());
        QCOMPARE(m_window->comparePage().curveX(), CurveX::TrainFlops);
        QCOMPARE(m_window->comparePage().curveY(), CurveY::TrainLoss);
        QVERIFY(!child<QWidget>(*m_window, "hintBar")->isVisible());
        action("reset-layout")->trigger();
        QVERIFY(child<QDockWidget>(*m_window, "designDock")->isVisible());
        QVERIFY(!child<QDockWidget>(*m_window, "logDock")->isVisible());
        action("theme-system")->trigger();
    }

    void aDamagedSessionFileGivesTheDefaultWindow_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("noise") << QByteArray("\x00\xff\x13 no json", 11);
        QTest::newRow("half a file") << QByteArray("{\"schema\": \"rosler.window/1\", \"geom");
        QTest::newRow("a list") << QByteArray("[1, 2, 3]");
        QTest::newRow("other types everywhere") << QByteArray(
            "{\"schema\": \"rosler.window/1\", \"layout_version\": 1, \"docks\": 3, \"geometry\": [], "
            "\"design\": {}, \"checked_runs\": 7, \"theme\": null, \"export\": \"x\"}");
    }
    void aDamagedSessionFileGivesTheDefaultWindow()
    {
        QFETCH(QByteArray, bytes);
        m_window.reset();
        m_services.reset();
        QFile file(m_folder->filePath(QStringLiteral("state/session.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.close();
        open({});
        QVERIFY(child<QDockWidget>(*m_window, "designDock")->isVisible());
        auto *notice = child<NoticeBar>(*m_window, "noticeBar");
        QVERIFY(notice->isVisible());
        QFile kept(file.fileName() + QStringLiteral(".broken"));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), bytes);
        QVERIFY(notice->text().contains(kept.fileName()));
        EVENTUALLY(m_window->dataset() != nullptr);
        QVERIFY(action("train")->isEnabled());
    }

    void theProblemsButtonBringsUpTheProblems()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        auto *button = child<QToolButton>(*m_window, "problemsButton");
        QVERIFY(!button->isVisible());
        m_window->openExperiment(QStringLiteral("no-such-experiment"));
        QVERIFY(button->isVisible());
        button->click();
        QVERIFY(child<QDockWidget>(*m_window, "logDock")->isVisible());
        QCOMPARE(child<QTabWidget>(*m_window, "logTabs")->currentIndex(), 1);
    }

    void theFirstHintIsTickedByAnEditOfTheDesign()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        const auto ticked = [&] {
            const QList<QLabel *> labels = child<QWidget>(*m_window, "hintBar")->findChildren<QLabel *>();
            return labels.front()->text().startsWith(QStringLiteral("✓"));
        };
        m_window->openExperiment(QStringLiteral("mnist-512")); // no edit
        action("undo")->trigger();
        QVERIFY(!ticked());
        auto *slider = m_window->findChild<RankSlider *>();
        slider->setFocus();
        const ExperimentSpec before = m_window->design().spec();
        for (int i = 0; i < 3 && m_window->design().spec() == before; ++i)
            QTest::keyClick(slider, Qt::Key_Left);
        QVERIFY(ticked());
    }

    void modelsOfOtherDataAreNotOfferedToBoards()
    {
        useSmallExperiment(2);
        trainToTheEnd();
        auto *list = child<QListWidget>(*m_window, "models");
        EVENTUALLY_EQUAL(list->count(), 2);
        QVERIFY(list->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(list->item(0)->checkState(), Qt::Checked);
        m_window->loadData(QStringLiteral("digits"));
        EVENTUALLY_EQUAL(m_window->dataset()->features(), Index {784});
        QVERIFY(!list->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(list->item(0)->checkState(), Qt::Unchecked);
        QVERIFY(list->item(0)->toolTip().contains(QLatin1String("digits")));
    }

    void otherDataAreReadAsTheExperimentSays()
    {
        ExperimentSpec spec = m_window->design().spec();
        spec.dataset = DatasetRequest(std::string("elsewhere"), {{"transposed", true}, {"unknown", true}});
        const QString file = m_data.filePath(QStringLiteral("transposed.json"));
        QFile json(file);
        QVERIFY(json.open(QIODevice::WriteOnly));
        json.write(QByteArray::fromStdString(toJson(spec)));
        json.close();
        m_window->close();
        m_window.reset();
        m_services.reset();
        MainWindow::Start start;
        start.dataset = m_idx;
        start.experiment = file;
        open(start);
        EVENTUALLY(m_window->dataset() != nullptr && m_window->dataset()->features() == 16);
        QVERIFY(!m_window->dataset()->notes().empty());
        QVERIFY(m_window->dataset()->notes().front().find("column by column") != std::string::npos);
    }

    void dataThatIsGoneGivesTheDigits()
    {
        EVENTUALLY(m_window->dataset() != nullptr); // what it begins with must not come later
        m_window->loadData(m_idx);
        EVENTUALLY(m_window->dataset()->features() == 16);
        m_window->close();
        m_window.reset();
        m_services.reset();
        QVERIFY(QDir().rename(m_idx, m_idx + QStringLiteral("-away")));
        open({});
        EVENTUALLY(m_window->dataset() != nullptr);
        QCOMPARE(m_window->dataset()->features(), Index {784});
        QVERIFY(QDir().rename(m_idx + QStringLiteral("-away"), m_idx));
    }

    void dataOnTheCommandLineThatAreNotThereAreTold()
    {
        m_window->close();
        m_window.reset();
        m_services.reset();
        MainWindow::Start start;
        start.dataset = QStringLiteral("/no/such/data");
        open(start);
        EVENTUALLY(m_window->dataset() != nullptr);
        QCOMPARE(m_window->dataset()->features(), Index {784});
        const auto *banner = child<ErrorBanner>(*m_window, "errorBanner");
        QVERIFY(banner->isVisible());
        QVERIFY(child<NoticeBar>(*m_window, "noticeBar")->text().contains(QLatin1String("/no/such/data")));
        QVERIFY(action("train")->isEnabled());
        m_window->loadData(m_idx);
        EVENTUALLY(m_window->dataset()->features() == 16);
        QVERIFY(!banner->isVisible());
    }

    void loadingIsCancelledByEscape()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        QVERIFY(!action("cancel-loading")->isEnabled());
        m_window->loadData(m_idx);
        QVERIFY(action("cancel-loading")->isEnabled());
        QVERIFY(child<QPushButton>(*m_window, "cancel")->isVisible());
        action("cancel-loading")->trigger();
        QVERIFY(!action("cancel-loading")->isEnabled());
        QVERIFY(!child<QPushButton>(*m_window, "cancel")->isVisible());
        QTest::qWait(50); // nothing comes of it
        QCOMPARE(m_window->dataset()->features(), Index {784});
    }

    void theTrainButtonSaysHowManyModelsAreTrained()
    {
        auto &design = const_cast<DesignModel &>(m_window->design());
        const auto *button = child<QPushButton>(*m_window, "trainButton");
        const auto *hints = child<HintBar>(*m_window, "hintBar");
        const auto hinted = [&](const QString &words) {
            const auto labels = hints->findChildren<QLabel *>();
            return std::ranges::any_of(labels, [&](const QLabel *l) { return l->text().contains(words); });
        };
        EVENTUALLY(m_window->dataset() != nullptr);
        QCOMPARE(button->text(), QStringLiteral("Train both"));
        QVERIFY(hinted(QStringLiteral("Train both (F5)")));
        design.edit(QStringLiteral("x"), [](ExperimentSpec &spec) {
            spec.models.push_back(spec.models.front());
            spec.models.back().name = "third";
        });
        QCOMPARE(button->text(), QStringLiteral("Train all"));
        QCOMPARE(action("train")->text(), QStringLiteral("&Train all"));
        QVERIFY(action("train")->toolTip().startsWith(QLatin1String("Train all (")));
        QVERIFY(child<QPushButton>(*m_window, "emptyTrain")->text().startsWith(QLatin1String("Train all")));
        QVERIFY(hinted(QStringLiteral("Train all (F5)")));
        design.edit(QStringLiteral("y"), [](ExperimentSpec &spec) { spec.models.resize(1); });
        QCOMPARE(button->text(), QStringLiteral("Train"));
        QVERIFY(hinted(QStringLiteral("Train (F5)")));
    }

    void anExperimentIsNotTrainedOnOtherData()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        m_window->openExperiment(QStringLiteral("mnist-512"));
        QCOMPARE(m_window->design().spec().dataset.source, std::string("mnist"));
        QSignalSpy told(m_window.get(), &MainWindow::problemArose);
        action("train")->trigger();
        QCOMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains(QLatin1String("mnist")));
        QCOMPARE(training().state(), State::Idle);
        QCOMPARE(storedRuns(RunStatus::Running), 0);
        // Also when it is named at the start, before any data is there.
        m_window.reset();
        m_services.reset();
        open({QStringLiteral("mnist-512"), {}, false});
        EVENTUALLY(m_window->dataset() != nullptr);
        EVENTUALLY(m_window->design().spec().name == "mnist-512");
        QCOMPARE(m_window->design().spec().dataset.source, std::string("mnist"));
        // Whoever chooses other data means it.
        m_window->loadData(m_idx);
        EVENTUALLY(m_window->dataset()->features() == 16);
        QCOMPARE(m_window->design().spec().dataset.source, m_idx.toStdString());
    }

    void dataThatCannotBeLoadedIsNotTriedAgainByEachSliderTick()
    {
        EVENTUALLY(m_window->dataset() != nullptr);
        auto &design = const_cast<DesignModel &>(m_window->design());
        design.edit(QStringLiteral("x"), [](ExperimentSpec &spec) { spec.dataset = "/no/such/folder"; });
        QSignalSpy told(m_window.get(), &MainWindow::problemArose);
        EVENTUALLY_EQUAL(told.count(), 1);
        QSignalSpy started(&m_services->datasets(), &DatasetSession::started);
        for (Index epochs = 3; epochs < 8; ++epochs)
            design.edit(QStringLiteral("x"),
                        [epochs](ExperimentSpec &spec) { spec.training.epochs = epochs; });
        QCOMPARE(started.count(), 0);
    }

    void aStoppedRunGoesOnFromTheRunsList()
    {
        useSmallExperiment(100'000);
        action("train")->trigger();
        EVENTUALLY(curvePoints(0) > 1 && curvePoints(1) > 1);
        const QStringList ids = m_window->comparePage().runIds();
        action("stop")->trigger();
        EVENTUALLY_EQUAL(training().state(), State::Idle);
        const qsizetype points = curvePoints(0);
        QVERIFY(QMetaObject::invokeMethod(runsPage(), "resumeRequested", Q_ARG(QStringList, ids)));
        EVENTUALLY(curvePoints(0) > points);
        QCOMPARE(m_window->comparePage().runIds(), ids);
        action("stop")->trigger();
        EVENTUALLY_EQUAL(training().state(), State::Idle);
    }

    void aNarrowWindowStacksTheLeftDocksAsTabs()
    {
        const auto *data = child<QDockWidget>(*m_window, "dataDock");
        const auto tabbed = [&] {
            return !m_window->tabifiedDockWidgets(const_cast<QDockWidget *>(data)).isEmpty();
        };
        m_window->resize(1300, 800);
        EVENTUALLY(!tabbed());
        m_window->resize(1024, 640);
        EVENTUALLY(tabbed());
        QVERIFY2(m_window->width() <= 1024 && m_window->height() <= 640,
                 "the window cannot be made so small");
        m_window->resize(1300, 800);
        EVENTUALLY(!tabbed());
    }

private:
    void open(const MainWindow::Start &start)
    {
        m_services = std::make_unique<AppServices>(
            AppFolders {std::filesystem::path(m_folder->filePath(QStringLiteral("runs")).toStdString()),
                        m_folder->filePath(QStringLiteral("state"))});
        m_window = std::make_unique<MainWindow>(*m_services, start);
        connect(m_window.get(), &MainWindow::problemArose, this,
                [](const QString &text) { qInfo("problem: %s", qUtf8Printable(text)); });
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void reopen()
    {
        m_window.reset();
        m_services.reset();
        open({});
    }

    [[nodiscard]] QAction *action(const char *id) const
    {
        return m_window->commands().action(QString::fromLatin1(id));
    }
    [[nodiscard]] TrainingSession &training() { return m_services->training(); }
    [[nodiscard]] QDialog *visibleDialog() const
    {
        for (QDialog *dialog : m_window->findChildren<QDialog *>())
            if (dialog->isVisible())
                return dialog;
        return nullptr;
    }
    [[nodiscard]] QObject *runsPage() const
    {
        return m_window->findChild<QDockWidget *>(QStringLiteral("runsDock"))->widget();
    }

    void useSmallExperiment(Index epochs)
    {
        m_window->loadData(m_idx);
        EVENTUALLY(m_window->dataset() != nullptr && m_window->dataset()->features() == 16);
        const QString file = m_folder->filePath(QStringLiteral("small.json"));
        ExperimentSpec spec = test::smallExperiment(epochs);
        spec.dataset = m_idx.toStdString();
        QFile json(file);
        QVERIFY(json.open(QIODevice::WriteOnly));
        json.write(QByteArray::fromStdString(toJson(spec)));
        json.close();
        m_window->openExperiment(file);
        EVENTUALLY_EQUAL(m_window->design().spec().name, std::string("small"));
    }

    void trainToTheEnd()
    {
        QSignalSpy finished(&training(), &TrainingSession::finished);
        action("train")->trigger();
        EVENTUALLY_EQUAL(finished.count(), 1);
        EVENTUALLY_EQUAL(m_window->comparePage().runIds().size(), 2);
    }

    void drop(const QString &path)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(40, 40), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(40, 40), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &event);
    }

    [[nodiscard]] qsizetype curvePoints(std::size_t series) const
    {
        const auto figure = m_window->comparePage().shownFigure(QStringLiteral("curve"), false);
        if (!figure)
            return 0; // nothing is shown yet
        const auto &lines = std::get<LineFigure>(figure->figure).series;
        return series < lines.size() ? static_cast<qsizetype>(lines[series].points.size()) : 0;
    }

    [[nodiscard]] int storedRuns(RunStatus status) const
    {
        const auto store =
            RunStore::open(std::filesystem::path(m_folder->filePath(QStringLiteral("runs")).toStdString()));
        int count = 0;
        if (store)
            for (const RunSummary &run : (*store)->list())
                count += run.status == status ? 1 : 0;
        return count;
    }

    /// Both curves are one path each, all of whose points lie in the page, and so in the axes inside it.
    void checkSvg(const QString &path)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QRectF page;
        int curves = 0;
        QStringList texts;
        static const QRegularExpression number(QStringLiteral("-?[0-9]+(?:\\.[0-9]+)?"));
        while (!xml.atEnd()) {
            if (xml.readNext() == QXmlStreamReader::Characters)
                texts << xml.text().toString();
            if (!xml.isStartElement())
                continue;
            if (xml.name() == QLatin1String("svg")) {
                const QStringList box =
                    xml.attributes().value(QLatin1String("viewBox")).toString().split(QLatin1Char(' '));
                QCOMPARE(box.size(), 4);
                page = QRectF(box[0].toDouble(), box[1].toDouble(), box[2].toDouble(), box[3].toDouble());
            }
            if (xml.name() != QLatin1String("path"))
                continue;
            QList<double> values;
            auto matches = number.globalMatch(xml.attributes().value(QLatin1String("d")).toString());
            while (matches.hasNext())
                values << matches.next().captured().toDouble();
            if (values.size() >= 8)
                ++curves; // a start, and points of four epochs
            for (qsizetype i = 0; i + 1 < values.size(); i += 2)
                QVERIFY2(page.contains(values[i], values[i + 1]), "a point outside the page");
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(curves >= 2);
        const QString all = texts.join(QLatin1Char('\n'));
        QVERIFY(all.contains(QLatin1String("dense")) && all.contains(QLatin1String("rosler")));
        QVERIFY(all.contains(QLatin1String("accuracy")));
    }

    /// The page's drawing operators, unpacked: some curve has as many points as the run has evaluations,
    /// and all lie on the page.
    void checkPdf(const QString &path)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray pdf = file.readAll();
        QVERIFY(pdf.startsWith("%PDF-"));
        static const QRegularExpression mediaBox(QStringLiteral("/MediaBox \\[ ?0 0 ([0-9.]+) ([0-9.]+)"));
        const auto box = mediaBox.match(QString::fromLatin1(pdf));
        QVERIFY(box.hasMatch());
        const QRectF page(0, 0, box.captured(1).toDouble(), box.captured(2).toDouble());
        QByteArray drawing;
        for (qsizetype at = 0; (at = pdf.indexOf("stream\n", at)) >= 0;) {
            at += 7;
            QByteArray out(1 << 20, '\0');
            uLongf length = static_cast<uLongf>(out.size());
            if (uncompress(reinterpret_cast<Bytef *>(out.data()), &length,
                           reinterpret_cast<const Bytef *>(pdf.constData() + at),
                           static_cast<uLong>(pdf.size() - at))
                == Z_OK)
                drawing += out.left(static_cast<qsizetype>(length));
        }
        static const QRegularExpression lines(QStringLiteral("(-?[0-9.]+) (-?[0-9.]+) l\\b"));
        int points = 0;
        auto matches = lines.globalMatch(QString::fromLatin1(drawing));
        while (matches.hasNext()) {
            const auto match = matches.next();
            ++points;
            QVERIFY(page.adjusted(-1, -1, 1, 1)
                        .contains(match.captured(1).toDouble(), match.captured(2).toDouble()));
        }
        QVERIFY2(points >= 6, "no curve in the PDF");
    }

    void checkCsv(const QString &path)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QVERIFY(lines.size() > 8); // a heading, and four evaluations of both
        QVERIFY(lines[1].startsWith("dense") || lines[1].startsWith("rosler"));
    }

    QTemporaryDir m_data;
    QString m_idx;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppServices> m_services;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(MainWindowTest)

} // namespace main_window_test

#include "main_window_test.moc"
