// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "app/cli/board_flash.h"
#include "app/cli/board_model.h"
#include "app/cli/board_wait.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_session.h"
#include "app/cli/measurement_report.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "core/base/atomic_file.h"
#include "core/base/quantity_text.h"
#include "core/base/text_number.h"
#include "core/figure/figure_writer.h"
#include "device_link/host/links/board_catalog.h"
#include "device_link/host/links/meter_port.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/measure_model.h"
#include "device_link/host/measurement_figures.h"
#include "device_link/host/model_push.h"
#include "device_link/host/power_figure.h"

namespace rosler::cli {

namespace {

constexpr const char *mainBoard = "emulated:mps2-an386";

struct BoardOptions {
    std::string board = mainBoard;
    std::string model;
    std::vector<std::string> types {"i8"};
    std::string dataset;
    std::string out;
    std::string figures;
    std::string csv;
    std::string command;
    std::string name;  ///< in figures, or on the board; empty = the model's
    std::string meter; ///< "ppk2:/dev/ttyACM1"; empty = none
    std::string key;   ///< file of the board's key; empty = it has none
    std::optional<std::uint32_t> raise;
    double volts = 3.3;
    bool ampereMeter = false;
    std::optional<std::uint32_t> baud;
    Index samples = 1000;
    Index example = 0;
    std::uint32_t runs = 20;
    bool json = false;
    bool verbose = false;
    bool anyData = false;
    std::string from = "features";

