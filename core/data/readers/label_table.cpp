// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/label_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii_text.h"
#include "core/data/loading_stopped.h"
#include "core/data/readers/csv_rows.h"
#include "core/data/signal/recording_labels.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

constexpr std::uint64_t mostLabelTableBytes = 64'000'000;
constexpr std::size_t longestFileName = 4096; // bytes of a cell that names a file
constexpr std::size_t mostTablesListed = 10;
constexpr std::size_t mostColumns = 1000;
constexpr std::size_t mostColumnsListed = 30;
constexpr std::size_t mostCandidates = 64; // files that a name is compared with

/// Whether @p path is @p tail, or ends in it behind a '/'.
bool endsInPath(std::string_view path, std::string_view tail)
{
    return path.ends_with(tail) && (path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/');
}

/// Where the ending of a file's name begins, its point; the whole where it has none.
std::size_t endingOf(std::string_view path)
{
    const std::size_t name = path.find_last_of('/') + 1; // npos + 1 is 0
    const std::size_t point = path.find_last_of('.');
    return point == std::string_view::npos || point <= name ? path.size() : point;
}

/// `; there are: 1 "filename", 2 "fold"`
std::string listOf(const std::vector<std::string> &columns)
{
    std::string text = "; there are:";
    for (std::size_t i = 0; i < std::min(columns.size(), mostColumnsListed); ++i)
        text += (i == 0 ? " " : ", ") + std::to_string(i + 1) + " \"" + className(columns[i]) + '"';
    return columns.size() > mostColumnsListed
        ? text + " and " + std::to_string(columns.size() - mostColumnsListed) + " more"
        : text;
}

/// Number of the column that @p wanted names; none where nothing is wanted.
Result<std::optional<std::size_t>> askedColumn(const std::vector<std::string> &first,
                                               const std::string &wanted, const std::string &where)
{
    if (wanted.empty())
        return std::nullopt;
    if (const auto column = csvColumn(first, wanted))
        return column;
    return fail(ErrorCode::NotFound, "no column \"" + className(wanted) + '"' + listOf(first), where);
}

/// The column that is headed as one of classes is, in the order of these words.
std::optional<std::size_t> headedAsClass(const std::vector<std::string> &first, std::size_t file)
{
    constexpr std::array<std::string_view, 4> usual {"label", "class", "category", "target"};
    for (const std::string_view word : usual)
        for (std::size_t i = 0; i < first.size(); ++i)
            if (i != file && lowerAscii(first[i]) == word)
                return i;
    return std::nullopt;
}

} // namespace

/// Files by the ends of their paths.
class FileLabels::Names
{
public:
    explicit Names(const std::vector<std::string> &files)
        : m_files(files)
    {
        for (std::size_t i = 0; i < files.size(); ++i)
            m_sorted.push_back({reversed(std::string_view(files[i]).substr(0, endingOf(files[i]))), i});
        std::sort(m_sorted.begin(), m_sorted.end());
    }

    struct Found {
        std::optional<std::size_t> file;
        std::optional<std::size_t> another; ///< that has the same right to the name
    };

    [[nodiscard]] std::size_t count() const noexcept { return m_files.size(); }

    [[nodiscard]] Found find(std::string name) const
    {
        if (name.empty() || name.size() > longestFileName)
            return {};
        std::ranges::replace(name, '\\', '/');
        std::string_view left = name;
        while (left.starts_with("./") || left.starts_with('/'))
            left.remove_prefix(left.front() == '/' ? 1 : 2);
        Found found = search(left, false);
        while (!found.file) { // the table may lie higher than the tree
            const std::size_t folder = left.find('/');
            if (folder == std::string_view::npos)
                break;
            left.remove_prefix(folder + 1);
            found = search(left, true);
        }
        return found;
    }

private:
    using Entry =
        std::pair<std::string, std::size_t>; // a path without its ending, backwards; the file's number

    static std::string reversed(std::string_view text) { return {text.rbegin(), text.rend()}; }

    /// @param whole  whether @p name has to be the whole of a path
    [[nodiscard]] Found search(std::string_view name, bool whole) const
    {
        const std::size_t ending = endingOf(name);
        const std::string key = reversed(name.substr(0, ending));
        if (ending < name.size())
            if (const Found same = among(key, whole, name.substr(ending)); same.file)
                return same;
        if (const Found bare = among(reversed(name), whole, {}); bare.file)
            return bare;
        return ending < name.size() ? among(key, whole, {}) : Found {};
    }

    /// Files whose path without its ending is @p key, or else ends in it.
    /// @param ending  that they have; empty: any
    [[nodiscard]] Found among(const std::string &key, bool whole, std::string_view ending) const
    {
        if (key.empty())
            return {};
        const Found exact = take(key, ending, [&](const std::string &path) { return path == key; });
        if (exact.file || whole)
            return exact;
        const std::string folder = key + '/';
        return take(folder, ending, [&](const std::string &path) { return path.starts_with(folder); });
    }

