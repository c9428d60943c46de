// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/data/dataset.h"

namespace rosler {

/// Why a board cannot be handed the samples that the features of @p data are made of; empty = it can.
/// @param data  null: none are loaded
[[nodiscard]] QString samplesReason(const Dataset *data);

} // namespace rosler
