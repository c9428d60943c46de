// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace rosler {

/// A file of the firmware's kernels that the programs carry with them, as it lies in the repository.
struct KernelSource {
    std::string_view name; ///< "rsl_s8_portable.c"
    std::string_view text;
};

/// All of them, by name.
[[nodiscard]] std::span<const KernelSource> kernelSources();

} // namespace rosler
