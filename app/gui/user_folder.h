// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace rosler {

/// Where a user's files are looked for first; not every home has a folder for documents.
[[nodiscard]] QString userFolder();

} // namespace rosler
