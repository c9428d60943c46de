// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <cstdio>

#include "app/cli/printable.h"

namespace rosler::cli {

int report(const Error &error)
{
    std::fprintf(stderr, "rosler: %s\n", printable(message(error), true).c_str());
    return WorldFailed;
}

} // namespace rosler::cli
