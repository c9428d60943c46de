// SPDX-License-Identifier: Apache-2.0
#include "core/data/signal/recording_labels.h"

#include <algorithm>
#include <set>

#include "core/data/test_part.h"

namespace rosler {

namespace {

/// The folder that a file lies in, or nothing.
std::string_view lastFolderOf(std::string_view path)
{
    const std::size_t end = path.find_last_of('/');
    if (end == std::string_view::npos)
        return {};
    path = path.substr(0, end);
    return path.substr(path.find_last_of('/') + 1); // npos + 1 is 0
}

} // namespace

Result<std::vector<std::string>> labelsOf(const std::vector<std::string> &paths, std::string_view from,
                                          std::string_view until)
{
    if (from != "auto" && from != "folder" && from != "file")
        return fail(ErrorCode::OutOfRange, '"' + className(from) + "\" is none of auto, folder and file",
                    "options/label");
    std::set<std::string_view> folders;
    for (const std::string &path : paths)
        folders.insert(lastFolderOf(path));
    const bool byFolder = from == "folder" || (from == "auto" && folders.size() > 1);
    std::vector<std::string> labels;
    for (const std::string_view path : paths) {
        std::string_view label = lastFolderOf(path);
        if (!byFolder) {
            label = path.substr(path.find_last_of('/') + 1);
            label = label.substr(0, label.find_last_of('.'));
            if (!until.empty())
                label = label.substr(0, label.find_first_of(until));
        }
        if (label.empty())
            return fail(ErrorCode::Malformed,
                        byFolder ? "lies in no folder, which would be its class"
                                 : "no class in the file's name",
                        className(path));
        labels.emplace_back(label);
    }
    return labels;
}

} // namespace rosler
