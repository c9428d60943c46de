// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/data/dataset.h"
#include "core/data/dataset_request.h"

namespace rosler {

/// The data that are open in the window, and how they were asked for.
struct OpenData {
    std::shared_ptr<const Dataset> data; ///< null = none are open
    DatasetRequest request;
};

} // namespace rosler
