// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/device_page.h"

#include <cmath>
#include <utility>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHash>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

#include "core/base/quantity_text.h"
#include "device_link/host/latency_histogram.h"
#include "device_link/host/measurement_figures.h"
#include "widgets/charts/bar_plot_widget.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/input_choice.h"
#include "widgets/controls/plain_table.h"
#include "widgets/controls/table_copy.h"
#include "widgets/models/measurement_table.h"
#include "widgets/pages/board_console.h"
#include "widgets/pages/board_key_row.h"
#include "widgets/pages/confusion_view.h"
#include "widgets/pages/doctor_table.h"
#include "widgets/pages/energy_view.h"
#include "widgets/pages/latency_view.h"
#include "widgets/pages/meter_row.h"
#include "widgets/pages/share_table.h"

namespace rosler {

namespace {

constexpr int modelsWanted = 2; ///< at first: dense and Rosler

std::vector<NamedTrace> tracesOf(const std::vector<MeasuredModel> &models)
{
    std::vector<NamedTrace> traces;
    for (const MeasuredModel &model : models)
        if (model.power)
            traces.push_back(*model.power);
    return traces;
}

} // namespace

class DevicePage::Private
{
public:
    explicit Private(DevicePage *page)
        : q(page)
    {
    }

    void build();
    QWidget *buildChoices();
    QWidget *buildFigures();
    QWidget *buildTabs();
    void updateButtons();
    void updateFigures();
    void setMeasured(std::vector<MeasuredModel> all);
    void showStatus();
    [[nodiscard]] QStringList checkedRuns() const;
    [[nodiscard]] QStringList cTypes() const;
    [[nodiscard]] bool hasUsableModel() const;

    DevicePage *q;
    BoardConnection connection;
    QString workingOn;  ///< "rosler i8 (2 of 6)", while an order is carried out
    QString waitingFor; ///< "the board computes, 3 of about 7 s"; empty while it does not say so
    QString summary;    ///< of the last order
    std::vector<MeasuredModel> measured;
    std::optional<MeasureOrder> asked; ///< what is measured, or was
    QComboBox *boards = nullptr;
    QListWidget *models = nullptr;
    QHash<QString, bool> choices; ///< runs that the user checked or unchecked
    QList<QCheckBox *> types;
    QSpinBox *samples = nullptr;
    QPushButton *measure = nullptr;
    QPushButton *stop = nullptr;
    QPushButton *exportButton = nullptr;
    ElidedLabel *current = nullptr;
    StepStrip *steps = nullptr;
    ErrorBanner *banner = nullptr;
    BarPlotWidget *compute = nullptr;
    BarPlotWidget *latency = nullptr;
    BarPlotWidget *energy = nullptr;
    BarPlotWidget *memory = nullptr;
    MeasurementTable *results = nullptr;
    QTabWidget *tabs = nullptr;
    ShareTable *layers = nullptr;
    QTableWidget *card = nullptr;
    BoardConsole *console = nullptr;
    LatencyView *latencies = nullptr;
    EnergyView *power = nullptr;
    DoctorTable *findings = nullptr;
    InputChoice *input = nullptr;
    MeterRow *meter = nullptr;
    ConfusionView *confusion = nullptr;
    BoardKeyRow *key = nullptr;
    QPushButton *connectButton = nullptr;
    QToolButton *flash = nullptr;
    QPushButton *cButton = nullptr;
    QPushButton *tableButton = nullptr;
};

void DevicePage::Private::build()
{
    q->setAccessibleName(tr("Device"));
    banner = new ErrorBanner(q);
    steps = new StepStrip({tr("Send model"), tr("Verify"), tr("Known vectors"), tr("Measure")}, q);
    steps->setObjectName(QStringLiteral("steps"));
    steps->setAccessibleName(tr("Steps"));
    auto *rows = new QSplitter(Qt::Vertical);
    rows->setChildrenCollapsible(false);
    rows->addWidget(buildFigures());
    rows->addWidget(buildTabs());
    rows->setStretchFactor(0, 2);
    rows->setStretchFactor(1, 3);
    auto *layout = new QVBoxLayout(q);
    layout->addWidget(banner);
    layout->addWidget(buildChoices());
    layout->addWidget(steps);
    layout->addWidget(rows, 1);
    setMeasured({});
}

QWidget *DevicePage::Private::buildChoices()
{
    auto *box = new QWidget;
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    const auto label = [&](const QString &text, QWidget *buddy, int row) {
        auto *words = new QLabel(text);
        words->setBuddy(buddy);
        grid->addWidget(words, row, 0, Qt::AlignTop);
    };
    boards = new QComboBox;
    boards->setObjectName(QStringLiteral("boards"));
    boards->setAccessibleName(tr("Board"));
    boards->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    label(tr("&Board"), boards, 0);
    grid->addWidget(boards, 0, 1);
    auto *again = new QToolButton;
    again->setText(tr("Look again"));
    again->setObjectName(QStringLiteral("lookAgain"));
    auto *doctor = new QToolButton;
    doctor->setText(tr("Why is my board missing?"));
    doctor->setObjectName(QStringLiteral("doctor"));
    flash = new QToolButton;
    flash->setText(tr("Flash firmware…"));
    flash->setObjectName(QStringLiteral("flashFirmware"));
    for (QToolButton *button : {again, doctor, flash})
        button->setAccessibleName(button->text());
    connectButton = new QPushButton;
    connectButton->setObjectName(QStringLiteral("connectBoard"));
    auto *beside = new QHBoxLayout;
    beside->addWidget(connectButton);
    beside->addWidget(again);
    beside->addWidget(flash);
    grid->addLayout(beside, 0, 2);

    models = new QListWidget;
    models->setObjectName(QStringLiteral("models"));
    models->setAccessibleName(tr("Models to push"));
    models->setSelectionMode(QAbstractItemView::NoSelection);
    models->setMinimumHeight(models->fontMetrics().height() * 5);
    models->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored); // as high as what stands beside
    label(tr("&Models"), models, 1);
    grid->addWidget(models, 1, 1);

