// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/meter_port.h"

#include <utility>

#include "device_link/host/links/board_catalog.h"
#include "device_link/host/links/serial_link.h"

namespace rosler {

Result<std::unique_ptr<Meter>> openMeterPort(const std::string &place, const MeterSettings &settings)
{
    std::string kind;
    std::string port = place;
    if (const std::size_t colon = place.find(':'); colon != std::string::npos && !place.starts_with('/')) {
        kind = place.substr(0, colon);
        port = place.substr(colon + 1);
    } else {
        for (const SerialPortInfo &each : serialPorts())
            if (each.path == port || each.name == port)
                kind = entryOf(each).meter;
    }
    const MeterKind *found = nullptr;
    std::string known;
    for (const MeterKind &meter : meterCatalog()) {
        if (meter.id == kind)
            found = &meter;
        known += (known.empty() ? "" : ", ") + std::string(meter.id);
    }
    if (found == nullptr)
        return fail(ErrorCode::NotFound,
                    (kind.empty() ? "its USB ids are of no known meter; say which it is, as in \"ppk2:" + port
                             + "\"; known are "
                                  : "no meter \"" + kind + "\" is known; there are ")
                        + known,
                    place);
    auto link = SerialLink::open(port, found->baud);
    if (!link)
        return tl::unexpected(link.error());
    auto meter = openMeter(kind, std::move(*link), settings);
    if (meter && settings.suppliesBoard)
        if (const Result<void> powered = (*meter)->setPower(true); !powered)
            return tl::unexpected(powered.error());
    return meter;
}

} // namespace rosler
