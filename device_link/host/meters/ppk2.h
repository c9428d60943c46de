// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "device_link/host/meter.h"

namespace rosler {

/// A Nordic PPK2, 100,000 samples a second, the board's window pin on its logic input D0. It supplies 0.8 to
/// 5 V (source mode), or measures in a supply whose voltage the user states (ampere mode).
[[nodiscard]] Result<std::unique_ptr<Meter>> openPpk2(std::unique_ptr<Link> link,
                                                      const MeterSettings &settings);

} // namespace rosler