    template <typename Fits>
    [[nodiscard]] Found take(const std::string &from, std::string_view ending, const Fits &fits) const
    {
        Found found;
        std::size_t looked = 0;
        for (auto at = std::lower_bound(m_sorted.begin(), m_sorted.end(), Entry {from, 0});
             at != m_sorted.end() && fits(at->first) && looked < mostCandidates && !found.another;
             ++at, ++looked)
            if (ending.empty() || m_files[at->second].ends_with(ending))
                (found.file ? found.another : found.file) = at->second;
        return found;
    }

    const std::vector<std::string> &m_files;
    std::vector<Entry> m_sorted;
};

FileLabels::FileLabels(const DatasetOptions &options)
{
    const auto text = [&](std::string_view name) {
        return std::get<std::string>(options.find(name)->second);
    };
    m_path = text(labelTableOption.name);
    m_file = text(labelTableFileOption.name);
    m_class = text(labelTableClassOption.name);
    m_from = text(labelOption.name);
    m_until = text(labelUntilOption.name);
    std::ranges::replace(m_path, '\\', '/');
    while (m_path.starts_with("./"))
        m_path.erase(0, 2);
}

bool FileLabels::wants(std::string_view path)
{
    if (m_path.empty())
        return false;
    const std::string ending = lowerEnding(path);
    if (m_tables.size() <= mostTablesListed && (ending == ".csv" || ending == ".tsv" || ending == ".txt"))
        m_tables.emplace_back(path);
    return endsInPath(path, m_path);
}

Result<void> FileLabels::take(TreeFile &file)
{
    const bool exact = file.path() == m_path; // which goes before all others
    const bool before = m_text && m_foundPath == m_path;
    if (m_text && exact == before)
        m_other = file.path();
    else if (exact)
        m_other.clear();
    if (m_text && !exact)
        return {};
    const auto bytes = file.readAll(mostLabelTableBytes);
    if (!bytes)
        return tl::unexpected(bytes.error());
    m_text.emplace(reinterpret_cast<const char *>(bytes->data()), bytes->size());
    m_name = file.where(0);
    m_name.erase(m_name.find_last_of(':'));
    m_foundPath = file.path();
    return {};
}

/// The column that names most of the files, by the rest of @p rows and @p first, the row before them.
/// @param label  the column of classes, which is not it, if it is known
Result<std::size_t> FileLabels::fileColumn(const Names &names, CsvRows &rows,
                                           const std::vector<std::string> &first,
                                           std::optional<std::size_t> label, const std::stop_token &stop)
{
    const std::string where = rows.where(0);
    std::vector<std::vector<bool>> named(first.size()); // files, by each column
    std::vector<std::size_t> counts(first.size());      // of them
    std::vector<std::string> cells = first;
    for (std::uint64_t count = 0;; ++count) {
        constexpr std::uint64_t often = 64;
        if (count % often == 0 && stop.stop_requested())
            return loadingStopped();
        for (std::size_t i = 0; i < std::min(cells.size(), named.size()); ++i) {
            const auto found = label == i ? std::nullopt : names.find(cells[i]).file;
            if (!found)
                continue;
            named[i].resize(names.count());
            counts[i] += named[i][*found] ? 0 : 1;
            named[i][*found] = true;
        }
        const auto more = rows.next(cells);
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
    }
    const auto most = std::ranges::max_element(counts);
    if (*most == 0)
        return fail(ErrorCode::NotFound, "no column that names a file that is read" + listOf(first), where);
    return static_cast<std::size_t>(most - counts.begin());
}

Result<FileLabels::Columns> FileLabels::columns(const Names &names, const std::stop_token &stop) const
{
    CsvRows rows(*m_text, m_name, '\0');
    std::vector<std::string> first;
    const auto any = rows.next(first);
    if (!any)
        return tl::unexpected(any.error());
    if (!*any)
        return fail(ErrorCode::NotFound, "an empty table", m_name);
    const std::string where = rows.where(0);
    if (first.size() > mostColumns)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(first.size()) + " columns; at most " + std::to_string(mostColumns)
                        + " are searched",
                    where);
    const auto askedFile = askedColumn(first, m_file, where);
    if (!askedFile)
        return tl::unexpected(askedFile.error());
    const auto askedClass = askedColumn(first, m_class, where);
    if (!askedClass)
        return tl::unexpected(askedClass.error());
    const auto file =
        *askedFile ? Result<std::size_t>(**askedFile) : fileColumn(names, rows, first, *askedClass, stop);
    if (!file)
        return tl::unexpected(file.error());
    const std::optional<std::size_t> headed = headedAsClass(first, *file);
    const std::optional<std::size_t> label = *askedClass ? *askedClass
        : headed || first.size() != 2                    ? headed
                                                         : std::optional(1 - *file);
    if (!label)
        return fail(ErrorCode::NotFound,
                    "no column headed label, class, category or target; option label_table_class names it"
                        + listOf(first),
                    where);
    if (*label == *file)
        return fail(ErrorCode::OutOfRange,
                    "column " + std::to_string(*file + 1) + " cannot both name files and be their class"
                        + listOf(first),
                    where);
    Columns columns {*file, *label, first.size(), false, {}};
    columns.header = (!*askedClass && headed) || (!m_file.empty() && first[*file] == m_file)
        || (!m_class.empty() && first[*label] == m_class);
    columns.title = columns.header ? '"' + className(first[*label]) + '"' : std::to_string(*label + 1);
    return columns;
}

