// SPDX-License-Identifier: Apache-2.0
#include "core/data/read_limits.h"

#include <utility>

#include "core/base/quantity_text.h"

namespace rosler {

ReadLimits readLimits(std::optional<std::uint64_t> freeBytes)
{
    ReadLimits limits;
    limits.freeBytes = freeBytes;
    if (freeBytes)
        limits.maxBytes = *freeBytes - *freeBytes / 4;
    return limits;
}

tl::unexpected<Error> tooLittleMemory(double bytes, NeedIs known, const ReadLimits &limits, std::string where,
                                      const std::string &what)
{
    const char *const how = known == NeedIs::Exact ? "" : known == NeedIs::About ? "about " : "at least ";
    const std::string most = bytesText(static_cast<double>(limits.maxBytes));
    return fail(ErrorCode::OutOfMemory,
                (what.empty() ? "" : what + ": ") + how + bytesText(bytes) + " of memory are needed; "
                    + (limits.freeBytes ? bytesText(static_cast<double>(*limits.freeBytes))
                               + " are free, of which data may take " + most
                                        : most + " are allowed"),
                std::move(where));
}

} // namespace rosler
