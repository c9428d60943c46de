// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <QTemporaryDir>

namespace rosler::testing {

/// A folder for one test's files.
class DataFolder
{
public:
    [[nodiscard]] std::filesystem::path path() const { return m_folder.path().toStdString(); }
    std::filesystem::path write(const std::string &name, std::string_view bytes) const
    {
        const std::filesystem::path file = path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::remove(file); // ext4 writes a truncated file back at once
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }

private:
    QTemporaryDir m_folder;
};

/// $ROSLER_DATASETS/NAME, or what is of that name in the folder beside the sources.
inline std::optional<std::filesystem::path> realData(const std::string &name)
{
    const QString named = qEnvironmentVariable("ROSLER_DATASETS");
    const std::filesystem::path source(ROSLER_SOURCE_DIR);
    for (const auto &folder : named.isEmpty() ? std::vector {source / ".." / "shared" / "datasets",
                                                             source / ".." / ".." / "shared" / "datasets"}
                                              : std::vector {std::filesystem::path(named.toStdString())})
        if (std::filesystem::exists(folder / name))
            return folder / name;
    return std::nullopt;
}

} // namespace rosler::testing
