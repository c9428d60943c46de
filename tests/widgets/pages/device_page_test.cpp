// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>
#include <QtTest>

#include "tests/support/accessibility_audit.h"
#include "widgets/charts/bar_plot_widget.h"
#include "widgets/charts/plot_widget.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/input_choice.h"
#include "widgets/models/measurement_table.h"
#include "widgets/pages/device_page.h"

namespace device_page_test {

using namespace rosler;

namespace {

Measurement measurement(const char *model, double instructions)
{
    Measurement m;
    m.board = "mps2-an386";
    m.emulated = true;
    m.model = model;
    m.type = "i8";
    m.samples = 200;
    m.boardAccuracy = 0.975;
    m.twinAccuracy = 0.975;
    m.outputsEqualTwin = true;
    const Quantity counted = Quantity::counted(instructions, Unit::Instructions);
    const Quantity seconds = Quantity::modelled(instructions / 25e6, Unit::Seconds, "1 cycle at 25 MHz");
    m.instructions = Spread {counted, counted, 20};
    m.latency = Spread {seconds, seconds, 20};
    m.layers = {{"1 dense 784-10", counted, 7840}};
    m.macs = 7840;
    m.imageBytes = 8000;
    m.ramBytes = 1600;
    return m;
}

MeasuredModel measured(const char *model, double instructions)
{
    MeasuredModel all;
    all.measurement = measurement(model, instructions);
    all.latencies.assign(20, instructions / 25e6);
    all.confusion.classNames = {"no", "yes"};
    all.confusion.board = {{90, 10}, {5, 95}};
    all.confusion.twin = {{91, 9}, {5, 95}};
    return all;
}

} // namespace

class DevicePageTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_page = std::make_unique<DevicePage>();
        m_page->setBoards({{"emulated:mps2-an386", "Emulated Cortex-M4F", {}},
                           {"emulated:mps3-an547", "Emulated Cortex-M55", "qemu-system-arm is not installed"},
                           {"twin", "Twin", {}}});
        m_page->setModels({{"r2", "rosler", "mnist"}, {"r1", "dense", "mnist"}, {"r0", "rosler", "digits"}});
    }

    void firmwareIsNotFlashedWhileTheBoardWorks()
    {
        auto *flash = child<QToolButton>("flashFirmware");
        BoardConnection board;
        board.open("twin", false);
        m_page->setConnection(board);
        QVERIFY(!flash->isEnabled());
        board.opened("Twin");
        m_page->setConnection(board);
        QVERIFY(flash->isEnabled());
        board.work();
        m_page->setConnection(board);
        QVERIFY(!flash->isEnabled());
        board.rest();
        m_page->setConnection(board);
        QVERIFY(flash->isEnabled());
    }

    void saysWhatItIsConnectedTo()
    {
        auto *button = child<QPushButton>("connectBoard");
        QSignalSpy asked(m_page.get(), &DevicePage::connectRequested);
        QSignalSpy away(m_page.get(), &DevicePage::disconnectRequested);
        auto *line = child<QLineEdit>("consoleLine");
        QVERIFY(!line->isEnabled());
        button->click();
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("emulated:mps2-an386"));
        BoardConnection board;
        board.open("emulated:mps2-an386", false);
        m_page->setConnection(board);
        QVERIFY(child<QPushButton>("stopMeasuring")->isEnabled()); // opening can be stopped
        board.opened("Cortex-M4F");
        m_page->setConnection(board);
        m_page->setCard({{QStringLiteral("Clock"), QStringLiteral("25 MHz")}});
        QVERIFY(child<QLabel>("deviceStatus")->text().contains(QLatin1String("Cortex-M4F")));
        QCOMPARE(child<QTableWidget>("card")->rowCount(), 1);
        QVERIFY(line->isEnabled());
        QSignalSpy said(m_page.get(), &DevicePage::commandEntered);
        QTest::keyClicks(line, QStringLiteral("profile%"));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(said.count(), 1);
        QCOMPARE(said[0][0].toString(), QStringLiteral("profile"));
        QTest::keyClick(line, Qt::Key_Up);
        QCOMPARE(line->text(), QStringLiteral("profile"));
        board.lose({ErrorCode::TimedOut, "the board does not answer", "ttyACM0"});
        m_page->setConnection(board);
        QVERIFY(child<QLabel>("deviceStatus")->text().contains(QLatin1String("gone")));
        QVERIFY(!line->isEnabled());
        button->click();
        QCOMPARE(away.count(), 1);
        board.leave();
        m_page->setConnection(board);
        QCOMPARE(child<QTableWidget>("card")->rowCount(), 0);
    }

    void showsLatenciesAndConfusion()
    {
        m_page->begin();
        m_page->addMeasurement(measured("dense", 2e6));
        m_page->addMeasurement(measured("rosler", 5e4));
        auto *plot = child<PlotWidget>("latencyHistogram");
        QCOMPARE(plot->seriesIds(), (QStringList {QStringLiteral("dense i8"), QStringLiteral("rosler i8")}));
        QVERIFY(plot->isLogX());
        const LineFigure figure = plot->figure(false);
        QVERIFY(figure.x.title.find("modelled") != std::string::npos);
        double most = 0;
        for (const FigurePoint &point : figure.series[0].points)
            most = std::max(most, point.y);
        QCOMPARE(most, 20.0);
        const QString words = child<QLabel>("latencyWords")->text();
        QVERIFY2(words.contains(QStringLiteral("<i>rosler i8: median ~2.00 ms, p95 ~2.00 ms, n 20</i>")),
                 qPrintable(words));
        auto *table = child<QTableWidget>("confusion");
        QCOMPARE(table->item(0, 1)->text(), QStringLiteral("10"));
        QCOMPARE(table->horizontalHeaderItem(1)->text(), QStringLiteral("yes"));
        child<QComboBox>("confusionShown")->setCurrentIndex(2); // board - twin
        QCOMPARE(table->item(0, 0)->text(), QStringLiteral("-1"));
        QCOMPARE(table->item(1, 1)->text(), QString());
        QCOMPARE(m_page->figures().back().stem, std::string("device-latency-histogram"));
        m_page->begin();
        QCOMPARE(table->rowCount(), 0);
        QVERIFY(plot->seriesIds().isEmpty());
    }

    /// Every chart's own menu has a meaning, and what it asks for is there to be exported.
    void chartMenusAskForTheirFigures()
    {
        m_page->begin();
        MeasuredModel model = measured("rosler", 5e4);
        auto trace = std::make_shared<PowerTrace>();
        trace->sampleSeconds = 1e-3;
        trace->watts.assign(100, 0.01F);
        model.power = NamedTrace {"rosler i8", trace, {}, powerPoints(*trace)};
        m_page->addMeasurement(model);
        m_page->show();
        QSignalSpy asked(m_page.get(), &FigureSource::exportRequested);
        QSignalSpy copied(m_page.get(), &FigureSource::copyRequested);
        QSignalSpy data(m_page.get(), &FigureSource::visibleDataRequested);
        int charts = 0;
        const auto check = [&](auto *chart) {
            const auto before = asked.count();
            Q_EMIT chart->exportRequested();
            Q_EMIT chart->copyRequested();
            Q_EMIT chart->visibleDataRequested();
            QCOMPARE(asked.count(), before + 1);
            QCOMPARE(copied.count(), before + 1);
            QCOMPARE(data.count(), before + 1);
            const QString stem = asked.last().first().toString();
            const bool noEnergy = stem == QLatin1String("board-energy"); // none was measured
            QCOMPARE(m_page->shownFigure(stem, true).has_value(), !noEnergy);
            ++charts;
        };
        for (BarPlotWidget *chart : m_page->findChildren<BarPlotWidget *>())
            check(chart);
        for (PlotWidget *chart : m_page->findChildren<PlotWidget *>())
            check(chart);
        QCOMPARE(charts, 6);
    }

    void figuresSayWhichRunsWereMeasured()
    {
        QVERIFY(m_page->origin().runIds.empty());
        child<QPushButton>("measure")->click();
        const FigureOrigin origin = m_page->origin();
        QCOMPARE(origin.runIds, (std::vector<std::string> {"r2", "r1"}));
        QVERIFY(origin.command.starts_with(
            "rosler board measure --board emulated:mps2-an386 --model r2 --samples 200 --type i8 && "));
    }

    void commandsMeanTheChartInFront()
    {
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        QCOMPARE(m_page->currentFigure(), QStringLiteral("board-compute"));
        auto *tabs = child<QTabWidget>("deviceTabs");
        auto *plot = child<PlotWidget>("latencyHistogram");
        m_page->addMeasurement(measured("rosler", 5e4));
        tabs->setCurrentIndex(2);
        QCOMPARE(m_page->currentFigure(), QStringLiteral("device-latency-histogram"));
        plot->setLogX(true);
        QVERIFY(m_page->isLogX());
        m_page->setLogX(false);
        QVERIFY(!plot->isLogX());
        tabs->setCurrentIndex(0);
        m_page->setLogX(true); // no curves in front
        QVERIFY(!plot->isLogX());
    }

    void aMeterIsAskedForByItsName()
    {
        QVERIFY(m_page->order()->meter.isEmpty());
        QVERIFY(!child<QDoubleSpinBox>("volts")->isEnabled());
        m_page->setMeters({{QStringLiteral("ppk2:/dev/ttyACM1"), QStringLiteral("PPK2"), {}}});
        child<QComboBox>("meter")->setCurrentText(QStringLiteral(" ppk2:/dev/ttyACM1 "));
        child<QDoubleSpinBox>("volts")->setValue(3.0);
        child<QCheckBox>("meterSupplies")->setChecked(false);
        const MeasureOrder order = *m_page->order();
        QCOMPARE(order.meter, QStringLiteral("ppk2:/dev/ttyACM1"));
        QCOMPARE(order.volts, 3.0);
        QVERIFY(!order.meterSupplies);
        m_page->setMeters({}); // unplugged: what was chosen stays written
        QCOMPARE(m_page->order()->meter, QStringLiteral("ppk2:/dev/ttyACM1"));
    }

    void markersTellTimePowerAndEnergy()
    {
        auto trace = std::make_shared<PowerTrace>();
        trace->sampleSeconds = 0.001;
        trace->watts.assign(1000, 0.010F);
        for (std::size_t i = 200; i < 700; ++i)
            trace->watts[i] = 0.030F;
        MeasuredModel model = measured("rosler", 5e4);
        model.power = NamedTrace {"rosler i8", trace, {{200, 700}}, powerPoints(*trace)};
        m_page->begin();
        m_page->addMeasurement(model);
        // The markers begin at the window.
        auto *words = child<QLabel>("energyWords");
        QVERIFY2(words->text().contains(QStringLiteral("Δt 0.5 s")), qPrintable(words->text()));
        QVERIFY2(words->text().contains(QLatin1String("mean 30.0 mW, integral 15.0 mJ")),
                 qPrintable(words->text()));
        child<QDoubleSpinBox>("markerB")->setValue(0.1); // before the other one: their order does not matter
        QVERIFY2(words->text().contains(QLatin1String("mean 10.0 mW, integral 1.00 mJ")),
                 qPrintable(words->text()));
        QCOMPARE(m_page->figures().back().stem, std::string("device-power"));
        // A meter that lost samples gives no joules.
        for (std::size_t i = 100; i < 110; ++i)
            trace->watts[i] = std::numeric_limits<float>::quiet_NaN();
        child<QDoubleSpinBox>("markerB")->setValue(0.05);
        QVERIFY2(words->text().contains(QLatin1String("no energy")), qPrintable(words->text()));
        QVERIFY2(!words->text().contains(QLatin1String("integral")), qPrintable(words->text()));
    }

    void offersTheNewestModelsInEveryType()
    {
        const auto order = m_page->order();
        QVERIFY(order.has_value());
        QCOMPARE(order->board, QStringLiteral("emulated:mps2-an386"));
        QCOMPARE(order->runs, (QStringList {QStringLiteral("r2"), QStringLiteral("r1")}));
        QCOMPARE(order->types, QStringList {QStringLiteral("i8")});
        child<QCheckBox>("f32")->setChecked(true);
        QCOMPARE(m_page->order()->types, (QStringList {QStringLiteral("f32"), QStringLiteral("i8")}));
        QCOMPARE(order->samples, child<QSpinBox>("samples")->value());
    }

    void aBoardThatCannotBeUsedSaysWhy()
    {
        child<QComboBox>("boards")->setCurrentIndex(1);
        QVERIFY(!m_page->order().has_value());
        QVERIFY(!child<QPushButton>("measure")->isEnabled());
        QVERIFY(child<QPushButton>("measure")->toolTip().contains(QLatin1String("qemu-system-arm")));
        // A new list keeps what was chosen.
        m_page->setBoards({{"twin", "Twin", {}}, {"emulated:mps3-an547", "Emulated Cortex-M55", {}}});
        QCOMPARE(m_page->order()->board, QStringLiteral("emulated:mps3-an547"));
    }

    void asksForWhatIsChecked()
    {
        QSignalSpy asked(m_page.get(), &DevicePage::measureRequested);
        child<QListWidget>("models")->item(1)->setCheckState(Qt::Unchecked);
        child<QPushButton>("measure")->click();
        QCOMPARE(asked.count(), 1);
        const auto order = asked[0][0].value<MeasureOrder>();
        QCOMPARE(order.runs, QStringList {QStringLiteral("r2")});
        QCOMPARE(order.types, QStringList {QStringLiteral("i8")});
        child<QCheckBox>("i8")->setChecked(false);
        QVERIFY(!child<QPushButton>("measure")->isEnabled());
    }

    void uncheckedModelsStayUnchecked()
    {
        child<QListWidget>("models")->item(0)->setCheckState(Qt::Unchecked);
        m_page->setModels({{"r3", "rosler", "mnist"}, {"r2", "rosler", "mnist"}, {"r1", "dense", "mnist"}});
        QCOMPARE(m_page->order()->runs, (QStringList {QStringLiteral("r3"), QStringLiteral("r1")}));
    }

    void modelsOfOtherDataAreGreyedOut()
    {
        m_page->setModels({{"r5", "rosler", "digits", "It was trained on other data (digits)."},
                           {"r4", "dense", "digits", "It was trained on other data (digits)."},
                           {"r3", "rosler", "mnist"},
                           {"r2", "dense", "mnist"}});
        const auto *list = child<QListWidget>("models");
        QVERIFY(!list->item(0)->flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(list->item(0)->checkState(), Qt::Unchecked);
        QVERIFY(list->item(0)->toolTip().contains(QLatin1String("other data")));
        QVERIFY(list->item(2)->flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(m_page->order()->runs, (QStringList {QStringLiteral("r3"), QStringLiteral("r2")}));
        m_page->setModels({{"r5", "rosler", "digits", "It was trained on other data (digits)."}});
        QVERIFY(!m_page->order().has_value());
        QVERIFY(child<QLabel>("deviceStatus")->text().contains(QLatin1String("other data")));
    }

    void saysHowTheQueueEnded()
    {
        m_page->begin();
        m_page->showSummary(QStringLiteral("3 measured, 1 failed"));
        QCOMPARE(child<QLabel>("deviceStatus")->text(), QStringLiteral("3 measured, 1 failed"));
        m_page->begin();
        QVERIFY(!child<QLabel>("deviceStatus")->text().contains(QLatin1String("failed")));
    }

    void figuresAreMarkedByTheirSource()
    {
        BoardConnection board;
        board.open("twin", true);
        board.opened("Twin");
        m_page->setConnection(board);
        m_page->begin();
        QVERIFY(child<QPushButton>("stopMeasuring")->isEnabled());
        QVERIFY(!m_page->order().has_value()); // one at a time
        m_page->addMeasurement(measured("dense", 2e6));
        m_page->addMeasurement(measured("rosler", 5e4));
        board.rest();
        m_page->setConnection(board);
        const auto *model = child<QTableView>("measurements")->model();
        QCOMPARE(model->columnCount(), 3);
        const auto cell = [&](int row, int role) { return model->index(row, 1).data(role); };
        QVERIFY(cell(MeasurementTable::Latency, Qt::DisplayRole).toString().startsWith(QLatin1Char('~')));
        QVERIFY(cell(MeasurementTable::Latency, Qt::FontRole).value<QFont>().italic());
        QVERIFY(cell(MeasurementTable::Latency, Qt::ToolTipRole)
                    .toString()
                    .contains(QLatin1String("1 cycle at 25 MHz")));
        QVERIFY(!cell(MeasurementTable::Instructions, Qt::FontRole).value<QFont>().italic());
        QVERIFY(cell(MeasurementTable::Instructions, Qt::ToolTipRole)
                    .toString()
                    .contains(QLatin1String("counted")));
        QCOMPARE(cell(MeasurementTable::Energy, Qt::DisplayRole).toString(),
                 QStringLiteral("–")); // no power stated
        QVERIFY(!child<BarPlotWidget>("computeBars")->figure().modelled);
        QVERIFY(child<BarPlotWidget>("latencyBars")->figure().modelled);
        QCOMPARE(child<QTableWidget>("layers")->rowCount(), 2);
        QCOMPARE(m_page->figures().size(), std::size_t(4));
        m_page->begin(); // a new one forgets the old figures
        QVERIFY(m_page->figures().empty());
        QCOMPARE(child<QTableWidget>("layers")->rowCount(), 0);
    }

    void rawSamplesAreAskedForWhereBoardsMakeTheFeatures()
    {
        auto *input = child<InputChoice>("modelInput");
        QSignalSpy told(m_page.get(), &DevicePage::fromSamplesChanged);
        m_page->setSamplesReason(QStringLiteral("windows of 1,000 samples"));
        QVERIFY(!input->isEnabled());
        QCOMPARE(input->toolTip(), QStringLiteral("windows of 1,000 samples"));
        QVERIFY(!m_page->order()->fromSamples);
        m_page->setSamplesReason({});
        QVERIFY(input->isEnabled());
        QTest::keyClick(input, Qt::Key_Down);
        QVERIFY(m_page->fromSamples());
        QCOMPARE(told.count(), 1);
        QVERIFY(m_page->order()->fromSamples);
        child<QPushButton>("measure")->click();
        QVERIFY(m_page->origin().command.find("--from samples") != std::string::npos);
        // Other data: it comes back with those that boards make the features of.
        m_page->setSamplesReason(QStringLiteral("pictures"));
        QVERIFY(!m_page->order()->fromSamples);
        m_page->setSamplesReason({});
        QVERIFY(m_page->order()->fromSamples);
    }

    void featuresAndNetworkAreShownApart()
    {
        MeasuredModel model = measured("rosler", 1.6e5);
        model.measurement.layers = {
            {"1 extract 256-128", Quantity::counted(1.5e5, Unit::Instructions), 0, true},
            {"2 dense 128-10", Quantity::counted(1e4, Unit::Instructions), 1280}};
        model.measurement.macs = 1280;
        m_page->addMeasurement(measured("dense", 2e6));
        m_page->addMeasurement(model);
        const auto *table = child<QTableView>("measurements")->model();
        QCOMPARE(table->rowCount(), MeasurementTable::RowCount + 2);
        const auto cell = [&](int row, int column) { return table->index(row, column).data().toString(); };
        const int features = MeasurementTable::Cycles + 1;
        QVERIFY(cell(features, 0).contains(QLatin1String("features")));
        QCOMPARE(cell(features, 1), QStringLiteral("–"));
        QCOMPARE(cell(features, 2), QStringLiteral("150,000 instructions"));
        QCOMPARE(cell(features + 1, 2), QStringLiteral("10,000 instructions"));
        QCOMPARE(cell(features + 2, 2), QStringLiteral("7.81")); // a multiply-add of the network
        const auto *layers = child<QTableWidget>("layers");
        QCOMPARE(layers->rowCount(), 1 + 2 + 2);
        QCOMPARE(layers->item(3, 2)->text(), QStringLiteral("150,000 instructions"));
        m_page->begin();
        QCOMPARE(table->rowCount(), static_cast<int>(MeasurementTable::RowCount));
    }

    void tablesAreCopied()
    {
        m_page->addMeasurement(measured("dense", 2e6));
        m_page->addMeasurement(measured("rosler", 5e4));
        auto *table = child<QTableView>("measurements");
        const auto copied = [](QTableView *from) {
            from->findChild<QAction *>(QStringLiteral("copyTable"))->trigger();
            return QGuiApplication::clipboard()->text().trimmed().split(QLatin1Char('\n'));
        };
        QStringList lines = copied(table);
        QCOMPARE(lines.size(), qsizetype {1} + MeasurementTable::RowCount);
        QCOMPARE(lines[0], QStringLiteral("On the board\tdense i8\trosler i8"));
        QVERIFY2(lines[1 + MeasurementTable::Latency].contains(QLatin1String("\t~")), qPrintable(lines[6]));
        table->setSelectionMode(QAbstractItemView::ExtendedSelection);
        for (const int row : {0, 3})
            table->selectionModel()->select(table->model()->index(row, 1), QItemSelectionModel::Select);
        lines = copied(table);
        QCOMPARE(lines.size(), 5); // the heading, and what the selection spans
        QCOMPARE(lines[0], QStringLiteral("dense i8"));
        QCOMPARE(copied(child<QTableWidget>("layers")).size(), 3);
    }

    void stepsTellHowFarItIs()
    {
        auto *steps = child<StepStrip>("steps");
        m_page->begin();
        m_page->setStep(DevicePage::Send, StepStrip::State::Done, 1, QStringLiteral("8000 bytes"));
        m_page->setStep(DevicePage::Verify, StepStrip::State::Failed, 0, QStringLiteral("wrong"));
        QCOMPARE(steps->state(DevicePage::Send), StepStrip::State::Done);
        QVERIFY(steps->accessibleDescription().contains(QLatin1String("Verify: failed")));
        m_page->setCurrent(QStringLiteral("rosler i8"));
        QCOMPARE(steps->state(DevicePage::Verify), StepStrip::State::Waiting);
    }

    void aStepSaysHowLongTheBoardWorks()
    {
        const auto *steps = child<StepStrip>("steps");
        const auto *status = child<ElidedLabel>("deviceStatus");
        BoardConnection board;
        board.open("twin", true);
        board.opened("Twin");
        m_page->setConnection(board);
        m_page->begin();
        m_page->setCurrent(QStringLiteral("rosler i8 (2 of 6)"));
        m_page->setWaiting(1, 7); // no step waits
        QCOMPARE(steps->note(DevicePage::Send), QString());
        m_page->setStep(DevicePage::Send, StepStrip::State::Running, 0, {});
        m_page->setWaiting(0.4, 2.2);
        QCOMPARE(steps->note(DevicePage::Send), QStringLiteral("board: 0 of about 2 s"));
        QCOMPARE(status->fullText(),
                 QStringLiteral("rosler i8 (2 of 6): the board makes room, 0 of about 2 s"));
        m_page->setStep(DevicePage::Send, StepStrip::State::Done, 1, QStringLiteral("8000 bytes"));
        m_page->setStep(DevicePage::Measure, StepStrip::State::Running, -1, QStringLiteral("20 runs"));
        m_page->setWaiting(3.2, 6.8);
        QCOMPARE(steps->note(DevicePage::Measure), QStringLiteral("board: 3 of about 7 s"));
        QCOMPARE(status->fullText(),
                 QStringLiteral("rosler i8 (2 of 6): the board computes, 3 of about 7 s"));
        QCOMPARE(steps->note(DevicePage::Send), QStringLiteral("8000 bytes"));
        QCOMPARE(steps->state(DevicePage::Measure), StepStrip::State::Running);
        m_page->setStep(DevicePage::Measure, StepStrip::State::Running, 0.5, QStringLiteral("10 of 20"));
        QCOMPARE(steps->note(DevicePage::Measure), QStringLiteral("10 of 20"));
        QCOMPARE(status->fullText(), QStringLiteral("rosler i8 (2 of 6)"));
    }

    void aKeyFileIsLookedAtAndTakenAlong()
    {
        QSignalSpy asked(m_page.get(), &DevicePage::keyFileRequested);
        QSignalSpy changed(m_page.get(), &DevicePage::keyFileChanged);
        QVERIFY(m_page->order()->keyFile.isEmpty());
        child<QPushButton>("chooseKey")->click();
        QCOMPARE(asked.count(), 1);
        m_page->setKeyFile(QStringLiteral("/keys/a"));
        m_page->setKeyFile(QStringLiteral("/keys/a"));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(m_page->order()->keyFile, QStringLiteral("/keys/a"));
        m_page->showKey(QStringLiteral("/keys/of before"), QStringLiteral("key 00000001"));
        QCOMPARE(child<ElidedLabel>("keyState")->fullText(), QString());
        m_page->showKey(QStringLiteral("/keys/a"), QStringLiteral("key 4B3A2918"));
        QCOMPARE(child<ElidedLabel>("keyState")->fullText(), QStringLiteral("✓ key 4B3A2918"));
        // By hand, and it is none.
        auto *line = child<QLineEdit>("keyFile");
        line->setText(QStringLiteral("/keys/b"));
        QCOMPARE(changed.count(), 1); // not at every letter
        Q_EMIT line->editingFinished();
        QCOMPARE(changed.count(), 2);
        m_page->showKeyProblem(QStringLiteral("/keys/b"),
                               {ErrorCode::NotFound, "no such key file", "/keys/b"});
        QCOMPARE(child<ElidedLabel>("keyState")->fullText(), QStringLiteral("✗ no such key file"));
        const auto *banner = m_page->findChild<ErrorBanner *>();
        QVERIFY(!banner->isHidden());
        QVERIFY(banner->text().contains(QLatin1String("no such key file")));
        line->clear();
        QCOMPARE(changed.count(), 3);
        QVERIFY(m_page->keyFile().isEmpty());
        QCOMPARE(child<ElidedLabel>("keyState")->fullText(), QString());
        QVERIFY(banner->isHidden());
    }

    void aKeyFileThatIsHalfTypedGoesWithThePage()
    {
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activateWindow();
        auto *line = child<QLineEdit>("keyFile");
        line->setFocus();
        QTest::keyClicks(line, QStringLiteral("/ke"));
        QSignalSpy changed(m_page.get(), &DevicePage::keyFileChanged);
        m_page.reset();
        QCOMPARE(changed.count(), 0);
    }

    void errorsStandInPlace()
    {
        m_page->showError({ErrorCode::TimedOut, "the board does not answer", "ttyACM0:seq 3"});
        const auto *banner = m_page->findChild<ErrorBanner *>();
        QVERIFY(!banner->isHidden());
        QVERIFY(banner->text().contains(QLatin1String("does not answer")));
        using State = DoctorFinding::State;
        QSignalSpy asked(m_page.get(), &DevicePage::doctorRequested);
        child<QToolButton>("doctor")->click();
        QCOMPARE(asked.count(), 1);
        m_page->showDoctor({{State::Ok, QStringLiteral("QEMU"), QStringLiteral("version 7.2"), {}},
                            {State::Problem, QStringLiteral("/dev/ttyACM0"), QStringLiteral("no permission"),
                             QStringLiteral("sudo adduser $USER dialout")}});
        auto *findings = child<QTableWidget>("findings");
        QCOMPARE(findings->rowCount(), 2);
        QCOMPARE(findings->item(1, 0)->text(), QStringLiteral("✗"));
        QVERIFY(findings->item(1, 3)->text().contains(QLatin1String("dialout")));
    }

    void everythingThatTakesTheFocusHasAName() { ROSLER_VERIFY_ACCESSIBLE(m_page.get()); }

private:
    template <typename T>
    T *child(const char *name)
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT(found != nullptr);
        return found;
    }

    std::unique_ptr<DevicePage> m_page;
};

QTEST_MAIN(DevicePageTest)

} // namespace device_page_test

#include "device_page_test.moc"
