// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/cwru_records.h"

#include <algorithm>
#include <array>

#include "core/base/text_number.h"

namespace rosler {

namespace {

constexpr double faults = 12'000;
constexpr double normals = 48'000;

constexpr std::array records {
    CwruRecord {97, "normal", 0, normals},  CwruRecord {98, "normal", 1, normals},
    CwruRecord {99, "normal", 2, normals},  CwruRecord {100, "normal", 3, normals},
    CwruRecord {105, "IR007", 0, faults},   CwruRecord {106, "IR007", 1, faults},
    CwruRecord {107, "IR007", 2, faults},   CwruRecord {108, "IR007", 3, faults},
    CwruRecord {118, "B007", 0, faults},    CwruRecord {119, "B007", 1, faults},
    CwruRecord {120, "B007", 2, faults},    CwruRecord {121, "B007", 3, faults},
    CwruRecord {130, "OR007@6", 0, faults}, CwruRecord {131, "OR007@6", 1, faults},
    CwruRecord {132, "OR007@6", 2, faults}, CwruRecord {133, "OR007@6", 3, faults},
    CwruRecord {169, "IR014", 0, faults},   CwruRecord {170, "IR014", 1, faults},
    CwruRecord {171, "IR014", 2, faults},   CwruRecord {172, "IR014", 3, faults},
    CwruRecord {185, "B014", 0, faults},    CwruRecord {186, "B014", 1, faults},
    CwruRecord {187, "B014", 2, faults},    CwruRecord {188, "B014", 3, faults},
    CwruRecord {197, "OR014@6", 0, faults}, CwruRecord {198, "OR014@6", 1, faults},
    CwruRecord {199, "OR014@6", 2, faults}, CwruRecord {200, "OR014@6", 3, faults},
    CwruRecord {209, "IR021", 0, faults},   CwruRecord {210, "IR021", 1, faults},
    CwruRecord {211, "IR021", 2, faults},   CwruRecord {212, "IR021", 3, faults},
    CwruRecord {222, "B021", 0, faults},    CwruRecord {223, "B021", 1, faults},
    CwruRecord {224, "B021", 2, faults},    CwruRecord {225, "B021", 3, faults},
    CwruRecord {234, "OR021@6", 0, faults}, CwruRecord {235, "OR021@6", 1, faults},
    CwruRecord {236, "OR021@6", 2, faults}, CwruRecord {237, "OR021@6", 3, faults},
};

} // namespace

std::optional<CwruRecord> cwruRecordOf(std::string_view fileName)
{
    fileName.remove_prefix(fileName.find_last_of('/') + 1);
    const std::string_view stem = fileName.substr(0, fileName.find_last_of('.'));
    const std::size_t before = stem.find_last_not_of("0123456789");
    const std::string_view digits = stem.substr(before + 1); // npos + 1 is 0
    const auto number = numberIn<int>(digits);
    const auto *const found =
        number ? std::ranges::find(records, *number, &CwruRecord::number) : records.end();
    if (found == records.end() || (digits != stem && stem.find(found->condition) == std::string_view::npos))
        return std::nullopt;
    return *found;
}

std::string driveEndVariable(const CwruRecord &record)
{
    const std::string digits = std::to_string(record.number);
    return "X" + std::string(3 - digits.size(), '0') + digits + "_DE_time";
}

} // namespace rosler