    [[nodiscard]] BoardModelSource source() const
    {
        return {model, dataset, out, anyData, from == "samples"};
    }
};

void addBoard(CLI::App &app, BoardOptions &options)
{
    app.add_option("--board", options.board, "As `rosler board list` names it")->capture_default_str();
    app.add_option("--baud", options.baud, "Rate of a serial port (default: 115200, then other usual ones)");
    app.add_flag("--verbose", options.verbose, "Print what the board says");
}

/// What is wrong with a name for a model on a board; empty when nothing is.
std::string nameFault(const std::string &name)
{
    constexpr std::size_t longest = sizeof rsl_model_header::name - 1;
    if (name.empty() || name.size() > longest)
        return "a name has 1 to " + std::to_string(longest) + " characters";
    for (const char c : name)
        if (c < ' ' || c > '~' || c == '[' || c == ']')
            return "a name has printable ASCII characters but brackets";
    return {};
}

void addModel(CLI::App &app, BoardOptions &options)
{
    app.add_option("--model", options.model, "A run's id or the beginning of one, its folder, or a model.h5")
        ->required();
    app.add_option("--type", options.types, "f32, f16, i8: one or several")
        ->check(CLI::IsMember({"f32", "f16", "i8"}))
        ->capture_default_str();
    app.add_option("--dataset", options.dataset, "Data to calibrate and test with (default: the run's)");
    app.add_flag("--any-data", options.anyData, "Take data that the run was not trained on, too");
    app.add_option("--out", options.out, "Folder that the runs are kept in");
    app.add_option("--from", options.from,
                   "What the board is handed: features, or samples that it makes them of")
        ->check(CLI::IsMember({"features", "samples"}))
        ->capture_default_str();
}

void addKey(CLI::App &app, BoardOptions &options)
{
    app.add_option("--key", options.key, "File with the board's key, 64 hexadecimal digits");
}

void addRaise(CLI::App &app, BoardOptions &options)
{
    app.add_option("--raise", options.raise,
                   "Rate to go over to, when the line carries it without an error; else it stays");
}

Result<OpenBoard> open(const BoardOptions &options, const std::stop_token &stop)
{
    const bool verbose = options.verbose;
    return openBoard(
        options.board,
        [verbose](std::string_view line) {
            if (verbose)
                std::fprintf(stderr, "board: %.*s\n", static_cast<int>(line.size()), line.data());
        },
        stop, options.baud);
}

int list(const BoardOptions &options)
{
    TextTable table({"board", "what it is", "state"}, 3);
    for (const BoardEntry &board : listBoards())
        table.add({board.id, board.title, board.reason.empty() ? "can be used" : board.reason});
    std::fputs(table.text().c_str(), stdout);
    (void)options;
    return Done;
}

/// The key of --key; nothing without one.
Result<std::optional<ModelKey>> keyOf(const BoardOptions &options)
{
    if (options.key.empty())
        return std::optional<ModelKey>();
    const auto key = ModelKey::fromFile(options.key);
    if (!key)
        return tl::unexpected(key.error());
    return std::optional<ModelKey>(*key);
}

/// Goes over to the rate of --raise, if there is one; otherwise all goes on at the old one.
void raise(const BoardOptions &options, OpenBoard &board, const std::stop_token &stop)
{
    if (!options.raise)
        return;
    if (const auto raised = board.client->raiseBaud(*options.raise, stop); !raised)
        std::fprintf(stderr, "rosler: stays at %u baud: %s\n", board.client->link().baud(),
                     message(raised.error()).c_str());
}

/// A board with one place for a model loses the one that it has.
void warnOfLoss(const BoardOptions &options, const BoardInfo &info, const ModelImage &image)
{
    const auto verdict = fitOn(info, image);
    if (verdict && verdict->losesActive && verdict->fits())
        std::fprintf(stderr, "rosler: %s has one place for a model: '%s' is lost while this one comes\n",
                     options.board.c_str(), info.activeSlot()->name.c_str());
}

/// What is given to a board that forgets it would be lost, and seem done.
std::optional<Error> lossOf(const OpenBoard &board)
{
    if (!board.forgets)
        return std::nullopt;
    return Error {board.forgets->code, board.forgets->what + "; nothing would be kept", board.forgets->where};
}

int push(const BoardOptions &options)
{
    const Interrupt interrupt;
    auto source = loadBoardModel(options.source(), interrupt.token());
    if (!source)
        return reportUnlessCancelled(source.error());
    if (!options.name.empty())
        source->name = options.name;
    const auto key = keyOf(options);
    if (!key)
        return report(key.error());
    auto board = open(options, interrupt.token());
    if (!board)
        return reportUnlessCancelled(board.error());
    if (const auto loss = lossOf(*board))
        return report(*loss);
    const auto image = packFor(*source, options.types.front(), *board);
    if (!image)
        return report(image.error());
    raise(options, *board, interrupt.token());
    warnOfLoss(options, board->client->info(), *image);
    Result<PushReport> pushed = [&] {
        SimpleProgress bar("push");
        BoardWait wait(*board->client);
        wait.showOn(&bar);
        return pushModel(
            *board->client, *image,
            [&](const BoardProgress &at) {
                if (at.total > 0)
                    bar.report(static_cast<double>(at.done) / static_cast<double>(at.total));
            },
            interrupt.token(), *key ? &**key : nullptr);
    }();
    if (!pushed)
        return reportUnlessCancelled(pushed.error());
    std::printf("%s: %s as %s, %s%s; SHA-256 and known answer are right\n", options.board.c_str(),
                source->name.c_str(), options.types.front().c_str(),
                bytesText(static_cast<double>(image->bytes().size())).c_str(),
                pushed->wasThere ? ", was there already"
                    : pushed->resumedAt > 0
                    ? (", gone on at byte " + std::to_string(pushed->resumedAt)).c_str()
                    : "");
    return Done;
}

/// Gives a board its key, for good.
int setKey(const BoardOptions &options)
{
    const Interrupt interrupt;
    const auto key = keyOf(options);
    if (!key)
        return report(key.error());
    auto board = open(options, interrupt.token());
    if (!board)
        return reportUnlessCancelled(board.error());
    if (const auto loss = lossOf(*board))
        return report(*loss);
    const bool had = board->client->info().key != 0;
    if (const auto set = board->client->setKey(**key, interrupt.token()); !set)
        return reportUnlessCancelled(set.error());
    std::printf("%s: %s %s\n", options.board.c_str(), had ? "has already" : "has now",
                keyName((*key)->number()).c_str());
    return Done;
}

int run(const BoardOptions &options)
{
    const Interrupt interrupt;
    const auto key = keyOf(options);
    if (!key)
        return report(key.error());
    const auto source = loadBoardModel(options.source(), interrupt.token());
    if (!source)
        return reportUnlessCancelled(source.error());
    const Examples &test = source->handed().test();
    if (options.example < 0 || options.example >= test.count())
        return report({ErrorCode::OutOfRange,
                       "there are " + std::to_string(test.count()) + " test examples, counted from 0",
                       "--example"});
    auto board = open(options, interrupt.token());
    if (!board)
        return reportUnlessCancelled(board.error());
    const auto image = packFor(*source, options.types.front(), *board);
    if (!image)
        return report(image.error());
    std::vector<float> features(static_cast<std::size_t>(test.features.cols()));
    test.features.widen(options.example, features.data());
    const auto reply = [&]() -> Result<RunReply> {
        SimpleProgress bar("run");
        BoardWait wait(*board->client);
        wait.showOn(&bar);
        const auto pushed = pushModel(*board->client, *image, {}, interrupt.token(), *key ? &**key : nullptr);
        if (!pushed)
            return tl::unexpected(pushed.error());
        return board->client->run(image->input(features), interrupt.token());
    }();
    if (!reply)
        return reportUnlessCancelled(reply.error());
    const std::vector<float> logits = image->logits(reply->outputBytes);
    for (std::size_t i = 0; i < logits.size(); ++i)
        std::printf("%-12s %9.4f%s\n", source->data->classNames()[i].c_str(), static_cast<double>(logits[i]),
                    i == reply->classIndex ? "  <- the board's answer" : "");
    std::printf("true class: %s\n",
                source->data->classNames()[test.labels[static_cast<std::size_t>(options.example)]].c_str());
    return Done;
}

Result<void> writeOutputs(const BoardOptions &options, const std::vector<Measurement> &all,
                          const std::vector<NamedTrace> &traces)
{
    if (!options.csv.empty())
        if (auto written = writeFileAtomically(options.csv, measurementCsv(all)); !written)
            return written;
    if (options.figures.empty())
        return {};
    FigureOrigin origin;
    origin.command = "rosler board measure --board " + options.board + " --model " + options.model;
    std::vector<NamedFigure> figures = measurementFigures(all);
    if (!traces.empty())
        figures.push_back({"device-power", powerFigure(traces)});
    for (const NamedFigure &figure : figures)
        if (const Result<void> written =
                writeFigure(options.figures, figure.stem, figure.figure, PublicationStyle(), origin);
            !written)
            return written;
    return {};
}

int measure(const BoardOptions &options)
{
    const Interrupt interrupt;
    const auto source = loadBoardModel(options.source(), interrupt.token());
    if (!source)
        return reportUnlessCancelled(source.error());
    const auto key = keyOf(options);
    if (!key)
        return report(key.error());
    std::unique_ptr<Meter> meter; // before the board, which it may supply
    if (!options.meter.empty()) {
        auto opened = openMeterPort(
            options.meter, MeterSettings {.volts = options.volts, .suppliesBoard = !options.ampereMeter});
        if (!opened)
            return reportUnlessCancelled(opened.error());
        meter = std::move(*opened);
    }
    auto board = open(options, interrupt.token());
    if (!board)
        return reportUnlessCancelled(board.error());
    raise(options, *board, interrupt.token());
    BoardWait wait(*board->client);
    std::vector<Measurement> all;
    std::vector<NamedTrace> traces;
    std::vector<std::string> notes;
    bool equal = true;
    int failed = Done; // what has been measured by then is printed all the same
    for (const std::string &type : options.types) {
        const auto image = packFor(*source, type, *board);
        if (!image) {
            failed = report(image.error());
            break;
        }
        MeasureRequest request = measureRequest(options.name.empty() ? source->name : options.name,
                                                *source->data, options.samples);
        request.emulated = board->emulated;
        request.runs = options.runs;
        request.key = *key ? &**key : nullptr;
        warnOfLoss(options, board->client->info(), *image);
        request.meter = meter.get();
        std::unique_ptr<SimpleProgress> bar;
        MeasureStep at = MeasureStep::Measure;
        const auto measured = measureModel(
            *board->client, board->profile, *image, source->handed().test(), request, twinInference(),
            [&](MeasureStep step, double fraction, const std::string &) {
                static constexpr const char *names[] = {"push", "verify", "test samples", "measure"};
                if (!bar || step != at) {
                    bar.reset(); // its line goes before the next one's comes
                    bar = std::make_unique<SimpleProgress>(type + " " + names[static_cast<int>(step)]);
                    wait.showOn(bar.get());
                }
                at = step;
                bar->report(std::max(0.0, fraction));
            },
            interrupt.token());
        wait.showOn(nullptr);
        bar.reset();
        if (!measured) {
            failed = reportUnlessCancelled(measured.error());
            break;
        }
        all.push_back(measured->measurement);
        if (source->store) // it belongs to the run that it measured
            if (const auto kept =
                    source->store->addMeasurement(source->run, measurementJson(measured->measurement),
                                                  measured->measurement.board + "_" + type);
                !kept)
                failed = report(kept.error());
        if (!measured->energyNote.empty())
            std::fprintf(stderr, "rosler: %s: no energy: %s\n", options.meter.c_str(),
                         measured->energyNote.c_str());
        if (measured->power)
            traces.push_back(std::move(*measured->power));
        equal = equal && measured->measurement.outputsEqualTwin.value_or(true);
        if (source->samples) {
            const auto samples = static_cast<Index>(measured->measurement.samples);
            const auto agreed = countAgreement(*source, *image, board->client->info().preferred, samples);
            if (!agreed) {
                failed = report(agreed.error());
                break;
            }
            notes.push_back(type + ": the same class as from features made here: " + std::to_string(*agreed)
                            + " of " + std::to_string(samples));
        }
    }
    if (all.empty())
        return failed;
    printMeasurements(all);
    for (const std::string &note : notes)
        std::puts(note.c_str());
    if (const Result<void> written = writeOutputs(options, all, traces); !written)
        failed = report(written.error());
    if (options.json)
        for (const Measurement &m : all)
            std::printf("%s\n", measurementJson(m).c_str());
    return failed != Done || equal ? failed : WorldFailed;
}

int console(const BoardOptions &options)
{
    const Interrupt interrupt;
    auto board = open(options, interrupt.token());
    if (!board)
        return reportUnlessCancelled(board.error());
    if (board->forgets) // what it knows is not what was pushed
        std::fprintf(stderr, "rosler: %s; started without its models\n", message(*board->forgets).c_str());
    const auto ask = [&](const std::string &command) -> Result<void> {
        const auto lines = board->client->textCommand(command, std::chrono::seconds(30), interrupt.token());
        if (!lines)
            return tl::unexpected(lines.error());
        for (const std::string &line : *lines)
            std::printf("%s\n", line.c_str());
        return {};
    };
    if (!options.command.empty()) {
        const Result<void> asked = ask(options.command);
        return asked ? Done : reportUnlessCancelled(asked.error());
    }
    std::string line;
    while (!interrupt.happened() && std::getline(std::cin, line)) {
        while (!line.empty() && (line.back() == '%' || line.back() == ' '))
            line.pop_back();
        if (line.empty())
            continue;
        if (const Result<void> asked = ask(line); !asked)
            return reportUnlessCancelled(asked.error());
    }
    return Done;
}

} // namespace

std::function<int()> boardCommand(CLI::App &app)
{
    const auto options = std::make_shared<BoardOptions>();
    const auto chosen = std::make_shared<std::function<int()>>();
    app.require_subcommand(1);
    const auto add = [&](const char *name, const char *description, int (*action)(const BoardOptions &)) {
        CLI::App *sub = app.add_subcommand(name, description);
        sub->callback(
            [options, chosen, action] { *chosen = [options, action] { return action(*options); }; });
        return sub;
    };
    add("list", "Boards that can be chosen", &list);

    CLI::App *pushing = add("push", "Put a model on a board and have it checked there", &push);
    addBoard(*pushing, *options);
    addModel(*pushing, *options);
    pushing
        ->add_option("--name", options->name,
                     "What the board calls it; the MLPerf Tiny runner knows kws01, ic01, vww01, ad01")
        ->check(CLI::Validator(&nameFault, "TEXT"));
    addKey(*pushing, *options);
    addRaise(*pushing, *options);

    CLI::App *keying =
        add("key", "Give a board a key, for good: it takes models with its tag alone", &setKey);
    addBoard(*keying, *options);
    addKey(*keying, *options);
    keying->get_option("--key")->required();

    CLI::App *running = add("run", "Have a board classify one test example", &run);
    addBoard(*running, *options);
    addModel(*running, *options);
    addKey(*running, *options);
    running->add_option("--example", options->example, "Number of the test example, from 0")
        ->capture_default_str();

    CLI::App *measuring =
        add("measure", "Push a model, compare it with its twin on test samples, time it", &measure);
    addBoard(*measuring, *options);
    addModel(*measuring, *options);
    addKey(*measuring, *options);
    addRaise(*measuring, *options);
    measuring->add_option("--samples", options->samples, "Test samples to run on the board")
        ->check(CLI::Range(0, 10'000'000))
        ->capture_default_str();
    measuring->add_option("--runs", options->runs, "Timed inferences")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    measuring->add_option("--meter", options->meter,
                          "Energy meter: ppk2:PORT or powershield:PORT; without one, energy is modelled");
    measuring->add_option("--volts", options->volts, "Of the board's supply")
        ->check(CLI::Range(0.8, 5.0))
        ->capture_default_str();
    measuring->add_flag("--ampere-meter", options->ampereMeter,
                        "The meter only measures current; somebody else supplies the board with --volts");
    measuring->add_option("--name", options->name, "What to call the model in figures");
    measuring->add_option("--figures", options->figures, "Folder to write figures to (SVG, PDF, PNG, CSV)");
    measuring->add_option("--csv", options->csv, "File to write all figures' numbers and sources to");
    measuring->add_flag("--json", options->json, "Print one JSON object a type, on the last lines");

    CLI::App *talking = add(
        "console", "Speak the MLPerf Tiny text API with a board: name, profile, infer 10 1, ...", &console);
    addBoard(*talking, *options);
    talking->add_option("command", options->command,
                        "One command; without it, commands are read line by line");
    const auto addOther = [&](const char *name, const char *description,
                              std::function<int()> (*command)(CLI::App &)) {
        CLI::App *sub = app.add_subcommand(name, description);
        sub->callback([chosen, action = command(*sub)] { *chosen = action; });
    };
    addOther("flash", "Bring the firmware onto a real board", &boardFlash);
    addOther("doctor", "Say why a board is missing, and what helps", &boardDoctor);
    return [chosen] { return (*chosen)(); };
}

} // namespace rosler::cli
