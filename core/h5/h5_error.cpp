// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_error.h"

#include <hdf5.h>

namespace rosler::h5 {

namespace {

/// Called by H5Ewalk2 from the innermost entry outwards: the first one says what happened.
herr_t takeInnermost(unsigned number, const H5E_error2_t *entry, void *text)
{
    if (number == 0 && entry->desc != nullptr)
        *static_cast<std::string *>(text) = entry->desc;
    return 0;
}

} // namespace

void prepareLibrary() noexcept
{
    static const herr_t once = H5dont_atexit();
    static_cast<void>(once);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

tl::unexpected<Error> failWithStack(ErrorCode code, std::string what, std::string where)
{
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &takeInnermost, &reason);
    H5Eclear2(H5E_DEFAULT);
    if (!reason.empty())
        what += " (HDF5: " + reason + ")";
    return fail(code, std::move(what), std::move(where));
}

} // namespace rosler::h5
