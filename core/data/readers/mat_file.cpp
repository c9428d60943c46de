// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/mat_file.h"

#include "core/data/readers/mat_level5.h"
#include "core/data/readers/mat_v73.h"

namespace rosler {

Result<MatFile> MatFile::parse(std::span<const std::byte> bytes, const std::string &name,
                               std::uint64_t mostBytes, const std::stop_token &stop)
{
    auto variables = isMatLevel5(bytes) ? level5Variables(bytes, name, mostBytes, stop)
        : isMatV73(bytes)
        ? v73Variables(bytes, name, mostBytes, stop)
        : fail(ErrorCode::Unsupported, "no MATLAB file of version 5 to 7.3; save it with -v7", name);
    if (!variables)
        return tl::unexpected(std::move(variables.error()));
    return MatFile(std::move(*variables));
}

} // namespace rosler
