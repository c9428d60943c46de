// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/nn/network.h"

namespace rosler {

/// Writes @p network to an HDF5 file, float32, self-describing, laid out like Keras weights so that
/// viewers as Netron list each factor (fields: core/store/README.md). Written under a temporary name
/// and renamed. Equal networks give equal bytes.
[[nodiscard]] Result<void> writeModelFile(const std::filesystem::path &path, const Network &network);

/// @return NotFound, Unreadable
/// @return Malformed or Unsupported  with the name of the object in the file that is wrong
[[nodiscard]] Result<Network> readModelFile(const std::filesystem::path &path);

/// The same from and to memory: what writeModelFile() puts in the file, and how errors call it.
[[nodiscard]] Result<std::string> modelBytes(const Network &network);
[[nodiscard]] Result<Network> parseModel(std::string_view bytes, const std::string &where);

} // namespace rosler
