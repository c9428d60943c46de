// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.h"

namespace rosler::h5 {

/// Before anything else is asked of HDF5 by a thread: its error stack is not printed, and the library does
/// nothing when the program ends, where it follows a null pointer once it has met a damaged list of external
/// files (1.10.8). All that is opened is closed by Handle.
void prepareLibrary() noexcept;

/// An error out of @p what and the innermost entry of this thread's HDF5 error stack, which is emptied.
[[nodiscard]] tl::unexpected<Error> failWithStack(ErrorCode code, std::string what, std::string where);

} // namespace rosler::h5
