// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset_request.h"
#include "core/data/file_tree.h"

namespace rosler {

class CsvRows;

/// How the options of readers of recordings name a table of classes.
inline const ReaderOption labelTableOption {
    "label_table",
    "a table in the folder or archive that says each file's class, as meta/esc50.csv; empty: none",
    std::string()};
inline const ReaderOption labelTableFileOption {
    "label_table_file",
    "its column of file names: the header, or its number from 1; empty: the one that names the files",
    std::string()};
inline const ReaderOption labelTableClassOption {"label_table_class",
                                                 "its column of classes: the header, or its number from 1; "
                                                 "empty: the one headed label, class, category or "
                                                 "target, or the other one of two",
                                                 std::string()};

/// Recordings that have a class.
struct LabelledFiles {
    std::vector<std::string> files;  ///< paths in the tree, in the order in which they were given
    std::vector<std::string> labels; ///< of each
    std::vector<std::string> notes;  ///< for the dataset's
};

/// The classes of the files of a tree, by the table that options name, if any, or else by their folders or
/// names (recording_labels.h). Used once, by one thread:
///
///     visit.wanted = [&](std::string_view path) { return labels.wants(path) || ...; };
///     visit.take = [&](TreeFile &file) { return labels.take(file); };
///     ... labels.of(files, place, stop)
class FileLabels
{
public:
    /// @param options  resolved, those above and those of recording_labels.h among them
    explicit FileLabels(const DatasetOptions &options);

    /// Whether the file at @p path is the table: it has that path, or one that ends in it.
    [[nodiscard]] bool wants(std::string_view path);
    /// Reads the table, all of it. @return OutOfRange  more than 64 MB
    [[nodiscard]] Result<void> take(TreeFile &file);

    /// The files with the classes that the table gives them. A row names a file by its path or the end of
    /// that, with or without its ending; one of another ending will do where there is no other. The first row
    /// may be a header. Files that no row names are left out, and rows that name no file passed over; notes
    /// say how many.
    /// @param place  of the tree, for errors
    /// @return NotFound    no such table, with those that there are; no such column, with those that there
    ///                     are; no row that names a file
    /// @return Malformed   a row of another length; one without a class, with another class than a row
    ///                     before, or with a name that is more than one file's; quotes that do not close.
    ///                     `where` is "meta/esc50.csv:line 3, column 2"
    /// @return OutOfRange  two tables of that name; one column for both; more than 1,000 columns
    /// @return Cancelled   @p stop was requested
    /// @return the errors of labelsOf(), where there is no table
    [[nodiscard]] Result<LabelledFiles> of(std::vector<std::string> files, const std::string &place,
                                           const std::stop_token &stop) const;

private:
    /// Numbers from 0.
    struct Columns {
        std::size_t file = 0;
        std::size_t label = 0;
        std::size_t count = 0;
        bool header = false; ///< whether the first row is known to be one
        std::string title;   ///< of the classes, for people
    };
    class Names;
    struct Row {
        std::string label;
        std::uint64_t line = 0; ///< 0: none names the file
    };
    struct Said {
        std::vector<Row> of; ///< each file
        std::size_t labelled = 0;
        std::size_t strange = 0;  ///< rows that name no file
        std::string firstStrange; ///< for people
    };

    [[nodiscard]] static Result<std::size_t> fileColumn(const Names &names, CsvRows &rows,
                                                        const std::vector<std::string> &first,
                                                        std::optional<std::size_t> label,
                                                        const std::stop_token &stop);
    [[nodiscard]] Result<Columns> columns(const Names &names, const std::stop_token &stop) const;
    [[nodiscard]] Result<Said> said(const std::vector<std::string> &files, const Names &names,
                                    const Columns &columns, const std::stop_token &stop) const;

    std::string m_path;  ///< of the table, as it is asked for; empty: none
    std::string m_file;  ///< the column, as it is asked for
    std::string m_class; ///< likewise
    std::string m_from;
    std::string m_until;
    std::optional<std::string> m_text; ///< of the table
    std::string m_foundPath;
    std::string m_name;                ///< of the table, for messages
    std::string m_other;               ///< another one that could be meant
    std::vector<std::string> m_tables; ///< that there are, the first few
};

} // namespace rosler
