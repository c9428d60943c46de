// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/printable.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/fetch/data_fetch.h"
#include "core/base/quantity_text.h"

namespace rosler::cli {

namespace {

struct FetchOptions {
    std::string name;
    std::string folder;
    std::string mirror;
};

std::string sizeOf(const PublishedData &data)
{
    double bytes = 0;
    for (const PublishedFile &file : data.files) {
        if (file.size == 0)
            return "-";
        bytes += static_cast<double>(file.size);
    }
    return bytesText(bytes);
}

int listPublished()
{
    TextTable table({"dataset", "size", "terms", "what it is"});
    for (const PublishedData &data : publishedData())
        table.add({data.name, sizeOf(data), data.terms, data.title});
    std::fputs(table.text().c_str(), stdout);
    std::printf("Fetch one with: rosler dataset get NAME\n");
    return Done;
}

int get(const FetchOptions &options)
{
    const PublishedData *data = findPublishedData(options.name);
    if (data == nullptr) {
        std::string names;
        for (const PublishedData &each : publishedData())
            names += (names.empty() ? "" : ", ") + each.name;
        return report(
            {ErrorCode::NotFound, "no published data of that name; there are " + names, options.name});
    }
    const Interrupt interrupt;
    const std::filesystem::path root =
        options.folder.empty() ? fetchedDataRoot() : std::filesystem::path(options.folder);
    Result<FetchedData> fetched;
    {
        SimpleProgress bar("fetching " + data->name);
        fetched = fetchData(*data, root, options.mirror,
                            {[&](std::uint64_t done, std::uint64_t total) {
                                 if (total > 0)
                                     bar.report(static_cast<double>(done) / static_cast<double>(total));
                             },
                             interrupt.token()});
    }
    if (!fetched)
        return fetched.error().code == ErrorCode::Cancelled ? static_cast<int>(Interrupted)
                                                            : report(fetched.error());
    std::printf("%s: %d files fetched, %d were there\n", printable(fetched->folder.string()).c_str(),
                fetched->fetched, fetched->kept);
    for (const std::string &name : fetched->unverified)
        std::printf("%s: no checksum is known to compare it with\n", name.c_str());
    std::printf("Terms: %s\nTrain on it with: rosler train EXPERIMENT --dataset %s\n", data->terms.c_str(),
                printable(fetched->folder.string()).c_str());
    return Done;
}

} // namespace

std::function<int()> datasetCommand(CLI::App &app)
{
    app.require_subcommand(1);
    app.add_subcommand("list", "Published data that can be fetched")->alias("ls");
    CLI::App *fetch = app.add_subcommand("get", "Fetch published data from their publisher");
    const auto options = std::make_shared<FetchOptions>();
    fetch->add_option("name", options->name, "Which; rosler dataset list names them")->required();
    fetch->add_option("--to", options->folder, "Folder that the data's own folder is made in");
    fetch->add_option("--from", options->mirror, "Address of a mirror that holds the same files");
    return [options, fetch]() -> int { return fetch->parsed() ? get(*options) : listPublished(); };
}

} // namespace rosler::cli
