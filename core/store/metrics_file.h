// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/training/metrics.h"

namespace rosler {

/// metrics.csv of a run: a heading line, then one line a sample, in full double precision; what was not
/// evaluated is empty (fields: core/store/README.md). Only ever appended to.

/// The heading, with its line end.
[[nodiscard]] std::string metricsHeading();
/// One sample's line, with its line end.
[[nodiscard]] std::string metricsLine(const MetricSample &sample);
/// The same in the columns of a @p heading; empty where this version knows no such column.
[[nodiscard]] std::string metricsLine(const MetricSample &sample, std::string_view heading);

/// What stands in a metrics file.
struct MetricsText {
    std::vector<MetricSample> samples;
    std::vector<std::size_t> ends; ///< of each sample's line: offset of the first byte behind it
    std::size_t headingEnd = 0;    ///< of the heading, 0 when not even that is whole
};

/// Reads metrics. Columns are found by the names in the heading; unknown ones are passed over, missing
/// ones are NaN. A torn last line, which a killed program or a power cut leaves, is dropped.
/// @return Malformed  with file:line
[[nodiscard]] Result<MetricsText> parseMetrics(std::string_view text, const std::string &where);

/// At most this many bytes of a metrics file are read: ten million samples and more.
inline constexpr std::size_t longestMetrics = std::size_t {2} << 30;

/// Appends samples to a metrics file, each as soon as it comes: there is nothing to lose but the sample
/// that is being written. What a full disk refuses is kept and tried again with the next sample, and no
/// half line is left in the file.
class MetricsAppender
{
public:
    /// Opens @p path for appending; writes the heading when the file is new or empty, else keeps to the one
    /// that is there: a run of an earlier version goes on in its own columns.
    /// @return Malformed  a file that does not begin with a heading
    [[nodiscard]] static Result<MetricsAppender> open(const std::filesystem::path &path);
    MetricsAppender(MetricsAppender &&other) noexcept;
    MetricsAppender &operator=(MetricsAppender &&other) noexcept;
    ~MetricsAppender();

    [[nodiscard]] Result<void> append(const MetricSample &sample);
    [[nodiscard]] Result<void> sync(); ///< tries what was refused once more, then outlives a power cut

private:
    MetricsAppender(std::filesystem::path path, int descriptor, std::int64_t size)
        : m_path(std::move(path))
        , m_descriptor(descriptor)
        , m_size(size)
    {
    }
    [[nodiscard]] Result<void> writeOut();

    std::filesystem::path m_path;
    int m_descriptor = -1;
    std::int64_t m_size = 0; ///< of the file, whole lines only
    std::string m_waiting;   ///< lines not yet in the file
    std::string m_heading;   ///< of the file
};

} // namespace rosler
