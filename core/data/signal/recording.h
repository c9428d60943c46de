// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/matrix.h"

namespace rosler {

/// Which part of the data the windows of a recording go to.
enum class RecordingUse {
    Split,      ///< its first share to the training part, the rest to the test part
    TrainShare, ///< its first share to the training part, the rest to none
    Train,      ///< all to the training part
    Test,       ///< all to the test part
};

/// Samples of one or more channels that were taken together: vibration, audio, a time series.
struct Recording {
    std::string name;                         ///< for messages: "normal_0_97.mat"
    std::string label;                        ///< the name of its class
    double rate = 0;                          ///< samples a second; 0: nobody said
    std::vector<std::vector<float>> channels; ///< of equal lengths, at least one
    RecordingUse use = RecordingUse::Split;

    [[nodiscard]] Index samples() const noexcept
    {
        return channels.empty() ? 0 : static_cast<Index>(channels.front().size());
    }
};

} // namespace rosler
