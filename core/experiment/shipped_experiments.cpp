// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/shipped_experiments.h"

#include <algorithm>
#include <filesystem>

#include "core/base/atomic_file.h"

namespace rosler {

Result<ExperimentSpec> shippedExperiment(std::string_view name)
{
    const auto all = shippedExperiments();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto &e) { return e.name == name; });
    if (found == all.end()) {
        std::string names;
        for (const auto &e : all)
            names.append(names.empty() ? "" : ", ").append(e.name);
        return fail(ErrorCode::NotFound, "no such experiment: give a file or one of " + names,
                    std::string(name));
    }
    return parseExperiment(found->json, std::string(found->name) + ".json");
}

Result<ExperimentSpec> loadExperiment(const std::string &nameOrPath)
{
    const bool looksLikePath =
        nameOrPath.find('/') != std::string::npos || std::filesystem::path(nameOrPath).extension() == ".json";
    std::error_code ignored;
    if (looksLikePath || std::filesystem::is_regular_file(nameOrPath, ignored)) {
        constexpr std::size_t limit = 1'000'000;
        const auto text = readWholeFile(nameOrPath, limit);
        if (!text)
            return tl::unexpected(text.error());
        return parseExperiment(*text, nameOrPath);
    }
    return shippedExperiment(nameOrPath);
}

} // namespace rosler
