// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_measurements.h"

#include <algorithm>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/base/staged_file.h"
#include "core/store/run_documents.h"
#include "core/store/run_folder.h"

namespace rosler {

namespace fs = std::filesystem;

std::vector<std::string> listMeasurements(const fs::path &runFolder)
{
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator at(runFolder / run_file::measurements, failed), end; !failed && at != end;
         at.increment(failed)) {
        std::error_code ignored;
        if (at->path().extension() == ".json" && at->is_regular_file(ignored))
            names.push_back(at->path().filename().string());
    }
    std::sort(names.begin(), names.end()); // they begin with their time
    return names;
}

Result<std::string> writeMeasurement(const fs::path &runFolder, std::string_view json,
                                     const std::string &label)
{
    if (const auto document = parseJson<nlohmann::json>(json, label, json.size());
        !document || !document->is_object())
        return fail(ErrorCode::Malformed, "a measurement that is no JSON object", label);
    const fs::path folder = runFolder / run_file::measurements;
    std::error_code failed;
    fs::create_directory(folder, failed);
    if (failed)
        return writeFailed(failed.value(), folder);
    std::string time = timestamp(); // "2026-11-21T06:12:04.123Z"
    std::erase(time, ':');
    time.pop_back();
    std::string name;
    do {
        name = time + "_" + nameOf(label) + "_" + randomDigits() + ".json";
    } while (fs::exists(folder / name, failed));
    return writeFileAtomically(folder / name, json).map([&] { return name; });
}

Result<std::string> readMeasurement(const fs::path &runFolder, const std::string &name)
{
    if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos)
        return fail(ErrorCode::NotFound, "no such measurement", name);
    return readRegularFile(runFolder / run_file::measurements / name, longestDocument);
}

} // namespace rosler
