// SPDX-License-Identifier: Apache-2.0
#include "core/base/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace rosler {

void fillStandardDescriptors() noexcept
{
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO)
        ::close(descriptor);
}

} // namespace rosler
