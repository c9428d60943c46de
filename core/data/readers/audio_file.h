// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace rosler {

/// Samples of a WAV or FLAC file.
struct AudioFile {
    double rate = 0;                          ///< samples a second
    std::vector<std::vector<float>> channels; ///< full scale is 1
};

/// Decodes a whole file by libsndfile. Chunks of a WAV must lie within the file.
/// @param name  for messages
/// @param mono  the mean of its channels as one
/// @return Malformed    damaged, cut off, lengths that lie, no samples
/// @return Unsupported  of another format, or with more than 64 channels
/// @return OutOfRange   more than 200 million samples
/// @return Cancelled    by the token, within milliseconds
[[nodiscard]] Result<AudioFile> decodeAudio(std::span<const std::byte> bytes, const std::string &name,
                                            bool mono, const std::stop_token &stop = {});

} // namespace rosler
