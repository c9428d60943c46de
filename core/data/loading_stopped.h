// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

namespace rosler {

/// What a reader returns once its stop token was asked to stop.
[[nodiscard]] inline tl::unexpected<Error> loadingStopped()
{
    return fail(ErrorCode::Cancelled, "loading was stopped");
}

} // namespace rosler
