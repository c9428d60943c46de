// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rosler {

/// Opens /dev/null in place of standard input, output and error where they are closed: their numbers would be
/// given to the next files that are opened, and a message would land in a run. At the begin of main().
void fillStandardDescriptors() noexcept;

} // namespace rosler
