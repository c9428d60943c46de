// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QString>
#include <QStringList>

/// The arrows of resources/docs/architecture.md as data, and what checks include lines against them.

/// What the files of one folder, and of the folders below it that have no row of their own, may include.
struct FolderRule {
    QString folder;
    /// Folders ("core/base/", with all below them) or single headers ("core/training/trial_spec.h").
    /// Its own folder and those below it need no mention.
    QStringList mayInclude;
    QString licence; ///< of the SPDX line that every file begins with
};

/// Headers of libraries that have a home: no file outside of it includes them.
struct LibraryRule {
    QString headers;     ///< regular expression over what stands between < and >
    QStringList folders; ///< where the rule holds; everywhere in the product when empty
    QStringList homes;   ///< below these, the headers may be included
    QString reason;
};

[[nodiscard]] const std::vector<FolderRule> &folderRules();
[[nodiscard]] const std::vector<LibraryRule> &libraryRules();

/// What is wrong with the source file @p path (from the repository root) that holds @p text, one sentence
/// a fault, "path:line: ..."; empty when all is well.
[[nodiscard]] QStringList faultsOf(const QString &path, const QString &text);

/// A circle among the rows of @p rules, as "a -> b -> a"; empty when there is none. Single headers do not
/// count: what they include has to obey the rule of their own folder.
[[nodiscard]] QString circleIn(const std::vector<FolderRule> &rules);
