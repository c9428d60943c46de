// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset_request.h"

namespace rosler {

/// How the options of readers of recordings say where labels come from.
inline const ReaderOption labelOption {
    "label", "a recording's class: folder, file (its name), or auto: the folder where there are several",
    std::string("auto")};
inline const ReaderOption labelUntilOption {
    "label_until", "a file's class is its name up to the first of these characters; empty: all of it",
    std::string("_")};

/// The labels of files at these paths in a tree.
/// @param from   auto, folder or file         @param until  a file's name counts up to the first such
/// character
/// @return OutOfRange  @p from is none of these
/// @return Malformed   a file without a label: in no folder, or of a name that begins with such a character
[[nodiscard]] Result<std::vector<std::string>> labelsOf(const std::vector<std::string> &paths,
                                                        std::string_view from, std::string_view until);

} // namespace rosler