    auto *how = new QGridLayout;
    auto *typeRow = new QHBoxLayout;
    for (const char *type : {"f32", "f16", "i8"}) {
        auto *check = new QCheckBox(QString::fromLatin1(type));
        check->setObjectName(QString::fromLatin1(type));
        check->setAccessibleName(tr("Number type %1").arg(check->text()));
        check->setChecked(qstrcmp(type, "i8") == 0); // floats take minutes over an emulated port
        connect(check, &QCheckBox::toggled, q, [this] { updateButtons(); });
        types << check;
        typeRow->addWidget(check);
    }
    samples = new QSpinBox;
    samples->setObjectName(QStringLiteral("samples"));
    samples->setRange(1, 100'000);
    samples->setValue(200);
    samples->setAccessibleName(tr("Test samples to run on the board"));
    auto *words = new QLabel(tr("&Samples"));
    words->setBuddy(samples);
    input = new InputChoice;
    input->setObjectName(QStringLiteral("modelInput"));
    auto *takes = new QLabel(tr("Model &takes"));
    takes->setBuddy(input);
    connect(input, &InputChoice::fromSamplesChanged, q, &DevicePage::fromSamplesChanged);
    how->addLayout(typeRow, 0, 0, 1, 2);
    how->addWidget(takes, 1, 0);
    how->addWidget(input, 1, 1);
    how->addWidget(words, 2, 0);
    how->addWidget(samples, 2, 1);
    how->addWidget(doctor, 3, 0, 1, 2);
    grid->addLayout(how, 1, 2, Qt::AlignTop);
    grid->setColumnStretch(1, 1);

    meter = new MeterRow(grid, 2, q);
    key = new BoardKeyRow(grid, 3, q);
    connect(key, &BoardKeyRow::fileRequested, q, &DevicePage::keyFileRequested);
    connect(key, &BoardKeyRow::fileChanged, q, &DevicePage::keyFileChanged);
    connect(key, &BoardKeyRow::problemGone, banner, &ErrorBanner::dismiss);

    measure = new QPushButton(tr("Push and measure"));
    measure->setObjectName(QStringLiteral("measure"));
    stop = new QPushButton(tr("Stop"));
    stop->setObjectName(QStringLiteral("stopMeasuring"));
    exportButton = new QPushButton(tr("Export figures…"));
    exportButton->setObjectName(QStringLiteral("exportDevice"));
    cButton = new QPushButton(tr("Export as C…"));
    cButton->setObjectName(QStringLiteral("exportC"));
    tableButton = new QPushButton(tr("Save table…"));
    tableButton->setObjectName(QStringLiteral("saveDeviceTable"));
    current = new ElidedLabel(Qt::ElideRight);
    current->setObjectName(QStringLiteral("deviceStatus"));
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(measure);
    buttons->addWidget(stop);
    buttons->addStretch(1);
    buttons->addWidget(cButton);
    buttons->addWidget(tableButton);
    buttons->addWidget(exportButton);
    grid->addLayout(buttons, 4, 0, 1, 3);
    grid->addWidget(current, 5, 0, 1, 3); // a reason is a sentence

    connect(boards, &QComboBox::currentIndexChanged, q, [this] { updateButtons(); });
    connect(connectButton, &QPushButton::clicked, q, [this] {
        if (connection.state() == BoardConnection::State::Absent)
            Q_EMIT q->connectRequested(boards->currentData().toString());
        else
            Q_EMIT q->disconnectRequested();
    });
    connect(tableButton, &QPushButton::clicked, q, &DevicePage::tableRequested);
    connect(cButton, &QPushButton::clicked, q,
            [this] { Q_EMIT q->cRequested(checkedRuns(), cTypes(), q->fromSamples()); });
    connect(models, &QListWidget::itemChanged, q, [this](const QListWidgetItem *item) {
        choices[item->data(Qt::UserRole).toString()] = item->checkState() == Qt::Checked;
        updateButtons();
    });
    connect(again, &QToolButton::clicked, q, &DevicePage::boardsRequested);
    connect(doctor, &QToolButton::clicked, q, [this] {
        tabs->setCurrentWidget(findings);
        Q_EMIT q->doctorRequested();
    });
    connect(flash, &QToolButton::clicked, q, &DevicePage::flashRequested);
    connect(measure, &QPushButton::clicked, q, [this] {
        if (const std::optional<MeasureOrder> order = q->order()) {
            asked = order;
            Q_EMIT q->measureRequested(*order);
        }
    });
    connect(stop, &QPushButton::clicked, q, &DevicePage::stopRequested);
    connect(exportButton, &QPushButton::clicked, q, &DevicePage::exportAllRequested);
    return box;
}

QWidget *DevicePage::Private::buildFigures()
{
    auto *row = new QSplitter(Qt::Horizontal);
    row->setChildrenCollapsible(false);
    const auto bars = [&](const char *name, const char *stem) {
        auto *plot = new BarPlotWidget;
        plot->setObjectName(QString::fromLatin1(name));
        plot->setEmptyText(tr("Nothing measured yet"));
        row->addWidget(plot);
        q->addChart(QString::fromLatin1(stem), plot);
        return plot;
    };
    compute = bars("computeBars", "board-compute");
    latency = bars("latencyBars", "board-latency");
    energy = bars("energyBars", "board-energy");
    memory = bars("deviceMemoryBars", "board-memory");
    return row;
}

QWidget *DevicePage::Private::buildTabs()
{
    tabs = new QTabWidget;
    tabs->setObjectName(QStringLiteral("deviceTabs"));
    tabs->setAccessibleName(tr("Results"));
    tabs->setDocumentMode(true);
    results = new MeasurementTable(q);
    auto *table = new QTableView;
    table->setObjectName(QStringLiteral("measurements"));
    table->setAccessibleName(tr("Figures of each model"));
    table->setModel(results);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->setFrameShape(QFrame::NoFrame);
    table->setTabKeyNavigation(false);
    table->setWordWrap(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setMinimumSectionSize(1);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() * 5 / 4);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    makeCopyable(table);
    layers = new ShareTable;
    card = new QTableWidget;
    makePlain(card, tr("Board"), {tr("Board"), QString()});
    card->setObjectName(QStringLiteral("card"));
    card->horizontalHeader()->hide();
    card->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    card->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    latencies = new LatencyView;
    q->addChart(QStringLiteral("device-latency-histogram"), latencies->plot());
    power = new EnergyView;
    q->addChart(QStringLiteral("device-power"), power->plot());
    confusion = new ConfusionView;
    findings = new DoctorTable;
    console = new BoardConsole;
    connect(console, &BoardConsole::commandEntered, q, &DevicePage::commandEntered);
    tabs->addTab(table, tr("Figures"));
    tabs->addTab(layers, tr("Layers"));
    tabs->addTab(latencies, tr("Latency"));
    tabs->addTab(power, tr("Energy"));
    tabs->addTab(confusion, tr("Confusion"));
    tabs->addTab(card, tr("Board"));
    tabs->addTab(console, tr("Console"));
    tabs->addTab(findings, tr("Doctor"));
    return tabs;
}

void DevicePage::Private::updateButtons()
{
    measure->setEnabled(q->order().has_value());
    stop->setEnabled(connection.isBusy());
    exportButton->setEnabled(!measured.empty());
    tableButton->setEnabled(!measured.empty());
    const bool noTypes = cTypes().isEmpty();
    cButton->setEnabled(!noTypes && !checkedRuns().isEmpty());
    cButton->setToolTip(noTypes
                            ? tr("C is made in i8 and f32")
                            : tr("The chosen models as C11 that needs nothing else: no board, no protocol"));
    boards->setEnabled(!connection.isBusy());
    const QString reason = boards->currentData(Qt::UserRole + 1).toString();
    measure->setToolTip(reason);
    const bool working = connection.state() == BoardConnection::State::Working;
    const bool free =
        connection.state() == BoardConnection::State::Absent || (working && !connection.isOpen());
    connectButton->setText(free ? tr("Connect") : tr("Disconnect"));
    connectButton->setAccessibleName(connectButton->text());
    connectButton->setEnabled(!working && (!free || (boards->count() > 0 && reason.isEmpty())));
    console->setConnected(connection.state() == BoardConnection::State::Idle);
    flash->setEnabled(!connection.isBusy());
    showStatus();
}

QStringList DevicePage::Private::checkedRuns() const
{
    QStringList runs;
    for (int row = 0; row < models->count(); ++row)
        if (models->item(row)->checkState() == Qt::Checked)
            runs << models->item(row)->data(Qt::UserRole).toString();
    return runs;
}

/// Those that C can be made in.
QStringList DevicePage::Private::cTypes() const
{
    QStringList chosen;
    for (const QCheckBox *type : types)
        if (type->isChecked() && type->text() != QLatin1String("f16"))
            chosen << type->text();
    return chosen;
}

bool DevicePage::Private::hasUsableModel() const
{
    for (int row = 0; row < models->count(); ++row)
        if (models->item(row)->flags().testFlag(Qt::ItemIsEnabled))
            return true;
    return false;
}

void DevicePage::Private::showStatus()
{
    const QString reason = boards->currentData(Qt::UserRole + 1).toString();
    using State = BoardConnection::State;
    QString text;
    if (connection.state() == State::Opening)
        text = tr("Connecting…");
    else if (connection.state() == State::Working)
        text = !connection.isOpen() ? tr("Firmware is being flashed…")
            : waitingFor.isEmpty()  ? workingOn
                                    : tr("%1: %2").arg(workingOn, waitingFor);
    else if (connection.state() == State::Lost)
        text = tr("The board is gone; waiting for it to come back…");
    else if (!reason.isEmpty())
        text = reason;
    else if (models->count() == 0)
        text = tr("Train a model first");
    else if (!hasUsableModel())
        text = tr("All models are of other data: load theirs, or train one on these");
    else if (!summary.isEmpty())
        text = summary;
    else if (connection.state() == State::Idle)
        text = tr("Connected: %1").arg(QString::fromStdString(connection.title()));
    else
        text = tr("Not connected; “Push and measure” connects by itself");
    current->setText(text);
}

void DevicePage::Private::updateFigures()
{
    const std::vector<Measurement> &all = results->measurements();
    latencies->setModels(measured);
    confusion->setModels(measured);
    QStringList notes;
    for (const MeasuredModel &model : measured)
        if (!model.energyNote.empty())
            notes << tr("%1 %2: no energy: %3")
                         .arg(QString::fromStdString(model.measurement.model),
                              QString::fromStdString(model.measurement.type),
                              QString::fromStdString(model.energyNote));
    power->setTraces(tracesOf(measured), notes);
    const auto show = [](BarPlotWidget *plot, BarFigure figure, const QString &title) {
        figure.title = title.toStdString();
        figure.value.title.clear();
        plot->setFigure(figure);
    };
    const bool cycles = !all.empty() && all.front().cycles.has_value();
    show(compute, computeFigure(all), cycles ? tr("Cycles (k)") : tr("Instructions (k)"));
    show(latency, latencyFigure(all), tr("Latency (ms)"));
    show(energy, energyFigure(all), tr("Energy (µJ)"));
    show(memory, deviceMemoryFigure(all), tr("Memory (kB)"));
}

void DevicePage::Private::setMeasured(std::vector<MeasuredModel> all)
{
    measured = std::move(all);
    std::vector<Measurement> figures;
    for (const MeasuredModel &model : measured)
        figures.push_back(model.measurement);
    layers->setModels(measured);
    results->setMeasurements(std::move(figures));
    updateFigures();
    updateButtons();
}

DevicePage::DevicePage(QWidget *parent)
    : FigureSource(parent)
    , d(std::make_unique<Private>(this))
{
    d->build();
}

DevicePage::~DevicePage()
{
    delete d->key; // its field loses the focus when it goes, and tells then
}

void DevicePage::setBoards(const QList<BoardChoice> &boards)
{
    const QString chosen = d->boards->currentData().toString();
    const QSignalBlocker blocker(d->boards);
    d->boards->clear();
    for (const BoardChoice &board : boards) {
        d->boards->addItem(board.title, board.id);
        d->boards->setItemData(d->boards->count() - 1, board.reason, Qt::UserRole + 1);
        d->boards->setItemData(d->boards->count() - 1, board.reason, Qt::ToolTipRole);
    }
    const int row = d->boards->findData(chosen);
    d->boards->setCurrentIndex(row >= 0 ? row : 0);
    d->updateButtons();
}

void DevicePage::setModels(const QList<PushableModel> &models)
{
    const QSignalBlocker blocker(d->models);
    d->models->clear();
    QStringList names;
    for (const PushableModel &model : models) {
        auto *item = new QListWidgetItem(tr("%1 (%2)").arg(model.name, model.detail), d->models);
        item->setData(Qt::UserRole, model.runId);
        if (!model.reason.isEmpty()) {
            item->setFlags(Qt::ItemIsUserCheckable);
            item->setCheckState(Qt::Unchecked);
            item->setToolTip(model.reason);
            item->setData(Qt::AccessibleDescriptionRole, model.reason);
            continue;
        }
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        // The newest of each name are wanted, unless the user has said otherwise.
        const bool newest = !names.contains(model.name) && names.size() < modelsWanted;
        if (newest)
            names << model.name;
        item->setCheckState(d->choices.value(model.runId, newest) ? Qt::Checked : Qt::Unchecked);
    }
    d->updateButtons();
}

void DevicePage::setConnection(const BoardConnection &connection)
{
    using State = BoardConnection::State;
    const bool cameBack = d->connection.state() == State::Opening || d->connection.state() == State::Lost;
    d->connection = connection;
    if (connection.isOpen() && cameBack)
        d->banner->dismiss();
    if (connection.state() == State::Lost)
        showError(connection.loss());
    if (connection.state() == State::Absent)
        d->card->setRowCount(0);
    d->updateButtons();
}

void DevicePage::setCard(const QList<QPair<QString, QString>> &rows)
{
    d->card->setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < rows.size(); ++row) {
        d->card->setItem(row, 0, new QTableWidgetItem(rows[row].first));
        d->card->setItem(row, 1, new QTableWidgetItem(rows[row].second));
    }
}

