// SPDX-License-Identifier: Apache-2.0
#include "core/base/result.h"

namespace rosler {

std::string message(const Error &error)
{
    return error.where.empty() ? error.what : error.where + ": " + error.what;
}

} // namespace rosler
