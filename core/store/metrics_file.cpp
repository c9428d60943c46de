// SPDX-License-Identifier: Apache-2.0
#include "core/store/metrics_file.h"

#include <array>
#include <cerrno>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/staged_file.h"
#include "core/base/text_number.h"

namespace rosler {

namespace {

struct Column {
    std::string_view name;
    double MetricSample::*field;
};

/// All columns but the first, which is "step".
constexpr std::array<Column, 9> columns {{{"epoch", &MetricSample::epoch},
                                          {"seconds", &MetricSample::seconds},
                                          {"train_flops", &MetricSample::trainFlops},
                                          {"train_loss", &MetricSample::trainLoss},
                                          {"train_accuracy", &MetricSample::trainAccuracy},
                                          {"validation_loss", &MetricSample::validationLoss},
                                          {"validation_accuracy", &MetricSample::validationAccuracy},
                                          {"test_loss", &MetricSample::testLoss},
                                          {"test_accuracy", &MetricSample::testAccuracy}}};

std::vector<std::string_view> fieldsOf(std::string_view line)
{
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0;;) {
        const std::size_t comma = line.find(',', begin);
        fields.push_back(line.substr(begin, comma - begin));
        if (comma == std::string_view::npos)
            return fields;
        begin = comma + 1;
    }
}

/// What each place of a line means.
struct Heading {
    static constexpr int unknown = -1;
    static constexpr int step = -2;
    std::vector<int> meaning; ///< number in `columns`, or one of the above
};

Result<Heading> readHeading(std::string_view line, const std::string &where)
{
    Heading heading;
    bool hasStep = false;
    for (const std::string_view field : fieldsOf(line)) {
        int meaning = field == "step" ? Heading::step : Heading::unknown;
        hasStep = hasStep || meaning == Heading::step;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].name == field)
                meaning = static_cast<int>(i);
        heading.meaning.push_back(meaning);
    }
    if (!hasStep)
        return fail(ErrorCode::Malformed, "the heading names no column \"step\"", where + ":1");
    return heading;
}

std::optional<MetricSample> readSample(std::string_view line, const Heading &heading)
{
    const std::vector<std::string_view> fields = fieldsOf(line);
    if (fields.size() != heading.meaning.size())
        return std::nullopt;
    MetricSample sample;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const int meaning = heading.meaning[i];
        if (meaning == Heading::step) {
            const auto step = numberIn<std::int64_t>(fields[i]);
            if (!step)
                return std::nullopt;
            sample.step = *step;
        } else if (meaning != Heading::unknown) {
            const auto value =
                fields[i].empty() ? std::numeric_limits<double>::quiet_NaN() : numberIn<double>(fields[i]);
            if (!value)
                return std::nullopt;
            sample.*columns[static_cast<std::size_t>(meaning)].field = *value;
        }
    }
    return sample;
}

} // namespace

std::string metricsHeading()
{
    std::string heading = "step";
    for (const Column &column : columns)
        heading.append(",").append(column.name);
    return heading + "\n";
}

std::string metricsLine(const MetricSample &sample)
{
    return metricsLine(sample, metricsHeading());
}

std::string metricsLine(const MetricSample &sample, std::string_view heading)
{
    std::string line;
    for (const std::string_view name : fieldsOf(heading.substr(0, heading.find_first_of("\r\n")))) {
        if (!line.empty())
            line += ',';
        if (name == "step")
            line += std::to_string(sample.step);
        for (const Column &column : columns)
            if (const double value = sample.*column.field; column.name == name && !std::isnan(value))
                line += numberText(value);
    }
    return line + "\n";
}

Result<MetricsText> parseMetrics(std::string_view text, const std::string &where)
{
    text = text.substr(0, text.find('\0')); // a power cut may leave zeros behind the last synced byte
    MetricsText metrics;
    Heading heading;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        if (end == std::string_view::npos)
            break; // torn
        std::string_view line = text.substr(begin, end - begin);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        begin = end + 1;
        if (++number == 1) {
            auto read = readHeading(line, where);
            if (!read)
                return tl::unexpected(read.error());
            heading = std::move(*read);
            metrics.headingEnd = begin;
            continue;
        }
        const auto sample = readSample(line, heading);
        if (!sample)
            return fail(ErrorCode::Malformed,
                        "not a line of metrics: \"" + std::string(line.substr(0, 80)) + "\"",
                        where + ":" + std::to_string(number));
        metrics.samples.push_back(*sample);
        metrics.ends.push_back(begin);
    }
    return metrics;
}

Result<MetricsAppender> MetricsAppender::open(const std::filesystem::path &path)
{
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return writeFailed(errno, path);
    struct stat status {
    };
    MetricsAppender appender(path, descriptor, 0);
    if (::fstat(descriptor, &status) != 0)
        return writeFailed(errno, path);
    appender.m_size = status.st_size;
    if (appender.m_size == 0) {
        appender.m_waiting = metricsHeading();
        appender.m_heading = appender.m_waiting;
        if (auto done = appender.writeOut(); !done)
            return tl::unexpected(done.error());
        return appender;
    }
    std::string first(4096, '\0');
    const ssize_t read = ::pread(descriptor, first.data(), first.size(), 0);
    if (read < 0)
        return fail(ErrorCode::Unreadable, "cannot read: " + std::generic_category().message(errno),
                    path.string());
    first.resize(std::min(static_cast<std::size_t>(read), first.find('\n')));
    if (auto heading =
            readHeading(first.ends_with('\r') ? first.substr(0, first.size() - 1) : first, path.string());
        !heading)
        return tl::unexpected(heading.error());
    appender.m_heading = std::move(first);
    return appender;
}

MetricsAppender::MetricsAppender(MetricsAppender &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_size(other.m_size)
    , m_waiting(std::move(other.m_waiting))
    , m_heading(std::move(other.m_heading))
{
}

MetricsAppender &MetricsAppender::operator=(MetricsAppender &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_size, other.m_size);
    std::swap(m_waiting, other.m_waiting);
    std::swap(m_heading, other.m_heading);
    return *this;
}

MetricsAppender::~MetricsAppender()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<void> MetricsAppender::writeOut()
{
    if (const int failure = writeAll(m_descriptor, m_waiting); failure != 0) {
        // Takes back the half line; should that fail as well, reading would stop at it with an error.
        if (::ftruncate(m_descriptor, m_size) != 0)
            return writeFailed(errno, m_path);
        return writeFailed(failure, m_path);
    }
    m_size += static_cast<std::int64_t>(m_waiting.size());
    m_waiting.clear();
    return {};
}

Result<void> MetricsAppender::append(const MetricSample &sample)
{
    m_waiting += metricsLine(sample, m_heading);
    return writeOut();
}

Result<void> MetricsAppender::sync()
{
    if (auto done = writeOut(); !done)
        return done;
    if (::fdatasync(m_descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
        return writeFailed(errno, m_path);
    return {};
}

} // namespace rosler