void DevicePage::begin()
{
    d->workingOn.clear();
    d->summary.clear();
    d->banner->dismiss();
    d->steps->reset();
    d->setMeasured({});
}

void DevicePage::setCurrent(const QString &what)
{
    d->workingOn = what;
    d->showStatus();
    d->steps->reset();
}

void DevicePage::setStep(Step step, StepStrip::State state, double fraction, const QString &note)
{
    d->steps->setState(step, state, fraction, note);
    d->waitingFor.clear();
    d->showStatus();
}

void DevicePage::setWaiting(double waited, double expected)
{
    for (int step = 0; step < StepCount; ++step) {
        if (d->steps->state(step) != StepStrip::State::Running)
            continue;
        const QString time = tr("%1 of about %2 s").arg(std::lround(waited)).arg(std::lround(expected));
        d->steps->setNote(step, tr("board: %1").arg(time)); // there is little room
        d->waitingFor = step == Send ? tr("the board makes room, %1").arg(time)
            : step == Verify         ? tr("the board checks the model, %1").arg(time)
                                     : tr("the board computes, %1").arg(time);
    }
    d->showStatus();
}

void DevicePage::showSummary(const QString &summary)
{
    d->summary = summary;
    d->showStatus();
}

void DevicePage::addMeasurement(const MeasuredModel &model)
{
    std::vector<MeasuredModel> all = d->measured;
    all.push_back(model);
    d->setMeasured(std::move(all));
}

