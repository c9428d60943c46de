// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/h5_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/data/file_tree.h"
#include "core/data/readers/array_dataset.h"
#include "core/h5/h5_array.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t readTogether = 8'000'000; // are read at a time, or a piece that is packed together

bool isH5File(const fs::path &path)
{
    constexpr std::string_view magic = "\x89HDF\r\n\x1a\n";
    std::array<char, magic.size()> first {};
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored))
        return false;
    std::ifstream in(path, std::ios::binary);
    return in.read(first.data(), first.size()) && std::string_view(first.data(), first.size()) == magic;
}

/// The file, or the one that a folder holds; else an empty path.
fs::path h5File(const fs::path &path)
{
    std::error_code error;
    if (!fs::is_directory(path, error))
        return isH5File(path) ? path : fs::path();
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const fs::path extension = entry->path().extension();
        if ((extension == ".h5" || extension == ".hdf5") && isH5File(entry->path()))
            files.push_back(entry->path());
    }
    return files.size() == 1 ? files.front() : fs::path();
}

/// The array without its numbers.
NumpyArray emptyArray(const h5::ArrayFile &file, const h5::ArrayInfo &array)
{
    NumpyArray empty;
    empty.kind = array.kind;
    empty.itemBytes = array.itemBytes;
    empty.bigEndian = std::endian::native == std::endian::big;
    empty.shape = array.extents;
    empty.place = file.where(array);
    return empty;
}

/// How far the reading of several arrays is.
struct Meter {
    const ReadProgress &progress;
    std::uint64_t all = 0;
    std::uint64_t done = 0;

    void add(std::uint64_t bytes)
    {
        constexpr double reading = 0.75; // of the time; the rest checks and digests
        done += bytes;
        if (progress.report)
            progress.report(reading * static_cast<double>(done)
                            / static_cast<double>(std::max<std::uint64_t>(all, 1)));
    }
};

Result<NumpyArray> readArray(const h5::ArrayFile &file, const h5::ArrayInfo &array, Meter &meter)
{
    NumpyArray read = emptyArray(file, array);
    const auto bytes = static_cast<std::uint64_t>(read.readBytes()); // there is room, and so it is exact
    read.bytes.reserve(bytes);
    const std::uint64_t rowBytes = bytes / static_cast<std::uint64_t>(array.rows());
    const auto wanted = static_cast<Index>(std::max<std::uint64_t>(1, readTogether / rowBytes));
    const Index together = (wanted + array.chunkRows - 1) / array.chunkRows * array.chunkRows;
    for (Index first = 0; first < array.rows(); first += together) {
        if (meter.progress.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped", read.place);
        const Index count = std::min(together, array.rows() - first);
        const std::size_t from = read.bytes.size();
        const std::size_t size = static_cast<std::size_t>(count) * rowBytes;
        read.bytes.resize(from + size);
        if (auto done = file.read(array, first, count, std::span(read.bytes).subspan(from, size),
                                  meter.progress.stop);
            !done)
            return tl::unexpected(done.error());
        meter.add(size);
    }
    return read;
}

Result<Arrays> readArrays(const h5::ArrayFile &file, const std::vector<h5::ArrayInfo> &all,
                          const ArrayNames &names, const ReadLimits &limits, const ReadProgress &progress)
{
    std::vector<const h5::ArrayInfo *> wanted;
    Meter meter {progress};
    ArrayRoom room(limits, names.testFeatures.empty());
    const h5::ArrayInfo *largest = nullptr;
    double most = 0; // bytes, of that
    for (const h5::ArrayInfo &array : all) {
        if (!names.has(array.path))
            continue;
        if (array.kind == 0 || array.extents.empty())
            return fail(ErrorCode::Unsupported, "it holds no numbers in rows: " + array.text(),
                        file.where(array));
        const NumpyArray empty = emptyArray(file, array);
        if (auto added = room.add(empty, empty.place); !added)
            return tl::unexpected(std::move(added.error()));
        if (wanted.empty() || empty.readBytes() > most) {
            most = empty.readBytes();
            largest = &array;
        }
        wanted.push_back(&array);
    }
    if (largest != nullptr)
        if (auto fits = room.check(NeedIs::Exact, file.where(*largest), "with " + largest->text()); !fits)
            return tl::unexpected(std::move(fits.error()));
    for (const h5::ArrayInfo *array : wanted)
        meter.all += static_cast<std::uint64_t>(emptyArray(file, *array).readBytes());
    Arrays arrays;
    for (const h5::ArrayInfo *array : wanted) {
        auto read = readArray(file, *array, meter);
        if (!read)
            return tl::unexpected(std::move(read.error()));
        arrays.emplace(array->path, std::move(*read));
    }
    return arrays;
}

} // namespace

std::span<const ReaderOption> h5Options()
{
    return arrayOptions();
}

bool looksLikeH5(const fs::path &path)
{
    return !h5File(path).empty();
}

Result<std::shared_ptr<const Dataset>> readH5(const fs::path &path, const DatasetOptions &options,
                                              const ReadLimits &limits, const ReadProgress &progress)
{
    const fs::path found = h5File(path);
    if (found.empty())
        return fail(ErrorCode::NotFound, "no HDF5 file", path.string());
    const auto file = h5::ArrayFile::open(found);
    if (!file)
        return tl::unexpected(file.error());
    const auto all = file->list();
    if (!all)
        return tl::unexpected(all.error());
    ArraySource source;
    source.name = treeName(found);
    source.place = found.string();
    for (const h5::ArrayInfo &array : *all)
        source.arrays.push_back({array.path, array.text()});
    source.read = [&](const ArrayNames &names) { return readArrays(*file, *all, names, limits, progress); };
    return datasetOfArrays(source, options, progress);
}

} // namespace rosler
