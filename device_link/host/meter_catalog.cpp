// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "device_link/host/meter.h"
#include "device_link/host/meters/power_shield.h"
#include "device_link/host/meters/ppk2.h"

namespace rosler {

namespace {
constexpr std::array meters {
    MeterKind {"ppk2", "Nordic Power Profiler Kit II", 0x1915, 0xC00A, "PPK2", 115200, &openPpk2},
    MeterKind {"powershield", "ST PowerShield (X-NUCLEO-LPM01A, STM32L562E-DK)", 0x0483, 0x5740,
               "PowerShield", 3686400, &openPowerShield},
};
}

std::span<const MeterKind> meterCatalog()
{
    return meters;
}

Result<std::unique_ptr<Meter>> openMeter(std::string_view kind, std::unique_ptr<Link> link,
                                         const MeterSettings &settings)
{
    std::string known;
    for (const MeterKind &meter : meters) {
        if (meter.id == kind)
            return meter.open(std::move(link), settings);
        known += (known.empty() ? "" : ", ") + std::string(meter.id);
    }
    return fail(ErrorCode::NotFound, "no meter \"" + std::string(kind) + "\" is known; there are " + known);
}

} // namespace rosler
