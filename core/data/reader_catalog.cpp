// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <system_error>
#include <utility>

#include "core/data/dataset_reader.h"
#include "core/data/readers/audio_folder_reader.h"
#include "core/data/readers/cifar_reader.h"
#include "core/data/readers/csv_reader.h"
#include "core/data/readers/h5_reader.h"
#include "core/data/readers/idx_reader.h"
#include "core/data/readers/image_folder_reader.h"
#include "core/data/readers/matlab_reader.h"
#include "core/data/readers/numpy_reader.h"
#include "core/data/readers/series_reader.h"
#include "core/data/synthetic/bearing.h"
#include "core/data/synthetic/digits.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr double digitBytes = 28 * 28 * sizeof(float);

const std::array digitsOptions {
    ReaderOption {"examples", "how many digits to train on", Index {6000}, 10, 1'000'000},
    ReaderOption {"test_examples", "how many digits to test on", Index {1000}, 10, 1'000'000},
    ReaderOption {"seed", "other digits", Index {1}, 0, 2'147'483'647},
};

Result<std::shared_ptr<const Dataset>> drawDigits(const DatasetOptions &given, const ReadLimits &limits,
                                                  const ReadProgress &progress)
{
    const auto options = resolveOptions(given, digitsOptions);
    if (!options)
        return tl::unexpected(options.error());
    const auto number = [&](std::string_view name) { return std::get<Index>(options->find(name)->second); };
    const double bytes = static_cast<double>(number("examples") + number("test_examples")) * digitBytes;
    if (isTooMuch(bytes, limits))
        return tooLittleMemory(bytes, NeedIs::Exact, limits, "options/examples");
    auto digits = syntheticDigits(number("examples"), number("test_examples"),
                                  static_cast<std::uint64_t>(number("seed")), progress.stop);
    if (digits && progress.report)
        progress.report(1.0);
    return digits;
}

/// The error of a reader, with the name of what was read in front of a place that does not have it: what
/// Dataset::make() finds is in no file, but in all that came of them.
Error placed(Error error, const fs::path &path)
{
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    const std::string name = whole.filename().string();
    if (error.code != ErrorCode::Cancelled && error.where.find(name) == std::string::npos
        && !error.where.starts_with("options/"))
        error.where = name + (error.where.empty() ? "" : ": " + error.where);
    return error;
}

} // namespace

std::span<const DatasetReader> datasetReaders()
{
    // Made when it is first asked for: options that readers share lie in other files, whose beginning has no
    // order.
    static const std::array readers {
        DatasetReader {
            "idx",
            "MNIST, EMNIST and other images in IDX files, plain or packed: one of the four files, or "
            "their folder",
            "*-idx?-ubyte *-idx?-ubyte.gz *.idx?-ubyte *.idx?-ubyte.gz", looksLikeIdx, idxOptions(), readIdx},
        DatasetReader {
            "cifar",
            "CIFAR-10 and CIFAR-100, binary version: the .bin files, their folder, or the .tar.gz or "
            ".tar.xz they come in",
            "data_batch_?.bin test_batch.bin *.tar *.tar.gz *.tgz *.tar.xz *.txz *.zip", looksLikeCifar,
            cifarOptions(), readCifar},
        DatasetReader {"numpy", "arrays of numpy: a .npz, or .npy files in a folder", "*.npz *.npy",
                       looksLikeNumpy, numpyOptions(), readNumpy},
        DatasetReader {"hdf5", "datasets of an HDF5 file, named by their paths", "*.h5 *.hdf5", looksLikeH5,
                       h5Options(), readH5},
        DatasetReader {
            "matlab",
            "recordings in MATLAB files, CWRU's bearings among them: a .mat, their folder or archive",
            "*.mat *.tar *.tar.gz *.tgz *.tar.xz *.txz *.zip", looksLikeMatlab, matlabOptions(), readMatlab},
        DatasetReader {"audio", "recordings, a folder a class, or with a table of classes: WAV and FLAC",
                       "*.wav *.flac *.tar *.tar.gz *.tgz *.tar.xz *.txz *.zip", looksLikeAudioFolder,
                       audioFolderOptions(), readAudioFolder},
        DatasetReader {"csv", "a table of numbers and labels as text: .csv or .tsv",
                       "*.csv *.tsv *.csv.gz *.tsv.gz", looksLikeCsv, csvOptions(), readCsv},
        DatasetReader {"series",
                       "time series as text, a row a sample: a folder of .csv or .tsv files, a file or "
                       "a folder a class",
                       "*.csv *.tsv *.csv.gz *.tsv.gz", looksLikeSeries, seriesOptions(), readSeries},
        DatasetReader {"images",
                       "pictures, a folder a class, or train and test with such folders: JPEG and PNG",
                       "*.tar *.tar.gz *.tgz *.tar.xz *.txz *.zip", looksLikeImageFolder,
                       imageFolderOptions(), readImageFolder},
    };
    return readers;
}

std::span<const ReaderOption> datasetOptions(const std::string &source)
{
    if (source == builtInDigits)
        return digitsOptions;
    if (source == builtInBearing)
        return syntheticBearingOptions();
    for (const DatasetReader &reader : datasetReaders())
        if (reader.canRead(source))
            return reader.options;
    return {};
}

DatasetRequest requestElsewhere(const DatasetRequest &asked, const std::string &source)
{
    DatasetRequest elsewhere(source);
    for (const ReaderOption &known : datasetOptions(source))
        if (const auto said = asked.options.find(known.name); said != asked.options.end())
            elsewhere.options.insert(*said);
    return elsewhere;
}

Result<std::shared_ptr<const Dataset>> loadDataset(const DatasetRequest &request, const ReadLimits &limits,
                                                   const ReadProgress &progress)
{
    const std::string &source = request.source;
    if (source == builtInDigits)
        return drawDigits(request.options, limits, progress);
    if (source == builtInBearing)
        return resolveOptions(request.options, syntheticBearingOptions())
            .and_then(
                [&](const DatasetOptions &options) { return syntheticBearings(options, limits, progress); });
    const fs::path path(source);
    std::error_code error;
    if (!fs::exists(path, error)) {
        if (error)
            return fail(ErrorCode::Unreadable, "cannot read: " + error.message(), source);
        return fail(ErrorCode::NotFound, "there is no such file or folder", source);
    }
    for (const DatasetReader &reader : datasetReaders()) {
        if (!reader.canRead(path))
            continue;
        const auto options = resolveOptions(request.options, reader.options);
        if (!options)
            return tl::unexpected(options.error());
        return reader.read(path, *options, limits, progress).map_error([&path](Error wrong) {
            return placed(std::move(wrong), path);
        });
    }
    std::string known;
    for (const DatasetReader &reader : datasetReaders())
        known.append("; ").append(reader.name).append(" (").append(reader.description).append(")");
    return fail(ErrorCode::Unsupported,
                "not a dataset that can be read here. These can: " + std::string(builtInDigits) + " and "
                    + std::string(builtInBearing) + " (generated, built in)" + known,
                source);
}

} // namespace rosler