void DevicePage::showError(const Error &error)
{
    d->banner->showMessage(ErrorBanner::Severity::Error, QString::fromStdString(error.what),
                           QString::fromStdString(error.where));
}

void DevicePage::appendConsole(const QString &line)
{
    d->console->append(line);
}

void DevicePage::showDoctor(const QList<DoctorFinding> &all)
{
    d->findings->setFindings(all);
}

void DevicePage::setMeters(const QList<BoardChoice> &meters)
{
    d->meter->setMeters(meters);
}

void DevicePage::setSamplesReason(const QString &reason)
{
    d->input->setSamplesReason(reason);
}

bool DevicePage::fromSamples() const
{
    return d->input->fromSamples();
}

void DevicePage::setKeyFile(const QString &path)
{
    d->key->setFile(path);
}

QString DevicePage::keyFile() const
{
    return d->key->file();
}

void DevicePage::showKey(const QString &path, const QString &name)
{
    d->key->showKey(path, name);
}

void DevicePage::showKeyProblem(const QString &path, const Error &error)
{
    if (d->key->showProblem(path, error))
        showError(error);
}

std::optional<MeasureOrder> DevicePage::order() const
{
    MeasureOrder order;
    order.board = d->boards->currentData().toString();
    order.samples = d->samples->value();
    order.meter = d->meter->meter();
    order.volts = d->meter->volts();
    order.meterSupplies = d->meter->suppliesBoard();
    order.keyFile = keyFile();
    order.fromSamples = fromSamples();
    if (d->connection.isBusy() || order.board.isEmpty()
        || !d->boards->currentData(Qt::UserRole + 1).toString().isEmpty())
        return std::nullopt;
    order.runs = d->checkedRuns();
    for (const QCheckBox *type : d->types)
        if (type->isChecked())
            order.types << type->text();
    if (order.runs.isEmpty() || order.types.isEmpty())
        return std::nullopt;
    return order;
}

