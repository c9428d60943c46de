// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/numpy_reader.h"

#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/data/file_tree.h"
#include "core/data/readers/array_dataset.h"
#include "core/data/readers/numpy_array.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

/// "x_train" of "x_train.npy" at the top; none of other files.
std::optional<std::string> arrayName(std::string_view path)
{
    if (!path.ends_with(".npy") || path.find('/') != std::string_view::npos)
        return std::nullopt;
    return std::string(path.substr(0, path.size() - 4));
}

/// The archive or the folder that holds the arrays, or an empty path.
fs::path numpyTree(const fs::path &path)
{
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
        if (path.extension() == ".npz")
            return path;
        return path.extension() == ".npy" ? fs::absolute(path, ignored).lexically_normal().parent_path()
                                          : fs::path();
    }
    std::vector<fs::path> archives;
    bool arrays = false;
    std::error_code error;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (entry->path().extension() == ".npz")
            archives.push_back(entry->path());
        arrays |= entry->path().extension() == ".npy";
    }
    return archives.size() == 1 ? archives.front() : arrays ? path : fs::path();
}

/// The arrays of these names.
Result<Arrays> readArrays(const fs::path &tree, const ArrayNames &names, const ReadLimits &limits,
                          const ReadProgress &progress)
{
    Arrays arrays;
    ArrayRoom room(limits, names.testFeatures.empty());
    TreeVisit visit;
    visit.stop = progress.stop;
    constexpr std::uint64_t headers = 16'000'000;
    visit.mostBytes = headers + 4 * limits.maxBytes;
    if (progress.report)
        visit.report = [&progress](double fraction) {
            constexpr double reading = 0.75; // of the time; the rest checks and digests
            progress.report(reading * fraction);
        };
    visit.wanted = [&names](std::string_view path) {
        const auto name = arrayName(path);
        return name && names.has(*name);
    };
    visit.take = [&](TreeFile &file) -> Result<void> {
        auto array = readNumpyArray(file, room);
        if (!array)
            return tl::unexpected(std::move(array.error()));
        if (!arrays.try_emplace(*arrayName(file.path()), std::move(*array)).second)
            return fail(ErrorCode::Malformed, "there twice", file.where(0));
        return {};
    };
    if (auto visited = visitFiles(tree, visit); !visited)
        return tl::unexpected(std::move(visited.error()));
    return arrays;
}

} // namespace

std::span<const ReaderOption> numpyOptions()
{
    return arrayOptions();
}

bool looksLikeNumpy(const fs::path &path)
{
    return !numpyTree(path).empty();
}

Result<std::shared_ptr<const Dataset>> readNumpy(const fs::path &path, const DatasetOptions &options,
                                                 const ReadLimits &limits, const ReadProgress &progress)
{
    const fs::path tree = numpyTree(path);
    if (tree.empty())
        return fail(ErrorCode::NotFound, "no arrays of numpy", path.string());
    ArraySource source;
    source.name = treeName(tree);
    source.place = tree.string();
    TreeVisit list;
    list.stop = progress.stop;
    list.mostFiles = 100'000;
    list.wanted = [&source](std::string_view file) {
        if (const auto name = arrayName(file))
            source.arrays.push_back({*name, {}});
        return false;
    };
    if (auto visited = visitFiles(tree, list); !visited)
        return tl::unexpected(std::move(visited.error()));
    source.read = [&](const ArrayNames &names) { return readArrays(tree, names, limits, progress); };
    return datasetOfArrays(source, options, progress);
}

} // namespace rosler
