// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/series_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/data/byte_source.h"
#include "core/data/file_tree.h"
#include "core/data/loading_stopped.h"
#include "core/data/readers/csv_rows.h"
#include "core/data/readers/label_table.h"
#include "core/data/signal/recording_labels.h"
#include "core/data/signal/signal_cutter.h"
#include "core/data/signal/signal_pipeline.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view automatic = "auto";
constexpr std::size_t seriesAtOnce = 16;
constexpr std::size_t mostSamples = 200'000'000; // of a file, all channels together
constexpr std::size_t mostChannels = 64;
constexpr double sameRate = 0.005; // rates that differ by less are one
constexpr double evenSteps = 0.2;  // of time, from their mean

bool isTableName(std::string_view path)
{
    constexpr std::array endings {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.xz", ".tsv.xz"};
    return std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
}

/// Number of the column that @p wanted names, by its header or its number from 1; none where nothing is
/// wanted.
Result<std::optional<std::size_t>> columnOf(const std::vector<std::string> &first, const std::string &wanted,
                                            const CsvRows &rows)
{
    if (wanted.empty())
        return std::nullopt;
    if (const auto column = csvColumn(first, wanted))
        return column;
    return fail(ErrorCode::NotFound, "no column \"" + className(wanted) + '"', rows.where(0));
}

/// Seconds that a time of 1 is in a column with this header: "t", "Time (ms)", "timestamp_us"; none if it
/// does not speak of time.
std::optional<double> timeUnitOf(std::string_view header)
{
    std::vector<std::string> words(1);
    for (const char c : header) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalpha(byte) != 0 && byte < 0x80)
            words.back() += static_cast<char>(std::tolower(byte));
        else if (std::string_view(" _-.,:/()[]").find(c) == std::string_view::npos)
            return std::nullopt;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.size() > 1 && words.back().empty())
        words.pop_back();
    constexpr std::array<std::string_view, 4> names {"t", "time", "timestamp", "times"};
    if (words.size() > 2 || std::ranges::find(names, words.front()) == names.end())
        return std::nullopt;
    constexpr std::array<std::pair<std::string_view, double>, 9> units {{{"s", 1},
                                                                         {"sec", 1},
                                                                         {"second", 1},
                                                                         {"seconds", 1},
                                                                         {"ms", 1e-3},
                                                                         {"milliseconds", 1e-3},
                                                                         {"us", 1e-6},
                                                                         {"microseconds", 1e-6},
                                                                         {"ns", 1e-9}}};
    if (words.size() == 1)
        return 1.0;
    const auto *const unit =
        std::ranges::find(units, words.back(), [](const auto &row) { return row.first; });
    return unit == units.end() ? std::nullopt : std::optional(unit->second);
}

/// The parts of one file: each a recording whose label, if there is a column of them, is its own.
class SeriesFile
{
public:
    SeriesFile(const DatasetOptions &options, const ReadProgress &progress)
        : m_options(options)
        , m_progress(progress)
    {
    }

    Result<std::vector<Recording>> read(const fs::path &file);

    /// The header by which a column was taken for times, empty if none was.
    [[nodiscard]] const std::string &timeFound() const noexcept { return m_timeFound; }

private:
    [[nodiscard]] std::string text(std::string_view name) const
    {
        return std::get<std::string>(m_options.find(name)->second);
    }
    Result<bool> begin(CsvRows &rows, const std::vector<std::string> &first);
    Result<double> number(const CsvRows &rows, const std::vector<std::string> &cells,
                          std::size_t column) const;
    Result<void> takeRow(CsvRows &rows, const std::vector<std::string> &cells);
    Result<void> end(const CsvRows &rows);

    const DatasetOptions &m_options;
    const ReadProgress &m_progress;
    std::size_t m_columns = 0;
    std::optional<std::size_t> m_time;
    double m_timeUnit = 1; ///< seconds
    std::string m_timeFound;
    std::optional<std::size_t> m_label;
    std::vector<Recording> m_recordings;
    std::vector<double> m_times; ///< of the last recording
    std::size_t m_numbers = 0;
};