const std::vector<MeasuredModel> &DevicePage::measured() const
{
    return d->measured;
}

std::vector<NamedFigure> DevicePage::figures() const
{
    const std::vector<Measurement> &all = d->results->measurements();
    if (all.empty())
        return {};
    std::vector<NamedFigure> figures = measurementFigures(all);
    if (LineFigure histogram = latencyHistogram(d->measured); !histogram.series.empty())
        figures.push_back({"device-latency-histogram", std::move(histogram)});
    if (const std::vector<NamedTrace> traces = tracesOf(d->measured); !traces.empty())
        figures.push_back({"device-power", powerFigure(traces)});
    return figures;
}

FigureOrigin DevicePage::origin() const
{
    FigureOrigin origin;
    if (!d->asked)
        return origin;
    QStringList commands;
    for (const QString &run : d->asked->runs) {
        origin.runIds.push_back(run.toStdString());
        QString command = QStringLiteral("rosler board measure --board %1 --model %2 --samples %3")
                              .arg(d->asked->board, run)
                              .arg(d->asked->samples);
        for (const QString &type : d->asked->types)
            command += QStringLiteral(" --type ") + type;
        if (d->asked->fromSamples)
            command += QStringLiteral(" --from samples");
        if (!d->asked->meter.isEmpty())
            command += QStringLiteral(" --meter %1 --volts %2").arg(d->asked->meter).arg(d->asked->volts);
        commands << command;
    }
    origin.command = commands.join(QStringLiteral(" && ")).toStdString();
    return origin;
}

} // namespace rosler
