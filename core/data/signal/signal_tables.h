// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/data/signal/signal_features.h"

namespace rosler {

/// The numbers of signal_features.h that do not depend on samples.
struct SignalTables {
    struct Tooth { ///< of a band's triangle
        Index bin;
        double weight;
    };

    std::vector<double> window; ///< of a whole window, or of a frame
    double scale = 1;           ///< 2 / W
    std::vector<std::vector<Tooth>> bands;
    std::vector<double> cosines; ///< coefficients x bands
};

/// @return OutOfRange  numbers that do not go together: a window too short, a frame longer than the
///                     window, more coefficients than bands, a band so narrow that no frequency falls into
///                     it, or mel bands of samples whose rate nobody said. `where` is "options/bands"
[[nodiscard]] Result<SignalTables> signalTables(const SignalFeatures &features);

} // namespace rosler