/// Settles the columns; whether the first row is a header.
Result<bool> SeriesFile::begin(CsvRows &rows, const std::vector<std::string> &first)
{
    m_columns = first.size();
    const bool search = text("time") == automatic;
    auto time = columnOf(first, search ? std::string() : text("time"), rows);
    if (!time)
        return tl::unexpected(time.error());
    if (search)
        if (const auto found =
                std::ranges::find_if(first, [](const auto &name) { return timeUnitOf(name).has_value(); });
            found != first.end()) {
            *time = static_cast<std::size_t>(found - first.begin());
            m_timeFound = className(*found);
        }
    if (*time)
        m_timeUnit = timeUnitOf(first[**time]).value_or(1);
    const auto label = columnOf(first, text("label_column"), rows);
    if (!label)
        return tl::unexpected(label.error());
    m_time = *time;
    m_label = *label;
    const std::size_t channels = m_columns - (m_time ? 1 : 0) - (m_label && m_label != m_time ? 1 : 0);
    if (channels < 1 || channels > mostChannels)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(channels) + " columns of samples; there are 1 to "
                        + std::to_string(mostChannels),
                    rows.where(0));
    for (std::size_t i = 0; i < first.size(); ++i)
        if (m_label != i && !csvNumber(first[i], rows.delimiter() != ','))
            return true;
    return false;
}

Result<double> SeriesFile::number(const CsvRows &rows, const std::vector<std::string> &cells,
                                  std::size_t column) const
{
    const auto value = csvNumber(cells[column], rows.delimiter() != ',');
    if (!value || !std::isfinite(static_cast<float>(*value)))
        return fail(ErrorCode::Malformed,
                    cells[column].empty() ? "an empty cell"
                                          : '"' + className(cells[column]) + "\" is no number",
                    rows.where(column + 1));
    return *value;
}

Result<void> SeriesFile::end(const CsvRows &rows)
{
    if (m_recordings.empty())
        return {};
    Recording &recording = m_recordings.back();
    recording.rate = std::get<double>(m_options.find("recorded_rate")->second);
    if (!m_time || m_times.size() < 2)
        return {};
    const double given = std::get<double>(m_options.find("time_unit")->second);
    const double unit = given > 0 ? given : m_timeUnit;
    const double step = (m_times.back() - m_times.front()) / static_cast<double>(m_times.size() - 1);
    for (std::size_t i = 1; i < m_times.size(); ++i)
        if (!(m_times[i] > m_times[i - 1]) || std::abs(m_times[i] - m_times[i - 1] - step) > evenSteps * step)
            return fail(ErrorCode::Malformed,
                        "times do not rise in equal steps: sample " + std::to_string(i + 1)
                            + " of a recording is at " + numberText(m_times[i]) + ", the one before at "
                            + numberText(m_times[i - 1]),
                        rows.where(0));
    if (recording.rate == 0)
        recording.rate = 1 / (step * unit);
    return {};
}

Result<void> SeriesFile::takeRow(CsvRows &rows, const std::vector<std::string> &cells)
{
    if (cells.size() != m_columns)
        return fail(ErrorCode::Malformed,
                    std::to_string(cells.size()) + " columns where there should be "
                        + std::to_string(m_columns),
                    rows.where(0));
    m_numbers += m_columns;
    if (m_numbers > mostSamples)
        return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostSamples) + " numbers",
                    rows.where(0));
    const std::string label = m_label ? className(cells[*m_label]) : std::string();
    if (m_recordings.empty() || label != m_recordings.back().label) {
        if (auto ended = end(rows); !ended)
            return ended;
        Recording &begun = m_recordings.emplace_back();
        begun.label = label;
        begun.name = rows.where(0);
        begun.channels.resize(m_columns - (m_time ? 1 : 0) - (m_label && m_label != m_time ? 1 : 0));
        m_times.clear();
    }
    std::size_t channel = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (m_label == i)
            continue;
        const auto value = number(rows, cells, i);
        if (!value)
            return tl::unexpected(value.error());
        if (m_time == i)
            m_times.push_back(*value);
        else
            m_recordings.back().channels[channel++].push_back(static_cast<float>(*value));
    }
    return {};
}

Result<std::vector<Recording>> SeriesFile::read(const fs::path &file)
{
    auto source = ByteSource::open(file);
    if (!source)
        return tl::unexpected(std::move(source.error()));
    const std::string name = source->name();
    CsvRows rows(std::move(*source), '\0');
    std::vector<std::string> cells;
    for (std::uint64_t count = 0;; ++count) {
        constexpr std::uint64_t often = 64;
        if (count % often == 0 && m_progress.stop.stop_requested())
            return loadingStopped();
        const auto more = rows.next(cells);
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        if (count == 0) {
            const auto header = begin(rows, cells);
            if (!header)
                return tl::unexpected(header.error());
            if (*header)
                continue;
        }
        if (auto taken = takeRow(rows, cells); !taken)
            return tl::unexpected(std::move(taken.error()));
    }
    if (auto ended = end(rows); !ended)
        return tl::unexpected(std::move(ended.error()));
    if (m_recordings.empty())
        return fail(ErrorCode::OutOfRange, "no rows", name);
    return std::move(m_recordings);
}

SignalPipeline usualSeries()
{
    SignalPipeline pipeline;
    pipeline.features.window = 0; // by the recordings
    return pipeline;
}

