// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "device_link/host/meter.h"

namespace rosler {

/// Opens the meter on a serial port, at the rate that its kind speaks at, and supplies the board from it when
/// the settings say so.
/// @param place  "ppk2:/dev/ttyACM1", or the port alone when its USB ids say which meter it is
/// @return NotFound  no such kind or port, or the port alone does not say which meter it is
/// @return the errors of SerialLink::open(), openMeter() and Meter::setPower()
[[nodiscard]] Result<std::unique_ptr<Meter>> openMeterPort(const std::string &place,
                                                           const MeterSettings &settings);

} // namespace rosler
