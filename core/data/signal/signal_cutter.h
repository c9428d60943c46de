// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/data/signal/recording.h"
#include "core/data/signal/resample.h"
#include "core/data/signal/signal_extractor.h"
#include "core/data/signal/signal_pipeline.h"

namespace rosler {

/// Takes recordings and makes a dataset of them: resampled, cut into windows, features of each. A recording's
/// samples are let go at once, so that memory is that of the features and of what is added at a time.
///
/// Where a recording is split by time, windows of its training part end before the cut, and those of its test
/// part begin at it, or, where it was resampled, as far behind it as the filter looks back: no sample is in
/// both. The group of an example is its recording; where that is split by time, the tenth of its training
/// part that the window begins in, so that a validation part may be held out of each recording, and windows
/// of two groups overlap at their border alone. Rows are in the order of the recordings, whatever the number
/// of threads.
class SignalCutter
{
public:
    SignalCutter(SignalPipeline pipeline, const ReadLimits &limits, std::stop_token stop);

    /// How many recordings will come in all: what they take of memory is forecast by it. 0: nobody knows.
    void expect(std::size_t recordings) noexcept { m_expected = recordings; }

    /// Adds these, in parallel.
    /// @return Malformed    no samples, channels of unequal lengths, a sample that is not finite, or a
    ///                      recording with other channels or of another rate than those before
    /// @return OutOfRange   shorter than a window, more than the limits allow, or as SignalExtractor::make()
    /// @return OutOfMemory  more memory than the limits allow; with the forecast for all
    /// @return Cancelled    within milliseconds of a stop
    [[nodiscard]] Result<void> add(std::vector<Recording> recordings);

    /// All but the name and the source. Classes are the labels of the training part, in the order of their
    /// bytes.
    /// @return NotFound   no recordings
    /// @return OutOfRange more than 65,535 classes, or fewer than two
    /// @return Malformed  a test recording of a class that no training example has
    [[nodiscard]] Result<DatasetParts> finish();

    /// The parts as the dataset of a file, a folder or an archive, @p notes of its reader behind those of
    /// finish(); the whole of what there is to do is done then.
    /// @return the errors of finish(), at @p path where they have no place of their own, and of
    /// Dataset::make()
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> datasetOf(const std::filesystem::path &path,
                                                                   const ReadProgress &progress,
                                                                   std::vector<std::string> notes = {});

private:
    /// Windows of one recording, and where they go.
    struct Cut {
        std::vector<std::vector<float>> samples; ///< of each channel, at the pipeline's rate
        Index trainWindows = 0;                  ///< from sample 0 on
        Index testFirst = 0;                     ///< sample
        Index testWindows = 0;
        Index trainRow = 0; ///< of its first window
        bool byTime = false;
        Index testRow = 0;
    };
    struct Part {
        std::vector<float> values;
        std::vector<std::uint32_t> labels; ///< numbers in m_labels
        std::vector<std::uint32_t> groups;
    };

    Result<void> begin(const std::vector<Recording> &first);
    Result<void> check(const Recording &recording) const;
    Result<Cut> cut(Recording recording) const;
    Result<void> makeRoom(const std::vector<Recording> &recordings, std::vector<Cut> &cuts);
    void extract(const Cut &cut, Index window, SignalExtractor &extractor);
    Result<Examples> examplesOf(Part &part, const std::map<std::string, std::uint16_t, std::less<>> &classOf);

    SignalPipeline m_pipeline;
    ReadLimits m_limits;
    std::stop_token m_stop;
    std::size_t m_expected = 0;
    std::optional<SignalExtractor> m_extractor; ///< none before the first recording
    Part m_train;
    Part m_test;
    std::vector<std::string> m_labels;     ///< different ones, in the order in which they came
    std::vector<std::string> m_recordings; ///< names
    struct Resampled {
        std::string first; ///< name
        Index count = 0;
    };
    std::map<double, Resampled> m_resampled; ///< by the rate they had
};

} // namespace rosler
