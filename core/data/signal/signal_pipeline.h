// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset_request.h"
#include "core/data/signal/recording.h"
#include "core/data/signal/signal_features.h"

namespace rosler {

/// How examples are made of recordings. One path for vibration, audio and tables of time series.
struct SignalPipeline {
    /// Rate: that all recordings are brought to, 0 = the first one's. Channels: found.
    SignalFeatures features;
    double overlap = 0.5;     ///< of a window with the next, 0 .. 0.95
    bool byRecording = false; ///< whole recordings go to the test part; else the rest of each does
    double trainShare = 0.7;
    std::uint64_t splitSeed = 0; ///< by recording: which
    bool pad = false;            ///< a recording shorter than a window is followed by zeros
    /// Signal to noise ratio of white noise that is added to the test windows, each by its own power; none =
    /// none.
    std::optional<double> testNoiseDb;

    /// Samples from the beginning of a window to that of the next.
    [[nodiscard]] Index step() const noexcept;
};

/// Options of a reader of recordings: @p own ones, and those of the pipeline with the defaults of @p usual.
[[nodiscard]] std::vector<ReaderOption> withSignalOptions(std::initializer_list<ReaderOption> own,
                                                          const SignalPipeline &usual = {});

/// The pipeline that resolved options ask for.
/// @param usual  what is not an option of the reader
/// @return OutOfRange  a kind of features or of split that there is not. `where` is "options/features"
[[nodiscard]] Result<SignalPipeline> signalPipeline(const DatasetOptions &options,
                                                    const SignalPipeline &usual = {});

/// Sets the use of each recording of these labels: by recording some of each class to test on, else Split.
[[nodiscard]] std::vector<RecordingUse> usesOf(const std::vector<std::string> &labels,
                                               const SignalPipeline &pipeline);

/// A window that suits recordings of which nobody said one: the power of two nearest to two seconds, at least
/// 64 samples, 2,048 where no rate is known; halved, down to 16, until four windows lie end to end in the
/// shorter of the two parts of the shortest of @p recordings.
[[nodiscard]] Index windowFor(const SignalPipeline &pipeline, std::span<const Recording> recordings);

/// What an example is, for people: "windows of 2048 samples at 12000 a second (0.171 s), Hann, magnitudes of
/// 1024 frequencies".
[[nodiscard]] std::string describe(const SignalFeatures &features);

} // namespace rosler
