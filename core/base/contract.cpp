// SPDX-License-Identifier: Apache-2.0
#include "core/base/contract.h"

#include <cstdio>
#include <cstdlib>

namespace rosler {

void contractBroken(const char *condition, const char *file, int line) noexcept
{
    std::fprintf(stderr, "%s:%d: contract broken: %s\n", file, line, condition);
    std::abort();
}

} // namespace rosler
