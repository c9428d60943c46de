// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "device_link/host/meter.h"

namespace rosler {

/// An ST PowerShield (X-NUCLEO-LPM01A, or the one on an STM32L562E-DK) that supplies 1.8 to 3.3 V, the
/// board's window pin on its D7. Up to 5,000 samples a second it sends energy as text, up to 100,000 current
/// in binary; 1,000 unless asked otherwise. It sees falling edges alone: a window needs a pulse at either
/// end.
[[nodiscard]] Result<std::unique_ptr<Meter>> openPowerShield(std::unique_ptr<Link> link,
                                                             const MeterSettings &settings);

} // namespace rosler
