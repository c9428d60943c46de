// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rosler::cli {

/// Text from outside (a name, a path, a board's answer) as a terminal may show it: control characters, ESC
/// among them, written as \x1B, so that no name moves the cursor, sets the title or hides a line. Line ends
/// and tabs stay where @p lines says so.
[[nodiscard]] std::string printable(std::string_view text, bool lines = false);

} // namespace rosler::cli