/// What the rows of the table say of the files.
Result<FileLabels::Said> FileLabels::said(const std::vector<std::string> &files, const Names &names,
                                          const Columns &columns, const std::stop_token &stop) const
{
    Said said;
    said.of.resize(files.size());
    CsvRows rows(*m_text, m_name, '\0');
    std::vector<std::string> cells;
    for (std::uint64_t count = 0;; ++count) {
        constexpr std::uint64_t often = 64;
        if (count % often == 0 && stop.stop_requested())
            return loadingStopped();
        const auto more = rows.next(cells);
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        if (cells.size() != columns.count)
            return fail(ErrorCode::Malformed,
                        std::to_string(cells.size()) + " columns where there should be "
                            + std::to_string(columns.count),
                        rows.where(0));
        const std::string &name = cells[columns.file];
        if (count == 0 && columns.header)
            continue;
        const Names::Found found = names.find(name);
        if (!found.file) {
            if (count > 0 && said.strange++ == 0) // the first may be a header all the same
                said.firstStrange = className(name) + " in line " + std::to_string(rows.line());
            continue;
        }
        if (found.another)
            return fail(ErrorCode::Malformed,
                        '"' + className(name) + "\" may be " + className(files[*found.file]) + " or "
                            + className(files[*found.another]),
                        rows.where(columns.file + 1));
        const std::string &label = cells[columns.label];
        if (label.empty())
            return fail(ErrorCode::Malformed, "no class of \"" + className(name) + '"',
                        rows.where(columns.label + 1));
        Row &here = said.of[*found.file];
        if (here.line != 0 && here.label != label)
            return fail(ErrorCode::Malformed,
                        '"' + className(name) + "\" is of class \"" + className(label) + "\" here, and of \""
                            + className(here.label) + "\" in line " + std::to_string(here.line),
                        rows.where(columns.label + 1));
        if (here.line == 0) {
            here = {label, rows.line()};
            ++said.labelled;
        }
    }
    return said;
}

Result<LabelledFiles> FileLabels::of(std::vector<std::string> files, const std::string &place,
                                     const std::stop_token &stop) const
{
    if (m_path.empty()) {
        auto labels = labelsOf(files, m_from, m_until);
        if (!labels)
            return tl::unexpected(std::move(labels.error()));
        return LabelledFiles {std::move(files), std::move(*labels), {}};
    }
    if (!m_text) {
        std::string what = "no table \"" + className(m_path) + '"';
        for (std::size_t i = 0; i < std::min(m_tables.size(), mostTablesListed); ++i)
            what += (i == 0 ? "; there are: " : ", ") + className(m_tables[i]);
        return fail(ErrorCode::NotFound, m_tables.size() > mostTablesListed ? what + " and more" : what,
                    place);
    }
    if (!m_other.empty())
        return fail(ErrorCode::OutOfRange,
                    '"' + className(m_path) + "\" is " + className(m_foundPath) + " and " + className(m_other)
                        + ": name one by its whole path",
                    place);
    const Names names(files);
    const auto columns = this->columns(names, stop);
    if (!columns)
        return tl::unexpected(columns.error());
    auto said = this->said(files, names, *columns, stop);
    if (!said)
        return tl::unexpected(std::move(said.error()));
    if (said->labelled == 0)
        return fail(ErrorCode::NotFound,
                    "none of its rows names a file that is read, as "
                        + (files.empty() ? std::string("there is none") : className(files.front())),
                    m_name + ", column " + std::to_string(columns->file + 1));
    LabelledFiles result;
    std::string firstWithout;
    for (std::size_t i = 0; i < files.size(); ++i)
        if (said->of[i].line != 0) {
            result.labels.push_back(std::move(said->of[i].label));
            result.files.push_back(std::move(files[i]));
        } else if (firstWithout.empty()) {
            firstWithout = className(files[i]);
        }
    result.notes.push_back("Classes are column " + columns->title + " of " + className(m_foundPath) + ".");
    if (const std::size_t without = files.size() - said->labelled; without > 0)
        result.notes.push_back("It names " + std::to_string(said->labelled) + " of "
                               + std::to_string(files.size()) + " files; left out: " + firstWithout
                               + (without > 1 ? " and " + std::to_string(without - 1) + " more." : "."));
    if (said->strange > 0)
        result.notes.push_back(std::to_string(said->strange)
                               + (said->strange == 1 ? " row of it names" : " rows of it name") + " no file: "
                               + said->firstStrange + (said->strange > 1 ? " and others." : "."));
    return result;
}

} // namespace rosler
