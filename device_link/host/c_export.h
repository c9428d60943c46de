// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "device_link/host/model_image.h"

namespace rosler {

/// One file of generated C.
struct CFile {
    std::string name;
    std::string text;
};

/// What generated C needs, as its header says it too.
struct CSizes {
    std::size_t weightBytes = 0; ///< of constants, biases and scales included
    std::size_t arenaBytes = 0;  ///< of RAM besides the stack

    friend bool operator==(const CSizes &, const CSizes &) = default;
};

struct CSources {
    std::vector<CFile> files;
    CSizes sizes;
};

/// A model as C11 that stands alone: constants, the kernels that it uses, and
///
///     int rosler_run(const float *in, float *out);
///
/// No protocol, no heap, nothing that is found out at run time: one call after the other. Forms of kernels
/// for cores with DSP, Helium or an FPU are chosen by the compiler's own macros; all give the same bits, and
/// those are the twin's (PROTOCOL.md, section "Arithmetic").
/// @return Unsupported  the image has operations or number types that no code is made of
[[nodiscard]] Result<CSources> cSources(const ModelImage &image);

/// Writes them to a folder, which is made if need be; files of the same names are written over,
/// all or, on a full disk, none: they belong together.
/// @return Unwritable
[[nodiscard]] Result<void> writeCSources(const CSources &sources, const std::string &folder);

} // namespace rosler
