// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace rosler {

/// What training an experiment of so many models is called: "Train", "Train both", "Train all".
[[nodiscard]] QString trainTitle(int models);

} // namespace rosler
