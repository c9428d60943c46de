// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"

namespace rosler::h5 {

/// Stops HDF5 from printing its error stack. Its setting is one of each thread.
void keepQuiet() noexcept;

/// An error out of @p what and the innermost entry of this thread's HDF5 error stack, which is emptied.
[[nodiscard]] tl::unexpected<Error> failWithStack(ErrorCode code, std::string what, std::string where);

} // namespace rosler::h5
