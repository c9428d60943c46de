// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/matrix.h"
#include "core/base/result.h"

/// HDF5 files as values in memory: made, or read, as one piece of bytes. The library never opens a file
/// of the disk itself, so that a full disk cannot leave it in a broken state and nothing that is not
/// verified reaches it (sealed_file.h).
///
/// One thread at a time for each file; several files may be used at once, as the library locks itself. Every
/// error names the object, as "model.h5:/layer1/C".
namespace rosler::h5 {

/// "1.10.8": of the library that is running.
[[nodiscard]] std::string libraryVersion();

/// Owns one HDF5 identifier.
class Handle
{
public:
    using Close = int (*)(std::int64_t);

    Handle() = default;
    Handle(std::int64_t id, Close close) noexcept
        : m_id(id)
        , m_close(close)
    {
    }
    Handle(Handle &&other) noexcept;
    Handle &operator=(Handle &&other) noexcept;
    ~Handle();

    [[nodiscard]] std::int64_t id() const noexcept { return m_id; }
    explicit operator bool() const noexcept { return m_id >= 0; }

private:
    std::int64_t m_id = -1;
    Close m_close = nullptr;
};

/// A group: attributes, datasets and further groups, by name. Values are little-endian in the file.
///
/// What is read is compared with what the caller expects before anything is allocated: type, number and
/// extents. Datasets must be contiguous and in the file itself; names must be hard links, so that no
/// file leads to another one.
class Group
{
public:
    Group(Handle handle, std::string path)
        : m_handle(std::move(handle))
        , m_path(std::move(path))
    {
    }

    /// How errors call it: "model.h5:/layer1".
    [[nodiscard]] const std::string &path() const noexcept { return m_path; }

    [[nodiscard]] Result<Group> createGroup(const std::string &name);
    [[nodiscard]] Result<Group> openGroup(const std::string &name) const;
    [[nodiscard]] bool has(const std::string &name) const;

    [[nodiscard]] Result<void> setText(const std::string &name, std::string_view value);
    [[nodiscard]] Result<void> setTexts(const std::string &name, const std::vector<std::string> &values);
    [[nodiscard]] Result<void> setInteger(const std::string &name, std::int64_t value);
    [[nodiscard]] Result<void> setReal(const std::string &name, double value);

    [[nodiscard]] Result<std::string> text(const std::string &name) const; ///< at most 4,096 bytes
    /// At most 4,096 texts of at most 4,096 bytes.
    [[nodiscard]] Result<std::vector<std::string>> texts(const std::string &name) const;
    [[nodiscard]] Result<std::int64_t> integer(const std::string &name) const;
    [[nodiscard]] Result<double> real(const std::string &name) const;

    /// A dataset of these extents, row-major. T is float, std::int64_t or std::uint32_t.
    /// Extents multiply to the number of values; a dataset may be empty.
    template <typename T>
    [[nodiscard]] Result<void> write(const std::string &name, std::span<const T> values,
                                     std::span<const Index> extents);

    /// Fills @p values from a dataset of exactly these extents and this type.
    /// @return NotFound, or Malformed with what it has instead
    template <typename T>
    [[nodiscard]] Result<void> read(const std::string &name, std::span<T> values,
                                    std::span<const Index> extents) const;

    /// How many values the dataset of one dimension has.
    /// @return Malformed when it has more dimensions, or more than @p most values
    [[nodiscard]] Result<Index> length(const std::string &name, Index most) const;

private:
    [[nodiscard]] std::string at(const std::string &name) const;
    [[nodiscard]] Result<void> checkHardLink(const std::string &name) const;
    [[nodiscard]] Result<Handle> openDataset(const std::string &name) const;
    [[nodiscard]] Result<Handle> openAttribute(const std::string &name) const;

    Handle m_handle;
    std::string m_path;
};

/// A whole file in memory.
class File
{
public:
    /// An empty one to be filled. It holds no times, so that equal contents give equal bytes.
    /// @param name  how errors call it
    [[nodiscard]] static Result<File> create(std::string name);

    /// A file to be read.
    /// @return Malformed  it is not one, or it was cut short
    [[nodiscard]] static Result<File> open(std::string_view bytes, std::string name);

    [[nodiscard]] Result<Group> root() const;

    /// What would lie on the disk. All groups must be gone.
    [[nodiscard]] Result<std::string> bytes() const;

private:
    File(Handle handle, std::string name)
        : m_handle(std::move(handle))
        , m_name(std::move(name))
    {
    }

    Handle m_handle;
    std::string m_name;
};

} // namespace rosler::h5
