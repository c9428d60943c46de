// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fetch/file_fetch.h"

namespace rosler {

bool canFetch() noexcept
{
    return false;
}

Result<void> fetchFile(const PublishedFile &file, const std::filesystem::path &, const FetchProgress &)
{
    return fail(ErrorCode::Unsupported, "this build cannot fetch files: Qt Network was missing",
                file.address);
}

bool isPublishedFile(const std::filesystem::path &, const PublishedFile &)
{
    return false;
}

} // namespace rosler
