// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <stop_token>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/held_out.h"

namespace rosler {

/// The three parts of the data (decision 0010).
enum class DataPart : std::uint8_t { Training = 0, Validation = 1, Test = 2 };
inline constexpr std::size_t dataParts = 3;

/// "training", "validation", "test".
[[nodiscard]] std::string_view partName(DataPart part);

/// What there is to know of data before a model sees them.
struct DataSummary {
    TrainingSplit split;                               ///< of the training examples
    std::array<std::vector<Index>, dataParts> classes; ///< examples of each class, by part
    std::array<Index, dataParts> groups {};            ///< how many there are; 0 = examples have none
    /// Of each feature over the examples that are trained on; validation and test have no say.
    std::vector<float> mean;
    std::vector<float> deviation; ///< root of the mean square distance from the mean
    std::vector<float> least;
    std::vector<float> most;

    [[nodiscard]] Index count(DataPart part) const noexcept;
};

/// @return the errors of splitTraining(); Cancelled  @p stop was requested
[[nodiscard]] Result<DataSummary> summarise(const Dataset &data, const ValidationSpec &validation,
                                            const std::stop_token &stop = {});

/// Least and largest feature of some training examples, evenly spread over all of them: a quick look.
struct FeatureReach {
    float least = 0;
    float most = 0;
};
[[nodiscard]] FeatureReach featureReach(const Dataset &data);

/// Whether networks learn such features more easily behind a layer that standardises them: spectra and
/// cepstra, whose features differ by orders of magnitude, and whatever reaches far beyond -1 .. 1.
[[nodiscard]] bool shouldStandardise(const Dataset &data, const FeatureReach &reach);

/// Numbers of the examples of @p part, ascending: of data.test() for the test part, else of data.train().
[[nodiscard]] std::vector<std::uint32_t> examplesOf(const Dataset &data, const TrainingSplit &split,
                                                    DataPart part);

} // namespace rosler
