// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/csv_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/text_number.h"
#include "core/data/byte_source.h"
#include "core/data/file_tree.h"
#include "core/data/loading_stopped.h"
#include "core/data/readers/csv_rows.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

const std::array csvOptionList {
    ReaderOption {"label", "the label's column: its name, or its number from 1; empty: the last",
                  std::string()},
    ReaderOption {"header", "whether the first row names the columns: auto, yes or no", std::string("auto")},
    ReaderOption {"delimiter", "auto, comma, semicolon or tab", std::string("auto")},
    ReaderOption {"divisor", "features are the numbers divided by this", 1.0, 1e-9, 1e9},
    ReaderOption {"height", "of images: rows of pixels; 0: no images", Index {0}, 0, 65535},
    ReaderOption {"width", "of images: pixels of a row, the channels side by side", Index {0}, 0, 65535},
    testShareOption,
    splitSeedOption,
};

constexpr std::array csvEndings {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.xz", ".tsv.xz"};
constexpr std::size_t mostLabels = 65535;

bool isCsvName(const std::string &name)
{
    return std::ranges::any_of(csvEndings, [&](std::string_view ending) { return name.ends_with(ending); });
}

/// The table to train on, or an empty path.
fs::path csvFile(const fs::path &path)
{
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored))
        return isCsvName(path.filename().string()) ? path : fs::path();
    std::vector<fs::path> tables;
    std::vector<fs::path> named;
    std::error_code error;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!isCsvName(name) || name.starts_with('.'))
            continue;
        tables.push_back(entry->path());
        if (name.find("train") != std::string::npos)
            named.push_back(entry->path());
    }
    return tables.size() == 1 ? tables.front() : named.size() == 1 ? named.front() : fs::path();
}

/// "a_test.csv" beside "a_train.csv", if there is one.
std::optional<fs::path> testFileOf(const fs::path &train)
{
    constexpr std::string_view word = "train";
    std::string name = train.filename().string();
    const std::size_t at = name.rfind(word);
    if (at == std::string::npos)
        return std::nullopt;
    name.replace(at, word.size(), "test");
    std::error_code ignored;
    const fs::path test = train.parent_path() / name;
    return fs::is_regular_file(test, ignored) ? std::optional(test) : std::nullopt;
}

/// How a table is read; what is not asked for is settled by its first row.
struct CsvForm {
    std::string label;
    std::string header;
    char delimiter = 0;
    double divisor = 1;
    std::size_t columns = 0; ///< 0: not yet known
    std::size_t labelColumn = 0;
};

/// One file, its labels still texts.
struct CsvTable {
    std::vector<float> values;
    std::vector<std::uint32_t> labels; ///< numbers of texts
    std::vector<std::string> texts;
    std::vector<std::uint64_t> lines; ///< of test files: where each row is
    std::string name;
};

class CsvLoad
{
public:
    CsvLoad(CsvForm &form, const ReadLimits &limits, const ReadProgress &progress)
        : m_form(form)
        , m_limits(limits)
        , m_progress(progress)
    {
    }

    /// @param from, to  the share of the whole that this file is
    Result<CsvTable> read(const fs::path &path, double from, double to);

private:
    Result<bool> begin(CsvRows &rows, const std::vector<std::string> &first);
    Result<void> takeRow(CsvRows &rows, const std::vector<std::string> &cells, CsvTable &table);

    CsvForm &m_form;
    const ReadLimits &m_limits;
    const ReadProgress &m_progress;
    std::unordered_map<std::string, std::uint32_t> m_numberOf;
    double m_held = 0; ///< bytes of the files before, as they are kept
};

/// Settles the form; whether the first row is a header.
Result<bool> CsvLoad::begin(CsvRows &rows, const std::vector<std::string> &first)
{
    if (first.size() < 2)
        return fail(ErrorCode::Malformed, "a single column; a label and a feature are the least",
                    rows.where(0));
    if (m_form.columns != 0 && m_form.columns != first.size())
        return fail(ErrorCode::Malformed,
                    std::to_string(first.size()) + " columns, but " + std::to_string(m_form.columns)
                        + " to train on",
                    rows.where(0));
    m_form.columns = first.size();
    const auto named = std::ranges::find(first, m_form.label);
    const auto number = numberIn<std::size_t>(m_form.label);
    const bool byName = !m_form.label.empty() && named != first.end() && m_form.header != "no";
    m_form.labelColumn = first.size() - 1;
    if (byName)
        m_form.labelColumn = static_cast<std::size_t>(named - first.begin());
    else if (number && *number >= 1 && *number <= first.size())
        m_form.labelColumn = *number - 1;
    else if (!m_form.label.empty()) {
        std::string what = "no column \"" + className(m_form.label) + "\"; the first row is:";
        for (std::size_t i = 0; i < std::min<std::size_t>(first.size(), 20); ++i)
            what += " " + className(first[i]);
        return fail(ErrorCode::NotFound, what, rows.where(0));
    }
    if (m_form.header != "auto")
        return m_form.header == "yes";
    for (std::size_t i = 0; i < first.size(); ++i)
        if (i != m_form.labelColumn && !first[i].empty() && !csvNumber(first[i], rows.delimiter() != ','))
            return true;
    return byName && !number;
}