/// Recordings; @p labels takes the table of their classes.
Result<std::vector<std::string>> tablesIn(const fs::path &path, FileLabels &labels,
                                          const ReadProgress &progress)
{
    std::vector<std::string> files;
    TreeVisit list;
    list.stop = progress.stop;
    list.wanted = [&](std::string_view file) {
        std::error_code ignored;
        if (labels.wants(file))
            return true;
        if (isTableName(file) && fs::is_regular_file(path / file, ignored)) // not within an archive
            files.emplace_back(file);
        return false;
    };
    list.take = [&](TreeFile &file) { return labels.take(file); };
    if (auto visited = visitFiles(path, list); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (files.empty())
        return fail(ErrorCode::NotFound, "no .csv or .tsv files", path.string());
    return files;
}

} // namespace

std::span<const ReaderOption> seriesOptions()
{
    static const std::vector<ReaderOption> options = withSignalOptions(
        {
            {"time",
             "the column of times: its name, or its number from 1; auto: one that is headed t, time or "
             "timestamp, "
             "perhaps with a unit; empty: none",
             std::string(automatic)},
            {"time_unit", "seconds that a time of 1 is; 0: as the column's header says, else a second", 0.0,
             0, 1e6},
            {"recorded_rate", "samples a second of the recordings; 0: by the times, else nobody said", 0.0, 0,
             1e9},
            {"label_column", "the column of labels: its name, or its number from 1; empty: by file or folder",
             std::string()},
            labelOption,
            labelUntilOption,
            labelTableOption,
            labelTableFileOption,
            labelTableClassOption,
        },
        usualSeries());
    return options;
}

bool looksLikeSeries(const fs::path &path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored)
        && std::ranges::any_of(someFiles(path), [&](const std::string &file) {
               return isTableName(file) && fs::is_regular_file(path / file, ignored);
           });
}

Result<std::shared_ptr<const Dataset>> readSeries(const fs::path &path, const DatasetOptions &options,
                                                  const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, seriesOptions());
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto text = [&](std::string_view name) {
        return std::get<std::string>(resolved->find(name)->second);
    };
    const auto pipeline = signalPipeline(*resolved, usualSeries());
    if (!pipeline)
        return tl::unexpected(pipeline.error());
    const bool labelled = !text("label_column").empty();
    if (labelled && pipeline->byRecording)
        return fail(ErrorCode::OutOfRange, "what a column of labels tells apart is split by time",
                    "options/split");
    if (labelled && !text("label_table").empty())
        return fail(ErrorCode::OutOfRange, "classes are those of a column, or of a table of files: not both",
                    "options/label_table");
    FileLabels fileLabels(*resolved);
    auto listed = tablesIn(path, fileLabels, progress);
    if (!listed)
        return tl::unexpected(std::move(listed.error()));
    std::vector<std::string> none(listed->size());
    auto chosen = labelled ? Result<LabelledFiles>(LabelledFiles {std::move(*listed), std::move(none), {}})
                           : fileLabels.of(std::move(*listed), path.string(), progress.stop);
    if (!chosen)
        return tl::unexpected(std::move(chosen.error()));
    const std::vector<std::string> &files = chosen->files;
    const std::vector<RecordingUse> uses = usesOf(chosen->labels, *pipeline);
    SignalCutter cutter(*pipeline, limits, progress.stop);
    cutter.expect(labelled ? 0 : files.size());
    std::string timeFound;
    std::vector<Recording> waiting;
    double rate = 0; // of the first
    for (std::size_t i = 0; i < files.size(); ++i) {
        SeriesFile file(*resolved, progress);
        auto recordings = file.read(path / files[i]);
        if (!recordings)
            return tl::unexpected(std::move(recordings.error()));
        timeFound = file.timeFound();
        for (Recording &recording : *recordings) {
            if (!labelled)
                recording.label = chosen->labels[i];
            recording.use = uses[i];
            rate = rate == 0 ? recording.rate : rate;
            if (std::abs(recording.rate - rate) <= sameRate * rate)
                recording.rate = rate;
            waiting.push_back(std::move(recording));
        }
        if (waiting.size() >= seriesAtOnce || i + 1 == files.size())
            if (auto added = cutter.add(std::exchange(waiting, {})); !added)
                return tl::unexpected(std::move(added.error()));
        constexpr double reading = 0.95; // of the time; the rest checks and digests
        if (progress.report)
            progress.report(reading * static_cast<double>(i + 1) / static_cast<double>(files.size()));
    }
    std::vector<std::string> notes = std::move(chosen->notes);
    if (!timeFound.empty())
        notes.push_back("Times are those of the column \"" + timeFound + "\".");
    return cutter.datasetOf(path, progress, std::move(notes));
}

} // namespace rosler
