// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/board_flash.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/experiment_session.h"
#include "app/cli/progress_bar.h"
#include "device_link/host/doctor.h"
#include "device_link/host/flash/flash_tool.h"
#include "device_link/host/links/emulator.h"

namespace rosler::cli {

namespace {

struct FlashOptions {
    std::string board = "stm32f405";
    std::string tool;
    std::string image;
    bool dryRun = false;
};

/// The chosen tool, or the first that can be used.
Result<FlashTool> toolFor(const FlashOptions &options, const BoardProfile &board)
{
    const std::vector<FlashTool> tools = availableFlashTools(board);
    if (tools.empty())
        return fail(ErrorCode::Unsupported, "nothing is known of how to flash it; emulated boards need none",
                    options.board);
    std::string reasons;
    for (const FlashTool &tool : tools) {
        if (!options.tool.empty() && tool.id != options.tool)
            continue;
        if (tool.reason.empty())
            return tool;
        reasons += "\n  " + tool.id + ": " + tool.reason;
    }
    if (!reasons.empty())
        return fail(ErrorCode::NotFound, "no way to flash it can be used now:" + reasons, options.board);
    std::string known;
    for (const FlashTool &tool : tools)
        known += (known.empty() ? "" : ", ") + tool.id;
    return fail(ErrorCode::NotFound, "no such tool; known for this board are " + known, options.tool);
}

int flash(const FlashOptions &options)
{
    const Result<BoardProfile> board = boardProfile(options.board);
    if (!board)
        return report(board.error());
    const Result<FlashTool> tool = toolFor(options, *board);
    if (!tool)
        return report(tool.error());
    const std::filesystem::path image =
        options.image.empty() ? firmwareFolder() / board->firmware : std::filesystem::path(options.image);
    const auto commands = flashCommands(*tool, *board, image);
    if (!commands)
        return report(commands.error());
    std::printf("%s: %s, %s\n", options.board.c_str(), tool->title.c_str(), image.string().c_str());
    if (!board->note.empty())
        std::printf("note: %s\n", board->note.c_str());
    for (const std::vector<std::string> &command : *commands)
        std::printf("$ %s\n", commandLine(command).c_str());
    if (options.dryRun)
        return Done;
    const Interrupt interrupt;
    const auto flashed = [&] {
        SimpleProgress bar("flash");
        return flashFirmware(
            *tool, *board, image, [&](const FlashProgress &at) { bar.report(std::max(0.0, at.fraction)); },
            interrupt.token());
    }();
    if (!flashed)
        return reportUnlessCancelled(flashed.error());
    std::fputs(flashed->output.c_str(), stdout);
    std::printf("flashed in %.1f s\n", flashed->seconds);
    return Done;
}

int doctor()
{
    int problems = 0;
    for (const BoardFinding &finding : diagnoseBoards()) {
        const char *mark = finding.state == BoardFinding::State::Ok ? "ok      "
            : finding.state == BoardFinding::State::Warning         ? "warning "
                                                                    : "problem ";
        problems += finding.state == BoardFinding::State::Problem ? 1 : 0;
        std::printf("%s%s: %s\n", mark, finding.what.c_str(), finding.found.c_str());
        if (!finding.remedy.empty())
            std::printf("        %s\n", finding.remedy.c_str());
    }
    return problems == 0 ? Done : WorldFailed;
}

} // namespace

std::function<int()> boardFlash(CLI::App &app)
{
    const auto options = std::make_shared<FlashOptions>();
    app.add_option("--board", options->board, "Profile of the board")->capture_default_str();
    app.add_option("--tool", options->tool,
                   "volume, openocd, st-flash, pyocd, probe-rs, picotool or dfu-util (default: the first "
                   "that can be used)");
    app.add_option("--image", options->image, "Firmware image (default: the one that comes with it)");
    app.add_flag("--dry-run", options->dryRun, "Print the command line, run nothing");
    return [options] { return flash(*options); };
}

std::function<int()> boardDoctor(CLI::App & /*app*/)
{
    return [] { return doctor(); };
}

} // namespace rosler::cli
