// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <cstdio>

namespace rosler::cli {

int report(const Error &error)
{
    std::fprintf(stderr, "rosler: %s\n", message(error).c_str());
    return WorldFailed;
}

} // namespace rosler::cli