Result<void> CsvLoad::takeRow(CsvRows &rows, const std::vector<std::string> &cells, CsvTable &table)
{
    if (cells.size() != m_form.columns)
        return fail(ErrorCode::Malformed,
                    std::to_string(cells.size()) + " columns where there should be "
                        + std::to_string(m_form.columns),
                    rows.where(0));
    if (std::cmp_greater_equal(table.labels.size(), m_limits.maxExamples))
        return fail(ErrorCode::OutOfRange,
                    "more than the " + std::to_string(m_limits.maxExamples) + " rows that are allowed",
                    rows.where(0));
    // Once as they are read, and once as they are kept.
    const double bytes = 2 * sizeof(float) * static_cast<double>(table.values.size() + cells.size() - 1);
    if (isTooMuch(m_held + bytes, m_limits))
        return tooLittleMemory(m_held + bytes / std::clamp(rows.fraction(), 0.001, 1.0), NeedIs::About,
                               m_limits, rows.where(0));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string &cell = cells[i];
        if (cell.empty())
            return fail(ErrorCode::Malformed, "an empty cell", rows.where(i + 1));
        if (i == m_form.labelColumn)
            continue;
        const auto number = csvNumber(cell, rows.delimiter() != ',');
        if (!number)
            return fail(ErrorCode::Malformed, "\"" + className(cell) + "\" is no number", rows.where(i + 1));
        const auto value = static_cast<float>(*number / m_form.divisor);
        if (!std::isfinite(value))
            return fail(ErrorCode::Malformed, "\"" + className(cell) + "\" is not finite as a float",
                        rows.where(i + 1));
        table.values.push_back(value);
    }
    const auto [label, isNew] = m_numberOf.try_emplace(className(cells[m_form.labelColumn]),
                                                       static_cast<std::uint32_t>(table.texts.size()));
    if (isNew) {
        if (table.texts.size() == mostLabels)
            return fail(ErrorCode::OutOfRange,
                        "more than " + std::to_string(mostLabels)
                            + " different labels: another column is the label?",
                        rows.where(m_form.labelColumn + 1));
        table.texts.push_back(label->first);
    }
    table.labels.push_back(label->second);
    table.lines.push_back(rows.line());
    return {};
}

Result<CsvTable> CsvLoad::read(const fs::path &path, double from, double to)
{
    auto source = ByteSource::open(path);
    if (!source)
        return tl::unexpected(std::move(source.error()));
    CsvTable table;
    table.name = source->name();
    m_numberOf.clear();
    CsvRows rows(std::move(*source), m_form.delimiter);
    std::vector<std::string> cells;
    bool first = true;
    for (std::uint64_t count = 0;; ++count) {
        const auto more = rows.next(cells);
        if (!more)
            return tl::unexpected(more.error());
        constexpr std::uint64_t often = 64;
        if (count % often == 0) {
            if (m_progress.stop.stop_requested())
                return loadingStopped();
            if (m_progress.report)
                m_progress.report(from + (to - from) * std::min(1.0, rows.fraction()));
        }
        if (!*more)
            break;
        if (std::exchange(first, false)) {
            const auto header = begin(rows, cells);
            if (!header)
                return tl::unexpected(header.error());
            if (*header)
                continue;
        }
        if (auto taken = takeRow(rows, cells, table); !taken)
            return tl::unexpected(std::move(taken.error()));
    }
    if (table.labels.empty())
        return fail(ErrorCode::OutOfRange, "no rows", table.name);
    m_held += sizeof(float) * static_cast<double>(table.values.size());
    return table;
}

/// The labels of the training part as classes: numbers ascending, else texts by their bytes.
std::vector<std::string> sortedClasses(std::vector<std::string> texts)
{
    const bool numbers = std::ranges::all_of(
        texts, [](const std::string &text) { return numberIn<double>(text).has_value(); });
    std::sort(texts.begin(), texts.end(), [numbers](const std::string &a, const std::string &b) {
        const double x = numbers ? *numberIn<double>(a) : 0;
        const double y = numbers ? *numberIn<double>(b) : 0;
        return x < y || (!(y < x) && a < b);
    });
    return texts;
}

