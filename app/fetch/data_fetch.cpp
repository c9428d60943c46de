// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fetch/data_fetch.h"

#include <algorithm>
#include <system_error>

#include "core/store/run_store.h"

namespace rosler {

namespace fs = std::filesystem;

fs::path fetchedDataRoot()
{
    return RunStore::dataHome() / "datasets";
}

Result<FetchedData> fetchData(const PublishedData &data, const fs::path &root, const std::string &mirror,
                              const FetchProgress &progress)
{
    FetchedData fetched;
    fetched.folder = root / data.name;
    std::error_code failed;
    fs::create_directories(fetched.folder, failed);
    if (failed)
        return fail(ErrorCode::Unwritable, "cannot make the folder: " + failed.message(),
                    fetched.folder.string());
    std::uint64_t total = 0;
    bool known = true;
    for (const PublishedFile &file : data.files) {
        total += file.size;
        known = known && file.size > 0;
    }
    std::uint64_t before = 0;
    for (const PublishedFile &file : data.files) {
        const bool digested = !file.sha256.empty() || !file.md5.empty();
        if (!digested)
            fetched.unverified.push_back(file.name);
        if (isPublishedFile(fetched.folder / file.name, file)
            || (!digested && fs::exists(fetched.folder / file.name))) {
            ++fetched.kept;
        } else {
            PublishedFile from = file;
            if (!mirror.empty())
                from.address = mirror + (mirror.ends_with('/') ? "" : "/") + file.name;
            FetchProgress own = progress;
            if (progress.report)
                own.report = [&](std::uint64_t done, std::uint64_t all) {
                    progress.report(before + done, known ? total : before + all);
                };
            if (Result<void> done = fetchFile(from, fetched.folder, own); !done)
                return tl::unexpected(done.error());
            ++fetched.fetched;
        }
        std::error_code unread;
        before += std::max<std::uint64_t>(file.size, fs::file_size(fetched.folder / file.name, unread));
        if (progress.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "fetching was stopped", fetched.folder.string());
    }
    return fetched;
}

} // namespace rosler
