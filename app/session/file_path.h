// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
/// \file
/// The window's paths, for functions of the library.

#include <filesystem>

#include <QString>

namespace rosler {

[[nodiscard]] inline std::filesystem::path filePath(const QString &path)
{
    return std::filesystem::path(path.toStdU16String());
}

} // namespace rosler