Result<Examples> examplesIn(CsvTable &table, const std::vector<std::string> &classes)
{
    std::unordered_map<std::string_view, std::uint16_t> classOf;
    for (std::size_t i = 0; i < classes.size(); ++i)
        classOf.emplace(classes[i], static_cast<std::uint16_t>(i));
    Examples examples;
    const auto count = static_cast<Index>(table.labels.size());
    const auto cols = static_cast<Index>(table.values.size()) / count;
    examples.features = Matrix(Eigen::Map<const Matrix>(table.values.data(), count, cols));
    table.values = std::vector<float>(); // {} would keep their room
    for (std::size_t row = 0; row < table.labels.size(); ++row) {
        const std::string &text = table.texts[table.labels[row]];
        const auto found = classOf.find(text);
        if (found == classOf.end())
            return fail(ErrorCode::Malformed, "label \"" + text + "\", which no training example has",
                        table.name + ":line " + std::to_string(table.lines[row]));
        examples.labels.push_back(found->second);
    }
    return examples;
}

Result<CsvForm> formOf(const DatasetOptions &options)
{
    const auto text = [&](std::string_view name) {
        return std::get<std::string>(options.find(name)->second);
    };
    CsvForm form;
    form.label = text("label");
    form.header = text("header");
    form.divisor = std::get<double>(options.find("divisor")->second);
    if (form.header != "auto" && form.header != "yes" && form.header != "no")
        return fail(ErrorCode::OutOfRange, '"' + className(form.header) + "\" is none of auto, yes and no",
                    "options/header");
    constexpr std::array<std::pair<std::string_view, char>, 4> delimiters {
        {{"auto", '\0'}, {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}}};
    const auto found =
        std::ranges::find(delimiters, text("delimiter"), [](const auto &row) { return row.first; });
    if (found == delimiters.end())
        return fail(ErrorCode::OutOfRange,
                    '"' + className(text("delimiter")) + "\" is none of auto, comma, semicolon and tab",
                    "options/delimiter");
    form.delimiter = found->second;
    return form;
}

Result<ExampleShape> shapeOf(Index features, const DatasetOptions &options)
{
    const Index height = std::get<Index>(options.find("height")->second);
    const Index width = std::get<Index>(options.find("width")->second);
    if (height == 0 && width == 0)
        return ExampleShape::vector(features);
    if (height == 0 || width == 0 || features % (height * width) != 0)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(features) + " features are no pixels of " + std::to_string(height) + " x "
                        + std::to_string(width),
                    "options/height");
    return ExampleShape {features / (height * width), height, width};
}

} // namespace

std::span<const ReaderOption> csvOptions()
{
    return csvOptionList;
}

bool looksLikeCsv(const fs::path &path)
{
    return !csvFile(path).empty();
}

Result<std::shared_ptr<const Dataset>> readCsv(const fs::path &path, const DatasetOptions &options,
                                               const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, csvOptionList);
    if (!resolved)
        return tl::unexpected(resolved.error());
    auto form = formOf(*resolved);
    if (!form)
        return tl::unexpected(std::move(form.error()));
    const fs::path file = csvFile(path);
    if (file.empty())
        return fail(ErrorCode::NotFound, "no table of text", path.string());
    const auto testFile = testFileOf(file);
    constexpr double reading = 0.9; // of the time; the rest checks and digests
    CsvLoad load(*form, limits, progress);
    auto table = load.read(file, 0, testFile ? reading * 0.8 : reading);
    if (!table)
        return tl::unexpected(std::move(table.error()));
    DatasetParts parts;
    parts.name = treeName(file);
    parts.source = file.string();
    parts.classNames = sortedClasses(table->texts);
    auto examples = examplesIn(*table, parts.classNames);
    if (!examples)
        return tl::unexpected(std::move(examples.error()));
    const auto shape = shapeOf(examples->features.cols(), *resolved);
    if (!shape)
        return tl::unexpected(shape.error());
    parts.shape = *shape;
    if (testFile) {
        auto test = load.read(*testFile, reading * 0.8, reading);
        if (!test)
            return tl::unexpected(std::move(test.error()));
        auto testExamples = examplesIn(*test, parts.classNames);
        if (!testExamples)
            return tl::unexpected(std::move(testExamples.error()));
        parts.train = std::move(*examples);
        parts.test = std::move(*testExamples);
    } else {
        const std::vector<bool> drawn = drawTestPart(
            examples->labels, parts.classNames.size(), std::get<double>(resolved->at("test_share")),
            static_cast<std::uint64_t>(std::get<Index>(resolved->at("split_seed"))));
        std::tie(parts.train, parts.test) = tornApart(*examples, drawn);
    }
    auto made = Dataset::make(std::move(parts), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
